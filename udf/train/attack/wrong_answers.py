"""Wrong answers about sound messages: everything that a wrong model could say of them, sorted by kind."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from udf.language.bounded import grammar_of
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, Bundles
from udf.reading import FIELDS, Position, Record, SegmentLike
from udf.train.attack.oracle import Tokens, write_answer
from udf.train.corpus.drafts import Draft, chunk_draft

_THINGS = {
    "quantity": "quantity", "qualifier": "qualifier", "unit": "unit", "location": "place", "location_type": "place",
    "item": "item", "item_type": "item", "price": "price", "price_type": "price", "start": "date", "end": "date",
    "document_date": "date", "document_number": "header field", "function": "header field", "currency": "header field",
}  # fmt: skip
_PAIRS = (("qualifier", "quantity"), ("item_type", "item"), ("location_type", "location"), ("price_type", "price"))
_DATES = ("start", "end", "document_date")
_EXCHANGED = {"quantity": "quantities", "location": "stores", "item": "items", "price": "prices", "start": "dates"}


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A wrong answer, as tokens, to one prompt."""

    kind: str
    prompt: Bundles
    answer: Tokens


def draw_wrong_answers(r: random.Random, draft: Draft, each: int) -> list[WrongAnswer]:
    """Up to `each` wrong answers of every kind to the prompts of a draft."""
    found: dict[str, dict[tuple[Bundles, Tokens], None]] = {}
    for chunk, records in chunk_draft(draft):
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
        right = write_answer(records, draft.message_type, chunk.segments, positions)
        if right is None:
            continue
        for kind, said in _twist(r, records or [{}], positions, chunk.segments):
            answer = write_answer([record for record in said if record], draft.message_type, chunk.segments, positions)
            if answer is not None and answer != right:
                found.setdefault(kind, {})[prompt, answer] = None
        for answer in _garble(r, prompt, right):
            found.setdefault("a token of the answer is another", {})[prompt, answer] = None
    return [
        WrongAnswer(kind, prompt, answer)
        for kind, answers in found.items()
        for prompt, answer in r.sample(list(answers), min(each, len(answers)))
    ]


def _twist(
    r: random.Random, records: list[Record], positions: Sequence[Position], segments: Sequence[SegmentLike]
) -> Iterator[tuple[str, list[Record]]]:
    n = r.randrange(len(records))
    record, before, after = records[n], records[:n], records[n + 1 :]
    for field in FIELDS:
        for position in _targets(r, record.get(field), positions, segments):
            yield f"{_THINGS[field]} points elsewhere", [*before, record | {field: position}, *after]
        if field in record:
            rest = {name: position for name, position in record.items() if name != field}
            yield f"{_THINGS[field]} is left out", [*before, rest, *after]
    for code, value in _PAIRS:
        if code in record and value in record:
            exchanged = record | {code: record[value], value: record[code]}
            yield "qualifier and value are exchanged", [*before, exchanged, *after]
    for one in _DATES:
        for other in _DATES:
            if one < other and (one in record or other in record):
                swapped = {name: at for name, at in record.items() if name not in (one, other)}
                swapped |= {one: record[other]} if other in record else {}
                swapped |= {other: record[one]} if one in record else {}
                yield "dates are exchanged", [*before, swapped, *after]
    yield "a record is left out", [*before, *after]
    yield "a record is told twice", [*before, record, record, *after]
    for position in r.sample(list(positions), min(8, len(positions))):
        yield "a record is invented", [*records, record | {"quantity": position}]
    yield from _mistake_all(r, records, positions, segments)
    if after:
        m = r.randrange(n + 1, len(records))
        for field, things in _EXCHANGED.items():
            mine, theirs = dict(record), dict(records[m])
            own, other_s = mine.pop(field, None), theirs.pop(field, None)
            mine |= {field: other_s} if other_s else {}
            theirs |= {field: own} if own else {}
            yield f"two {things} are exchanged", [*before, mine, *records[n + 1 : m], theirs, *records[m + 1 :]]


def _mistake_all(
    r: random.Random, records: list[Record], positions: Sequence[Position], segments: Sequence[SegmentLike]
) -> Iterator[tuple[str, list[Record]]]:
    """One mistake made in every record alike: what a wrong reading of the layout would say."""
    for field, things in _EXCHANGED.items():
        values = [record.get(field) for record in records]
        for position in _targets(r, values[0], positions, segments)[:4] if field != "quantity" else ():
            yield f"all {things} point elsewhere", [record | {field: position} for record in records]
        if len(set(values)) > 1:
            for shifted in (values[1:] + values[:1], values[-1:] + values[:-1]):
                moved = [
                    {name: at for name, at in (record | {field: value}).items() if at is not None}
                    for record, value in zip(records, shifted, strict=True)
                ]  # fmt: skip
                yield f"all {things} are shifted by one", moved  # type: ignore[misc]


def _targets(
    r: random.Random, own: Position | None, positions: Sequence[Position], segments: Sequence[SegmentLike]
) -> list[Position]:
    """Where a field might be taken from: all that looks as its own place does, and some of the rest."""
    others = [position for position in positions if position != own]
    if own is not None:
        tag = segments[own[0]].tag
        alike = [p for p in others if segments[p[0]].tag == tag and (p[1:] == own[1:] or p[0] == own[0])]
    else:
        alike = []
    return alike + r.sample(others, min(3, len(others)))


def _garble(r: random.Random, prompt: Bundles, answer: Tokens) -> Iterator[Tokens]:
    """The answer with one token changed to another that the grammar allows there, or cut off behind a record."""
    for _ in range(4):
        at = r.randrange(len(answer))
        other = r.choice(grammar_of(prompt).allowed(answer[:at]))
        if other != answer[at]:
            yield (*answer[:at], other, *answer[at + 1 :]) if other != EOS else (*answer[:at], other)
