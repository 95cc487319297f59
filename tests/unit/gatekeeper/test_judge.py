"""The judge holds what one witness read against what the other did, and knows neither."""

import ast
from pathlib import Path

import pytest

import udf.gatekeeper
from udf.gatekeeper.judge import judge_unit
from udf.message import Message, Unit, read_message
from udf.readers.rules import place_in, read_line, read_part, read_unit
from udf.reading import LineReading, PartReading
from udf.standards.reference import load_reference

SALES = (
    "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+90:20260105:102'DTM+91:20260111:102'LOC+162+4012345000016::9'"
    "LIN+1++4006381333931:EN'QTY+153:12:PCE'PRI+AAA:2.50'QTY+145:30:PCE'UNT+10+1'"
)


def opened() -> Message:
    return read_message(SALES, None, load_reference())


def unit_of(message: Message, kind: str) -> Unit:
    unit = next(unit for unit in message.units if unit.chunks[0].kind == kind)
    unit.records = read_unit(message, unit)
    return unit


def reading_of(message: Message, unit: Unit) -> LineReading | PartReading:
    chunk = unit.chunks[0]
    if chunk.kind == "line":
        return read_line(message.segments, chunk.first, chunk.last, message.setting)
    return read_part(message.segments, chunk, message.setting)


@pytest.mark.parametrize("kind", ["header", "line"])
def test_two_witnesses_who_say_the_same_prove_it(kind: str) -> None:
    message = opened()
    unit = unit_of(message, kind)
    assert list(judge_unit(message, unit, reading_of(message, unit))) == []


@pytest.mark.parametrize(
    ("field", "code"),
    [("price", "price-not-used"), ("unit", "unit-misplaced"), ("qualifier", "qualifier-misplaced"),
     ("quantity", "line-without-quantity")],
)  # fmt: skip
def test_a_field_that_one_witness_of_a_line_has_and_the_other_lacks_is_found(field: str, code: str) -> None:
    message = opened()
    unit = unit_of(message, "line")
    for record in unit.records[0]:
        record.pop(field, None)
        if field == "price":
            record.pop("price_type", None)
    assert code in {finding.code for finding in judge_unit(message, unit, reading_of(message, unit))}


@pytest.mark.parametrize(
    ("field", "code"), [("document_number", "header-field-not-used"), ("start", "date-not-used")]
)  # fmt: skip
def test_a_field_that_one_witness_of_a_header_has_and_the_other_lacks_is_found(field: str, code: str) -> None:
    message = opened()
    unit = unit_of(message, "header")
    del unit.records[0][0][field]
    assert code in {finding.code for finding in judge_unit(message, unit, reading_of(message, unit))}


def test_a_quantity_that_the_other_witness_does_not_see_is_no_quantity() -> None:
    message = opened()
    unit = unit_of(message, "line")
    reading = reading_of(message, unit)
    assert isinstance(reading, LineReading)
    reading.quantities = reading.quantities[:1]
    (finding,) = judge_unit(message, unit, reading)
    assert finding.code == "quantity-misplaced"


def test_a_line_s_records_may_point_at_what_its_chunk_shows_alone() -> None:
    message = opened()
    unit = unit_of(message, "line")
    assert place_in(unit.chunks[0], {"document_number": (1, 1, 0)}) == {}


def test_the_judge_imports_no_reader_no_engine_and_no_language() -> None:
    imported = {
        name
        for path in Path(next(iter(udf.gatekeeper.__path__))).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else
                     [alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
    }  # fmt: skip
    forbidden = ("udf.readers", "udf.engines", "udf.language", "udf.plans", "udf.compiler")
    assert [name for name in imported if name.startswith(forbidden)] == []


def test_a_rule_that_gives_a_price_to_the_neighbour_is_told_by_the_other_witness() -> None:
    message = opened()
    unit = unit_of(message, "line")
    reading = reading_of(message, unit)
    assert isinstance(reading, LineReading)
    first, second = sorted(reading.prices)
    assert (reading.prices[first] is None, reading.prices[second] is None) == (False, True)
    reading.prices = {first: reading.prices[second], second: reading.prices[first]}
    codes = [finding.code for finding in judge_unit(message, unit, reading)]
    assert codes == ["price-misplaced", "price-not-used"]
