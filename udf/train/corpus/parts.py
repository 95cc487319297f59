"""Stock that is split by best-before date, batch or state: several quantities of one code, each with what it is."""

import random
from collections.abc import Iterator, Sequence

from udf.train.corpus.drafts import Draft, Reference
from udf.train.corpus.values import code, day, decimal_of, different

EDIFACT_MARKS = ("361", "361", "36", "GIN", "INV", "BT")
X12_MARKS = ("036", "036", "LQ", "LT")
_STATES = ("1", "2", "3", "4")
"""7491: accepted, damaged, bonus, reserved."""


def draw_parts(r: random.Random, codes: Sequence[str], mark: str) -> Iterator[tuple[str, str]]:
    """(qualifier, what its part is) for each quantity of a line; one quantity a code where there is no mark."""
    for qualifier in codes:
        if not mark:
            yield qualifier, ""
            continue
        draw = (lambda r: r.choice(_STATES)) if mark == "INV" else day if mark in _DATES else _batch
        for value in different(r, draw, r.choice([1, 2, 2, 3, 4])):
            yield qualifier, value


_DATES = ("361", "36", "036")


def _batch(r: random.Random) -> str:
    return code(r, 4, 9)


def write_mark(draft: Draft, mark: str, value: str) -> None:
    """The segment that says which part of the stock a quantity is; none where there is no mark."""
    if not mark:
        return
    if mark in ("361", "36"):
        draft.add("DTM", [mark, value, "102"])
    elif mark == "BT":
        draft.add("RFF", [mark, value])
    elif mark == "036":
        draft.add("DTM", mark, value)
    elif mark == "LT":
        draft.add("REF", mark, value)
    else:
        draft.add(mark, {"GIN": "BN", "INV": "2", "LQ": "AB"}[mark], value)


def break_sums(r: random.Random, records: Sequence[dict[str, Reference]]) -> None:
    """Change the quantities of a code until none is the sum of the others: it could be their total."""
    by_code: dict[str, list[Reference]] = {}
    for record in records:
        segment, e, c = record["qualifier"]
        by_code.setdefault(segment.elements[e][c], []).append(record["quantity"])
    for parts in by_code.values():
        while len(parts) > 2 and _has_sum(parts):
            segment, e, c = parts[-1]
            segment.elements[e][c] = str(r.randint(1, 99_999))


def _has_sum(parts: Sequence[Reference]) -> bool:
    numbers = [decimal_of(segment.elements[e][c]) for segment, e, c in parts]
    return any(number and 2 * number == sum(numbers) for number in numbers)
