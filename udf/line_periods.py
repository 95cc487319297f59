"""Which days a line is of: those of what was sold or moved, and the one on which a stock was counted."""

import datetime
from collections.abc import Mapping, Sequence

from udf.edi.segments import Segment
from udf.reading import Position, Record
from udf.standards.dates import RANGES, date_form, date_statements, read_date, read_days
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError


def read_dates(
    segments: Sequence[Segment], record: Mapping[str, Position]
) -> tuple[datetime.date | None, datetime.date | None]:
    """First and last day that a record's `start` and `end` point at."""
    start, end = record.get("start"), record.get("end")
    return (
        read_date(segments[start[0]], start)[0] if start else None,
        read_date(segments[end[0]], end)[1] if end else None,
    )


def is_yet_to_come(segments: Sequence[Segment], quantity: Position, as_of: datetime.date) -> bool:
    """Whether a part of a stock (SCH06, SCH09) is of a later day than the stock: a schedule is no split of it."""
    segment = segments[quantity[0]]
    stated = (segment.value(e) for e in SCHEDULED) if segment.tag == "SCH" else ()
    return any(read_days(day, "")[0] > as_of for day in stated if day)


SCHEDULED = (5, 8)
"""Elements of the two dates of an X12 SCH."""


def prefer_period(
    segments: Sequence[Segment], whole: Record, before: int, setting: Setting, periods: "StatedPeriods"
) -> Record:
    """What was sold has a period: a stock date (DTM 366) is not taken for it where the header states a period as well.

    Raises UnreadableValueError `date-ambiguous` where several periods are stated above the line.
    """
    start = whole.get("start")
    if start is None or segments[start[0]].tag != "DTM":
        return whole
    if setting.date_role("DTM", segments[start[0]].value(0)) != "as_of":
        return whole
    above = periods.above(before)
    return whole | {"start": above[0], "end": above[1]} if above else whole


def is_end_alone(segments: Sequence[Segment], whole: Record, setting: Setting) -> bool:
    """Whether the only date is where a report ends (EDIFACT 2005: 91, 206): a stock is of that day, a sale of more."""
    start = whole.get("start")
    if start is None or start != whole.get("end") or segments[start[0]].tag != "DTM":
        return False
    segment = segments[start[0]]
    return date_form(segment, start) not in RANGES and setting.date_role("DTM", segment.value(0)) == "period_end"


def is_of_stock(segments: Sequence[Segment], whole: Record, setting: Setting) -> bool:
    """Whether the date of a quantity is that of a stock (DTM 366, 184) or of a document (BIA04)."""
    start = whole.get("start")
    if start is None:
        return False
    segment = segments[start[0]]
    if segment.tag == "BIA":
        return True
    return segment.tag == "DTM" and setting.date_role("DTM", segment.value(0)) == "as_of"


class StatedPeriods:
    """First and last days of periods, wherever a message states them; looked for when they are first asked for.

    Each line may ask, so that the answer must not take a look at all that stands above it.
    """

    def __init__(self, segments: Sequence[Segment], setting: Setting) -> None:
        self._segments, self._setting = segments, setting
        self._first: dict[str, Position] | None = None
        self._other: dict[str, int] = {}
        """By role, the segment that first states another day than the first one does."""

    def above(self, before: int) -> tuple[Position, Position] | None:
        """The first and the last day that are stated above a segment, None where one of them is not.

        Raises UnreadableValueError `date-ambiguous` where there are several.
        """
        if self._first is None:
            self._first = {}
            for role, position in date_statements(self._segments, range(len(self._segments)), self._setting):
                if role in ("period_start", "period_end"):
                    known = self._first.setdefault(role, position)
                    if value_at(self._segments, known) != value_at(self._segments, position):
                        self._other.setdefault(role, position[0])
        start, end = self._first.get("period_start"), self._first.get("period_end")
        if start is None or end is None or start[0] >= before or end[0] >= before:
            return None
        if any(segment < before for segment in self._other.values()):
            raise UnreadableValueError("date-ambiguous", "A stock date and several periods are stated above the line.")
        return start, end
