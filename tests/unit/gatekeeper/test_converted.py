"""Values read back: what was converted has the digits that its component has."""

import datetime
from decimal import Decimal

import pytest

from udf.gatekeeper.converted import find_unlike, is_day_of, is_number_of
from udf.outcome import Line

DAY = datetime.date(2026, 1, 17)


@pytest.mark.parametrize(
    ("text", "number", "is_so"),
    [
        ("12", "12", True), ("012", "12", True), ("-3.50", "-3.50", True), ("3-", "-3", True), ("1,5", "1.5", True),
        ("1.234,5", "1234.5", True), ("0", "0", True), ("-0", "0", True), ("+7", "7", True), (".5", "0.5", True),
        ("12", "21", False), ("-3", "3", False), ("1,5", "15", False), ("12", "12.0", False),
    ],
)  # fmt: skip
def test_a_number_has_the_digits_the_sign_and_the_decimals_of_its_text(text: str, number: str, is_so: bool) -> None:
    assert is_number_of(text, Decimal(number)) == is_so


@pytest.mark.parametrize(
    ("text", "day", "is_so"),
    [
        ("20260117", DAY, True), ("260117", DAY, True), ("202601170830", DAY, True), ("20260110-20260117", DAY, True),
        ("2026011720260124", DAY, True), ("260110260117", DAY, True), ("202601", DAY, True),
        ("202601", datetime.date(2025, 12, 29), True),
        ("20260118", DAY, False), ("19260117", DAY, False),
    ],
)  # fmt: skip
def test_a_day_stands_in_its_date_as_it_is_written(text: str, day: datetime.date, is_so: bool) -> None:
    assert is_day_of(text, day) == is_so


@pytest.mark.parametrize(
    ("text", "form", "is_so"),
    [("170126", "2", True), ("011726", "3", True), ("17012026", "4", True), ("18012026", "4", False),
     ("01172026", "4", False), ("17012026", "102", False), ("17012026", "", False),
     ("26022603", "715", True), ("25022503", "715", True), ("24022403", "715", False), ("26022603", "", False)],
)  # fmt: skip
def test_a_day_that_is_not_written_from_the_year_on_is_read_by_its_form(text: str, form: str, is_so: bool) -> None:
    # 2379: 2 DDMMYY, 3 MMDDYY, 4 DDMMCCYY, 102 CCYYMMDD, 715 YYWWYYWW, of which the year alone is read back
    assert is_day_of(text, DAY, form) == is_so


def test_a_line_is_held_against_what_stands_where_it_is_said_to() -> None:
    fields = dict.fromkeys(("line_number", "item_id", "item_id_type", "location_id", "location_id_type", "unit"))
    line = Line(
        **fields, item_ids={}, measure="sold", qualifier="153", quantity=Decimal(5), price=None, price_type=None,
        currency=None, period_start=DAY, period_end=DAY, as_of_date=None, attributes={},
        source={"quantity": (8, 9), "period_end": (0, 8)},
    )  # fmt: skip
    assert find_unlike("202601175", [line], 3) is None
    found = find_unlike("202601187", [line], 3)
    assert found is not None
    assert (found.code, found.segment) == ("value-miscopied", 3)
