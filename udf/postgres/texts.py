"""Texts of callers in, rows and their JSON out: whatever a text holds, it has an outcome."""

from collections.abc import Iterator, Sequence
from typing import Any

from udf.outcome import CompiledRow, Envelope, Problem
from udf.postgres.answers import dump_row
from udf.postgres.faults import compile_each, describe_fault, refuse, understand_envelope
from udf.postgres.limits import MESSAGE, OUTCOME, describe_excess, describe_long_outcome, measure
from udf.postgres.session import Session
from udf.refusals import hash_document

# Texts of a batch that are compiled at once: enough to decode their prompts together, little enough to be a trifle in
# memory and to give the first rows at once.
_SLICE_TEXTS = 200
_SLICE_CHARACTERS = 500_000
# Shorter outcomes are given whatever the setting says.
_SHORT_OUTCOME = 100_000


def compile_texts(
    session: Session, texts: Sequence[str], envelopes: Sequence[str | None]
) -> list[CompiledRow]:  # fmt: skip
    """A row for each text, in order; of one that is too large or has no envelope that can be read, its refusal.

    Raises MemoryError and OSError, which speak of the machine, and Interrupted.
    """
    limit = MESSAGE.read(session.backend)
    rows: dict[int, CompiledRow] = {}
    wanted: list[int] = []
    known: list[Envelope | None] = []
    for number, text in enumerate(texts):
        envelope = understand_envelope(envelopes[number])
        if not isinstance(envelope, Problem) and (size := measure(text, limit)) > limit:
            envelope = describe_excess("message", size, limit, MESSAGE)
        if isinstance(envelope, Problem):
            rows[number] = _refuse(session, envelope, text)
            continue
        wanted.append(number)
        known.append(envelope)
    chosen = texts if not rows else [texts[number] for number in wanted]
    compiled = compile_each(session.load().compile_rows, chosen, known, lambda _, fault: _fail(session, fault))
    if not rows:
        return compiled
    rows |= zip(wanted, compiled, strict=True)
    return [rows[number] for number in range(len(texts))]


def dump_texts(session: Session, texts: Sequence[str], envelopes: Sequence[str | None]) -> list[str]:
    """The outcome of each text as JSON."""
    rows = compile_texts(session, texts, envelopes)
    return [_dump(session, row, text) for row, text in zip(rows, texts, strict=True)]


def _dump(session: Session, row: CompiledRow, text: str) -> str:
    """The outcome of a text, or its refusal where PostgreSQL would take too long to read it."""
    written = dump_row(row)
    if len(written) <= _SHORT_OUTCOME:
        return written
    limit = OUTCOME.read(session.backend)
    size = measure(written, limit)
    if size <= limit:
        return written
    refused = _refuse(session, describe_long_outcome(size, limit), text)
    return dump_row(
        refused._replace(
            message_type=row.message_type, route=row.route, attempts=row.attempts, compile_ms=row.compile_ms
        )
    )


def _refuse(session: Session, problem: Problem, text: str) -> CompiledRow:
    """The row of a message that is not compiled, with the digest of its text."""
    return refuse(problem, *session.versions(), digest=hash_document(text, None))


def _fail(session: Session, fault: Exception) -> CompiledRow:
    return refuse(describe_fault(fault), *session.versions())


def flatten(values: Sequence[Any]) -> Sequence[Any]:
    """An array of several dimensions as unnest gives it: PL/Python makes it lists of lists."""
    if values and isinstance(values[0], list):
        return [value for part in values for value in flatten(part)]
    return values


def cut(raws: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """[start, end) of slices that are compiled at once."""
    start = characters = 0
    for number, raw in enumerate(raws):
        size = len(raw or "")
        if number > start and (number - start >= _SLICE_TEXTS or characters + size > _SLICE_CHARACTERS):
            yield start, number
            start, characters = number, 0
        characters += size
    if start < len(raws):
        yield start, len(raws)
