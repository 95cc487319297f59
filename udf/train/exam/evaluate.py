"""The exam: ``python -m udf.train.exam.evaluate`` (make exam).

A GGUF runs through the compiler that ships, never a checkpoint. Drawn messages come as files, with envelopes and the
quirks of their partners; what they state is known from their drafts alone (`udf.train.corpus.truth`), damaged ones must
not be accepted, hand-checked messages of other people and outsiders' cases are compared with what they state. All of
these are read without plans, by the model and by the rules of the standards; then partners teach plans, and later
messages, damaged ones and the hand-checked ones are read with them. Two larger models read a few of the same messages.
"""

import json
import resource
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from udf.compiler import MODEL, Compiler
from udf.engines.engine import Engine, Prompt
from udf.engines.llama import LlamaEngine
from udf.language.answers import decode_answer
from udf.language.prompts import encode_chunk
from udf.train.attack.sound import classify
from udf.train.corpus.drafts import Draft, chunk_draft
from udf.train.exam.alone import examine_alone
from udf.train.exam.beyond import BEYOND, examine_beyond
from udf.train.exam.candidates import Candidate, rules_candidate, tiny_candidate
from udf.train.exam.cases import examine_cases
from udf.train.exam.marking import Marks
from udf.train.exam.messages import HELD_OUT, KNOWN, QUIRKS, SPLITS, draw_damaged, draw_messages
from udf.train.exam.picture import draw_exam
from udf.train.exam.planned import examine_plans
from udf.train.exam.reading import compile_file, read_file
from udf.train.exam.report import print_exam
from udf.train.exam.samples import checked, read_samples

SEED = 900_001
SHORT = 600
"""Bytes of a message that the rivals are asked to read."""
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
"""Other people's messages stand beside the project; where they are missing their split is left out."""
CASES = SAMPLES.with_name("cases")
"""Outsiders' messages, likewise."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Messages of each split, and how many of the held-out ones the rivals read: they take half a minute for each."""

    known: int = 1150
    held_out: int = 1600
    quirks: int = 700
    damaged: int = 1500
    rivals: int = 8
    plans: int = 200
    """Partners whose messages are read with plans on."""
    beyond: int = 300
    """Partners beyond the standard."""

    def of(self, split: str) -> int:
        return {KNOWN: self.known, HELD_OUT: self.held_out, QUIRKS: self.quirks}[split]

    def times(self, share: float) -> "Sizes":
        """A part of it, two of each at least."""
        return Sizes(*(max(2, round(share * getattr(self, name))) for name in self.__slots__))


def examine(
    model: Path = MODEL, sizes: Sizes | None = None, seed: int = SEED, samples: Path | None = SAMPLES,
    cases: Path | None = CASES, rules: bool = False, rivals: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """All figures of the exam. Raises FileNotFoundError or ValueError where `model` is no model of this vocabulary."""
    sizes = sizes or Sizes()
    began = time.monotonic()
    engine = LlamaEngine(model)
    tiny = tiny_candidate(model, engine)
    found = examine_reader(tiny, sizes, seed, samples, cases, engine)
    splits = found["splits"]
    unbounded = LlamaEngine(model, is_bounded=False)
    facts: dict[str, Any] = {
        "seed": seed,
        "silent_errors": sum(facts["silent_errors"] for facts in splits.values()),
        "lines": sum(facts["lines"] for facts in splits.values()),
        "messages_complete_and_exact": splits[HELD_OUT]["messages_exact"],
        **found,
        "alone": {
            split: examine_alone(unbounded, islice(draw_messages(split, seed), sizes.of(split)))
            for split in (KNOWN, HELD_OUT)
        },
        "plans": examine_plans(engine, tiny.compiler.reference, sizes.plans, seed, samples),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if rules:
        facts["rules"] = examine_reader(rules_candidate(), sizes, seed, samples, cases)
    if rivals:
        from udf.train.exam.rivals import examine_rivals  # merges the specialist, for which exam-setup has the packages

        short = (message for message in draw_messages(HELD_OUT, seed) if len(message.data) <= SHORT)
        facts["rivals"] = examine_rivals(list(islice(short, sizes.rivals)), tiny)
    return facts | {"minutes": round((time.monotonic() - began) / 60, 1)}


def examine_reader(
    candidate: Candidate, sizes: Sizes, seed: int, samples: Path | None, cases: Path | None,
    engine: Engine | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A reader on every split, on damaged messages, samples and cases; with its `engine` its format is watched too."""
    splits: dict[str, Any] = {}
    for split in SPLITS:
        marks, format_ = Marks(), _Format()
        messages = islice(draw_messages(split, seed), sizes.of(split))
        for message in _shown(messages, f"{candidate.name}, {split}", sizes.of(split)):
            candidate.forget()
            result = read_file(candidate.compiler, message.data)
            marks.mark(message.data.decode(), message.lines, message.gaps, result, message.header)
            first = result if candidate.once is candidate.compiler else read_file(candidate.once, message.data)
            marks.mark_first(message.groups, message.gaps, message.header, first)
            if engine and split != QUIRKS:  # where text was lost, the chunks are not those of the draft
                format_.count(engine, message.draft)
        splits[split] = marks.facts() | format_.facts()
    return {
        "splits": splits,
        BEYOND: examine_beyond(candidate.compiler, sizes.beyond, seed),
        "damaged messages": _damage(candidate.compiler, sizes.damaged, seed),
        "samples": _read_samples(candidate.compiler, samples) if samples and samples.is_dir() else None,
        "cases": examine_cases(candidate.compiler, cases) if cases and cases.is_dir() else None,
    }


class _Format:
    """Answers that keep the format. What was just compiled is remembered, so asking for it again costs nothing."""

    def __init__(self) -> None:
        self.answers = self.readable = 0

    def count(self, engine: Engine, draft: Draft) -> None:
        for chunk, _ in chunk_draft(draft):
            tokens, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
            said = engine.answer([Prompt(tokens, len(positions))])[0]
            self.answers += 1
            try:
                decode_answer(said.tokens, draft.message_type, chunk.segments, positions)
            except ValueError:
                continue
            self.readable += 1

    def facts(self) -> dict[str, float]:
        return {"format_valid": round(self.readable / self.answers, 5)} if self.answers else {}


def _damage(compiler: Compiler, messages: int, seed: int) -> dict[str, Any]:
    """How many damaged messages were accepted with another meaning."""
    effects: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    examples: list[dict[str, str]] = []
    for kind, sound, text in _shown(islice(draw_damaged(seed), messages), "damaged messages", messages):
        effect = classify(sound, compiler.compile_batch([text])[0])
        effects[effect] += 1
        if effect == "missed":
            missed[kind] += 1
            examples.append({"kind": kind, "sound": sound.text, "damaged": text})
    return {
        "messages": messages,
        "accepted": effects["missed"],
        "refused": effects["caught"],
        "harmless": effects["harmless"],
        "accepted_by_kind": dict(missed),
        "examples": examples[:5],
    }


def _read_samples(compiler: Compiler, folder: Path) -> dict[str, Any]:
    right = total = wrong = 0
    refused: dict[str, list[str]] = {}
    for path, stated in read_samples(folder):
        outcomes = compile_file(compiler, path.read_bytes())
        got = Counter(
            checked(line) for o in outcomes if o.is_valid and o.document is not None for line in o.document.lines
        )
        total, right, wrong = total + stated.total(), right + (stated & got).total(), wrong + (got - stated).total()
        if stated - got:
            problems = [p for o in outcomes for q in (o, *o.rejected_lines) for p in q.problems]
            refused[path.name] = sorted({p.code for p in problems if p.severity == "error"})
    return {"records": total, "records_right": right, "share": round(right / total, 5) if total else None,
            "silent_errors": wrong, "not_all_right": refused}  # fmt: skip


def _shown(messages: Iterable[Any], name: str, total: int) -> Iterable[Any]:
    console = Console(stderr=True)
    return track(messages, name, total, console=console) if console.is_terminal else messages


def write_into_card(facts: dict[str, Any], model: Path) -> None:
    """Put the figures into the card beside a model, without the texts of examples."""
    path = model.with_name("card.json")
    card = json.loads(path.read_text())
    card["exam"] = without_examples(facts)
    path.write_text(json.dumps(card, indent=1) + "\n")


def without_examples(facts: Any) -> Any:
    """The figures alone: examples are long, and those of the samples are other people's."""
    if isinstance(facts, dict):
        return {name: without_examples(value) for name, value in facts.items() if name not in _TEXTS}
    return [without_examples(value) for value in facts] if isinstance(facts, list) else facts


_TEXTS = ("examples", "not_all_right")


def evaluate(
    model: Path = MODEL,
    seed: int = SEED,
    share: Annotated[float, typer.Option(help="part of the exam's messages, 1 for all")] = 1.0,
    rivals: Annotated[bool, typer.Option(help="examine two larger models as well")] = True,
    samples: Path = SAMPLES,
    cases: Path = CASES,
    out: Annotated[Path, typer.Option(help="folder for exam.json and exam.png")] = Path("runs/exam"),
    card: Annotated[bool, typer.Option(help="write the figures into the model's card as well")] = False,
) -> None:
    """Examine a GGUF, print the tables and write them as JSON and as a picture."""
    facts = examine(model, Sizes().times(share), seed, samples, cases, rules=True, rivals=rivals)
    print_exam(facts, Console(width=120))
    out.mkdir(parents=True, exist_ok=True)
    (out / "exam.json").write_text(json.dumps(facts, indent=1) + "\n")
    if card:
        write_into_card(facts, model)
    print(f"{out / 'exam.json'}, {draw_exam(facts, out / 'exam.png')}")


if __name__ == "__main__":
    typer.run(evaluate)
