"""What a line states as records, once its places, prices and periods are bound to its quantities."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.reading import LineReading, Position, Record
from udf.standards.items import is_case
from udf.standards.places import place_slots, place_type_slot
from udf.standards.prices import prefer_price, price_run, price_type_slot
from udf.standards.quantities import activity_of, part_place, unit_slot
from udf.standards.setting import Setting, value_at


def list_records(segments: Sequence[Segment], reading: LineReading, last: int, setting: Setting) -> list[Record]:
    """A record for each quantity of a line that ends before `last`, as positions in the message."""
    return [_make_record(segments, reading, quantity, last, setting) for quantity in reading.quantities]


def _make_record(
    segments: Sequence[Segment], reading: LineReading, quantity: Position, last: int, setting: Setting
) -> Record:
    s, standard = quantity[0], setting.standard
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
    if first := reading.prices.get(activity):
        price = preferred_price(segments, first, last, unit, setting)
        record |= record_of(price=price, price_type=price_type_slot(segments, price))
    start, end = reading.periods.get(activity, (None, None))
    return record | record_of(start=start, end=end)


def preferred_price(
    segments: Sequence[Segment], price: Position, last: int, unit: Position | None, setting: Setting
) -> Position:
    """The one of the prices that stand together which is that of a quantity in a unit; the first where none is."""
    run = price_run(segments, price, last, setting)
    return prefer_price(segments, run, value_at(segments, unit) if unit else None, setting) or price


def record_of(**fields: Position | None) -> Record:
    """A record of those fields that stand somewhere."""
    return {name: position for name, position in fields.items() if position}


def name_place(segments: Sequence[Segment], index: int) -> Record:
    """The place that a segment names, and whose code it is."""
    location = (index, *min(place_slots(segments[index])))
    return record_of(location=location, location_type=place_type_slot(segments, location))
