"""Which of several prices is that of a quantity: the corpus's own statement of the contract's order."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from udf.train.corpus.values import decimal_of

PRICE_AT = {
    # price, type, unit, number of units: PRI 5118, 5125, 6411, 5284; CTP03, 02, 05, 04; UIT02, 03, 01
    "PRI": ((0, 1), (0, 0), (0, 5), (0, 4)), "CTP": ((2, 0), (1, 0), (4, 0), (3, 0)),
    "UIT": ((1, 0), (2, 0), (0, 0), None),
}  # fmt: skip
_PIECES = ("PCE", "EA", "C62", "NAR")
_PREFERRED = (
    # What consumers pay, what is suggested to them, what the trade pays; EDIFACT 5387 and 5125 together, X12 236, 639.
    "ACT", "RTP", "RTL", "ABE", "RES", "AAA", "CAL", "SRP", "MSR", "AAB", "UCP", "NTP", "GRP", "INV", "CON", "WHL",
    "DIS", "CAT", "AAE", "AAF", "PE", "CT", "TE", "CA",
)  # fmt: skip
Stated = tuple[Decimal | None, str | None, str | None, Decimal | None]
"""A price with its type, its unit and the number of units that it is for."""


class Segment(Protocol):
    """What is read of a segment."""

    tag: str
    elements: list[list[str]]


S = TypeVar("S", bound=Segment)


def component(segment: Segment, at: Sequence[int]) -> str | None:
    """What stands in a component, None where nothing does."""
    e, c = at
    elements = segment.elements
    return elements[e][c] or None if e < len(elements) and c < len(elements[e]) else None


def price_of(segment: Segment) -> Stated:
    """The price that a segment states."""
    price, kind, unit, count = (component(segment, at) if at else None for at in PRICE_AT[segment.tag])
    return decimal_of(price) if price else None, kind, unit, decimal_of(count) if count else None


def run_of(segments: Sequence[S], at: int) -> list[S]:
    """The prices that stand together with one, in the order of the text."""

    def states(index: int) -> bool:
        return (
            0 <= index < len(segments) and segments[index].tag in PRICE_AT and price_of(segments[index])[0] is not None
        )

    first = last = at
    while states(first - 1):
        first -= 1
    while states(last + 1):
        last += 1
    return list(segments[first : last + 1])


def choose_price(run: Sequence[S], unit: str | None) -> S | None:
    """The one that goes before the others for a quantity in a unit, None where two of one rank differ."""
    ranks = [(_is_for_other_unit(segment, unit), *_rank(segment)) for segment in run]
    best = [segment for segment, rank in zip(run, ranks, strict=True) if rank == min(ranks)]
    return best[0] if len({price_of(segment)[0] for segment in best}) == 1 else None


def _rank(segment: Segment) -> tuple[int, int]:
    """By 5387 where it is stated, then by the code of the price."""
    ranks = [
        _PREFERRED.index(code) if code in _PREFERRED else len(_PREFERRED)
        for code in (component(segment, (0, 3)) if segment.tag == "PRI" else None, price_of(segment)[1])
    ]
    return min(ranks), ranks[1]


def _is_for_other_unit(segment: Segment, unit: str | None) -> bool:
    """Whether a price is for another unit than its quantity is in: a case's beside pieces."""
    stated = price_of(segment)[2]
    return bool(stated and unit) and stated != unit and not (stated in _PIECES and unit in _PIECES)
