"""Where the standards put quantities, their units, and the parts that a total is split into."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from udf.edi.segments import Segment, notes_of
from udf.reading import Position

SPLITS = ("SDQ", "SCH", "REF")


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
