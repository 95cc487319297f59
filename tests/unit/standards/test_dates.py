"""Where dates and periods stand, what they mean, and which quantity they are for."""

import pytest

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.dates import (
    RANGES,
    WEEKS,
    bind_periods,
    date_form,
    date_slot,
    date_statements,
    find_period,
    read_date,
)
from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.values import UnreadableValueError
from udf.standards.x12 import X12

SALES = Setting(EDIFACT, "SLSRPT", "D:96A:UN", "", None, load_reference())
ACTIVITY = Setting(X12, "852", "004010", "", None, load_reference())


def edifact(body: str) -> list[Segment]:
    return read_segments("UNH+1+SLSRPT:D:96A:UN'" + "".join(f"{word}'" for word in body.split()))[1:]


def x12(body: str) -> list[Segment]:
    return read_segments("ST*852*0001~" + "".join(f"{word}~" for word in body.split()))[1:]


def test_ranges_and_weeks_are_the_forms_of_2379_that_say_so() -> None:
    assert {"610", "616", "711", "713", "716", "717", "718"} == RANGES
    assert {"616", "716"} == WEEKS


@pytest.mark.parametrize(
    ("segments", "setting", "expected"),
    [
        (edifact("DTM+90:20260101:102 DTM+91:20260107:102"), SALES,
         [("period_start", (0, 0, 1)), ("period_end", (1, 0, 1))]),
        (edifact("DTM+90:20260101-20260107:718 DTM+137:20260108:102"), SALES, [("period", (0, 0, 1))]),
        (x12("DTM*007*20260101 DTM*090****RD8*20260101-20260107"), ACTIVITY,
         [("period", (0, 1, 0)), ("period", (1, 5, 0))]),
        (x12("XQ*H*20260101"), ACTIVITY, [("period", (0, 1, 0))]),
        (x12("XQ*H*20260101*20260107"), ACTIVITY, [("period_start", (0, 1, 0)), ("period_end", (0, 2, 0))]),
        (x12("BIA*00*SI*1*20260101"), ACTIVITY, [("fallback", (0, 3, 0))]),
    ],
)  # fmt: skip
def test_a_date_that_states_a_period_says_which_part(
    segments: list[Segment], setting: Setting, expected: list[tuple[str, tuple[int, int, int]]]
) -> None:
    assert date_statements(segments, range(len(segments)), setting) == expected


def test_a_date_of_x12_is_looked_for_behind_its_qualifier_and_then_in_its_range() -> None:
    single, ranged = x12("DTM*007*20260101 DTM*090****RD8*20260101-20260107")
    assert (date_slot(single, X12), date_slot(ranged, X12)) == ((1, 0), (5, 0))
    assert date_form(ranged, (0, 5, 0)) == "RD8"
    (stated,) = edifact("DTM+356:202601:610")
    assert date_slot(stated, EDIFACT) == (0, 1)
    assert date_form(stated, (0, 0, 1)) == "610"


def test_a_range_beats_a_pair_and_two_periods_are_ambiguous() -> None:
    segments = edifact("DTM+90:20260101:102 DTM+91:20260107:102 DTM+356:20260102:102")
    assert find_period(segments, range(3), SALES) == ((2, 0, 1), (2, 0, 1), [])
    assert find_period(segments, range(2), SALES) == ((0, 0, 1), (1, 0, 1), [])
    two = edifact("DTM+356:20260101:102 DTM+356:20260102:102")
    assert [finding.code for finding in find_period(two, range(2), SALES)[2]] == ["date-ambiguous"]
    half = edifact("DTM+90:20260101:102")
    assert [finding.code for finding in find_period(half, range(1), SALES)[2]] == ["period-half-stated"]


def test_an_activity_has_its_own_date_or_that_of_its_line() -> None:
    segments = x12("LIN*1*UP*4 DTM*007*20260102 ZA*QS*5*EA*007*20260103 ZA*QA*5*EA")
    bound, findings = bind_periods(segments, 0, 4, [2, 3], ACTIVITY)
    assert findings == []
    assert bound == {2: ((2, 4, 0), (2, 4, 0)), 3: ((1, 1, 0), (1, 1, 0))}


def test_a_year_without_edi_is_damage() -> None:
    (segment,) = edifact("DTM+356:29260101:102")
    with pytest.raises(UnreadableValueError, match="year without EDI"):
        read_date(segment, (0, 0, 1))
