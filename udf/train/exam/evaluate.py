"""The exam: ``python -m udf.train.exam.evaluate`` (make exam).

A GGUF runs through the compiler that ships, never a checkpoint. Drawn messages come as files, with envelopes and the
vices of their partners; what they state is known from their drafts alone (`udf.train.corpus.truth`), damaged ones must
not be accepted, hand-checked messages of other people are compared with their records. All of these are read without
plans; then partners teach plans, and later messages, damaged ones and the hand-checked ones are read with them. On some
of the same messages two larger models and plain rules are examined in the same run.
"""

import json
import resource
import time
from collections import Counter
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
from udf.train.attack.adversary import judge
from udf.train.corpus.drafts import Draft, chunk_draft
from udf.train.exam.marking import Marks
from udf.train.exam.messages import HELD_OUT, KNOWN, SPLITS, VICES, checked, draw_damaged, draw_papers, read_samples
from udf.train.exam.planned import examine_plans
from udf.train.exam.reading import compile_file, read_file
from udf.train.exam.report import WHOLE, print_exam

SEED = 900_001
SHORT = 600
"""Bytes of a message that the rivals are asked to read."""
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
"""Other people's messages stand beside the project; where they are missing their split is left out."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Messages of each split, and how many of the held-out ones the rivals read: they take half a minute for each."""

    known: int = 1000
    held_out: int = 1500
    vices: int = 700
    damaged: int = 1500
    rivals: int = 8
    plans: int = 200
    """Partners whose messages are read with plans on."""

    def of(self, split: str) -> int:
        return {KNOWN: self.known, HELD_OUT: self.held_out, VICES: self.vices}[split]

    def times(self, share: float) -> "Sizes":
        """A part of it, two of each at least."""
        return Sizes(*(max(2, round(share * getattr(self, name))) for name in self.__slots__))


def examine(
    model: Path = MODEL, sizes: Sizes | None = None, seed: int = SEED, samples: Path | None = SAMPLES,
    rivals: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """All figures of the exam. Raises FileNotFoundError or ValueError where `model` is no model of this codec."""
    sizes = sizes or Sizes()
    began = time.monotonic()
    engine = LlamaEngine(model)
    compiler = Compiler(engine)
    once = Compiler(engine, compiler.reference, attempts=1)
    splits: dict[str, Any] = {}
    for split in SPLITS:
        marks, format_ = Marks(), _Format()
        for paper in _shown(islice(draw_papers(split, seed), sizes.of(split)), split, sizes.of(split)):
            engine.forget()
            marks.mark(paper.data.decode(), paper.lines, paper.gaps, read_file(compiler, paper.data), paper.header)
            marks.mark_first(paper.groups, paper.gaps, paper.header, read_file(once, paper.data))
            if split != VICES:  # where text was lost, the chunks are not those of the draft
                format_.count(engine, paper.draft)
        splits[split] = marks.facts() | format_.facts()
    damaged = _damage(compiler, sizes.damaged, seed)
    facts: dict[str, Any] = {
        "seed": seed,
        "silent_errors": sum(facts["silent_errors"] for facts in splits.values()),
        "lines": sum(facts["lines"] for facts in splits.values()),
        "messages_complete_and_exact": splits[HELD_OUT]["messages_exact"],
        "splits": splits,
        "damaged messages": damaged,
        "plans": examine_plans(engine, compiler.reference, sizes.plans, seed, samples),
        "samples": _read_samples(compiler, samples) if samples and samples.is_dir() else None,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if rivals:
        from udf.train.exam.rivals import compare_with_rules, examine_rivals

        short = (paper for paper in draw_papers(HELD_OUT, seed) if len(paper.data) <= SHORT)
        known = list(islice(draw_papers(KNOWN, seed), sizes.of(KNOWN)))
        facts["rivals"] = examine_rivals(list(islice(short, sizes.rivals)), model)
        facts[WHOLE] = compare_with_rules(known, splits[KNOWN], model)
    return facts | {"minutes": round((time.monotonic() - began) / 60, 1)}


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
    verdicts: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    examples: list[dict[str, str]] = []
    for kind, sound, text in _shown(islice(draw_damaged(seed), messages), "damaged messages", messages):
        verdict = judge(sound, compiler.compile_batch([text])[0])
        verdicts[verdict] += 1
        if verdict == "missed":
            missed[kind] += 1
            examples.append({"kind": kind, "sound": sound.text, "damaged": text})
    return {
        "messages": messages,
        "accepted": verdicts["missed"],
        "refused": verdicts["caught"],
        "harmless": verdicts["harmless"],
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


def _shown(papers: Any, name: str, total: int) -> Any:
    console = Console(stderr=True)
    return track(papers, name, total, console=console) if console.is_terminal else papers


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
    rivals: Annotated[bool, typer.Option(help="examine plain rules and two larger models as well")] = True,
    samples: Path = SAMPLES,
    out: Annotated[Path, typer.Option(help="folder for exam.json and exam.png")] = Path("runs/exam"),
    card: Annotated[bool, typer.Option(help="write the figures into the model's card as well")] = False,
) -> None:
    """Examine a GGUF, print the tables and write them as JSON and as a picture."""
    from udf.train.fit.picture import draw_exam

    facts = examine(model, Sizes().times(share), seed, samples, rivals)
    print_exam(facts, Console(width=120))
    out.mkdir(parents=True, exist_ok=True)
    (out / "exam.json").write_text(json.dumps(facts, indent=1) + "\n")
    if card:
        write_into_card(facts, model)
    print(f"{out / 'exam.json'}, {draw_exam(facts, out / 'exam.png')}")


if __name__ == "__main__":
    typer.run(evaluate)
