"""A message that is laid out like an approved one, read by that: each field where it stood there, or a refusal.

Nothing is guessed: whatever stands where the approved message had nothing, is missing where it always had something, or
could be one of two, makes the message another layout.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from udf.edi.segments import Segment
from udf.layouts.binding import bind, bind_types
from udf.layouts.layout import ABOVE, IN_ORDER, LONGEST_CODE, FieldPlace, Layout, find_in, key_of
from udf.layouts.likeness import Likeness
from udf.layouts.parts import TOLD, LaidOut, Part, UnlikeError, cut_by, tell_second
from udf.reading import Position, Record
from udf.standards.dates import find_period
from udf.standards.items import choose_identifier, is_case, is_gs1_key
from udf.standards.prices import bind_prices, price_type_slot
from udf.standards.quantities import activity_of
from udf.standards.records import preferred_price, record_of
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number


def read_by(layout: Layout, segments: Sequence[Segment], setting: Setting, is_meant: bool = True) -> LaidOut:
    """The parts of a message with what each states. Raises UnlikeError.

    `is_meant` where each code of a quantity has to have a meaning by now.
    """
    found = cut_by(layout, segments, setting)
    likeness = Likeness(layout, setting)
    for part in (found.header, *found.groups, *found.lines):
        likeness.check(segments, part)
    for part in (found.header, *found.groups):
        part.record = _read_part(layout, segments, part, setting)
    for line in found.lines:
        line.records = _read_line(layout, segments, line, setting, is_meant)
        above = line.above(found.header)
        for record in line.records:
            _check_record(layout, segments, record, above, line)
        _check_apart(segments, line)
    return found


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
        stated = list(_find(segments, part.first, part.last, place, layout, setting))
        found = _choose_end(layout, place.field, stated)
        if len(found) > 1 or (found and place.field in record):
            raise tell_second(segments, place.field, found[-1])
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
            bound = bind_types(segments, name, candidates, stated)
        else:
            bound = bind(layout, segments, name, candidates, quantities, setting)
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
        detail = f"The line has no {TOLD.get(name, name)}, which each line of the approved message had."
        raise UnlikeError(detail, line.first)
    for name in ("location_type", "item_type", "price_type"):
        if name in whole and len(value := value_at(segments, whole[name])) > LONGEST_CODE:
            raise UnlikeError(f"«{value[:40]}» is too long for a {TOLD[name]}.", whole[name][0])
    for name in sorted(layout.checked & whole.keys()):
        if not is_gs1_key(value := value_at(segments, whole[name])):
            detail = (
                f"«{value[:40]}» has no check digit, which each {TOLD.get(name, name)} of the approved message had."
            )
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
