"""Examine a GGUF on partners it never saw: ``python -m udf.train.evaluate tillroll.gguf --messages 400``.

The model runs through the compiler that ships, messages are rendered with the vices of their partners, and the truth
is what the same compiler makes of the right answers.
"""

import json
import random
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import typer

from udf import codec
from udf.compiler import Compiler
from udf.contract import Line, Outcome
from udf.engine import Answer, LlamaEngine, Prompt
from udf.train.corpus import draft_examples, draw_partner
from udf.train.drafts import chunk_draft
from udf.train.rendering import draw_writing, render_message

EXAM_SEED = 900_001


class _Known:
    """Answers the prompts it was told, and any other with «no record»."""

    def __init__(self) -> None:
        self.answers: dict[tuple[int, ...], list[int]] = {}

    def answer(self, prompts: Any, prefixes: Any = None) -> list[Answer]:
        found = [self.answers.get(prompt.tokens, [codec.EOS]) for prompt in prompts]
        return [Answer(tuple(tokens), (1.0,) * len(tokens), (-1,) * len(tokens)) for tokens in found]


def _essence(line: Line) -> tuple[Any, ...]:
    return (
        line.item_id, line.item_id_type, line.location_id, line.location_id_type, line.qualifier, line.measure,
        line.quantity, line.unit, line.price, line.price_type, line.period_start, line.period_end, line.as_of_date,
    )  # fmt: skip


def _lines(outcome: Outcome) -> Counter[tuple[Any, ...]]:
    return Counter(_essence(line) for line in outcome.document.lines) if outcome.document else Counter()


def examine(model: Path, messages: int, seed: int = EXAM_SEED) -> dict[str, Any]:
    """How right the model is, before and after the loop, and how fast: one message at a time, nothing remembered."""
    r = random.Random(seed)
    engine = LlamaEngine(model)
    compiler = Compiler(engine)
    counts: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    milliseconds: list[float] = []
    for _ in range(messages):
        partner = draw_partner(r)
        draft = partner.draft(r)
        text = render_message(draft, draw_writing(r, draft.message_type))
        for prompt, answer in draft_examples(draft):
            markers = sum(token >= codec.MARK for token in prompt)
            counts["chunks"] += 1
            counts["chunks right"] += engine.answer([Prompt(tuple(prompt), markers)])[0].tokens == tuple(answer)
        known = _Known()
        for chunk, records in chunk_draft(draft):
            tokens, positions = codec.encode_chunk(chunk.kind, draft.message_type, chunk.segments)
            known.answers[tuple(tokens)] = codec.encode_answer(records, draft.message_type, chunk.segments, positions)
        truth = Compiler(known, compiler.reference).compile_batch([text])[0]
        engine.forget()
        began = time.perf_counter()
        outcome = compiler.compile_batch([text])[0]
        milliseconds.append(1000 * (time.perf_counter() - began))
        counts["messages"] += 1
        counts["first pass"] += outcome.is_complete and outcome.attempts == 1
        wanted, got = _lines(truth), _lines(outcome)
        if truth.is_complete:
            counts["provable"] += 1
            counts["provable and exact"] += outcome.is_complete and got == wanted
            if not outcome.is_complete:
                causes[", ".join(sorted({p.code for p in outcome.problems if p.severity == "error"}))] += 1
        if outcome.is_valid:
            counts["lines valid"] += got.total()
            counts["silent errors"] += (got - wanted).total()
    return {
        "messages": counts["messages"],
        "chunks_exact_first_answer": round(counts["chunks right"] / counts["chunks"], 4),
        "messages_complete_and_exact": round(counts["provable and exact"] / counts["provable"], 4),
        "messages_complete_at_first_pass": round(counts["first pass"] / counts["messages"], 4),
        "lines_called_valid": counts["lines valid"],
        "silent_errors": counts["silent errors"],
        "ms_per_message_p50": round(statistics.median(milliseconds), 2),
        "ms_per_message_p95": round(statistics.quantiles(milliseconds, n=20)[18], 2),
        "refused": dict(causes.most_common(12)),
        "seed": seed,
    }


def evaluate(model: Path, messages: int = 400, seed: int = EXAM_SEED) -> None:
    """Print the exam of a GGUF as JSON."""
    print(json.dumps(examine(model, messages, seed), indent=1))


if __name__ == "__main__":
    typer.run(evaluate)
