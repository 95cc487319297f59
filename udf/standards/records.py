"""What a line states as records, once its places, prices and periods are bound to its quantities."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.reading import LineReading, Position, Record
from udf.standards.items import is_case
from udf.standards.places import place_slots, place_type_slot
from udf.standards.prices import price_type_slot
from udf.standards.quantities import activity_of, part_place, unit_slot
from udf.standards.setting import Setting
from udf.standards.standard import Standard


def list_records(segments: Sequence[Segment], reading: LineReading, setting: Setting) -> list[Record]:
    """A record for each quantity of a line, as positions in the message."""
    return [_make_record(segments, reading, quantity, setting.standard) for quantity in reading.quantities]


def _make_record(segments: Sequence[Segment], reading: LineReading, quantity: Position, standard: Standard) -> Record:
    s = quantity[0]
    activity = activity_of(segments, s, standard)
    unit = unit_slot(segments, quantity, standard)
    named = reading.case_item if is_case(segments, unit) else reading.item
    record = named | record_of(quantity=quantity, unit=unit)
    if segments[activity].value(0):
        record["qualifier"] = (activity, 0, 0)
    place = reading.bindings[0].get(s) if reading.bindings else None
    if segments[s].tag in standard.splits:
        location = part_place(segments, quantity)
        if location is None:  # a lot, or a delivery by a date: it lies where the line's goods do
            record |= name_place(segments, place) if place is not None else {}
        elif segments[location[0]].value(location[1]):
            record |= record_of(location=location, location_type=place_type_slot(segments, location))
    elif place is not None:
        record |= name_place(segments, place)
    if price := reading.prices.get(activity):
        record |= record_of(price=price, price_type=price_type_slot(segments, price))
    start, end = reading.periods.get(activity, (None, None))
    return record | record_of(start=start, end=end)


def record_of(**fields: Position | None) -> Record:
    """A record of those fields that stand somewhere."""
    return {name: position for name, position in fields.items() if position}


def name_place(segments: Sequence[Segment], index: int) -> Record:
    """The place that a segment names, and whose code it is."""
    location = (index, *min(place_slots(segments[index])))
    return record_of(location=location, location_type=place_type_slot(segments, location))
