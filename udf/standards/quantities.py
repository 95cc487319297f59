"""Where the standards put quantities, their units, and the parts that a total is split into."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from udf.edi.segments import Segment, notes_of
from udf.reading import Position, SegmentLike
from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference
from udf.standards.standard import Standard
from udf.standards.x12 import X12

QUANTITIES = frozenset((*EDIFACT.stated_in("quantity"), *X12.stated_in("quantity"))) - {"REF"}
"""Segments that state a quantity wherever they stand; a REF does in a loop alone."""
SPLITS = X12.splits
"""Segments of the parts that a total is split into; EDIFACT repeats QTY under each place instead."""
LOOP = ("LS", "LE")
"""X12 846: what opens and ends a loop of REF in which each is a part of the quantity above."""
STORAGE_LOCATION = "WS"
"""X12 128: a warehouse storage location; its REF states a part of the quantity without a loop, too."""
PLACE_REFERENCES = (STORAGE_LOCATION, "ST", "LU")
"""X12 128: references that are a place: a storage location, a store number, a location number. A lot is none."""
TO_COME = ("45", "63", "BQ", "IQ")
"""X12 673: ordered, on backorder and in transit: quantities that a schedule of deliveries splits."""
MEASURED = ("QTY", "ZA")
"""Segments that say what a quantity means."""
SUB_LOCATION = _AFTER_PAIRS = (X12.segments["SDQ"].most or 0) - 1
"""The element of an SDQ behind its ten pairs: a location within the store (310)."""


_LOOP_SLOT = (-1, 0)
_SLOTS: Mapping[Standard, Mapping[str, tuple[int, int]]] = {
    EDIFACT: EDIFACT.stated_in("quantity"), X12: {**X12.stated_in("quantity"), **dict.fromkeys(LOOP, _LOOP_SLOT)},
}  # fmt: skip
"""(element, component) of the quantity of a segment, by its tag; and the tags that open and end a loop."""


def quantity_positions(segments: Sequence[Segment], first: int, last: int, standard: Standard) -> Iterator[Position]:
    """Every component in a range of the message where a quantity stands, in stream order."""
    in_loop = False
    slots = _SLOTS[standard]
    for index in range(first, last):
        segment = segments[index]
        tag = segment.tag
        if tag not in slots:
            continue
        e, c = slots[tag]
        if tag == "SDQ":
            for pair in range(e, min(len(segment.elements) + 1, _AFTER_PAIRS), 2):
                yield index, pair, c
        elif tag == "REF":
            # a lot or an order without a quantity of its own says something of the quantity above
            is_place = segment.value(0) in PLACE_REFERENCES
            if segment.value(0) == STORAGE_LOCATION or (in_loop and (is_place or segment.value(e))):
                yield index, e, c
        elif tag == "SCH":
            if names_part_place(segment) is not False or _is_to_come(segments, index):
                yield index, e, c
        elif e < 0:
            in_loop = tag == "LS"
        elif c and not segment.value(e, c) and segment.value(1):
            yield index, 1, 0  # element separators where components are expected: QTY+153+12+PCE
        else:
            yield index, e, c


def is_quantity_slot(segment: Segment, element: int, component: int, standard: Standard) -> bool:
    """Whether a quantity may stand in a component of a segment by itself."""
    tag = segment.tag
    if standard.has_components and (element, component) == (1, 0):  # QTY+153+12+PCE
        return tag in _SLOTS[standard] and not segment.value(0, 1)
    if tag == "SDQ" and element >= _AFTER_PAIRS:
        return False
    return any(at.tag == tag and at.holds(element, component) for at in standard.fields["quantity"])


def names_part_place(segment: SegmentLike) -> bool | None:
    """Whether a part of a split names its place: SDQ always, REF and SCH by their code; None where nothing says so."""
    if segment.tag == "SDQ":
        return True
    at = 0 if segment.tag == "REF" else 2
    code = segment.elements[at][0] if len(segment.elements) > at else ""
    if segment.tag == "REF":
        return code in PLACE_REFERENCES
    role = load_reference().place_role("X12", "N1", code) if code else "no"
    return None if role is None else role != "no"


def _is_to_come(segments: Sequence[Segment], index: int) -> bool:
    """Whether the quantity above a SCH is one of goods to come; of what lies there a SCH is another, later quantity."""
    above = activity_of(segments, index, X12)
    return above == index or segments[above].value(0) in TO_COME


def part_place(segments: Sequence[Segment], quantity: Position) -> Position | None:
    """Where the place of a part (SDQ, SCH, REF) stands, from where its quantity does; None where it names none."""
    s, e, _ = quantity
    tag = segments[s].tag
    if not names_part_place(segments[s]):
        return None
    return s, e - 1 if tag == "SDQ" else X12.first["location", tag][0], 0


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


def find_stray_state(segments: Sequence[Segment], first: int, last: int) -> int | None:
    """An INV of a line that states quantities, without one of its own: each is of one or, before them, of several."""
    tags = [(segments[i].tag, i) for i in range(first, last) if segments[i].tag in ("INV", "QTY")]
    if tags and tags[0][0] == "QTY":
        tags.reverse()  # behind its quantity
    alone = [i for (tag, i), (following, _) in pairwise([*tags, ("INV", last)]) if tag == following == "INV"]
    return alone[0] if alone and any(tag == "QTY" for tag, _ in tags) else None


def activity_of(segments: Sequence[Segment], index: int, standard: Standard) -> int:
    """The ZA, or where the line has none the QTY, that a part (SDQ, SCH, REF) stands under; else the index itself."""
    splits = standard.splits
    if not splits or segments[index].tag not in splits:
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
    if quantity < 0 and segments[index].tag == "SDQ":
        quantity = _only_quantity_behind(segments, index)
    notes.activity = index, quantity
    return index if quantity < 0 else quantity


def _only_quantity_behind(segments: Sequence[Segment], index: int) -> int:
    """The QTY of an 846 line whose SDQ stands before it (004010: SDQ 190, QTY 320), -1 where there is not one alone."""
    behind = []
    for i in range(index + 1, len(segments)):
        if segments[i].tag in ("LIN", "CTT", "SE"):
            break
        if segments[i].tag in MEASURED:
            behind.append(i)
    return behind[0] if len(behind) == 1 and segments[behind[0]].tag == "QTY" else -1


PIECES = ("PCE", "EA", "C62", "NAR")
"""EDIFACT 6411 and X12 355: codes for one and the same unit."""
COUNTED = (*PIECES, "CA", "CS", "CT", "BX", "PK", "PF", "PA", "DZ")
"""Units of things that are counted, alone or packed: 12 pieces and a carton may be the same goods. A weight is none."""


def are_same_unit(one: str | None, other: str | None) -> bool:
    """Whether two codes are of one unit."""
    return one == other or (one in PIECES and other in PIECES)


def unit_slot(segments: Sequence[Segment], quantity: Position, standard: Standard) -> Position | None:
    """Where the unit of a quantity stands, None where it is not stated."""
    s, e, c = quantity
    tag = segments[s].tag
    if standard.has_components and not c:  # QTY+153+12+PCE
        return (s, e + 1, 0) if segments[s].value(e + 1) else None
    if tag == "REF":  # a part without a unit of its own
        s = activity_of(segments, s, standard)
        tag = segments[s].tag
    e, c = standard.first.get(("unit", tag), (2, 0))
    if segments[s].value(e, c):
        return s, e, c
    holder = s + 1  # X12 846: a UIT behind its QTY
    if tag != "QTY" or not standard.splits:
        return None
    if holder < len(segments) and segments[holder].tag == "UIT":
        return (holder, 0, 0) if segments[holder].value(0) else None
    above = line_unit(segments, s)
    return (above, 0, 0) if above >= 0 else None


def line_unit(segments: Sequence[Segment], quantity: int) -> int:
    """The UIT that an 846 has between a LIN and its first QTY, for those without a unit of their own; -1 for none."""
    if not any(segments[i].tag == "BIA" for i in range(min(len(segments), _BEGINNING))):
        return -1  # an 867 has its UIT behind the LIN of the quantity before
    first = quantity
    for i in range(quantity - 1, max(-1, quantity - _LONGEST_HEAD), -1):
        if segments[i].tag == "LIN":
            stated = range(i + 1, first)
            return next((u for u in stated if segments[u].tag == "UIT" and segments[u].value(0)), -1)
        if segments[i].tag in MEASURED:
            first = i
    return -1


_BEGINNING = 8
"""Segments that BIA is among, with an envelope."""
_LONGEST_HEAD = 100
"""Segments between a LIN and a QTY that are looked at."""
