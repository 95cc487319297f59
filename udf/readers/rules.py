"""The reading by the standards alone: each field where its directory puts it, each quantity with what stands by it.

No model is asked and none is known here. What the source leaves open is a fault, never a guess; where places fit their
quantities in several ways, all of them are given, and the first is read.
"""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.message import Judge, Message, Unit
from udf.reading import LineReading, PartReading, Record
from udf.standards.chunks import Chunk
from udf.standards.dates import bind_periods, find_period
from udf.standards.header import header_fields
from udf.standards.items import choose_identifier
from udf.standards.places import bind_places, find_totals, line_places, statement_places
from udf.standards.prices import bind_prices
from udf.standards.quantities import SPLITS, activity_of, quantity_positions
from udf.standards.records import list_records, name_place, record_of
from udf.standards.setting import Setting


def read_part(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> PartReading:
    """What a header or a group states."""
    record = header_fields(segments, chunk, setting) if chunk.kind == "header" else {}
    start, end, faults = find_period(segments, chunk.indices, setting)
    record |= record_of(start=start, end=end)
    places, place_faults = statement_places(segments, chunk, setting)
    if places:
        record |= name_place(segments, places[0])
    return PartReading(record, places, [*faults, *place_faults])


_SETTLED = (("location", "location_type"), ("start", "end"))
"""Fields that rows of a partner may settle, each with what belongs to it."""


def settle(unit: Unit, reading: PartReading, segments: Sequence[Segment], setting: Setting) -> None:
    """Give a header or group the place and the dates that the partner's own rows say: of these nobody is asked."""
    chunk = unit.chunks[0]
    for names in _SETTLED:
        segment = segments[reading.record[names[0]][0]] if names[0] in reading.record else None
        if segment is not None and setting.is_settled(segment.tag, segment.value(0)):
            own = place_in(chunk, {name: reading.record[name] for name in names if name in reading.record})
            records = [dict(record) for record in unit.records[0]] if unit.records else []
            first = {name: at for name, at in (records[0] if records else {}).items() if name not in names}
            unit.records = [[first | own, *records[1:]]]


def read_line(segments: Sequence[Segment], first: int, last: int, setting: Setting) -> LineReading:
    """What a line states; of a total and its parts the parts, and no count of anything but units."""
    standard = setting.standard
    stated = [p for p in quantity_positions(segments, first, last, standard) if segments[p[0]].value(p[1], p[2])]
    split = {activity_of(segments, s, standard) for s, _, _ in stated if segments[s].tag in SPLITS}
    quantities = [
        p for p in stated
        if p[0] not in split and setting.measure(segments[p[0]].tag, segments[p[0]].value(0)) != "ignored"
    ]  # fmt: skip
    reading = LineReading(quantities=quantities)
    for in_cases in (False, True):
        if identifier := choose_identifier(segments, first, last, standard, in_cases):
            _, item, kind = identifier
            setattr(reading, "case_item" if in_cases else "item", record_of(item=item, item_type=kind))
    if not quantities:
        return reading
    activities = sorted({activity_of(segments, s, standard) for s, _, _ in quantities})
    reading.places, reading.place_faults = line_places(segments, first, last, setting)
    reading.bindings = bind_places(
        reading.places, [s for s, _, _ in quantities], last, setting.message_type, setting.version
    )
    if not reading.bindings and (totals := find_totals(segments, quantities, reading.places, last, setting)):
        reading.totals = totals
        reading.quantities = quantities = [p for p in quantities if p not in totals]
        activities = [s for s, _, _ in quantities]
        reading.bindings = bind_places(reading.places, activities, last, setting.message_type, setting.version)
    reading.prices, reading.price_faults = bind_prices(segments, first, last, activities, setting)
    opening = reading.bindings[0] if reading.bindings and standard.has_components else {}
    before = {quantity: place for quantity, place in opening.items() if place is not None and place < quantity}
    reading.periods, reading.period_faults = bind_periods(segments, first, last, activities, setting, before)
    return reading


class RulesReader:
    """Reads the units of messages by the rules alone: the exam's rival, and what a compiler without a model does."""

    def read(self, work: Sequence[tuple[Message, Unit]], judge: Judge) -> None:
        """Give each unit its records and what the judge finds against them."""
        for message, unit in work:
            unit.tries += 1
            unit.records = message.share(read_unit(message, unit))
            unit.line = None
            unit.findings = judge(message, unit)
            message.curtail(unit)


def read_whole(message: Message, unit: Unit) -> PartReading | LineReading:
    """What a unit states."""
    segments, setting, chunk = message.segments, message.setting, unit.chunks[0]
    if chunk.kind == "line":
        return read_line(segments, chunk.first, chunk.last, setting)
    return read_part(segments, chunk, setting)


def read_unit(message: Message, unit: Unit, reading: PartReading | LineReading | None = None) -> list[list[Record]]:
    """The records of each chunk of a unit, as places in it; of its `reading` where that is known."""
    segments, setting, chunk = message.segments, message.setting, unit.chunks[0]
    reading = reading or read_whole(message, unit)
    if isinstance(reading, PartReading):
        return [[place_in(chunk, reading.record)] if reading.record else []]
    records = list_records(segments, reading, chunk.last, setting)
    of_segment: dict[int, list[Record]] = {}
    for record in records:
        of_segment.setdefault(record["quantity"][0], []).append(record)
    return [
        [place_in(window, record) for s in window.indices[window.carried :] for record in of_segment.get(s, ())]
        for window in unit.chunks
    ]


def place_in(chunk: Chunk, record: Record) -> Record:
    """A record as places in a chunk, of what the chunk shows."""
    place = {index: number for number, index in enumerate(chunk.indices)}
    return {name: (place[s], e, c) for name, (s, e, c) in record.items() if s in place}
