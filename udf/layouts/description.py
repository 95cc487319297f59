"""The layout of a message that was read rightly: what an approval says of all further ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from udf.edi.segments import Segment
from udf.layouts.binding import bind_by
from udf.layouts.harmless import BEGINNINGS
from udf.layouts.layout import BINDINGS, IN_ORDER, FieldPlace, Key, Layout, base_element, key_of, name_places
from udf.layouts.parts import LaidOut, Part, UnlikeError, cut_by
from udf.layouts.reading import read_by, read_by_standard
from udf.reading import Position, Record
from udf.standards.chunks import Chunks, each_line
from udf.standards.dates import find_period
from udf.standards.items import is_gs1_key
from udf.standards.places import PLACES, REFERENCES
from udf.standards.records import record_of
from udf.standards.setting import Setting, value_at

Lines = Sequence[Sequence[Record]]
"""The records of each line with what stands above them, as places in the message."""
_FIELDS = (
    "quantity", "qualifier", "unit", "location", "location_type", "item", "item_type", "price", "price_type",
    "start", "end",
)  # fmt: skip
_OPENING = ("GIS", "GEI")
"""D.97A to D.00A and from D.00B on: the processing indicator that opens an item."""
_CHECKED = ("item", "location")
_NEEDED = ("quantity", "qualifier", "unit", "location", "item", "price", "start", "end")
_ENOUGH = 10
"""Different values that all have a check digit before each further one has to: a few may have one among others."""
_OWN = ("quantity", "item", "location", "start", "end")
_VALUES = ("quantity", "unit", "item", "location", "start", "end", "price", "function")
"""Fields whose component, where it is the first of its segment, is no qualifier."""


def describe_layout(segments: Sequence[Segment], chunks: Chunks, lines: Lines, setting: Setting) -> Layout | None:
    """The layout of a message that is read as these lines; None where it does not say how to read them.

    `chunks` is how the message was cut when it was read. What comes out reads the message itself as those lines.
    """
    openers = [chunk.first for chunk in each_line(chunks)]
    groups = [group.first for group in chunks.groups]
    if not openers or len(openers) != len(lines):
        return None
    bare = _find_bare(segments, lines, openers, setting)
    lines_of = _keys(segments, openers, setting, bare)
    if any(tag in _OPENING for tag, _ in lines_of):
        lines_of |= {(tag, "") for tag in _OPENING}
    layout = Layout(
        lines_of, _keys(segments, groups, setting, bare), bool(groups), bare, (),
        frozenset(), frozenset(), {}, {}, frozenset(), frozenset(),
    )  # fmt: skip
    layout = _place_fields(layout, segments, lines, setting)
    try:
        found = cut_by(layout, segments, setting)
    except UnlikeError:
        return None
    if [line.first for line in found.lines] != openers or [group.first for group in found.groups] != groups:
        return None
    whole = _complete(layout, segments, found, lines, setting)
    return whole if whole is not None and _reads(whole, segments, lines, setting) else None


def _keys(
    segments: Sequence[Segment], indices: Iterable[int], setting: Setting, bare: frozenset[str]
) -> frozenset[Key]:
    return frozenset(key_of(segments[i], setting.standard, bare) for i in indices)


def _find_bare(
    segments: Sequence[Segment], lines: Lines, openers: Sequence[int], setting: Setting
) -> frozenset[str]:  # fmt: skip
    """Tags whose first component is a value: a field, the number of a line, or the code of a quantity."""
    standard = setting.standard
    opening = {segments[i].tag for i in openers}
    bare = {
        tag for (name, tag), at in standard.first.items()
        if at == (0, 0) and name in _VALUES
    } | {*BEGINNINGS, "PTD", *_OPENING} | ({"PIA"} - opening)  # fmt: skip
    for records in lines:
        for record in records:
            bare |= {segments[at[0]].tag for name, at in record.items() if at[1:] == (0, 0) and name in _VALUES}
            if (code := record.get("qualifier")) and code[1:] == (0, 0) and segments[code[0]].tag not in opening:
                bare.add(segments[code[0]].tag)
    for tag in opening:
        firsts = [segments[i].value(0) for i in openers if segments[i].tag == tag]
        if standard.kind_of(tag, 0, 0) != "code" and all(first.isdecimal() or not first for first in firsts):
            bare.add(tag)
    return frozenset(bare)


def _place_fields(layout: Layout, segments: Sequence[Segment], lines: Lines, setting: Setting) -> Layout:
    """The layout with the places of its quantities, by which its groups are told from its lines."""
    places = {
        _name_place(layout, segments, "quantity", "line", record, setting) for records in lines for record in records
    }
    return replace(layout, fields=tuple(places))


def _name_place(
    layout: Layout, segments: Sequence[Segment], name: str, kind: str, record: Record, setting: Setting
) -> FieldPlace:
    s, e, c = record[name]
    tag, qualifier = key_of(segments[s], setting.standard, layout.bare)
    typed = record.get(f"{name}_type") if name == "item" else None
    if typed is not None and typed[0] == s:
        said = segments[s].value(*typed[1:])
        return FieldPlace(name, kind, tag, qualifier, e, c, said, (typed[1] - e, typed[2] - c))
    return FieldPlace(name, kind, tag, qualifier, base_element(setting.standard, tag, e, c), c)


def _complete(
    layout: Layout, segments: Sequence[Segment], found: LaidOut, lines: Lines, setting: Setting
) -> Layout | None:
    """The layout with all that it says; None where a field is stated in another part than those of its line."""
    fields: set[FieldPlace] = set()
    by_standard = _find_standard(layout, segments, found, lines, setting)
    for part, records in zip(found.lines, lines, strict=True):
        for record in records:
            for name in _FIELDS:
                if name not in record:
                    continue
                kind = _kind_of(found, part, record[name][0])
                if kind is None:
                    return None
                if name.removesuffix("_type") in by_standard and name != "item":
                    continue
                fields.add(_name_place(layout, segments, name, kind, record, setting))
    every = [record for records in lines for record in records]
    needed = {name for name in _NEEDED if all(name in record for record in every)}
    checked = {
        name
        for name in _CHECKED
        if name in needed
        and all(is_gs1_key(value_at(segments, r[name])) for r in every)
        and len({value_at(segments, r[name]) for r in every}) >= _ENOUGH
    }
    places: dict[str, set[str]] = {"header": set(), "group": set(), "line": set()}
    for part in (found.header, *found.groups, *found.lines):
        for index in range(part.first, part.last):
            places[part.kind].update(name for name, _, _ in name_places(segments, index, setting.standard, layout.bare))
    groups = layout.groups
    if not layout.has_groups:  # a place above the only group of lines opens one where it stands between lines
        groups = frozenset((f.segment, f.qualifier) for f in fields if f.kind == "header" and f.field == "location")
    layout = replace(
        layout, fields=tuple(fields), groups=groups, needed=frozenset(needed), checked=frozenset(checked),
        bound=_join(_bind_fields(found, lines), _order_dates(fields, lines)), by_standard=by_standard,
        places={kind: frozenset(of) for kind, of in places.items()},
    )  # fmt: skip
    return replace(layout, own=frozenset(_find_own(layout, setting)))


def _kind_of(found: LaidOut, line: Part, index: int) -> str | None:
    """Which part of the message states a field of a line for it."""
    if line.first <= index < line.last:
        return "line"
    if line.group and line.group.first <= index < line.group.last:
        return "group"
    return "header" if found.header.first <= index < found.header.last else None


def _bind_fields(found: LaidOut, lines: Lines) -> dict[str, frozenset[str]]:
    """For each field that stands in other segments of its line than quantities: the ways that bind it as it was read.

    A way has to be shown by a line, and no line may be read otherwise by it.
    """
    shown: dict[str, set[str]] = {}
    refuted: dict[str, set[str]] = {}
    for part, records in zip(found.lines, lines, strict=True):
        quantities = [record["quantity"] for record in records]
        segments = {at[0] for at in quantities}
        for name in _FIELDS:
            own = [at if (at := r.get(name)) and part.first <= at[0] < part.last else None for r in records]
            candidates = sorted({at for at in own if at is not None})
            if all(at[0] in segments for at in candidates):
                continue
            for way in BINDINGS:
                bound = bind_by(way, candidates, quantities)
                if bound is not None:
                    (shown if bound == own else refuted).setdefault(name, set()).add(way)
    return {name: frozenset(ways - refuted.get(name, set())) for name, ways in shown.items()}


def _join(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}


def _order_dates(fields: Iterable[FieldPlace], lines: Lines) -> dict[str, frozenset[str]]:
    """Whether start and end stand at one place of which there are two, the start first."""
    places = {name: {place[1:] for place in fields if place.field == name} for name in ("start", "end")}
    ends = [(record["start"], record["end"]) for records in lines for record in records
            if "start" in record and "end" in record]  # fmt: skip
    is_shared = places["start"] == places["end"] and len(places["start"]) == 1
    return {"start": frozenset((IN_ORDER,))} if is_shared and ends and all(a < b for a, b in ends) else {}


def _find_standard(
    layout: Layout, segments: Sequence[Segment], found: LaidOut, lines: Lines, setting: Setting
) -> frozenset[str]:
    """Whether the standard chooses the items and the prices that were read."""
    chosen = set()
    for name in ("item", "price"):
        alone = replace(layout, by_standard=frozenset((name,)))
        fields = (name, f"{name}_type")
        try:
            if all(
                _agrees(alone, segments, part, records, fields, setting)
                for part, records in zip(found.lines, lines, strict=True)
            ):
                chosen.add(name)
        except UnlikeError:
            continue
    if _states_periods(segments, found, lines, setting):
        chosen.add("period")
    return frozenset(chosen)


def _states_periods(segments: Sequence[Segment], found: LaidOut, lines: Lines, setting: Setting) -> bool:
    """Whether the days of each line are those that the standard finds in what stands above it."""
    stated: dict[tuple[int, str], Record] = {}
    for part in (found.header, *found.groups):
        start, end, faults = find_period(segments, range(part.first, part.last), setting)
        if faults:
            return False
        stated[part.first, part.kind] = record_of(start=start, end=end)
    for line, records in zip(found.lines, lines, strict=True):
        above = stated[found.header.first, "header"]
        if line.group and (nearer := stated[line.group.first, "group"]):
            above = nearer
        if any({n: r[n] for n in ("start", "end") if n in r} != above for r in records):
            return False
    return True


def _agrees(
    layout: Layout, segments: Sequence[Segment], line: Part, records: Sequence[Record], fields: Sequence[str],
    setting: Setting,
) -> bool:  # fmt: skip
    bare = [{name: at for name, at in record.items() if name in ("quantity", "unit")} for record in records]
    read_by_standard(layout, segments, line, bare, setting)
    return all(one.get(n) == other.get(n) for one, other in zip(bare, records, strict=True) for n in fields)


def _find_own(layout: Layout, setting: Setting) -> Iterable[Key]:
    """Segments that hold what the standard does not put there, or under a code that no table knows."""
    standard = setting.standard
    split = {place.segment for place in layout.fields if place.field == "quantity"} & standard.splits
    for place in layout.fields:
        tag, code = place.segment, place.qualifier
        if place.field not in _OWN or tag in split:
            continue
        if place.field == "location" and tag in PLACES:
            is_own = setting.place_role(tag, code) not in ("yes", "weak")
        elif place.field == "location" and tag in REFERENCES:
            is_own = setting.place_role(tag, code) != "yes"
        elif place.field in ("start", "end") and tag == "DTM":
            is_own = setting.date_role(tag, code) is None
        else:
            is_own = not standard.may_stand(place.field, tag, place.element, place.component)
        if is_own:
            yield tag, code
    yield from (key for key in layout.lines if key[0] not in standard.tags)


def _reads(layout: Layout, segments: Sequence[Segment], lines: Lines, setting: Setting) -> bool:
    """Whether the layout reads its own message as it was read."""
    try:
        found = read_by(layout, segments, setting, is_meant=False)
    except UnlikeError:
        return False
    for part, records in zip(found.lines, lines, strict=True):
        above = part.above(found.header)
        if [_whole(above, record) for record in part.records] != [_of_interest(record) for record in records]:
            return False
    return True


def _whole(above: Record, record: Record) -> Record:
    inherited = dict(above)
    for name, farther in (("location", "location_type"), ("start", "end")):
        if name in record:
            inherited.pop(farther, None)
    return _of_interest(inherited | record)


def _of_interest(record: Mapping[str, Position]) -> Record:
    return {name: at for name, at in record.items() if name in _FIELDS}
