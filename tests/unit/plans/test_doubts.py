"""What the values of some shapes leave open, found in the shape."""

import pytest

from tests.small_messages import message
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.outcome import Envelope
from udf.plans.doubts import find_restated_periods, has_unlisted_type, is_in_doubt
from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference
from udf.standards.setting import Setting

SETTING = Setting(EDIFACT, "SLSRPT", "", Envelope().sender or "", None, load_reference())


def read(body: str) -> list[Segment]:
    text = message("SLSRPT", body)
    return list(read_segments(text, find_delimiters(text)))[1:-1]


@pytest.mark.parametrize(
    ("dates", "restated"),
    [
        ("DTM+90:20261102:102 DTM+91:20261108:102", False),
        ("DTM+90:20261102:102 DTM+90:20261102:102 DTM+91:20261108:102", False),
        ("DTM+90:20261102:102 DTM+90:202611020000:203 DTM+91:20261108:102", True),
        ("DTM+356:20261102-20261108:718 DTM+90:20261102:102 DTM+91:20261108:102", True),
        ("DTM+137:20261109:102 DTM+356:20261102:102", False),
    ],
)
def test_a_period_in_two_texts_is_one_that_may_become_two(dates: str, restated: bool) -> None:
    segments = read(dates)
    assert list(find_restated_periods(segments, [], SETTING)) == [(0, len(segments))] * restated


def test_each_quantity_may_have_a_period_of_its_own() -> None:
    segments = read("LIN+1++A:EN QTY+153:1 DTM+356:20261102:102 QTY+153:2 DTM+356:20261103:102")
    assert list(find_restated_periods(segments, [1, 3], SETTING)) == []
    assert list(find_restated_periods(segments, [1], SETTING)) == [(1, 5)]
    assert is_in_doubt(segments, [(1, 5)], SETTING)
    assert not is_in_doubt(segments, [(1, 3), (3, 5)], SETTING)


@pytest.mark.parametrize(("kind", "unlisted"), [("EN", False), ("SA", False), ("QQ", True)])
def test_a_type_that_no_list_has_may_be_the_item(kind: str, unlisted: bool) -> None:
    assert has_unlisted_type(read(f"LIN+1++ABCD:{kind}"), [(0, 2, 0)], SETTING) is unlisted
