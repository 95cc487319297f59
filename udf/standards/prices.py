"""Where the standards put prices, what they are for, and which quantity has which."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.reading import Position
from udf.standards.edifact import EDIFACT
from udf.standards.owners import QUANTITIES, has_below
from udf.standards.quantities import PIECES
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number
from udf.standards.x12 import X12

PRICES = frozenset(("PRI", "CTP"))
"""Segments of a price that stands apart from its quantity: EDIFACT's and X12's."""
CURRENCY = "CUX"
"""What EDIFACT has below a price: D.99B SLSRPT, D.96A INVRPT."""


def price_runs(segments: Sequence[Segment], first: int, last: int, setting: Setting) -> list[Position]:
    """The first price of each run of price segments; a UIT counts where it states one, and a CUX ends none."""
    runs: list[Position] = []
    previous = -2
    slots = setting.standard.stated_in("price")
    for index in range(first, last):
        segment = segments[index]
        slot = slots.get(segment.tag)
        if segment.tag == CURRENCY and previous == index - 1:
            previous = index
        if slot is None or not segment.value(*slot):
            continue
        if previous != index - 1:
            runs.append((index, *slot))
        previous = index
    return runs


def price_run(segments: Sequence[Segment], price: Position, last: int, setting: Setting) -> list[Position]:
    """The prices that stand together with one, in stream order: all are of the same quantity."""
    slots = setting.standard.stated_in("price")

    def states_price(index: int) -> bool:
        slot = slots.get(segments[index].tag)
        return slot is not None and bool(segments[index].value(*slot))

    if not states_price(price[0]):
        return [price]

    def step(index: int, by: int) -> int:
        """How far the next price of the run is, 0 where there is none: D.99B SLSRPT has a CUX below each."""
        over = segments[index + by].tag == CURRENCY if 0 <= index + 2 * by < last else False
        return next((n for n in (1, 2)[: 1 + over] if 0 <= index + n * by < last and states_price(index + n * by)), 0)

    begin = end = price[0]
    while back := step(begin, -1):
        begin -= back
    while on := step(end, 1):
        end += on
    return [
        (index, *slots[segments[index].tag]) for index in range(begin, end + 1) if segments[index].tag != CURRENCY
    ]  # fmt: skip


def prefer_price(
    segments: Sequence[Segment], run: Sequence[Position], unit: str | None, setting: Setting
) -> Position | None:
    """Which of some prices of a quantity in a unit is its price, by the table of their types; None where none is.

    One for one such unit goes before one for a hundred or a case. Of two equals that differ neither is taken.
    """
    if len(run) == 1:
        return run[0]
    ranks = [_rank(segments[s], unit, setting) for s, _, _ in run]
    best = [price for price, rank in zip(run, ranks, strict=True) if rank == min(ranks)]
    return best[0] if len({value_at(segments, price) for price in best}) == 1 else None


def _rank(segment: Segment, unit: str | None, setting: Setting) -> tuple[int, ...]:
    def preference(element: str, code: str) -> int:
        known = setting.reference.price_preference(setting.standard.name, element, code)
        return _UNKNOWN if known is None else known

    is_apart = price_basis(segment) is not None or other_unit(segment, unit) is not None
    if segment.tag != "PRI":
        code = segment.value(*_TYPES[segment.tag])
        return is_apart, preference("639" if segment.tag == "UIT" else "236", code)
    qualifier = preference("5125", segment.value(0))
    if qualifier == _UNKNOWN:  # a type of 5387 where the qualifier stands: PRI+NTP:27
        qualifier = preference("5387", segment.value(0))
    return is_apart, min(preference("5387", segment.value(0, 3)), qualifier), qualifier


_UNKNOWN = 1_000
"""Behind all that the table names."""


def price_kind(segment: Segment) -> tuple[str, ...]:
    """What tells a price from others of one run: PRI 5125, 5375, 5387, 5284, 6411; CTP01, 02, 04, 05."""
    if segment.tag == "PRI":
        return tuple(segment.value(0, c) for c in (0, 2, 3, 4, 5))
    return tuple(segment.value(e) for e in (0, 1, 3, 4))


def _repeated_price(segments: Sequence[Segment], first: int, last: int) -> int | None:
    """A price in one run with another of its kind: one of them is of a quantity that stood elsewhere."""
    run: dict[tuple[str, ...], list[list[str]]] = {}
    for index in range(first, last):
        segment = segments[index]
        if segment.tag not in PRICES:
            run.clear()
        elif run.setdefault(price_kind(segment), segment.elements) != segment.elements:
            return index
    return None


_TYPES = {**EDIFACT.stated_in("price_type"), **X12.stated_in("price_type")}


def price_type_slot(segments: Sequence[Segment], price: Position) -> Position | None:
    """Where the type of a price stands, None where it is not stated."""
    s = price[0]
    slot = _TYPES.get(segments[s].tag)
    return (s, *slot) if slot and segments[s].value(*slot) else None


BASES: Mapping[str, tuple[tuple[int, int, str], ...]] = {
    "PRI": ((0, 4, "for"),), "CTP": ((3, 0, "for"), (6, 0, "times")),
}  # fmt: skip
"""(element, component, word) of what a price is for, where that is not one unit: PRI 5284, CTP04, CTP07."""
_BASIS_CODES = {"CTP": 8, "UIT": 2}
"""The element of X12 639."""
_BASES_OF_CODES = {
    "HP": ("hundred", 100), "TP": ("thousand", 1_000), "PN": ("ten", 10), "HF": ("hundred feet", 100),
    "TH": ("thousand feet", 1_000),
}  # fmt: skip
"""X12 639, the codes whose price is for more than one, and for how many."""


def price_basis(segment: Segment) -> str | None:
    """What a price is for where that is not one unit: PRI 5284, CTP04, CTP07 or X12 639; None where it is for one."""
    tag = segment.tag
    code = segment.value(_BASIS_CODES[tag]) if tag in _BASIS_CODES else ""
    if code in _BASES_OF_CODES:
        return f"for a {_BASES_OF_CODES[code][0]}"
    for e, c, what in BASES.get(tag, ()):
        text = segment.value(e, c)
        try:
            is_one = not text or read_number(text) == 1
        except UnreadableValueError:
            is_one = False
        if not is_one:
            return f"{what} {text}"
    return None


class PriceOf(NamedTuple):
    """What a price is for, as it is stated."""

    unit: Position | None
    quantity: Position | None
    number: Decimal | None
    """The quantity, whether it is stated as a number or by a code."""


def price_of(segments: Sequence[Segment], price: Position, mark: str | None) -> PriceOf:
    """The unit that a price is for and how many of them. Raises UnreadableValueError."""
    s = price[0]
    segment = segments[s]
    tag = segment.tag
    unit = (s, *PRICE_UNITS[tag]) if tag in PRICE_UNITS and segment.value(*PRICE_UNITS[tag]) else None
    e, c, _ = BASES[tag][0] if tag in BASES else (-1, 0, "")
    if e >= 0 and segment.value(e, c):
        return PriceOf(unit, (s, e, c), read_number(segment.value(e, c), mark, "price-not-a-number"))
    code = segment.value(_BASIS_CODES[tag]) if tag in _BASIS_CODES else ""
    return PriceOf(unit, None, Decimal(_BASES_OF_CODES[code][1]) if code in _BASES_OF_CODES else None)


PRICE_UNITS: Mapping[str, tuple[int, int]] = {"PRI": (0, 5), "CTP": (4, 0), "UIT": (0, 0)}
"""(element, component) of the unit that a price is for: PRI 6411, CTP05, UIT01."""


def other_unit(segment: Segment, unit: str | None) -> str | None:
    """The unit that a price is for where the quantity has another one; None where they agree or one is silent."""
    at = PRICE_UNITS.get(segment.tag)
    own = segment.value(*at) if at else ""
    if not own or not unit or own == unit or (own in PIECES and unit in PIECES):
        return None
    return own


def has_own_prices(setting: Setting) -> bool:
    """Whether the structure of a message puts prices below each quantity: PRI from D.97A SLSRPT on, CTP in an 852."""
    triggers = ("ZA",) if setting.message_type == "852" else QUANTITIES
    return has_below(setting.message_type, setting.version, triggers, "CTP" if triggers == ("ZA",) else "PRI")


def bind_prices(
    segments: Sequence[Segment], first: int, last: int, activities: list[int], setting: Setting
) -> tuple[dict[int, Position | None], list[Finding]]:
    """Activity to price: one before the quantities is the line's; those after them are each one's, or one for all."""
    runs = price_runs(segments, first, last, setting)
    repeated = _repeated_price(segments, first, last)
    if repeated is not None:
        return {}, [Finding("price-ambiguous", "Two prices of one type stand together.", repeated)]
    before = [run for run in runs if run[0] < activities[0]]
    after = [run for run in runs if run[0] > activities[0]]
    starts = [run[0] for run in after]
    if len(before) == 1 and after and setting.message_type == "852":  # CTP stands below LIN and below ZA: the nearer
        nearer = {activities[bisect_right(activities, run[0]) - 1]: run for run in after}
        return {activity: nearer.get(activity, before[0]) for activity in activities}, []
    if before and after:
        detail = "Prices stand before and after the quantities."
        return {}, [Finding("price-ambiguous", detail, after[0][0])]
    if len(before) > 1:
        return {}, [Finding("price-ambiguous", "The line states several prices.", before[1][0])]
    if before:
        return dict.fromkeys(activities, before[0]), []
    if len(after) == 1 and after[0][0] > activities[-1] and setting.standard.shares_last_price:
        if len(activities) > 1 and has_below(setting.message_type, setting.version, QUANTITIES, "PRI"):
            detail = "A price stands behind the last of several quantities: by the directory it is of that one alone."
            return {}, [Finding("price-ambiguous", detail, after[0][0])]
        return dict.fromkeys(activities, after[0]), []
    bound: dict[int, Position | None] = {}
    for n, activity in enumerate(activities):
        stop = activities[n + 1] if n + 1 < len(activities) else last
        own = after[bisect_right(starts, activity) : bisect_left(starts, stop)]
        if len(own) > 1:
            return {}, [Finding("price-ambiguous", "A quantity has several prices.", own[1][0])]
        bound[activity] = own[0] if own else None
    slots = [price_type_slot(segments, run) for run in after]
    is_own = has_own_prices(setting)
    if not is_own and len({value_at(segments, slot) if slot else "" for slot in slots}) > 1:
        detail = "The quantities of the line have prices of different types."
        return {}, [Finding("price-ambiguous", detail, after[1][0])]
    return bound, []
