"""A reading holds positions and no values: what it says is what stands there."""

from tests.small_messages import sales
from udf.language.vocabulary import MARKERS
from udf.message import read_message
from udf.readers.rules import read_line, read_part
from udf.reading import FIELDS, KINDS, MAX_COMPONENTS, TYPES, LineReading, PartReading
from udf.standards.records import list_records
from udf.standards.reference import load_reference

TEXT = sales("LIN+1++4006381333931:EN QTY+153:5:PCE PRI+AAA:9.95 QTY+61:2:PCE")


def test_a_record_says_by_positions_what_its_line_states() -> None:
    message = read_message(TEXT, None, load_reference())
    (line,) = (unit for unit in message.units if unit.name == "line 1")
    chunk = line.chunks[0]
    reading = read_line(message.segments, chunk.first, chunk.last, message.setting)
    records = list_records(message.segments, reading, chunk.last, message.setting)
    values = [{name: message.segments[s].elements[e][c] for name, (s, e, c) in record.items()} for record in records]
    assert [record["quantity"] for record in values] == ["5", "2"]
    assert [record["qualifier"] for record in values] == ["153", "61"]
    assert values[0]["item"] == "4006381333931"
    assert values[0]["price"] == "9.95"
    assert {name for record in records for name in record} <= set(FIELDS)


def test_a_header_states_no_quantity() -> None:
    message = read_message(TEXT, None, load_reference())
    reading = read_part(message.segments, message.units[0].chunks[0], message.setting)
    assert {"document_number", "start", "end"} <= set(reading.record) <= set(FIELDS)
    assert not {"quantity", "item", "price"} & set(reading.record)


def test_what_was_read_of_one_line_is_not_read_of_another() -> None:
    one, other = LineReading(), LineReading()
    assert one == other
    assert one.item is not other.item
    assert one.prices is not other.prices
    assert PartReading({}).places == ()


def test_each_component_that_is_shown_can_have_a_marker_of_its_own() -> None:
    assert MAX_COMPONENTS <= MARKERS


def test_fields_kinds_and_types_are_named_once() -> None:
    for names in (FIELDS, KINDS, TYPES):
        assert len(set(names)) == len(names)
    assert FIELDS[0] == "quantity", "the place of all others follows from it"
