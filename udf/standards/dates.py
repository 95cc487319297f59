"""Where the standards put dates and periods, what they mean, and which quantity they are for."""

import datetime
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.reading import Position
from udf.standards.edifact import EDIFACT
from udf.standards.message_types import MESSAGE_TYPES
from udf.standards.owners import QUANTITIES, has_below
from udf.standards.setting import Setting, value_at
from udf.standards.standard import Standard
from udf.standards.values import UnreadableValueError, read_period
from udf.standards.x12 import X12

SINGLE = ("period", "as_of")
ENDS = ("period_start", "period_end")
_FORMS = EDIFACT.date_forms.items()
RANGES = frozenset(
    code for code, (form, _) in (*_FORMS, *X12.date_forms.items()) if form in ("days", "times", "weeks", "months")
)
"""EDIFACT 2379 and X12 1250: forms that name two ends."""
SPANS = frozenset(code for code, (form, _) in _FORMS if form in ("week", "month", "quarter", "year"))
"""EDIFACT 2379: forms of more than a day that name it once: as a start its first day, as an end its last."""
WEEKS = frozenset(code for code, (form, _) in _FORMS if form in ("week", "weeks"))
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
    if segment.tag != "DTM":
        return ""
    return segment.value(e, 2) if c == 1 else (segment.value(4) or "RD8") if e == 5 else ""


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
    """(role, position in the message) of each date that states a period.

    `report` is the day of a report or document, which holds where nothing else is stated.
    """
    found: list[tuple[str, Position]] = []
    for index in indices:
        segment = segments[index]
        tag = segment.tag
        if tag == "DTM":
            role = setting.date_role("DTM", segment.value(0))
            e, c = date_slot(segment, setting.standard)
            if role not in (*SINGLE, *ENDS) or not segment.value(e, c):
                continue
            position = (index, e, c)
            found.append(("period" if date_form(segment, position) in RANGES else role, position))
        elif tag == "XQ" and segment.value(1):
            found.append(("period_start" if segment.value(2) else "report", (index, 1, 0)))
            if segment.value(2):
                found.append(("period_end", (index, 2, 0)))
        elif tag == "BIA" and segment.value(3):
            found.append(("report", (index, 3, 0)))
    return found


def find_period(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> tuple[Position | None, Position | None, list[Finding]]:
    """Where the period of a header, group or line starts and ends; one date or range beats a pair of dates."""
    by_role: dict[str, list[Position]] = {}
    for role, position in date_statements(segments, indices, setting):
        by_role.setdefault("single" if role in SINGLE else role, []).append(position)
    singles, starts, ends = (by_role.get(role, []) for role in ("single", *ENDS))
    for positions in (singles, starts, ends):
        if len({_days_at(segments, p) for p in positions}) > 1:
            return None, None, [_two_periods(positions[1][0])]
    if singles:
        if _contradicts(segments, singles[0], starts, ends, setting):
            return None, None, [_two_periods(singles[0][0])]
        return singles[0], singles[0], []
    if starts and ends:
        return starts[0], ends[0], []
    if half := starts or ends:
        # a stock is of the day on which its report ends
        if ends and MESSAGE_TYPES[setting.message_type].is_stock:
            return half[0], half[0], []
        finding = Finding("period-half-stated", "A period states one of its ends only.", half[0][0])
        return (half[0], None, [finding]) if starts else (None, half[0], [finding])
    reports = by_role.get("report", [None])
    return reports[0], reports[0], []


def _two_periods(index: int) -> Finding:
    return Finding("date-ambiguous", "Two different periods are stated at one level.", index)


def _days_at(segments: Sequence[Segment], position: Position) -> object:
    """The days that a date is of, in whatever form; its text where it is none."""
    try:
        return read_date(segments[position[0]], position)
    except UnreadableValueError:
        return value_at(segments, position)


def _contradicts(
    segments: Sequence[Segment],
    single: Position,
    starts: Sequence[Position],
    ends: Sequence[Position],
    setting: Setting,
) -> bool:
    """Whether a date that says when goods were sold has other ends than those stated; that of a stock may have."""
    if setting.date_role("DTM", segments[single[0]].value(0)) == "as_of":
        return False
    try:
        first, last = read_date(segments[single[0]], single)
        return any(read_date(segments[at[0]], at)[0] != first for at in starts[:1]) or any(
            read_date(segments[at[0]], at)[1] != last for at in ends[:1]
        )
    except UnreadableValueError:
        return False  # whichever is none says so itself


def _is_stock(za: Segment, setting: Setting) -> bool:
    """Whether an activity says what there is, and so has a day and no period."""
    return setting.measure("ZA", za.value(0)) in ("available", "on_hand", "closing_balance", "on_order", "in_transit")


def bind_periods(
    segments: Sequence[Segment], first: int, last: int, activities: list[int], setting: Setting,
    opening: Mapping[int, int] | None = None,
) -> tuple[dict[int, tuple[Position | None, Position | None]], list[Finding]]:  # fmt: skip
    """Activity to period: its own date, dates behind it, those of its place, then dates before the first quantity.

    `opening` has the place of an activity that stands before it, as below GIS of D.97A SLSRPT: the dates between the
    two are those of the place.
    """
    bound: dict[int, tuple[Position | None, Position | None]] = {}
    opening = opening if opening and len(set(opening.values())) > 1 else {}
    head = min((*activities[:1], *opening.values()), default=last)
    # QTY before LIN in an 867: what a line states is of its one quantity
    shared = range(first, last if setting.message_type == "867" else head)
    stated: tuple[Position | None, Position | None, list[Finding]] | None = None
    for n, activity in enumerate(activities):
        stop = activities[n + 1] if n + 1 < len(activities) else last
        if activity < opening.get(stop, -1):
            stop = opening[stop]
        start: Position | None = None
        end: Position | None = None
        za = segments[activity]
        role = setting.date_role("ZA", za.value(3)) if za.tag == "ZA" and za.value(4) else None
        if role in ENDS and not (role == "period_end" and _is_stock(za, setting)):
            detail = f"{za.value(0)} states one end of its period only."
            return {}, [Finding("period-half-stated", detail, activity)]
        if role in (*SINGLE, *ENDS):
            start = end = (activity, 4, 0)
        else:
            faults: list[Finding] = []
            if setting.message_type != "867":
                start, end, faults = find_period(segments, range(activity + 1, stop), setting)
            if not (start or end or faults) and activity in opening:
                at = opening[activity]
                until = activities[bisect_right(activities, at)]
                start, end, faults = find_period(segments, range(at, until), setting)
            if not (start or end or faults):
                stated = stated or find_period(segments, shared, setting)
                start, end, faults = stated
            if faults:
                return {}, faults
        bound[activity] = start, end
    if fault := _find_loose_date(segments, activities, bound, setting):
        return {}, [fault]
    return bound, []


def _find_loose_date(
    segments: Sequence[Segment],
    activities: Sequence[int],
    bound: dict[int, tuple[Position | None, Position | None]],
    setting: Setting,
) -> Finding | None:
    """A date behind the last of several quantities alone, where the structure of the message has none there.

    It may be of all of them. Behind the first ones it is theirs, whatever the structure.
    """
    own = [a for a in activities if (stated := bound[a][0] or bound[a][1]) and stated[0] > a]
    if own != activities[-1:] or len(activities) < 2 or segments[own[0]].tag != "QTY":
        return None
    if not setting.standard.has_components or has_below(setting.message_type, setting.version, QUANTITIES, "DTM"):
        return None
    detail = "A date stands behind the last of several quantities: whether it is of the others is not said."
    return Finding("date-ambiguous", detail, own[0])
