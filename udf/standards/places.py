"""Where the standards name places, and which quantity a place is for."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from udf.edi.segments import Segment, notes_of
from udf.findings import Finding
from udf.reading import Position, Record, SegmentLike
from udf.standards.chunks import Chunk
from udf.standards.edifact import EDIFACT
from udf.standards.owners import has_below
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number
from udf.standards.x12 import X12

PLACES = frozenset((*EDIFACT.places, *X12.places))
"""Segments that name a place or a party, in either standard."""


def signature(segment: SegmentLike) -> tuple[str, str]:
    """Tag and first code: what tells a place that opens groups from one that does not."""
    first = segment.elements[0] if segment.elements else ()
    return segment.tag, (first[0] if first else "")


def is_buying_store(segment: SegmentLike) -> bool:
    """Whether an N1 whose role may be a place (BY) is one: it carries the short number of a store (66 = 92)."""
    kind, number = (e[0] if e else "" for e in (*segment.elements[2:4], (), ())[:2])
    return kind == "92" and 0 < len(number) <= _STORE_NUMBER


_STORE_NUMBER = 6
"""Characters; GLN and DUNS numbers of head offices are longer."""


def place_role(segment: Segment, setting: Setting) -> str | None:
    """The role of a LOC, NAD or N1: `yes`, `weak`, `no`, `empty` where the role's place is missing, None if unknown."""
    code = segment.value(0)
    role = setting.place_role(segment.tag, code)
    if role != "no" and not place_slots(segment):
        return "empty" if role == "yes" else "no"
    if role == "weak" and (segment.tag, code) == ("N1", "BY"):
        # A buyer is a store where it carries the short number of one; the stock of an 846 is not yet bought.
        return "weak" if is_buying_store(segment) and setting.message_type != "846" else "no"
    if role == "yes" and (segment.tag, code) == ("N1", "SF") and setting.message_type != "846":
        return "weak"  # what was sold went from there to the place that is named beside it; a stock may lie there
    return role


REFERENCES = {"RFF": (0, 1), "REF": (1, 0), "N9": (1, 0)}
"""(element, component) of the value of a reference, which is a place where a row of its partner says so."""


def place_slots(segment: Segment) -> set[tuple[int, int]]:
    """(element, component) of the place that a LOC, NAD or N1 names: its code, or its name where there is no code."""
    if segment.tag in REFERENCES:
        slot = REFERENCES[segment.tag]
        return {slot} if segment.value(*slot) else set()
    if segment.tag == "N1":
        return {(3, 0)} if segment.value(3) else {(1, 0)} if segment.value(1) else set()
    if segment.value(1):
        return {(1, 0)}
    # C517 has the place's name (3224) behind its code lists; C082 has none, and a code list is no place.
    return {(1, 3)} if segment.tag == "LOC" and segment.value(1, 3) else set()


_TYPES_OF_X12 = X12.stated_in("location_type")


def place_type_slot(segments: Sequence[Segment], place: Position) -> Position | None:
    """Where the code list of a place stands, None where it is not stated."""
    s, e, c = place
    segment = segments[s]
    if segment.tag == "N1" and e != 3:
        return None
    if segment.tag in REFERENCES:
        return s, 0, 0
    slot = _TYPES_OF_X12.get(segment.tag, (e, c + 2))  # C517 and C082 alike
    return (s, *slot) if segment.value(*slot) else None


def unknown_place(segments: Sequence[Segment], index: int) -> Finding:
    segment = segments[index]
    return Finding("place-misplaced", f"It is not known whether {segment.tag} {segment.value(0)} names a place.", index)


def empty_place(segments: Sequence[Segment], index: int) -> Finding:
    segment = segments[index]
    return Finding("place-empty", f"{segment.tag} {segment.value(0)} names no place, neither by code nor name.", index)


def statement_places(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> tuple[list[int], list[Finding]]:
    """The segments that may be the place of a header or group; more than one where they name the same."""
    roles = {
        i: place_role(segments[i], setting) for i in chunk.indices
        if segments[i].tag in PLACES or is_settled_reference(segments[i], setting)
    }  # fmt: skip
    is_named = "yes" in roles.values()
    for index, role in roles.items():
        if role is None and not is_named and (chunk.kind == "group" or segments[index].tag == "LOC"):
            return [], [unknown_place(segments, index)]
        if role == "empty":
            return [], [empty_place(segments, index)]
    places = [i for i, role in roles.items() if role == "yes"] or [i for i, role in roles.items() if role == "weak"]
    names = {segments[i].value(e, c) for i in places for e, c in place_slots(segments[i])}
    if len(places) > 1 and len(names) > 1:
        return [], [Finding("place-ambiguous", f"A {chunk.kind} names more than one place.", places[1])]
    return places, []


def is_settled_reference(segment: Segment, setting: Setting) -> bool:
    """Whether a reference is one of which the partner's rows say what it names."""
    return segment.tag in REFERENCES and setting.is_settled(segment.tag, segment.value(0))


def line_places(
    segments: Sequence[Segment], first: int, last: int, setting: Setting
) -> tuple[list[int], list[Finding]]:
    """The places that a line names, in stream order."""
    places: list[int] = []
    weak: set[int] = set()
    unknown: list[int] = []
    for index in range(first, last):
        if segments[index].tag not in PLACES:
            continue
        role = place_role(segments[index], setting)
        if role is None:
            unknown += [] if is_other_party(segments, index, setting) else [index]
            continue
        if role == "weak" and setting.is_placed:  # the message names a place that is one for sure
            continue
        if role == "empty":
            return [], [empty_place(segments, index)]
        if role != "no":
            places.append(index)
        if role == "weak":
            weak.add(index)
    if unknown and len(weak) == len(places):  # beside a place that is one for sure it is another party
        return [], [unknown_place(segments, unknown[0])]
    return [i for i in places if i not in weak] if len(weak) < len(places) else places, []


def is_other_party(segments: Sequence[Segment], index: int, setting: Setting) -> bool:
    """Whether a party of unknown role is no place: D.96A SLSRPT has NAD below a quantity, and LOC for the places.

    Where the message names its places so, an agent or a customer is none.
    """
    if segments[index].tag != "NAD" or setting.message_type != "SLSRPT":
        return False
    notes = notes_of(segments)
    if notes.is_located is None:
        notes.is_located = any(s.tag == "LOC" and place_role(s, setting) == "yes" for s in segments)
    return notes.is_located


def names_sure_place(segments: Sequence[Segment], setting: Setting) -> bool:
    """Whether a message names a place that is one whatever else it names."""
    named = (segment for segment in segments if segment.tag in setting.standard.places)
    return any(place_role(segment, setting) == "yes" for segment in named)


def without_weak_place(segments: Sequence[Segment], record: Record, setting: Setting) -> Record:
    """A record without the place that holds only where the message names no other, where it names one."""
    place = record.get("location")
    if place is None or not setting.is_placed or segments[place[0]].tag not in setting.standard.places:
        return record
    if place_role(segments[place[0]], setting) != "weak":
        return record
    return {name: at for name, at in record.items() if name not in ("location", "location_type")}


def bind_places(
    places: list[int], quantities: list[int], last: int, message_type: str, version: str = ""
) -> list[dict[int, int | None]]:
    """The ways to pair places with quantities in stream order: all before theirs, all after, or one for all.

    Where the structure of a message type puts a place behind its quantity (`_BEHIND`) as well as behind LIN, a place
    before the first of several quantities and others between them fit both ways, and neither is read. Where it puts the
    place of a line behind all of its quantities (`_BEHIND_ALL`), one there is for all.
    """
    ways: list[dict[int, int | None]] = []
    starts = sorted(set(quantities))
    is_of_line = message_type in _BEHIND_ALL and not has_below(message_type, version, ("QTY",), "N1")
    if is_of_line and len(places) == 1 and len(starts) > 1 and places[0] > starts[-1]:
        return [dict.fromkeys(starts, places[0])]
    if message_type in _BEHIND and len(starts) > 1 and len(places) > 1 and places[0] < starts[0]:
        return []
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


def find_totals(
    segments: Sequence[Segment], quantities: Sequence[Position], places: Sequence[int], last: int, setting: Setting
) -> list[Position]:
    """Quantities without a place that stand before those of their code which have theirs behind them, and are the sum.

    In EDIFACT alone: X12 has its own segments for the parts of a total. None where one of them is not the sum.
    """
    if not setting.standard.has_components or not places:
        return []
    stops = [s for s, _, _ in quantities[1:]] + [last]
    totals: dict[tuple[str, ...], Position] = {}
    sums: dict[tuple[str, ...], Decimal] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    try:
        for position, stop in zip(quantities, stops, strict=True):
            s = position[0]
            kind = segments[s].value(0), segments[s].value(0, 2)
            number = read_number(value_at(segments, position), setting.mark)
            if any(s < place < stop for place in places):
                sums[kind] = sums.get(kind, Decimal(0)) + number
                counts[kind] += 1
            elif kind in totals or kind in sums:
                return []
            else:
                totals[kind] = position
        stated = {kind: read_number(value_at(segments, position), setting.mark) for kind, position in totals.items()}
    except UnreadableValueError:
        return []  # the line says so itself
    return list(totals.values()) if all(counts[k] > 1 and sums[k] == n for k, n in stated.items()) else []


_BEHIND = ("INVRPT",)
"""D.96A INVRPT: LOC in group 9, behind LIN, and in group 11, behind QTY."""
_BEHIND_ALL = ("846",)
"""004010 846: N1 (480) behind the loop of QTY is of the line; in 006030 it stands in that loop."""
