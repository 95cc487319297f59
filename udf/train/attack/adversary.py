"""Attack the gatekeeper: ``python -m udf.train.attack.adversary --messages 400``.

Messages of drawn partners that are proved complete are attacked in two ways. A *lie* is a wrong answer about the sound
message, given to the compiler at every attempt. A *damage* changes the text and lets a reader answer: the most obliging
one (`udf.train.attack.clerk`, which says whatever the gatekeeper would hear) and the shipped model.

Whether an attack changed the meaning is decided without the gatekeeper, by comparing the lines that go on, and the
header, with what the draft of the sound message states. An attack that changes nothing is harmless. One is *caught*
where the message is not valid, or where every line that goes on is right and the others are rejected; else it is
*missed*. Kinds of damage that no reader of the one message could notice say so, and are reported apart.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from udf.compiler import MODEL, Compiler
from udf.contract import Outcome
from udf.engines.llama import LlamaEngine
from udf.standards.reference import load_reference
from udf.standards.values import read_number
from udf.train.attack.clerk import Clerk
from udf.train.attack.damage import Kind, Sound
from udf.train.attack.kinds import KINDS
from udf.train.attack.oracle import Oracle
from udf.train.attack.wrong_answers import draw_lies
from udf.train.corpus.drafts import Draft
from udf.train.corpus.partners import draw_partner, draw_written
from udf.train.corpus.rendering import draw_writing, render_message
from udf.train.corpus.truth import essence, expected_header, expected_lines, header_of

SEED = 71_001
EACH = 2
"""Attacks of every kind on one message."""
_EXAMPLES = 5


@dataclass(slots=True)
class Tally:
    """What came of the attacks of one kind."""

    kind: str
    family: str
    unprovable: str = ""
    attacks: int = 0
    harmless: int = 0
    caught: int = 0
    missed: int = 0
    warned: int = 0
    """Missed, with a warning that the sound message had not."""
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Share of the meaning-changing attacks that were caught."""
        return self.caught / (self.caught + self.missed) if self.caught + self.missed else 1.0


Tallies = dict[tuple[str, str], Tally]


def judge(sound: Sound, outcome: Outcome) -> str:
    """`harmless`, `caught` or `missed`, from what goes on of the attacked message and what the sound one states."""
    if not outcome.is_valid or outcome.document is None:
        return "caught"
    got = Counter(essence(line) for line in outcome.document.lines)
    if got - sound.stated or header_of(outcome.document) != sound.header:
        return "missed"
    if got == sound.stated and outcome.is_complete:
        return "harmless"
    return "caught" if outcome.rejected_lines else "missed"


def _count(tally: Tally, sound: Sound, outcome: Outcome, **attack: str) -> None:
    verdict = judge(sound, outcome)
    tally.attacks += 1
    tally.harmless += verdict == "harmless"
    tally.caught += verdict == "caught"
    if verdict != "missed":
        return
    tally.missed += 1
    tally.warned += bool({p.code for p in outcome.problems} - {p.code for p in sound.outcome.problems})
    if len(tally.examples) < _EXAMPLES:
        got = Counter(essence(line) for line in outcome.document.lines) if outcome.document else Counter()
        changes = {"lost": [str(x) for x in sound.stated - got], "won": [str(x) for x in got - sound.stated]}
        tally.examples.append({**attack, **changes, "problems": [p.code for p in outcome.problems]})


def state_totals(draft: Draft) -> None:
    """Repeat lines and quantities at the draft's end: CNT 2 and 1, or CTT01 and 02."""
    numbers = [read_number(s.elements[e][c], None) for s, e, c in (record["quantity"] for record in draft.records)]
    total = str(sum(numbers, Decimal(0)))
    lines = str(sum(segment.tag == "LIN" for segment in draft.segments))
    trailer = draft.segments.pop()
    if draft.message_type.isdigit():
        draft.segments = [segment for segment in draft.segments if segment.tag != "CTT"]
        draft.add("CTT", lines, total)
    else:
        draft.add("UNS", "S")
        draft.add("CNT", ["2", lines])
        draft.add("CNT", ["1", total])
    draft.segments.append(trailer)


def draw_sounds(r: random.Random, held_out: bool | None = None) -> Iterator[tuple[Draft, Oracle, Sound]]:
    """Messages of drawn partners with their right answers, endlessly; those not proved complete are left out.

    The partners are those that may be learnt, those that are `held_out`, or any.
    """
    tables = load_reference()
    while True:
        dialect = draw_partner(r) if held_out is None else draw_written(r, held_out)[0]
        draft = dialect.draft(r)
        is_counted = r.random() < 0.5
        if is_counted:
            state_totals(draft)
        text = render_message(draft, draw_writing(r, draft.message_type))
        oracle = Oracle()
        oracle.study(draft)
        outcome = Compiler(oracle).compile_batch([text])[0]
        if outcome.is_complete:
            yield draft, oracle, Sound(text, outcome, expected_lines(draft, tables), expected_header(draft), is_counted)


def tell_lies(r: random.Random, draft: Draft, oracle: Oracle, sound: Sound, tallies: Tallies, each: int = EACH) -> None:
    """Answer the prompts of a sound message wrongly, one at a time."""
    compiler = Compiler(oracle)
    for lie in draw_lies(r, draft, each):
        oracle.lies = {lie.prompt: lie.answer}
        outcome = compiler.compile_batch([sound.text])[0]
        tally = tallies.setdefault(("lie", lie.kind), Tally(lie.kind, "lie"))
        told = next((a.output for a in outcome.attempt_log if a.output), None)
        _count(tally, sound, outcome, text=sound.text, told=told or str(lie.answer))
    oracle.lies = {}


def do_damage(
    r: random.Random, sound: Sound, readers: dict[str, Compiler], tallies: Tallies, each: int = EACH,
    kinds: Iterable[Kind] = KINDS,
) -> None:  # fmt: skip
    """Damage a sound message and let every reader read it."""
    damaged = []
    for kind in kinds:
        texts = {kind.alter(r, sound) for _ in range(each)} - {None, sound.text}
        damaged += [(kind, text) for text in sorted(text for text in texts if text is not None)]
    texts = [text for _, text in damaged]
    for name, reader in readers.items():
        if isinstance(reader.engine, Clerk):
            reader.engine.known.clear()
            for text in texts:
                reader.engine.study(text)
        for (kind, text), outcome in zip(damaged, reader.compile_batch(texts), strict=True):
            tally = tallies.setdefault((name, kind.name), Tally(kind.name, name, kind.unprovable))
            _count(tally, sound, outcome, text=sound.text, damaged=text)


def attack(messages: int, seed: int = SEED, each: int = EACH, model: Path | None = MODEL) -> list[Tally]:
    """Attack so many proved messages; without `model` the clerk alone reads damaged texts."""
    r = random.Random(seed)
    tallies: Tallies = {}
    readers = {"clerk": Compiler(Clerk())}
    if model:
        readers["model"] = Compiler(LlamaEngine(model))
    shown = Console(stderr=True)
    for draft, oracle, sound in track(islice(draw_sounds(r), messages), "attacks", messages, console=shown):
        tell_lies(r, draft, oracle, sound, tallies, each)
        do_damage(r, sound, readers, tallies, each)
    return list(tallies.values())


def show(tallies: list[Tally], console: Console) -> None:
    """A table of the kinds that have to be caught, and one of those that cannot be."""
    for title, chosen in (
        ("To be caught", [t for t in tallies if not t.unprovable]),
        ("Not to be caught by construction", [t for t in tallies if t.unprovable]),
    ):
        table = Table(title=title)
        for heading in ("by", "kind", "attacks", "harmless", "caught", "missed", "of them warned", "catch rate"):
            table.add_column(heading, justify="left" if heading in ("by", "kind") else "right")
        for t in chosen:
            numbers = (t.attacks, t.harmless, t.caught, t.missed, t.warned)
            table.add_row(t.family, t.kind, *(f"{n:,}" for n in numbers), f"{t.rate:.2%}")
        console.print(table)


def main(
    messages: int = 400, seed: int = SEED, each: int = EACH, report: Path | None = None, model: bool = True
) -> None:
    """Attack proved messages and print what was caught, by kind; `--report` writes it as JSON with examples."""
    tallies = attack(messages, seed, each, MODEL if model else None)
    show(tallies, Console())
    if report:
        facts = [asdict(tally) | {"rate": round(tally.rate, 5)} for tally in tallies]
        report.write_text(json.dumps({"messages": messages, "seed": seed, "kinds": facts}, indent=1, default=str))


if __name__ == "__main__":
    typer.run(main)
