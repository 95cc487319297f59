"""Partners beyond the standard: whether the first proposal is right, and that nothing is valid before an approval.

The exam's partners have a kind of invention that was never taught. A proposal is right where it has each line that the
draft states and no other, with item, place, code, quantity, unit and dates as they were sent.
"""

import datetime
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.outcome import Line, Outcome
from udf.train.corpus.drafts import Draft, DraftSegment, Reference, stands
from udf.train.corpus.rendering import draw_writing, render_interchange
from udf.train.corpus.strangers import Stranger, draw_stranger
from udf.train.corpus.truth import days_of
from udf.train.corpus.values import decimal_of
from udf.train.exam.marking import share_of

BEYOND = "beyond the standard"
Row = tuple[object, ...]
"""Item, place, code, quantity, unit, and the days that the dates are of."""


@dataclass(frozen=True, slots=True)
class StrangeMessage:
    """A file of a partner beyond the standard, and what a right proposal says of it."""

    data: bytes
    stranger: Stranger
    draft: Draft


def draw_strange(seed: int, held_out: bool = True) -> Iterator[StrangeMessage]:
    """A message each of drawn partners, endlessly."""
    r = random.Random(f"{BEYOND}:{held_out}:{seed}")
    while True:
        stranger = draw_stranger(r, held_out)
        try:
            draft = stranger.draft(r)
        except ValueError:
            continue
        writing = draw_writing(r, draft.message_type)
        yield StrangeMessage(render_interchange(draft, writing, r), stranger, draft)


def examine_beyond(compiler: Compiler, partners: int, seed: int, held_out: bool = True) -> dict[str, Any]:
    """How many of so many partners get the right proposal, first or at all."""
    verdicts: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    valid = 0
    for message in islice(draw_strange(seed, held_out), partners):
        verdict, lines = judge(compiler, message)
        verdicts[verdict] += 1
        valid += lines
        for kind in message.stranger.kinds:
            kinds.setdefault(kind, Counter())[verdict] += 1
    first = verdicts["first"] + verdicts["read rightly"]
    return {
        "partners": partners,
        "first_right": share_of(first, partners),
        "among_three": share_of(first + verdicts["later"], partners),
        "read_rightly": verdicts["read rightly"],
        "without_proposal": verdicts["none"],
        "wrong": verdicts["wrong"],
        "lines_valid_and_wrong": valid,
        "by_kind": {kind: dict(counts) for kind, counts in sorted(kinds.items())},
    }


def judge(compiler: Compiler, message: StrangeMessage) -> tuple[str, int]:
    """What came of a message, and how many of its lines were valid and say anything else than it states.

    `first`, `later` or `wrong` by its proposals, `none` without any; `read rightly` where the standard had a rule.
    """
    outcomes: list[Outcome] = []
    for found in split_interchange(message.data).messages:
        outcomes += [outcome for outcome, _ in compiler.compile_units([found.text], [found.envelope])]
    if len(outcomes) != 1:
        return "none", 0
    (outcome,) = outcomes
    stated = [stated_row(record) for record in message.draft.whole]
    if outcome.is_valid and outcome.document and outcome.document.lines:
        lines = list(outcome.document.lines)
        left = count_wrong(stated, lines)
        # a message that is not complete says which of its lines are not proved
        is_wrong = outcome.is_complete or any(not any(_says(line, row) for row in stated) for line in lines)
        silent = left if is_wrong else 0
        return ("wrong" if left else "read rightly"), silent
    right = [not count_wrong(stated, list(proposal.lines)) for proposal in outcome.proposals]
    if not right:
        return "none", 0
    return ("first" if right[0] else "later" if any(right) else "wrong"), 0


def count_wrong(stated: list[Row], lines: list[Line]) -> int:
    """Lines that are not among those stated; and one where a stated line is missing."""
    left = list(stated)
    wrong = 0
    for line in lines:
        hit = next((row for row in left if _says(line, row)), None)
        if hit is None:
            wrong += 1
        else:
            left.remove(hit)
    return wrong or int(bool(left))


def _says(line: Line, row: Row) -> bool:
    *plain, first, last = row
    if [line.item_id, line.location_id, line.qualifier, line.quantity, line.unit] != plain:
        return False
    if line.period_start or line.period_end:
        return (line.period_start, line.period_end) == (first, last)
    # a stock has a day; a day of a stock is no period of what was sold
    return line.as_of_date in (last, None) if "as_of_date" in line.source or last is None else last is None


def stated_row(record: dict[str, Reference]) -> Row:
    """What a right proposal says of one line."""

    def text(name: str) -> str | None:
        if name not in record or not stands(record[name]):
            return None
        segment, e, c = record[name]
        return segment.elements[e][c]

    first, last = (record.get(name) for name in ("start", "end"))
    quantity: Decimal = decimal_of(text("quantity") or "0")
    return (
        text("item"), text("location"), text("qualifier"), quantity, text("unit"),
        _day(first, 0) if first else None, _day(last, 1) if last else None,
    )  # fmt: skip


def _day(reference: Reference, which: int) -> datetime.date:
    """The first or the last day of a date, in whatever segment: with its time it begins with the day."""
    segment, e, c = reference
    text = segment.elements[e][c]
    if segment.tag == "DTM" or len(text) not in (_WITH_TIME, _RANGE):
        return days_of(reference)[which]
    half = text[8:] if which and len(text) == _RANGE else text[:8]
    return days_of((DraftSegment(segment.tag, [[half]]), 0, 0))[which]


_WITH_TIME, _RANGE = len("YYYYMMDDHHMM"), len("YYYYMMDDYYYYMMDD")
