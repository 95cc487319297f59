"""Values as sent become values as JSON writes them."""

import pytest

from udf.plans.conversions import DAYS, NUMBERS, NotPlainError, as_text
from udf.standards.values import ONLY_POINT


def test_a_number_is_written_as_json_by_its_decimal_mark() -> None:
    assert [NUMBERS[","][text] for text in ("12", "-1,250", "0,5")] == ["12", "-1.25", "0.5"]
    with pytest.raises(NotPlainError, match="number-ambiguous"):
        NUMBERS[None]["1,250"]
    with pytest.raises(NotPlainError, match="quantity-not-a-number"):
        NUMBERS[None]["1..5"]
    with pytest.raises(NotPlainError, match="quantity-not-a-number"):
        NUMBERS[ONLY_POINT]["1,5"]


def test_a_date_is_its_first_and_last_day_and_of_a_year_with_messages() -> None:
    assert DAYS["202602", "610"] == ("2026-02-01", "2026-02-28")
    for text in ("20261399", "19690101"):
        with pytest.raises(NotPlainError, match="date-invalid"):
            DAYS[text, "102"]


def test_a_text_that_the_reader_would_trim_is_not_plain() -> None:
    assert as_text("A?'B", "?") == "A'B"
    with pytest.raises(NotPlainError):
        as_text("? ", "?")
