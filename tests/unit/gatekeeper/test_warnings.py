"""What is odd about lines, counted by code with the first of each; and stock that stands twice."""

import datetime
from decimal import Decimal

import pytest

from udf.gatekeeper.warnings import LineWarnings, repeated_stock
from udf.outcome import Envelope, Line

DAY = datetime.date(2026, 11, 8)


def hold(
    item: str = "4006381333931", quantity: str = "5", place: str | None = "0101", day: datetime.date = DAY
) -> Line:
    return Line(
        line_number="1", item_id=item, item_id_type="EN", item_ids={"EN": item}, location_id=place,
        location_id_type="92", measure="on_hand", qualifier="145", quantity=Decimal(quantity), unit="PCE", price=None,
        price_type=None, currency=None, period_start=None, period_end=None, as_of_date=day, attributes={}, source={},
    )  # fmt: skip


def warn(*lines: Line) -> dict[str, str]:
    warnings = LineWarnings({"document_date": DAY}, Envelope())
    for line in lines:
        warnings.note(line)
    return {finding.code: finding.detail for finding in warnings.findings()}


def test_a_plain_line_gives_no_warning() -> None:
    assert warn(hold(), hold("9501101530003")) == {}


def test_each_warning_counts_its_lines_and_names_the_first() -> None:
    found = warn(hold("4006381333932", "1.5"), hold("4006381333932", "2.5"), hold(day=datetime.date(2024, 1, 1)))
    assert found["gtin-check-digit"].startswith("2 lines have an item whose check digit is wrong, the first is 4006")
    assert found["fraction-of-pieces"].endswith("2 lines, first 1.5 PCE.")
    assert found["date-implausible"].endswith("1 lines, first 2024-01-01 to 2024-01-01.")


def test_a_code_with_a_place_in_some_lines_alone_is_told() -> None:
    assert warn(hold(), hold(place=None)).keys() == {"place-missing", "location-not-stated"}


def test_a_sale_names_a_customer_and_a_scrapping_none() -> None:
    # X12 521: what PTD01 says tells the quantities of one code apart
    sale, scrap = hold()._replace(attributes={"transfer": "SS"}), hold(place=None)
    assert warn(sale, scrap._replace(attributes={"transfer": "SC"})).keys() == {"location-not-stated"}
    assert warn(sale, scrap._replace(attributes={"transfer": "SS"})).keys() == {"place-missing", "location-not-stated"}


def test_a_code_with_a_day_in_some_lines_alone_is_told() -> None:
    dayless = hold()._replace(as_of_date=None)
    assert warn(hold(), dayless).keys() == {"period-missing", "period-not-stated"}
    assert warn(hold(), dayless._replace(qualifier="17")).keys() == {"period-not-stated"}


def test_what_decides_a_meaning_is_named_with_the_code() -> None:
    # X12 521: PL is listed and has no meaning of ours, ZQ is in no list; EDIFACT 7491: 3 is bonded, 9 is in no list
    for beside, named in (
        ({"transfer": "PL"}, "what 145 with PTD PL means"),
        ({"transfer": "ZQ"}, "what 145 with PTD ZQ, which is in no list, means"),
        ({"inventory_status": "9"}, "what 145 with INV 9, which is in no list, means"),
        ({}, "what 145 means"),
    ):
        found = warn(hold()._replace(measure="unmapped", attributes=beside))
        assert named in found["unmapped-quantity-qualifier"]


def test_a_unit_that_no_list_has_is_told_and_one_of_either_list_is_not() -> None:
    assert warn(hold()._replace(unit="XQ")).keys() == {"unit-unlisted"}
    for unit in ("PCE", "H87", "UN", "KG", None):
        assert warn(hold()._replace(unit=unit)) == {}


@pytest.mark.parametrize(("group", "expected"), [("PD", set()), (None, set()), ("SH", {"group-type-mismatch"})])
def test_a_group_of_another_set_is_told(group: str | None, expected: set[str]) -> None:
    # X12 479: PD product activity data, IB inventory inquiry, PT product transfer
    warnings = LineWarnings({}, Envelope(group_type=group), "852")
    assert {finding.code for finding in warnings.findings()} == expected


def test_lines_of_one_form_count_as_so_many_lines() -> None:
    warnings = LineWarnings({}, Envelope())
    warnings.note_form(hold(place=None), 7)
    assert [finding.detail for finding in warnings.findings()] == ["7 lines have no place."]


def test_stock_of_two_groups_is_repeated_and_of_one_group_is_not() -> None:
    other = hold("9501101530003")
    assert repeated_stock([[hold()], [other], [hold()], [hold()]]) == {0, 2, 3}
    assert repeated_stock([[hold(), hold()], [other]]) == set()
    assert repeated_stock([[hold()], [hold(place="0102")], [hold(day=datetime.date(2026, 11, 7))]]) == set()
    assert repeated_stock([[hold()._replace(measure="sold")]] * 2) == set()
