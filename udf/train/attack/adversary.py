"""Attack the gatekeeper: ``python -m udf.train.attack.adversary --messages 400``.

Messages of drawn partners that are proved complete are attacked in two ways. A *wrong answer* about the sound message
is given to the compiler at every attempt. A *damage* changes the text and lets a reader answer: the rules of the
standards, and the shipped model.

Whether an attack changed the meaning is decided without the gatekeeper, by comparing the lines that go on, and the
header, with what the draft of the sound message states. An attack that changes nothing is harmless. One is *caught*
where the message is not valid, or where every line that goes on is right and the others are rejected; else it is
*missed*. Kinds of damage that no reader of the one message could notice say so, and are reported apart.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
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
from udf.train.attack.kinds import KINDS
from udf.train.attack.oracle import Oracle
from udf.train.attack.sound import Kind, SoundMessage, classify, draw_sound_messages
from udf.train.attack.wrong_answers import draw_wrong_answers
from udf.train.corpus.drafts import Draft
from udf.train.corpus.truth import essence

SEED = 71_001
EACH = 2
"""Attacks of every kind on one message."""
_EXAMPLES = 5
RULES = "rules"
"""The family of what `udf.readers.rules` makes of damaged texts."""
WRONG_ANSWER = "wrong answer"
"""The family of attacks that leave the text as it is."""


@dataclass(slots=True)
class AttackCounts:
    """How many attacks of one kind changed nothing, were caught or were missed."""

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

    def add(self, sound: SoundMessage, outcome: Outcome, example: dict[str, str]) -> None:
        """Count what came of one attack, and keep what was missed first."""
        effect = classify(sound, outcome)
        self.attacks += 1
        self.harmless += effect == "harmless"
        self.caught += effect == "caught"
        if effect != "missed":
            return
        self.missed += 1
        self.warned += bool({p.code for p in outcome.problems} - {p.code for p in sound.outcome.problems})
        if len(self.examples) < _EXAMPLES:
            got = Counter(essence(line) for line in outcome.document.lines) if outcome.document else Counter()
            changes = {"lost": [str(x) for x in sound.stated - got], "won": [str(x) for x in got - sound.stated]}
            self.examples.append({**example, **changes, "problems": [p.code for p in outcome.problems]})


@dataclass(slots=True)
class Attack:
    """Attacks of every kind, `each` so many on a message, and what came of them by family and kind."""

    r: random.Random
    each: int = EACH
    counts: dict[tuple[str, str], AttackCounts] = field(default_factory=dict)

    def answer_wrongly(self, draft: Draft, oracle: Oracle, sound: SoundMessage) -> None:
        """Answer the prompts of a sound message wrongly, one at a time."""
        compiler = Compiler(oracle)
        for wrong in draw_wrong_answers(self.r, draft, self.each):
            oracle.wrong = {wrong.prompt: wrong.answer}
            outcome = compiler.compile_batch([sound.text])[0]
            said = next((a.output for a in outcome.attempt_log if a.output), None)
            self._count(WRONG_ANSWER, wrong.kind, sound, outcome, text=sound.text, said=said or str(wrong.answer))
        oracle.wrong = {}

    def damage(self, sound: SoundMessage, readers: Mapping[str, Compiler], kinds: Iterable[Kind] = KINDS) -> None:
        """Damage a sound message and let every reader read it."""
        damaged = []
        for kind in kinds:
            texts = {kind.alter(self.r, sound) for _ in range(self.each)} - {None, sound.text}
            damaged += [(kind, text) for text in sorted(text for text in texts if text is not None)]
        for name, reader in readers.items():
            outcomes = reader.compile_batch([text for _, text in damaged])
            for (kind, text), outcome in zip(damaged, outcomes, strict=True):
                self._count(
                    name, kind.name, sound, outcome, kind.unprovable, text=sound.text, damaged=text
                )  # fmt: skip

    def _count(
        self, family: str, kind: str, sound: SoundMessage, outcome: Outcome, unprovable: str = "", **example: str
    ) -> None:  # fmt: skip
        counts = self.counts.setdefault((family, kind), AttackCounts(kind, family, unprovable))
        counts.add(sound, outcome, example)


def attack(messages: int, seed: int = SEED, each: int = EACH, model: Path | None = MODEL) -> list[AttackCounts]:
    """Attack so many proved messages; without `model` the rules alone read damaged texts."""
    run = Attack(random.Random(seed), each)
    readers: dict[str, Compiler] = {RULES: Compiler(None)}
    if model:
        readers["model"] = Compiler(LlamaEngine(model))
    drawn = islice(draw_sound_messages(run.r), messages)
    for draft, oracle, sound in track(drawn, "attacks", messages, console=Console(stderr=True)):
        run.answer_wrongly(draft, oracle, sound)
        run.damage(sound, readers)
    return list(run.counts.values())


def show(counts: list[AttackCounts], console: Console) -> None:
    """A table of the kinds that have to be caught, and one of those that cannot be."""
    for title, chosen in (
        ("To be caught", [c for c in counts if not c.unprovable]),
        ("Not to be caught by construction", [c for c in counts if c.unprovable]),
    ):
        table = Table(title=title)
        for heading in ("by", "kind", "attacks", "harmless", "caught", "missed", "of them warned", "catch rate"):
            table.add_column(heading, justify="left" if heading in ("by", "kind") else "right")
        for c in chosen:
            numbers = (c.attacks, c.harmless, c.caught, c.missed, c.warned)
            table.add_row(c.family, c.kind, *(f"{n:,}" for n in numbers), f"{c.rate:.2%}")
        console.print(table)


def main(
    messages: int = 400, seed: int = SEED, each: int = EACH, report: Path | None = None, model: bool = True
) -> None:
    """Attack proved messages and print what was caught, by kind; `--report` writes it as JSON with examples."""
    counts = attack(messages, seed, each, MODEL if model else None)
    show(counts, Console())
    if report:
        facts = [asdict(kind) | {"rate": round(kind.rate, 5)} for kind in counts]
        report.write_text(json.dumps({"messages": messages, "seed": seed, "kinds": facts}, indent=1, default=str))


if __name__ == "__main__":
    typer.run(main)
