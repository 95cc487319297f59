"""A number leaves exactly as it came, or is refused."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.numbers import fits_json_number, json_number


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
