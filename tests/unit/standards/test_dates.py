"""Where dates and periods stand, what they mean, and which quantity they are for."""

import pytest

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.dates import (
    RANGES,
    SPANS,
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


def test_ranges_and_weeks_are_the_forms_of_2379_and_1250_that_say_so() -> None:
    assert {"710", "711", "713", "715", "716", "717", "718", "719", "RD6", "RD8"} == RANGES
    assert {"602", "608", "609", "610", "615", "616"} == SPANS
    assert {"615", "616", "715", "716"} == WEEKS


@pytest.mark.parametrize(
    ("segments", "setting", "expected"),
    [
        (edifact("DTM+90:20260101:102 DTM+91:20260107:102"), SALES,
         [("period_start", (0, 0, 1)), ("period_end", (1, 0, 1))]),
        (edifact("DTM+90:20260101-20260107:718 DTM+137:20260108:102"), SALES, [("period", (0, 0, 1))]),
        (x12("DTM*007*20260101 DTM*090****RD8*20260101-20260107"), ACTIVITY,
         [("period", (0, 1, 0)), ("period", (1, 5, 0))]),
        (x12("XQ*H*20260101"), ACTIVITY, [("report", (0, 1, 0))]),
        (x12("XQ*H*20260101*20260107"), ACTIVITY, [("period_start", (0, 1, 0)), ("period_end", (0, 2, 0))]),
        (x12("BIA*00*SI*1*20260101"), ACTIVITY, [("report", (0, 3, 0))]),
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
    segments = edifact("DTM+90:20260101:102 DTM+91:20260107:102 DTM+356:20260101-20260107:718")
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


def days(segments: list[Segment], setting: Setting) -> tuple[str, ...]:
    """First and last day of what the segments state together, or the code of why they do not."""
    start, end, faults = find_period(segments, range(len(segments)), setting)
    if faults:
        return (faults[0].code,)
    assert start
    assert end
    return str(read_date(segments[start[0]], start)[0]), str(read_date(segments[end[0]], end)[1])


STOCK = Setting(EDIFACT, "INVRPT", "D:96A:UN", "", None, load_reference())
ADVICE = Setting(X12, "846", "004010", "", None, load_reference())


@pytest.mark.parametrize(
    ("segments", "setting", "expected"),
    [
        # a stock is of the day on which its report ends (2005 91, 206; 374 091); a sale needs both ends
        (edifact("DTM+91:20260114:102"), STOCK, ("2026-01-14", "2026-01-14")),
        (edifact("DTM+206:20260114:102"), STOCK, ("2026-01-14", "2026-01-14")),
        (x12("DTM*091*20260114"), ADVICE, ("2026-01-14", "2026-01-14")),
        (edifact("DTM+91:20260114:102"), SALES, ("period-half-stated",)),
        (edifact("DTM+90:20260114:102"), STOCK, ("period-half-stated",)),
        # a month or a week as start and as end (2379 610, 616); alone one is no more than a day is: one end
        (edifact("DTM+90:202601:610 DTM+91:202603:610"), SALES, ("2026-01-01", "2026-03-31")),
        (edifact("DTM+90:202602:616 DTM+91:202603:616"), SALES, ("2026-01-05", "2026-01-18")),
        (edifact("DTM+90:202601:610"), SALES, ("period-half-stated",)),
        # one day in two forms
        (edifact("DTM+366:20260111:102 DTM+366:202601110815:203"), STOCK, ("2026-01-11", "2026-01-11")),
        (edifact("DTM+366:20260111:102 DTM+366:20260112:102"), STOCK, ("date-ambiguous",)),
        # 004010 1250: D8 is a day, RD8 a range
        (x12("DTM*090****D8*20260105 DTM*091****D8*20260111"), ACTIVITY, ("2026-01-05", "2026-01-11")),
        (x12("DTM*090****RD8*20260105-20260111"), ACTIVITY, ("2026-01-05", "2026-01-11")),
        (x12("DTM*090****D8*20260105"), ACTIVITY, ("period-half-stated",)),
        # a period of sales beside another one; a stock date beside a period is none
        (edifact("DTM+356:20260111:102 DTM+90:20260105:102 DTM+91:20260111:102"), SALES, ("date-ambiguous",)),
        (edifact("DTM+356:2026010520260111:718 DTM+90:20260105:102 DTM+91:20260111:102"), SALES,
         ("2026-01-05", "2026-01-11")),
        # XQ02 alone is the day of the report, and a period that is stated goes before it; with XQ03 it is a period
        (x12("XQ*H*20240512 DTM*090*20240505 DTM*091*20240511"), ACTIVITY, ("2024-05-05", "2024-05-11")),
        (x12("XQ*H*20240512"), ACTIVITY, ("2024-05-12", "2024-05-12")),
        (x12("XQ*H*20260105*20260111 DTM*007*20260115"), ACTIVITY, ("date-ambiguous",)),
        # 374 184: the day of the inventory, before that of the document
        (x12("BIA*00*SI*7*20160105 DTM*184*20160103"), ADVICE, ("2016-01-03", "2016-01-03")),
    ],
)  # fmt: skip
def test_what_is_stated_at_one_level_is_one_period_or_refused(
    segments: list[Segment], setting: Setting, expected: tuple[str, ...]
) -> None:
    assert days(segments, setting) == expected


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        ("ZA*QS*5*EA*006*20260110", ("2026-01-10",)), ("ZA*QA*5*EA*184*20260112", ("2026-01-12",)),
        ("ZA*QA*5*EA*091*20260112", ("2026-01-12",)),
        ("ZA*QS*5*EA*090*20260105", ("period-half-stated",)), ("ZA*QS*5*EA*091*20260112", ("period-half-stated",)),
        ("ZA*QP*5*EA*002*20260112", ()),
    ],
)  # fmt: skip
def test_the_date_of_an_activity_is_what_its_code_says(activity: str, expected: tuple[str, ...]) -> None:
    """004010 ZA04: 006 sold, 184 inventory, 090 and 091 the ends of a report, 002 delivery requested."""
    segments = x12(f"LIN**UP*036000291452 {activity}")
    bound, faults = bind_periods(segments, 0, 2, [1], ACTIVITY)
    found = [str(read_date(segments[at[0]], at)[1]) for start, at in bound.values() if at] + [f.code for f in faults]
    assert tuple(found) == expected
