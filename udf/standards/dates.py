"""Where the standards put dates and periods, what they mean, and which quantity they are for."""

import datetime
from collections.abc import Sequence
from functools import cache

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.reading import Position
from udf.standards.edifact import EDIFACT
from udf.standards.setting import Setting, value_at
from udf.standards.standard import Standard
from udf.standards.values import UnreadableValueError, read_period

SINGLE = ("period", "as_of")
RANGES = frozenset(code for code, (form, _) in EDIFACT.date_forms.items() if form not in ("day", "time"))
"""EDIFACT 2379: forms of more than a day."""
WEEKS = frozenset(code for code, (form, _) in EDIFACT.date_forms.items() if form in ("week", "weeks"))
"""EDIFACT 2379: forms that name weeks by their number."""
_YEARS = range(1970, 2071)
"""No EDI message is of another year: a date outside has a damaged century."""


def read_date(segment: Segment, position: Position) -> tuple[datetime.date, datetime.date]:
    """First and last day of the date at a position of a segment. Raises UnreadableValueError."""
    _, e, c = position
    return read_days(segment.value(e, c), date_form(segment, position))


def read_days(text: str, form: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of a date in a form, of a year that has EDI messages. Raises UnreadableValueError."""
    start, end = read_period(text, form)
    if start.year not in _YEARS or end.year not in _YEARS:
        raise UnreadableValueError("date-invalid", f"«{text}» is of a year without EDI messages.")
    return start, end


def date_form(segment: Segment, position: Position) -> str:
    """The form of the date at a position of a segment (EDIFACT 2379, X12 1250), '' where none is stated."""
    _, e, c = position
    return segment.value(e, 2) if segment.tag == "DTM" and c == 1 else "RD8" if segment.tag == "DTM" and e == 5 else ""


@cache
def _slots(standard: Standard) -> tuple[tuple[int, int], ...]:
    return tuple((at.element, at.component) for at in standard.fields["start"] if at.tag == "DTM")


def date_slot(dtm: Segment, standard: Standard) -> tuple[int, int]:
    """(element, component) of the date or the range of a DTM: C507 2380, DTM02, or DTM06 where that is empty."""
    slots = _slots(standard)
    return next((slot for slot in slots if dtm.value(*slot)), slots[-1])


def date_statements(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> list[tuple[str, Position]]:
    """(role, position in the message) of each date that states a period."""
    found: list[tuple[str, Position]] = []
    for index in indices:
        segment = segments[index]
        tag = segment.tag
        if tag == "DTM":
            role = setting.date_role("DTM", segment.value(0))
            e, c = date_slot(segment, setting.standard)
            if role not in (*SINGLE, "period_start", "period_end") or not segment.value(e, c):
                continue
            is_range = e == 5 or segment.value(0, 2) in RANGES
            found.append(("period" if is_range else role, (index, e, c)))
        elif tag == "XQ" and segment.value(1):
            found.append(("period_start" if segment.value(2) else "period", (index, 1, 0)))
            if segment.value(2):
                found.append(("period_end", (index, 2, 0)))
        elif tag == "BIA" and segment.value(3):
            found.append(("fallback", (index, 3, 0)))
    return found


def find_period(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> tuple[Position | None, Position | None, list[Finding]]:
    """Where the period of a header, group or line starts and ends; one date or range beats a pair of dates."""
    statements = date_statements(segments, indices, setting)
    for wanted in (SINGLE, ("period_start", "period_end"), ("fallback",)):
        by_role: dict[str, list[Position]] = {}
        for role, position in statements:
            if role in wanted:
                by_role.setdefault("single" if role in SINGLE else role, []).append(position)
        if not by_role:
            continue
        for positions in by_role.values():
            if len({value_at(segments, p) for p in positions}) > 1:
                detail = "Two different periods are stated at one level."
                return None, None, [Finding("date-ambiguous", detail, positions[1][0])]
        if "single" in by_role or "fallback" in by_role:
            at = (by_role.get("single") or by_role["fallback"])[0]
            return at, at, []
        start, end = by_role.get("period_start", [None])[0], by_role.get("period_end", [None])[0]
        if start is None or end is None:
            index = (start or end or (0, 0, 0))[0]
            return start, end, [Finding("period-half-stated", "A period states one of its ends only.", index)]
        return start, end, []
    return None, None, []


def bind_periods(
    segments: Sequence[Segment], first: int, last: int, activities: list[int], setting: Setting
) -> tuple[dict[int, tuple[Position | None, Position | None]], list[Finding]]:
    """Activity to period: its own date, dates behind it, then dates before the first quantity."""
    bound: dict[int, tuple[Position | None, Position | None]] = {}
    # QTY before LIN in an 867: what a line states is of its one quantity
    shared = range(first, last if setting.message_type == "867" or not activities else activities[0])
    stated: tuple[Position | None, Position | None, list[Finding]] | None = None
    for n, activity in enumerate(activities):
        stop = activities[n + 1] if n + 1 < len(activities) else last
        start: Position | None = None
        end: Position | None = None
        za = segments[activity]
        role = setting.date_role("ZA", za.value(3)) if za.tag == "ZA" and za.value(4) else None
        if role in SINGLE:
            start = end = (activity, 4, 0)
        else:
            faults: list[Finding] = []
            if setting.message_type != "867":
                start, end, faults = find_period(segments, range(activity + 1, stop), setting)
            if not (start or end or faults):
                stated = stated or find_period(segments, shared, setting)
                start, end, faults = stated
            if faults:
                return {}, faults
        bound[activity] = start, end
    return bound, []
