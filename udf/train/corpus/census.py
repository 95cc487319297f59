"""Count what the corpus holds: ``python -m udf.train.corpus.census --partners 1000``."""

import hashlib
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import ModuleType

import typer
from rich.console import Console
from rich.table import Table

from udf.language.answers import pair_tokens
from udf.language.vocabulary import Bundles
from udf.reading import Record
from udf.standards.chunks import Chunk
from udf.standards.reference import reference_digest
from udf.train.corpus import examples
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.examples import draft_examples
from udf.train.corpus.partners import draw_written

_IMPORT = re.compile(r"^from (udf[\w.]*) import ([^(\n]*)", re.MULTILINE)
"""An import at the beginning of a module: what stands in a function may be loaded in one process and not in another."""


@dataclass
class Count:
    """What partners of one type give: messages, chunks, different prompts among them, positions of the network."""

    messages: int = 0
    chunks: int = 0
    without_record: int = 0
    positions: int = 0
    prompts: set[Bundles] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)
    """Messages by where their places stand: `SDQ of a line`."""
    dates: Counter[str] = field(default_factory=Counter)
    habits: Counter[str] = field(default_factory=Counter)
    """Messages by what their partner does beyond one item, one place, one quantity."""
    layouts: set[tuple[object, ...]] = field(default_factory=set)
    quirks: Counter[str] = field(default_factory=Counter)
    """Messages by what their partner does to the text; one with two quirks counts under both."""


def digest_generator() -> str:
    """Twelve characters that tell whether two runs learnt from the same corpus.

    SHA-256 over every module of udf that the examples come from, and over the reference tables.
    """
    digest = hashlib.sha256(reference_digest().encode())
    for module in sorted(find_sources(examples), key=lambda module: module.__name__):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:12]


def find_sources(module: ModuleType) -> set[ModuleType]:
    """A module and all of udf that it imports, directly or not; it has been imported, so all of them are loaded."""
    found = {module}
    waiting = [module]
    while waiting:
        source = Path(str(waiting.pop().__file__)).read_text(encoding="utf-8")
        for package, names in _IMPORT.findall(source):
            for name in (package, *(f"{package}.{name.strip()}" for name in names.split(","))):
                other = sys.modules.get(name)
                if other is not None and other not in found:
                    found.add(other)
                    waiting.append(other)
    return found


def take_census(partners: int, seed: int = 1) -> dict[str, Count]:
    """Message type to what so many partners of those that train give, one message each."""
    r = Random(seed)
    counts: dict[str, Count] = {}
    for _ in range(partners):
        dialect, writing = draw_written(r)
        draft = dialect.draft(r)
        count = counts.setdefault(draft.message_type, Count())
        count.messages += 1
        for prompt, answer in draft_examples(draft):
            count.chunks += 1
            count.without_record += len(answer) == 1
            count.positions += len(prompt) + len(pair_tokens(answer)) - 1
            count.prompts.add(prompt)
        chunks = chunk_draft(draft)
        count.places[find_stand(chunks, "location")] += 1
        count.dates[find_stand(chunks, "start")] += 1
        count.habits.update(dialect.habits or ("none",))
        count.layouts.add(dialect.layout)
        count.quirks.update(writing.quirks or ("none",))
    return dict(sorted(counts.items()))


def count_known_prompts(partners: int, seed: int = 1) -> tuple[int, int]:
    """Different prompts of so many held-out partners, and how many of them so many trained partners have as well.

    A layout is held out as a whole; a chunk of it may look like one of another layout.
    """
    prompts: list[set[Bundles]] = []
    for held_out in (True, False):
        r = Random(seed)
        drafts = (draw_written(r, held_out)[0].draft(r) for _ in range(partners))
        prompts.append({prompt for draft in drafts for prompt, _ in draft_examples(draft)})
    return len(prompts[0]), len(prompts[0] & prompts[1])


def find_stand(chunks: list[tuple[Chunk, list[Record]]], name: str) -> str:
    """Where a message states a field: the tag and the kind of chunk that hold it most often."""
    stands: Counter[str] = Counter(
        f"{chunk.segments[record[name][0]].tag} of a {chunk.kind}"
        for chunk, records in chunks
        for record in records
        if name in record
    )
    return stands.most_common(1)[0][0] if stands else "nowhere"


def report(partners: int = 1000, seed: int = 1) -> None:
    """Print the balance of the corpus over message types and layouts."""
    lists = ("place", "dates", "habits", "quirks")
    table = Table(title=f"{partners:,} partners, a message each, seed {seed}", title_justify="left")
    for name in ("type", "messages", "chunks", "different", "no record", "positions", "layouts", *lists):
        table.add_column(name, justify="left" if name in ("type", *lists) else "right")
    for message_type, count in take_census(partners, seed).items():
        table.add_row(
            message_type,
            f"{count.messages:,}",
            f"{count.chunks:,}",
            f"{len(count.prompts) / count.chunks:.0%}",
            f"{count.without_record / count.chunks:.0%}",
            f"{count.positions / count.chunks:.0f}",
            f"{len(count.layouts):,}",
            *(describe(getattr(count, attribute), count.messages) for attribute in ("places", *lists[1:])),
            end_section=True,
        )
    console = Console(width=180)
    console.print(table)
    different, known = count_known_prompts(partners, seed)
    console.print(
        f"{different:,} prompts of {partners:,} held-out partners; {known / different:.1%} of them are trained"
    )


def describe(stands: Counter[str], messages: int) -> str:
    """Shares of the messages, the largest first, a line each."""
    return "\n".join(f"{share / messages:.0%} {name}" for name, share in stands.most_common(6))


if __name__ == "__main__":
    typer.run(report)
