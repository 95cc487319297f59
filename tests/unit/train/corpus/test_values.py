"""Drawn values are what their names say."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.standards.items import is_gs1_key
from udf.train.corpus.values import day, days, decimal_of, different, digits, gtin, number, with_check_digit

SEEDS = st.integers(0, 10**9)


@given(SEEDS)
def test_a_gtin_has_its_check_digit(seed: int) -> None:
    assert is_gs1_key(gtin(random.Random(seed)))


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert with_check_digit("400638133393") == "4006381333931"


@given(SEEDS, st.booleans())
def test_two_days_are_in_order(seed: int, six: bool) -> None:
    first, last = days(random.Random(seed), six)
    assert first <= last
    assert len(first) == (6 if six else 8)


@pytest.mark.parametrize(
    ("text", "wanted"), [("5", "5"), ("-3", "-3"), ("7-", "-7"), ("+4", "4"), ("1,25", "1.25"), ("-0.5", "-0.5")]
)
def test_a_number_is_what_it_states(text: str, wanted: str) -> None:
    assert decimal_of(text) == Decimal(wanted)


@given(SEEDS)
def test_every_drawn_number_is_one(seed: int) -> None:
    assert decimal_of(number(random.Random(seed))).is_finite()


def test_different_values_are_different() -> None:
    r = random.Random(1)
    assert len(set(different(r, lambda r: digits(r, 1), 10))) == 10
    assert len(set(different(r, day, 20))) == 20
