"""What a message states, worked out from the message alone: the measure that each answer of the model is held to.

Nothing here looks at an answer. Each function says where the standard puts something (quantities, places, periods,
prices, identifiers), and gives findings where the source leaves it open or has lost it.
"""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from udf.chunks import Chunk, is_buying_store
from udf.codec import Position, Record
from udf.identifiers import item_class
from udf.reference import Reference
from udf.segments import Segment, notes_of
from udf.values import UnreadableValueError, read_number, read_period

PLACES = ("LOC", "NAD", "N1")
SPLITS = ("SDQ", "SCH", "REF")
SINGLE = ("period", "as_of")
_PRICES = ("PRI", "CTP", "UIT")
RANGES = ("718", "711", "717", "716", "713", "610", "616")
_YEARS = range(1970, 2071)
"""No EDI message is of another year: a date outside has a damaged century."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold; `segment` is an index into the message's segments, or None."""

    code: str
    detail: str
    segment: int | None = None

    def __post_init__(self) -> None:
        if len(self.detail) > _LONGEST_DETAIL:
            object.__setattr__(self, "detail", f"{self.detail[:_LONGEST_DETAIL]}…")


_LONGEST_DETAIL = 2_000
"""Characters of a sentence for a person: a damaged value that it quotes may have a hundred times as many."""


def name_some(values: Iterable[str]) -> str:
    """Some values in order for a person, and of many, how many there are."""
    known = sorted(set(values))
    more = len(known) - _NAMED
    return ", ".join(known[:_NAMED]) + (f" and {more} more" if more > 0 else "")


_NAMED = 50


@dataclass(slots=True)
class Setting:
    """What is known of the message around a chunk."""

    standard: str
    message_type: str
    version: str
    partner: str
    decimal_mark: str | None
    reference: Reference

    @property
    def x12(self) -> bool:
        return self.standard == "X12"

    def measure(self, tag: str, code: str) -> str | None:
        """What the qualifier of a quantity means, None where no row of the tables says."""
        return self.reference.measure(self.standard, self.message_type, tag, self.version, self.partner, code)


def value_at(segments: Sequence[Segment], position: Position) -> str:
    """The component as sent."""
    s, e, c = position
    return segments[s].elements[e][c]


# --- dates -------------------------------------------------------------------------------------------------------


def read_date(segment: Segment, position: Position) -> tuple[datetime.date, datetime.date]:
    """First and last day of the date at a position of a segment. Raises UnreadableValueError."""
    _, e, c = position
    start, end = read_period(segment.value(e, c), date_form(segment, position))
    if start.year not in _YEARS or end.year not in _YEARS:
        raise UnreadableValueError("date-invalid", f"«{segment.value(e, c)}» is of a year without EDI messages.")
    return start, end


def date_form(segment: Segment, position: Position) -> str:
    """The form of the date at a position of a segment (EDIFACT 2379, X12 1250), '' where none is stated."""
    _, e, c = position
    return segment.value(e, 2) if segment.tag == "DTM" and c == 1 else "RD8" if segment.tag == "DTM" and e == 5 else ""


def date_statements(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> list[tuple[str, Position]]:
    """(role, position in the message) of each date that states a period."""
    found: list[tuple[str, Position]] = []
    for index in indices:
        segment = segments[index]
        tag = segment.tag
        if tag == "DTM":
            role = setting.reference.date_role(setting.standard, "DTM", segment.value(0))
            e, c = ((1, 0) if segment.value(1) else (5, 0)) if setting.x12 else (0, 1)
            if role not in (*SINGLE, "period_start", "period_end") or not segment.value(e, c):
                continue
            is_range = e == 5 or (not setting.x12 and segment.value(0, 2) in RANGES)
            found.append(("period" if is_range else role, (index, e, c)))
        elif tag == "XQ" and segment.value(1):
            found.append(("period_start" if segment.value(2) else "period", (index, 1, 0)))
            if segment.value(2):
                found.append(("period_end", (index, 2, 0)))
        elif tag == "BIA" and segment.value(3):
            found.append(("fallback", (index, 3, 0)))
    return found


def find_period(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> tuple[Position | None, Position | None, list[Finding]]:
    """Where the period of a header, group or line starts and ends; one date or range beats a pair of dates."""
    statements = date_statements(segments, indices, setting)
    for wanted in (SINGLE, ("period_start", "period_end"), ("fallback",)):
        by_role: dict[str, list[Position]] = {}
        for role, position in statements:
            if role in wanted:
                by_role.setdefault("single" if role in SINGLE else role, []).append(position)
        if not by_role:
            continue
        for positions in by_role.values():
            if len({value_at(segments, p) for p in positions}) > 1:
                detail = "Two different periods are stated at one level."
                return None, None, [Finding("date-ambiguous", detail, positions[1][0])]
        if "single" in by_role or "fallback" in by_role:
            at = (by_role.get("single") or by_role["fallback"])[0]
            return at, at, []
        start, end = by_role.get("period_start", [None])[0], by_role.get("period_end", [None])[0]
        if start is None or end is None:
            index = (start or end or (0, 0, 0))[0]
            return start, end, [Finding("period-half-stated", "A period states one of its ends only.", index)]
        return start, end, []
    return None, None, []


# --- header ------------------------------------------------------------------------------------------------------

HEADER_FIELDS = {
    "BGM": {"document_number": (1, 0), "function": (2, 0)},
    "XQ": {"document_number": (3, 0), "function": (4, 0)},
    "BIA": {"function": (0, 0), "document_number": (2, 0), "document_date": (3, 0)},
    "BPT": {"function": (0, 0), "document_number": (1, 0), "document_date": (2, 0)},
    "CUR": {"currency": (1, 0)},
}


def header_fields(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> dict[str, Position]:
    """Where the header states document number, date, function and currency; of several, the first."""
    expected: dict[str, Position] = {}
    for index in chunk.indices:
        segment = segments[index]
        for name, (e, c) in HEADER_FIELDS.get(segment.tag, {}).items():
            if segment.value(e, c):
                expected.setdefault(name, (index, e, c))
        if segment.tag == "CUX" and segment.value(0, 1):
            expected.setdefault("currency", (index, 0, 1))
        if segment.tag == "DTM" and not setting.x12 and segment.value(0) == "137" and segment.value(0, 1):
            expected.setdefault("document_date", (index, 0, 1))
    return expected


def currencies(segments: Sequence[Segment], indices: Sequence[int]) -> list[str]:
    """The different reference currencies (CUX 6345, CUR02) that some segments state."""
    slots = {"CUX": (0, 1), "CUR": (1, 0)}
    found = (segments[i].value(*slots[segments[i].tag]) for i in indices if segments[i].tag in slots)
    return list(dict.fromkeys(value for value in found if value))


# --- places ------------------------------------------------------------------------------------------------------


def place_role(segment: Segment, setting: Setting) -> str | None:
    """The role of a LOC, NAD or N1: `yes`, `weak`, `no`, `empty` where the role's place is missing, None if unknown."""
    code = segment.value(0)
    role = setting.reference.place_role(setting.standard, segment.tag, code)
    if role != "no" and not place_slots(segment):
        return "empty" if role == "yes" else "no"
    if role == "weak" and segment.tag == "N1":  # a buyer is a store where it carries the short number of one
        return "weak" if is_buying_store(segment) else "no"
    return role


def place_slots(segment: Segment) -> set[tuple[int, int]]:
    """(element, component) of the place that a LOC, NAD or N1 names: its code, or its name where there is no code."""
    if segment.tag == "N1":
        return {(3, 0)} if segment.value(3) else {(1, 0)} if segment.value(1) else set()
    if segment.value(1):
        return {(1, 0)}
    # C517 has the place's name (3224) behind its code lists; C082 has none, and a code list is no place.
    return {(1, 3)} if segment.tag == "LOC" and segment.value(1, 3) else set()


def place_type_slot(segments: Sequence[Segment], place: Position) -> Position | None:
    """Where the code list of a place stands, None where it is not stated."""
    s, e, c = place
    segment = segments[s]
    if segment.tag == "N1" and e != 3:
        return None
    slot = {"N1": (2, 0), "SDQ": (1, 0), "SCH": (2, 0), "REF": (0, 0)}.get(segment.tag, (e, c + 2))
    return (s, *slot) if segment.value(*slot) else None


def unknown_place(segments: Sequence[Segment], index: int) -> Finding:
    segment = segments[index]
    return Finding("place-misplaced", f"It is not known whether {segment.tag} {segment.value(0)} names a place.", index)


def empty_place(segments: Sequence[Segment], index: int) -> Finding:
    segment = segments[index]
    return Finding("place-empty", f"{segment.tag} {segment.value(0)} names no place, neither by code nor name.", index)


def statement_places(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> tuple[list[int], list[Finding]]:
    """The segments that may be the place of a header or group; more than one where they name the same."""
    roles = {i: place_role(segments[i], setting) for i in chunk.indices if segments[i].tag in PLACES}
    for index, role in roles.items():
        if role is None and (chunk.kind == "group" or segments[index].tag == "LOC"):
            return [], [unknown_place(segments, index)]
        if role == "empty":
            return [], [empty_place(segments, index)]
    places = [i for i, role in roles.items() if role == "yes"] or [i for i, role in roles.items() if role == "weak"]
    names = {segments[i].value(e, c) for i in places for e, c in place_slots(segments[i])}
    if len(places) > 1 and len(names) > 1:
        return [], [Finding("place-ambiguous", f"A {chunk.kind} names more than one place.", places[1])]
    return places, []


def line_places(
    segments: Sequence[Segment], first: int, last: int, setting: Setting
) -> tuple[list[int], list[Finding]]:
    """The places that a line names, in stream order."""
    places: list[int] = []
    for index in range(first, last):
        if segments[index].tag not in PLACES:
            continue
        role = place_role(segments[index], setting)
        if role is None:
            return [], [unknown_place(segments, index)]
        if role == "empty":
            return [], [empty_place(segments, index)]
        if role != "no":
            places.append(index)
    return places, []


def bind_places(places: list[int], quantities: list[int], last: int) -> list[dict[int, int | None]]:
    """The ways to pair places with quantities in stream order: all before theirs, all after, or one for all."""
    ways: list[dict[int, int | None]] = []
    starts = sorted(set(quantities))
    for mode in ("before", "after"):
        bound: dict[int, int | None] = {}
        for number, q in enumerate(starts):
            if mode == "before":
                at = bisect_left(places, q)
                bound[q] = places[at - 1] if at else None
            else:
                following = starts[number + 1] if number + 1 < len(starts) else last
                at = bisect_right(places, q)
                bound[q] = places[at] if at < len(places) and places[at] < following else None
        if set(bound.values()) - {None} == set(places) and (None not in bound.values() or not places):
            ways.append(bound)
    return ways


# --- identifiers -------------------------------------------------------------------------------------------------

_ALTERNATIVES = ("2", "3", "4")
"""PIA 4347: another item that may be, is, or has been substituted. Not this one."""


def line_identifiers(
    segments: Sequence[Segment], first: int, last: int, x12: bool
) -> list[tuple[str, Position, Position | None]]:
    """(type, position, position of the type) of each identifier in LIN and PIA (EDIFACT C212, X12 235 and 234)."""
    found: list[tuple[str, Position, Position | None]] = []
    for index in range(first, last):
        segment = segments[index]
        if segment.tag == "LIN" and x12:
            found += [
                (segment.value(e), (index, e + 1, 0), (index, e, 0))
                for e in range(1, len(segment.elements) - 1, 2)
                if segment.value(e) and segment.value(e + 1)
            ]
        elif segment.tag in ("LIN", "PIA") and not x12:
            if segment.tag == "PIA" and segment.value(0) in _ALTERNATIVES:
                continue
            for e in range(1, len(segment.elements)):
                kind = segment.value(e, 1)
                is_identity = bool(kind) or (segment.tag == "LIN" and e == 2)
                if segment.value(e) and is_identity:
                    found.append((kind, (index, e, 0), (index, e, 1) if kind else None))
    return found


def best_identifier(
    identifiers: list[tuple[str, Position, Position | None]],
) -> tuple[str, Position, Position | None]:
    """GTIN types first, then the vendor's, then the buyer's; of equals the first stated."""
    return min(identifiers, key=lambda entry: item_class(entry[0]) if entry[0] else 0)


def prefer_items(
    segments: Sequence[Segment], first: int, last: int, records: Sequence[Record], x12: bool
) -> list[Record]:
    """The records of a line with the best of its identifiers, where one of them was recognised as the item.

    Which identifier goes before which is the contract's rule and no reading: a model that points at any of them has
    understood. What points elsewhere is left as it is, for the gatekeeper to refuse.
    """
    found = line_identifiers(segments, first, last, x12)
    if not found:
        return list(records)
    identifiers = {position: kind for _, position, kind in found}
    _, item, kind = best_identifier(found)
    best = {"item": item} | ({"item_type": kind} if kind else {})
    return [
        {name: at for name, at in record.items() if name not in ("item", "item_type")} | best
        if record.get("item") in identifiers and record.get("item_type") == identifiers[record["item"]]
        else record
        for record in records
    ]


# --- quantities --------------------------------------------------------------------------------------------------


def quantity_positions(segments: Sequence[Segment], first: int, last: int, x12: bool) -> Iterator[Position]:
    """Every component in a range of the message where a quantity stands, in stream order."""
    in_loop = False
    for index in range(first, last):
        segment = segments[index]
        tag = segment.tag
        if not x12:
            if tag == "QTY":
                # element separators where components are expected: QTY+153+12+PCE
                yield (index, 0, 1) if segment.value(0, 1) or not segment.value(1) else (index, 1, 0)
        elif tag in ("QTY", "ZA"):
            yield index, 1, 0
        elif tag == "SDQ":
            for e in range(3, min(len(segment.elements) + 1, 22), 2):
                yield index, e, 0
        elif tag == "SCH":
            yield index, 0, 0
        elif tag in ("LS", "LE"):
            in_loop = tag == "LS"
        elif tag == "REF" and (in_loop or segment.value(0) == "WS"):
            yield index, 2, 0


def part_place(segments: Sequence[Segment], quantity: Position) -> Position:
    """Where the place of a part (SDQ, SCH, REF) stands, from where its quantity does."""
    s, e, _ = quantity
    return s, {"SDQ": e - 1, "SCH": 3, "REF": 1}[segments[s].tag], 0


def inventory_segments(segments: Sequence[Segment], first: int, last: int) -> dict[int, int]:
    """The INV of each QTY in a line: before it from D.97A on, where INV opens each group, behind it in D.96A."""
    stock = [i for i in range(first, last) if segments[i].tag == "INV"]
    quantities = [i for i in range(first, last) if segments[i].tag == "QTY"]
    if not stock or not quantities:
        return {}
    if stock[0] < quantities[0]:
        return {q: stock[bisect_left(stock, q) - 1] for q in quantities}
    following = ((q, stop, bisect_right(stock, q)) for q, stop in pairwise([*quantities, last]))
    return {q: stock[at] for q, stop, at in following if at < len(stock) and stock[at] < stop}


def activity_of(segments: Sequence[Segment], index: int, x12: bool) -> int:
    """The ZA, or where the line has none the QTY, that a part (SDQ, SCH, REF) stands under; else the index itself."""
    if not x12 or segments[index].tag not in SPLITS:
        return index
    notes = notes_of(segments)
    asked, known = notes.activity
    quantity = -1
    for i in range(index, -1, -1):
        if i == asked:  # parts are asked for in their order: what an earlier one stands under need not be looked for
            quantity = known if quantity < 0 or (known >= 0 and segments[known].tag == "ZA") else quantity
            break
        tag = segments[i].tag
        if tag == "ZA":
            quantity = i
            break
        if tag == "QTY" and quantity < 0:
            quantity = i
        if tag == "LIN":
            break
    notes.activity = index, quantity
    return index if quantity < 0 else quantity


PIECES = ("PCE", "EA", "C62", "NAR")
"""EDIFACT 6411 and X12 355: codes for one and the same unit."""


def unit_slot(segments: Sequence[Segment], quantity: Position, x12: bool) -> Position | None:
    """Where the unit of a quantity stands, None where it is not stated."""
    s, _, c = quantity
    segment = segments[s]
    if x12:
        slot = {"SDQ": (s, 0, 0), "SCH": (s, 1, 0), "REF": (activity_of(segments, s, x12), 2, 0)}.get(
            segment.tag, (s, 2, 0)
        )
    else:
        slot = (s, 0, 2) if c else (s, 2, 0)
    if segments[slot[0]].value(slot[1], slot[2]):
        return slot
    holder = slot[0] + 1  # X12 846: a UIT behind its QTY
    has_unit_segment = (
        x12 and segments[slot[0]].tag == "QTY" and holder < len(segments) and segments[holder].tag == "UIT"
    )
    return (holder, 0, 0) if has_unit_segment and segments[holder].value(0) else None


# --- prices ------------------------------------------------------------------------------------------------------


def price_runs(segments: Sequence[Segment], first: int, last: int, setting: Setting) -> list[Position]:
    """The first price of each run of price segments; a UIT counts where it states one."""
    runs: list[Position] = []
    previous = -2
    for index in range(first, last):
        segment = segments[index]
        tag = segment.tag
        if tag not in _PRICES or (tag == "PRI") == setting.x12:
            continue
        slot = (0, 1) if tag == "PRI" else (2, 0) if tag == "CTP" else (1, 0)
        if not segment.value(*slot):
            continue
        if previous != index - 1:
            runs.append((index, *slot))
        previous = index
    return runs


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
        if segment.tag not in ("PRI", "CTP"):
            run.clear()
        elif run.setdefault(price_kind(segment), segment.elements) != segment.elements:
            return index
    return None


def price_type_slot(segments: Sequence[Segment], price: Position) -> Position | None:
    """Where the type of a price stands, None where it is not stated."""
    s = price[0]
    slot = {"PRI": (0, 0), "CTP": (1, 0), "UIT": (2, 0)}.get(segments[s].tag)
    return (s, *slot) if slot and segments[s].value(*slot) else None


_BASES = {"HP": "hundred", "TP": "thousand", "PN": "ten", "HF": "hundred feet", "TH": "thousand feet"}
"""X12 639, the codes whose price is for more than one."""


def price_basis(segment: Segment) -> str | None:
    """What a price is for where that is not one unit: PRI 5284, CTP04, CTP07 or X12 639; None where it is for one."""
    if segment.tag == "PRI":
        slots = [((0, 4), "for")]
    else:
        slots = [((3, 0), "for"), ((6, 0), "times")] if segment.tag == "CTP" else []
        code = segment.value(8 if segment.tag == "CTP" else 2)
        if code in _BASES:
            return f"for a {_BASES[code]}"
    for slot, what in slots:
        text = segment.value(*slot)
        try:
            is_one = not text or read_number(text) == 1
        except UnreadableValueError:
            is_one = False
        if not is_one:
            return f"{what} {text}"
    return None


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
    if before and after:
        detail = "Prices stand before and after the quantities."
        return {}, [Finding("price-ambiguous", detail, after[0][0])]
    if len(before) > 1:
        return {}, [Finding("price-ambiguous", "The line states several prices.", before[1][0])]
    if before:
        return dict.fromkeys(activities, before[0]), []
    if len(after) == 1 and after[0][0] > activities[-1] and not setting.x12:
        return dict.fromkeys(activities, after[0]), []
    bound: dict[int, Position | None] = {}
    for n, activity in enumerate(activities):
        stop = activities[n + 1] if n + 1 < len(activities) else last
        own = after[bisect_right(starts, activity) : bisect_left(starts, stop)]
        if len(own) > 1:
            return {}, [Finding("price-ambiguous", "A quantity has several prices.", own[1][0])]
        bound[activity] = own[0] if own else None
    slots = [price_type_slot(segments, run) for run in after]
    if len({value_at(segments, slot) if slot else "" for slot in slots}) > 1:
        detail = "The quantities of the line have prices of different types."
        return {}, [Finding("price-ambiguous", detail, after[1][0])]
    return bound, []


def bind_periods(
    segments: Sequence[Segment], first: int, last: int, activities: list[int], setting: Setting
) -> tuple[dict[int, tuple[Position | None, Position | None]], list[Finding]]:
    """Activity to period: its own date, dates behind it, then dates before the first quantity."""
    bound: dict[int, tuple[Position | None, Position | None]] = {}
    # QTY before LIN in an 867: what a line states is of its one quantity
    shared = range(first, last if setting.message_type == "867" or not activities else activities[0])
    stated: tuple[Position | None, Position | None, list[Finding]] | None = None
    for n, activity in enumerate(activities):
        stop = activities[n + 1] if n + 1 < len(activities) else last
        start: Position | None = None
        end: Position | None = None
        za = segments[activity]
        role = setting.reference.date_role("X12", "ZA", za.value(3)) if za.tag == "ZA" and za.value(4) else None
        if role in SINGLE:
            start = end = (activity, 4, 0)
        else:
            faults: list[Finding] = []
            if setting.message_type != "867":
                start, end, faults = find_period(segments, range(activity + 1, stop), setting)
            if not (start or end or faults):
                stated = stated or find_period(segments, shared, setting)
                start, end, faults = stated
            if faults:
                return {}, faults
        bound[activity] = start, end
    return bound, []
