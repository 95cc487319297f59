"""The contract's promises: exact numbers, fixed fields, one committed schema."""

import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from udf.contract import (
    SCHEMA_PATH,
    Attempt,
    Document,
    Line,
    Outcome,
    Problem,
    RejectedLine,
    fits_json_number,
    json_number,
    json_schema,
)


def test_the_committed_schema_is_the_one_the_models_give() -> None:
    assert json.loads(SCHEMA_PATH.read_text(encoding="utf-8")) == json_schema()


def test_a_dump_has_exactly_the_fields_of_the_contract() -> None:
    assert list(Outcome(is_valid=True, is_complete=True).model_dump(mode="json")) == [
        "message_type",
        "is_valid",
        "is_complete",
        "document",
        "rejected_lines",
        "problems",
        "route",
        "attempts",
        "model_version",
        "compiler_version",
        "verification_hash",
        "compile_ms",
    ]


def test_attempts_stay_out_of_the_dump() -> None:
    outcome = Outcome(is_valid=True, is_complete=True, attempt_log=[Attempt(attempt=1, route="model", reading="r")])
    assert "attempt_log" not in outcome.model_dump(mode="json")
    assert "attempt_log" not in outcome.model_dump_json()


def test_quantities_are_json_numbers_and_dates_are_iso_text() -> None:
    start = datetime.date(2026, 1, 5)
    line = Line(measure="sold", quantity=Decimal("-19.90"), period_start=start, source={"unit": (3, 6)})
    dumped = line.model_dump(mode="json")
    assert dumped["quantity"] == -19.9
    assert dumped["period_start"] == "2026-01-05"
    assert dumped["source"] == {"unit": [3, 6]}
    assert json.loads(line.model_dump_json()) == dumped


def test_whole_quantities_are_written_without_a_point() -> None:
    assert '"quantity":12,' in Line(measure="sold", quantity=Decimal("12.0")).model_dump_json()


def test_an_unchecked_line_equals_a_validated_one() -> None:
    fields = {"measure": "sold", "quantity": Decimal("2"), "qualifier": "153", "item_ids": {"EN": "4000001000005"}}
    unchecked = Line.unchecked(**fields)
    assert unchecked == Line.model_validate(fields)
    assert unchecked.model_dump_json() == Line.model_validate(fields).model_dump_json()
    assert unchecked.model_copy(update={"unit": "PCE"}).unit == "PCE"


def test_unchecked_lines_share_no_dictionary() -> None:
    first, second = (Line.unchecked(measure="sold", quantity=Decimal(1)) for _ in range(2))
    first.source["quantity"] = (0, 1)
    assert second.source == {}


def test_a_document_comes_back_from_its_json_unchanged() -> None:
    line = Line(measure="on_hand", quantity=Decimal("403.32"), price=Decimal("0.1"), source={"quantity": (1, 7)})
    outcome = Outcome(
        is_valid=False,
        is_complete=False,
        document=Document(standard="X12", message_type="846", lines=[line]),
        rejected_lines=[RejectedLine(text="LIN", span=(0, 3), problems=[Problem(code="c", severity="error")])],
    )
    assert Outcome.model_validate_json(outcome.model_dump_json()) == outcome


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14, places=0))
def test_every_whole_number_is_exact(value: Decimal) -> None:
    assert json_number(value) == value


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 20))
def test_every_decimal_of_fifteen_digits_survives_json(digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    assert fits_json_number(value)
    assert Decimal(json.loads(json.dumps(json_number(value)), parse_float=str, parse_int=str)) == value


@given(st.decimals())
def test_a_decimal_is_exact_or_refused(value: Decimal) -> None:
    if fits_json_number(value):
        assert Decimal(repr(json_number(value))) == value
    else:
        with pytest.raises(ValueError, match="significant digits"):
            json_number(value)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "0.12345678901234567", "1E+1000000"])
def test_a_number_that_json_cannot_hold_is_refused_when_a_line_is_built(text: str) -> None:
    with pytest.raises(ValidationError):
        Line(measure="sold", quantity=Decimal(text))
