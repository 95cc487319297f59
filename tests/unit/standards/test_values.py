"""Numbers and dates: what is read, and what is refused because it can mean two things."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.standards.values import ONLY_POINT, UnreadableValueError, read_number, read_period


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("12", None, "12"), ("-3", None, "-3"), ("+7", None, "7"), ("1.25", None, "1.25"),
        ("1,25", None, "1.25"), (".5", None, "0.5"), ("0.125", ",", "0.125"), ("1,250", ",", "1.250"),
        ("1.250", ".", "1.250"), ("1.250", None, "1.250"), ("007", None, "7"), ("0", None, "0"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_sent(text: str, mark: str | None, number: str) -> None:
    assert read_number(text, mark) == Decimal(number)


@pytest.mark.parametrize("text", ["12A", "", "-", "1.2.3", "1,234.5", "-3-", "1 2", "O5", "٣", "1e3", "9" * 16])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError) as caught:
        read_number(text)
    assert caught.value.code == "quantity-not-a-number"


@pytest.mark.parametrize(("text", "mark"), [("1,250", None), ("1,250", "."), ("1.250", ",")])
def test_a_mark_that_may_part_thousands_is_refused(text: str, mark: str | None) -> None:
    with pytest.raises(UnreadableValueError) as caught:
        read_number(text, mark)
    assert caught.value.code == "number-ambiguous"


@pytest.mark.parametrize("text", ["3-", "1.5-", "0-"])
@pytest.mark.parametrize("mark", [None, ".", ",", ONLY_POINT])
def test_a_minus_stands_in_front_of_its_number_in_both_standards(text: str, mark: str | None) -> None:
    # ISO 9735, 10.3: «immediately preceded by a minus sign»; X12.6, 3.5.1.2: the sign leads, and so it does in type R
    with pytest.raises(UnreadableValueError, match="minus") as caught:
        read_number(text, mark, "price-not-a-number")
    assert caught.value.code == "price-not-a-number"


def test_a_number_of_x12_has_a_point_and_no_comma() -> None:
    # X12.6, type R: «the decimal point»; ISO 9735, 10.1 alone knows the comma
    assert read_number("12.5", ONLY_POINT) == read_number("12,5") == Decimal("12.5")
    with pytest.raises(UnreadableValueError, match="comma") as caught:
        read_number("12,5", ONLY_POINT)
    assert caught.value.code == "quantity-not-a-number"


@given(st.decimals(min_value=-(10**8), max_value=10**8, allow_nan=False, allow_infinity=False, places=2))
def test_every_decimal_reads_back(number: Decimal) -> None:
    assert read_number(f"{number:f}") == number


@pytest.mark.parametrize(
    ("text", "form", "first", "last"),
    [
        ("310126", "2", "2026-01-31", "2026-01-31"), ("013126", "3", "2026-01-31", "2026-01-31"),
        ("31012026", "4", "2026-01-31", "2026-01-31"),
        ("20260131", "102", "2026-01-31", "2026-01-31"), ("260131", "101", "2026-01-31", "2026-01-31"),
        ("950613", "", "1995-06-13", "1995-06-13"), ("202601310830", "203", "2026-01-31", "2026-01-31"),
        ("202602", "610", "2026-02-01", "2026-02-28"), ("202601", "616", "2025-12-29", "2026-01-04"),
        ("20260101-20260107", "718", "2026-01-01", "2026-01-07"),
        ("2026010120260107", "718", "2026-01-01", "2026-01-07"),
        ("260101-260107", "717", "2026-01-01", "2026-01-07"), ("20260101-20260107", "RD8", "2026-01-01", "2026-01-07"),
        ("202601-202602", "716", "2025-12-29", "2026-01-11"),
    ],
)  # fmt: skip
def test_a_period_has_a_first_and_a_last_day(text: str, form: str, first: str, last: str) -> None:
    assert read_period(text, form) == (datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("20260231", "102"),
        ("260131", "102"),
        ("2026", ""),
        ("", ""),
        ("202754", "616"),
        ("202613", "610"),
        ("1", "999"),
    ],
)
def test_what_is_no_date_is_refused(text: str, form: str) -> None:
    with pytest.raises(UnreadableValueError) as caught:
        read_period(text, form)
    assert caught.value.code == "date-invalid"


@pytest.mark.parametrize(
    ("text", "form", "first", "last"),
    [
        # 2379 of D.96A, D.98B (719) and D.00B (205)
        ("2026010508002026011120", "713", "", ""),
        ("26010508002601112000", "713", "2026-01-05", "2026-01-11"),
        ("202601050800202601112000", "719", "2026-01-05", "2026-01-11"),
        ("202601141030+01", "303", "2026-01-14", "2026-01-14"),
        ("20260114103000UTC", "304", "2026-01-14", "2026-01-14"),
        ("202601141030+0100", "205", "2026-01-14", "2026-01-14"),
        ("2026", "602", "2026-01-01", "2026-12-31"),
        ("20264", "608", "2026-10-01", "2026-12-31"),
        ("2602", "609", "2026-02-01", "2026-02-28"),
        ("2602", "615", "2026-01-05", "2026-01-11"),
        ("202601202603", "710", "2026-01-01", "2026-03-31"),
        ("26022603", "715", "2026-01-05", "2026-01-18"),
        ("20260112", "D8", "2026-01-12", "2026-01-12"),
        # a form that does not fit its value, and digits of another script
        ("20260115", "610", "", ""),
        ("20260102", "616", "", ""),
        ("2026010520260111", "203", "", ""),
        ("20260115", "203", "", ""),
        ("20265", "608", "", ""),
        ("٢٠٢٦٠١١٥", "102", "", ""),
        ("20260105-20260111", "102", "", ""),
        ("2026010520260111", "D8", "", ""),
    ],
)
def test_a_form_fits_its_value_or_is_refused(text: str, form: str, first: str, last: str) -> None:
    if first:
        assert tuple(map(str, read_period(text, form))) == (first, last)
    else:
        with pytest.raises(UnreadableValueError):
            read_period(text, form)
