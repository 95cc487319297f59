"""A message that is laid out like an approved one, read by that: each field where it stood there, or a refusal.

Nothing is guessed: whatever stands where the approved message had nothing, is missing where it always had something, or
could be one of two, makes the message another layout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from udf.edi.segments import Segment
from udf.layouts.harmless import BEGINNINGS, holders, is_nobodys, says_nothing
from udf.layouts.layout import ABOVE, IN_ORDER, LONGEST_CODE, FieldPlace, Layout, find_in, key_of, name_places, pair_of
from udf.reading import Position, Record
from udf.standards.dates import ENDS, SINGLE, find_period
from udf.standards.items import choose_identifier, goes_before, is_case, is_gs1_key, is_known_type
from udf.standards.prices import PRICES, bind_prices, price_type_slot
from udf.standards.quantities import activity_of, quantity_positions
from udf.standards.records import preferred_price, record_of
from udf.standards.setting import Setting, value_at
from udf.standards.standard import Standard
from udf.standards.structure import body_range
from udf.standards.values import UnreadableValueError, read_number


class UnlikeError(Exception):
    """Why a message is not laid out like an approved one, in a sentence, and at which segment it shows."""

    def __init__(self, detail: str, segment: int) -> None:
        super().__init__(detail)
        self.segment = segment


@dataclass(slots=True)
class Part:
    """A header, a group or a line: its segments, and what they state, as places in the message."""

    kind: str
    first: int
    last: int
    record: Record = field(default_factory=dict)
    """Of a header or group."""
    records: list[Record] = field(default_factory=list)
    """Of a line, for each of its quantities, without what stands above it."""
    group: "Part | None" = None

    def above(self, header: "Part") -> Record:
        """What stands above a line: the nearer statement wins, a place brings its code list, a start its end."""
        whole = dict(header.record)
        nearer = self.group.record if self.group else {}
        for name, farther in (("location", "location_type"), ("start", "end")):
            if name in nearer:
                whole.pop(farther, None)
        return whole | nearer


@dataclass(slots=True)
class LaidOut:
    """A message as a layout reads it."""

    header: Part
    groups: list[Part]
    lines: list[Part]


def read_by(layout: Layout, segments: Sequence[Segment], setting: Setting, is_meant: bool = True) -> LaidOut:
    """The parts of a message with what each states. Raises UnlikeError.

    `is_meant` where each code of a quantity has to have a meaning by now.
    """
    found = cut_by(layout, segments, setting)
    _check_places(layout, segments, [found.header, *found.groups, *found.lines], setting)
    for part in (found.header, *found.groups):
        part.record = _read_part(layout, segments, part, setting)
    for line in found.lines:
        line.records = _read_line(layout, segments, line, setting, is_meant)
        above = line.above(found.header)
        for record in line.records:
            _check_record(layout, segments, record, above, line)
        _check_apart(segments, line)
    return found


def cut_by(layout: Layout, segments: Sequence[Segment], setting: Setting) -> LaidOut:
    """Header, groups and lines of a message by what opens them. Raises UnlikeError."""
    start, end = body_range(segments)
    parts = [Part("header", start, end)]
    counted = {(place.segment, place.qualifier) for place in layout.fields_in("line") if place.field == "quantity"}
    has_quantity = False
    seen: set[tuple[str, str]] = set()
    for i in range(start, end):
        key = key_of(segments[i], setting.standard, layout.bare)
        open_one = parts[-1]
        kind = ""
        if key in layout.lines:
            kind = "line"
        elif key in layout.groups and _opens_group(layout, open_one.kind, key in seen, has_quantity):
            kind = "group"
        if kind:
            open_one.last = i
            parts.append(Part(kind, i, end))
            has_quantity, seen = False, set()
        seen.add(key)
        has_quantity = has_quantity or key in counted
    header, *others = parts
    group: Part | None = None
    for part in others:
        if part.kind == "group":
            group = part
        part.group = group
    lines = [part for part in others if part.kind == "line"]
    if not lines:
        raise UnlikeError(f"No segment opens a line: {_tell(layout.lines)} would.", start)
    return LaidOut(header, [part for part in others if part.kind == "group"], lines)


def _opens_group(layout: Layout, within: str, is_seen: bool, has_quantity: bool) -> bool:
    """Whether what opens groups opens one here: not before the quantity of a line, and in a group where it is another."""
    if within == "header":
        return layout.has_groups
    return is_seen if within == "group" else has_quantity


def _tell(keys: frozenset[tuple[str, str]]) -> str:
    return " or ".join(" ".join(key).strip() for key in sorted(keys))


def _check_places(layout: Layout, segments: Sequence[Segment], parts: Sequence[Part], setting: Setting) -> None:
    """Nothing stands where the approved message had nothing, but for what says nothing of any line."""
    standard = setting.standard
    held = layout.own | {(place.segment, place.qualifier) for place in layout.fields}
    strange = {place.segment for place in layout.fields} - holders(standard) - {"REF", "N9"}
    tags = {key[0] for key in layout.lines | layout.groups} | {place.segment for place in layout.fields}
    is_whole = "location" in layout.needed and not layout.needed.isdisjoint(("start", "end"))
    types = [place.type for place in layout.fields if place.field == "item" and place.type]
    is_listed = "item" in layout.by_standard and all(is_known_type(each) for each in types)
    known_tags = {place.partition(" ")[0] for found in layout.places.values() for place in found}
    is_period = "period" in layout.by_standard
    for part in parts:
        known = layout.places_in(part.kind)
        split = {s for s, _, _ in quantity_positions(segments, part.first, part.last, standard)}
        for index in range(part.first, part.last):
            segment = segments[index]
            if not (segment.tag in standard.tags or segment.tag in known_tags or is_nobodys(segment.tag, tags, standard)):
                raise UnlikeError(f"«{segment.tag[:20]}» is no tag of the standard or of the approved message.", index)
            if index > part.first and segments[index - 1].elements == segment.elements != [] and (
                segments[index - 1].tag == segment.tag
            ):
                raise UnlikeError(f"{segment.raw[:60]} stands twice in a row.", index)
            for place, at, number in name_places(segments, index, standard, layout.bare):
                if place in known:
                    continue
                if number is not None:
                    is_free = bool(types) and len(number) <= LONGEST_CODE and (
                        is_listed or all(goes_before(each, number, standard) for each in types)
                    )
                elif is_period and part.kind != "line" and tells_days(segment, setting):
                    is_free = True
                elif (segment.tag in strange and not is_another(segment, layout, standard)) or (
                    key_of(segment, standard, layout.bare) in held and segment.tag not in _FREE
                ):
                    is_free = standard.kind_of(segment.tag, *at) == "text"
                elif segment.tag in PRICES and "price" in layout.by_standard:
                    is_free = standard.kind_of(segment.tag, *at) is not None
                else:
                    is_free = is_nobodys(segment.tag, tags, standard)
                    is_free = is_free or (
                        says_nothing(segments, index, at, part.kind, setting, is_whole) and index not in split
                    )
                if not is_free:
                    where = "another number" if number is not None else f"a value in {at[0] + 1}.{at[1] + 1}"
                    detail = f"{segment.raw[:40]} has {where} in a {part.kind}, where the approved message had none."
                    raise UnlikeError(detail, index)


def is_another(segment: Segment, layout: Layout, standard: Standard) -> bool:
    """Whether a segment of a directory is used for what it is for: its code is nothing like those of the partner."""
    own = [place.qualifier for place in layout.fields if place.segment == segment.tag]
    code = segment.value(0)
    return segment.tag in standard.tags and all(own) and bool(code) and all(
        len(code) != len(each) or sum(a != b for a, b in zip(code, each, strict=True)) > 1 for each in own
    )


_DATED = ("DTM", "XQ", "BIA")


def tells_days(segment: Segment, setting: Setting) -> bool:
    """Whether a segment states by the standard days of which `find_period` knows what they are."""
    if segment.tag == "DTM":
        return setting.date_role("DTM", segment.value(0)) in (*SINGLE, *ENDS)
    return segment.tag in _DATED


_FREE = (*BEGINNINGS, "LIN", "PIA", "PTD")
"""Segments with a field that may have further ones, which are told by their places."""


def _find(
    segments: Sequence[Segment], first: int, last: int, place: FieldPlace, layout: Layout, setting: Setting
) -> Iterator[Position]:
    wanted = place.segment, place.qualifier
    for index in range(first, last):
        segment = segments[index]
        if segment.tag == wanted[0] and key_of(segment, setting.standard, layout.bare) == wanted:
            yield from find_in(segment, index, place, setting.standard)


def _read_part(layout: Layout, segments: Sequence[Segment], part: Part, setting: Setting) -> Record:
    record: Record = {}
    for place in layout.fields_in(part.kind):
        if place.field in _ENDS and "period" in layout.by_standard:
            continue
        found = list(_find(segments, part.first, part.last, place, layout, setting))
        found = _choose_end(layout, place.field, found)
        if len(found) > 1 or (found and place.field in record):
            raise _two(segments, place.field, found[-1])
        if found:
            record[place.field] = found[0]
    if "period" in layout.by_standard:
        start, end, faults = find_period(segments, range(part.first, part.last), setting)
        if faults:
            raise UnlikeError(faults[0].detail, faults[0].segment or part.first)
        record |= record_of(start=start, end=end)
    return record


def _choose_end(layout: Layout, name: str, found: Sequence[Position]) -> Sequence[Position]:
    """Of two dates at one place the first for the start and the second for the end."""
    if len(found) != len(_ENDS) or name not in _ENDS or IN_ORDER not in layout.bound.get("start", ()):
        return found
    return [found[_ENDS.index(name)]]


_ENDS = ("start", "end")


def _two(segments: Sequence[Segment], name: str, at: Position) -> UnlikeError:
    detail = f"{segments[at[0]].raw[:60]} is a second {_TOLD.get(name, name)} where the approved message had one."
    return UnlikeError(detail, at[0])


_TOLD = {"location": "place", "location_type": "code list of a place", "item_type": "type of an item",
         "price_type": "type of a price", "start": "date", "end": "date", "qualifier": "code"}  # fmt: skip


def find_quantities(layout: Layout, segments: Sequence[Segment], line: Part, setting: Setting) -> list[Position]:
    """The quantities of a line: of a total and its parts the parts, and no count that the tables ignore."""
    found = {
        at for place in layout.fields_in("line") if place.field == "quantity"
        for at in _find(segments, line.first, line.last, place, layout, setting)
    }  # fmt: skip
    splits = setting.standard.splits
    split: dict[int, list[Position]] = {}
    for at in sorted(found):
        if segments[at[0]].tag in splits:
            split.setdefault(activity_of(segments, at[0], setting.standard), []).append(at)
    kept = [at for at in sorted(found) if at[0] not in split or segments[at[0]].tag in splits]
    for activity, parts in split.items():
        _check_sum(segments, activity, parts, setting)
    return [at for at in kept if not _is_ignored(segments, activity_of(segments, at[0], setting.standard), setting)]


def _check_sum(segments: Sequence[Segment], activity: int, parts: Sequence[Position], setting: Setting) -> None:
    """A total that stands above its parts is their sum."""
    slot = setting.standard.first.get(("quantity", segments[activity].tag))
    text = segments[activity].value(*slot) if slot and segments[activity].tag not in setting.standard.splits else ""
    if not text:
        return
    try:
        total = read_number(text, setting.mark)
        stated = sum((read_number(value_at(segments, at), setting.mark) for at in parts), Decimal(0))
    except UnreadableValueError as problem:
        raise UnlikeError(str(problem), activity) from None
    if total != stated:
        raise UnlikeError(f"The parts add up to {stated}, the stated total is {total}.", activity)


def _is_ignored(segments: Sequence[Segment], index: int, setting: Setting) -> bool:
    return setting.measure(segments[index].tag, segments[index].value(0)) == "ignored"


def _read_line(
    layout: Layout, segments: Sequence[Segment], line: Part, setting: Setting, is_meant: bool
) -> list[Record]:
    """The records of a line. Raises UnlikeError."""
    lins = [i for i in range(line.first, line.last) if segments[i].tag == "LIN"]
    if len(lins) > 1:
        raise UnlikeError("A line has two LIN: what opens the second one is lost, or is none.", lins[1])
    quantities = find_quantities(layout, segments, line, setting)
    records: list[Record] = [{"quantity": at} for at in quantities]
    if not records:
        return []
    names = dict.fromkeys(place.field for place in layout.fields_in("line"))
    for name in sorted(names, key=lambda name: name.endswith("_type")):
        if name == "quantity" or name.removesuffix("_type") in layout.by_standard:
            continue
        places = [place for place in layout.fields_in("line") if place.field == name]
        candidates = _choose_end(layout, name, sorted({
            at for place in places for at in _find(segments, line.first, line.last, place, layout, setting)
        }))  # fmt: skip
        base = name.removesuffix("_type")
        if base != name:  # a type stands in the segment of what it is a type of
            stated = [record.get(base) for record in records]
            bound = _bind_types(segments, name, candidates, stated)
        else:
            bound = _bind(layout, segments, name, candidates, quantities, setting)
        for record, at in zip(records, bound, strict=True):
            if at is not None:
                record[name] = at
    state = next((i for i in range(line.first, line.last) if segments[i].tag == "INV"), None)
    if state is not None and any(segments[at[0]].tag != "QTY" for at in quantities):
        raise UnlikeError("INV says in which state a quantity is, and no standard says of which one here.", state)
    read_by_standard(layout, segments, line, records, setting)
    for record in records:
        _check_meaning(segments, record, setting, is_meant)
    return records


def _bind_types(
    segments: Sequence[Segment], name: str, candidates: Sequence[Position], stated: Sequence[Position | None]
) -> list[Position | None]:
    """For each of some components the type in its segment. Raises UnlikeError."""
    bound: list[Position | None] = []
    for at in stated:
        same = [c for c in candidates if at is not None and c[0] == at[0]]
        if len(same) > 1:
            raise _two(segments, name, same[-1])
        bound.append(same[0] if same else None)
    if lost := set(candidates) - set(bound):
        raise _two(segments, name, min(lost))
    return bound


def read_by_standard(
    layout: Layout, segments: Sequence[Segment], line: Part, records: Sequence[Record], setting: Setting
) -> None:
    """Give the records the item and the price that the standard chooses among those of the line."""
    standard = setting.standard
    if "item" in layout.by_standard:
        for record in records:
            in_cases = is_case(segments, record.get("unit"))
            found = choose_identifier(segments, line.first, line.last, standard, in_cases)
            if found is not None:
                record |= record_of(item=found[1], item_type=found[2])
    if "price" in layout.by_standard:
        activities = sorted({activity_of(segments, record["quantity"][0], standard) for record in records})
        prices, faults = bind_prices(segments, line.first, line.last, activities, setting)
        if faults:
            raise UnlikeError(faults[0].detail, faults[0].segment or line.first)
        for record in records:
            if first := prices.get(activity_of(segments, record["quantity"][0], standard)):
                price = preferred_price(segments, first, line.last, record.get("unit"), setting)
                record |= record_of(price=price, price_type=price_type_slot(segments, price))


def _bind(
    layout: Layout, segments: Sequence[Segment], name: str, candidates: Sequence[Position],
    quantities: Sequence[Position], setting: Setting,
) -> list[Position | None]:  # fmt: skip
    """For each quantity the component of a field that is its own. Raises UnlikeError."""
    if not candidates:
        return [None] * len(quantities)
    own = {s for at in quantities for s in (at[0], activity_of(segments, at[0], setting.standard))}
    if all(at[0] in own for at in candidates):
        bound = bind_within(segments, candidates, quantities, setting.standard)
        if bound is None:
            raise _two(segments, name, candidates[-1])
        return bound
    ways = [found for way in layout.bound.get(name, ()) if (found := bind_by(way, candidates, quantities)) is not None]
    if not ways or any(way != ways[0] for way in ways):
        raise _two(segments, name, candidates[-1])
    return ways[0]


def bind_within(
    segments: Sequence[Segment], candidates: Sequence[Position], quantities: Sequence[Position], standard: Standard
) -> list[Position | None] | None:
    """Components in the segments of quantities: the only one of its segment, or in a row of pairs that of its pair.

    Where it has none, that of the segment that it is a part of.

    None where one of them would be of no quantity.
    """
    bound: list[Position | None] = []
    spared: set[Position] = set()
    """What a part has in its own segment, its whole needs not have."""
    for at in quantities:
        pair = pair_of(standard, segments[at[0]].tag, at[1])
        whole = [c for c in candidates if c[0] == activity_of(segments, at[0], standard)]
        same = [c for c in candidates if c[0] == at[0]]
        if same and whole != same:
            spared.update(whole)
        same = same or whole
        near = [c for c in same if pair_of(standard, segments[c[0]].tag, c[1]) in (pair, None)]
        if len(near) > 1:
            return None
        bound.append(near[0] if near else None)
    return bound if {at for at in bound if at} | spared == set(candidates) else None


def bind_by(
    way: str, candidates: Sequence[Position], quantities: Sequence[Position]
) -> list[Position | None] | None:
    """Components that stand in other segments than the quantities of their line, bound one way; None where it fails."""
    bound: list[Position | None] = []
    first, last = quantities[0], quantities[-1]
    if way in ("before all", "behind all"):
        if len(candidates) != 1:
            return None
        fits = candidates[0] < first if way == "before all" else candidates[0] > last
        return [candidates[0]] * len(quantities) if fits else None
    for at, following in pairwise([*quantities, None]):
        assert at is not None
        if way == "before each":
            near = [c for c in candidates if c < at][-1:]
        elif way == "behind each":
            near = [c for c in candidates if c > at and (following is None or c < following)][:1]
        else:
            near = [c for c in candidates if c > at][:1]
        bound.append(near[0] if near else None)
    return bound if {at for at in bound if at} == set(candidates) else None


def _check_meaning(segments: Sequence[Segment], record: Record, setting: Setting, is_meant: bool) -> None:
    """A quantity whose code nobody knows is none of this layout."""
    s = record["qualifier"][0] if "qualifier" in record else record["quantity"][0]
    code = value_at(segments, record["qualifier"]) if "qualifier" in record else ""
    if is_meant and setting.measure(segments[s].tag, code) is None:
        said = f"{segments[s].tag} {code}".strip()
        raise UnlikeError(f"What the quantity {said} means is neither in a table nor approved.", s)


def _check_record(layout: Layout, segments: Sequence[Segment], record: Record, above: Record, line: Part) -> None:
    """Each line has what each line of the approved message had, and values of the same kind."""
    inherited = {name: at for name, at in above.items() if name in ABOVE or name == "currency"}
    if "location" in record:
        inherited.pop("location_type", None)
    if "start" in record:
        inherited.pop("end", None)
    whole = inherited | record
    for name in sorted(layout.needed - whole.keys()):
        detail = f"The line has no {_TOLD.get(name, name)}, which each line of the approved message had."
        raise UnlikeError(detail, line.first)
    for name in ("location_type", "item_type", "price_type"):
        if name in whole and len(value := value_at(segments, whole[name])) > LONGEST_CODE:
            raise UnlikeError(f"«{value[:40]}» is too long for a {_TOLD[name]}.", whole[name][0])
    for name in sorted(layout.checked & whole.keys()):
        if not is_gs1_key(value := value_at(segments, whole[name])):
            detail = f"«{value[:40]}» has no check digit, which each {_TOLD.get(name, name)} of the approved message had."
            raise UnlikeError(detail, whole[name][0])


_APART = ("location", "start", "end")


def _check_apart(segments: Sequence[Segment], line: Part) -> None:
    """No two quantities without a code say the same of themselves."""
    seen: set[tuple[str | None, ...]] = set()
    for record in line.records:
        if "qualifier" in record:
            continue
        says = tuple(value_at(segments, record[name]) if name in record else None for name in _APART)
        if says in seen:
            detail = "No code, no place and no date tells two quantities of a line apart."
            raise UnlikeError(detail, record["quantity"][0])
        seen.add(says)
