"""What arrived of a partner about each place and week: the rows of mart_data_quality."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.reference.measures import Row, name_place
from tests.reference.reports import Message
from tests.reference.verdicts import Statement, in_order, is_test, resends, stated_at, week_of
from tests.reference.weeks import RESTATED, WEEK, Account

WEEKS_UNTIL_SILENT = 8
Place = tuple[str, date]
"""A place and a week."""


@dataclass
class Arrival:
    """A message and the places and weeks that it speaks of, with its lines about each."""

    message: Message
    week: date
    is_resend: bool
    lines: dict[Place, list[Statement]] = field(default_factory=dict)

    @property
    def counts_as_file(self) -> bool:
        return self.message.is_valid and not is_test(self.message) and not self.is_resend

    @property
    def rejected_at(self) -> Place:
        """The only place of the message, in its only week; else whatever is not known."""
        places = {place for place, _ in self.lines}
        weeks = {week for _, week in self.lines}
        is_one = len(places) == len(weeks) == 1
        return next(iter(self.lines)) if is_one else ("unknown", self.week)


def quality_rows(account: Account) -> list[Row]:
    """mart_data_quality."""
    arrivals = list(receive(account))
    spoken: dict[Place, list[Arrival]] = defaultdict(list)
    rejected: Counter[Place] = Counter()
    for arrival in arrivals:
        for place in arrival.lines or [("unknown", arrival.week)]:
            spoken[place].append(arrival)
        if arrival.message.is_valid and arrival.message.rejected_line_count:
            rejected[arrival.rejected_at] += arrival.message.rejected_line_count
    expected = expect(account, arrivals)
    return [
        name_place(account, place[0])
        | {"week_start_date": place[1], "week_calendar": account.history.week_calendar or "iso", "build_problem": None}
        | count_messages(spoken.get(place, []))
        | count_lines(place, spoken.get(place, []), rejected[place])
        | count_files(account, place, spoken.get(place, []), expected.get(place))
        for place in {*spoken, *rejected, *expected}
    ]


def last_report(account: Account) -> date | None:
    """Last day of the last week that it has reported, none that had not begun when it was."""
    return max(
        (
            week + timedelta(days=6)
            for arrival in receive(account)
            if arrival.counts_as_file
            for _, week in arrival.lines
            if week <= arrival.message.received_at.date()
        ),
        default=None,
    )


def receive(account: Account) -> Iterable[Arrival]:
    """Every message, whatever became of it."""
    calendar = account.history.week_calendar
    repeated = resends(in_order(account.history))
    lines: dict[str, list[Statement]] = defaultdict(list)
    for one in account.statements:
        lines[one.message.message_id].append(one)
    for message in account.history.messages:
        stated_until = message.period_end or message.period_start if message.is_valid else None
        arrival = Arrival(
            message, week_of(stated_until or stated_at(message).date(), calendar), message.message_id in repeated
        )
        for one in lines[message.message_id]:
            arrival.lines.setdefault((one.place, one.week or arrival.week), []).append(one)
        yield arrival


def expect(account: Account, arrivals: list[Arrival]) -> dict[Place, tuple[int, int]]:
    """Files expected at each place and week, and how many of them are missing."""
    files: dict[tuple[str, str], dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for arrival in arrivals:
        if arrival.counts_as_file:
            for place, week in arrival.lines:
                files[place, arrival.message.message_type][week].add(arrival.message.interchange_id)
    last = max((week for weeks in files.values() for week in weeks), default=None)
    if last and account.last_report_of_anybody:
        last = max(last, account.last_report_of_anybody - timedelta(days=6))
    found: dict[Place, tuple[int, int]] = {}
    for schedule in account.history.schedules:
        for (place, message_type), weeks in files.items():
            if message_type != schedule.message_type or last is None:
                continue
            silent_since = week = min(weeks)
            while week <= last:
                silent_since = week if week in weeks else silent_since
                if week - silent_since <= WEEKS_UNTIL_SILENT * WEEK:
                    expected, missing = found.get((place, week), (0, 0))
                    arrived = len(weeks.get(week, ()))
                    found[place, week] = (
                        expected + schedule.files_per_week,
                        missing + max(schedule.files_per_week - arrived, 0),
                    )
                week += WEEK
    return found


def count_messages(arrivals: list[Arrival]) -> Row:
    messages = [arrival.message for arrival in arrivals]
    return {
        "message_count": len(messages),
        "pending_message_count": sum(not message.is_compiled for message in messages),
        "invalid_message_count": sum(message.is_compiled and not message.is_valid for message in messages),
        "incomplete_message_count": sum(message.is_valid and message.rejected_line_count > 0 for message in messages),
        "test_message_count": sum(is_test(message) for message in messages),
        "resend_message_count": sum(arrival.is_resend for arrival in arrivals),
        "plan_message_count": sum(route_of(message) == "plan" for message in messages),
        "model_message_count": sum(route_of(message) == "model" for message in messages),
        "review_message_count": sum(route_of(message) == "review" for message in messages),
        "mixed_message_count": sum(route_of(message) == "mixed" for message in messages),
        "unread_message_count": sum(route_of(message) is None for message in messages),
        "model_versions": names(message.model_version for message in messages if message.is_compiled),
        "compiler_versions": names(message.compiler_version for message in messages if message.is_compiled),
        "last_received_at": max((message.received_at for message in messages), default=None),
    }


def route_of(message: Message) -> str | None:
    return message.route if message.is_compiled else None


def names(versions: Iterable[str | None]) -> str | None:
    return ", ".join(sorted({version for version in versions if version})) or None


def count_lines(place: Place, arrivals: list[Arrival], rejected: int) -> Row:
    fates = [one.fate for arrival in arrivals for one in arrival.lines.get(place, [])]
    restated = sum(fate in RESTATED for fate in fates)
    is_torn = any(arrival.message.is_valid and arrival.message.rejected_line_count for arrival in arrivals)
    return {
        "line_count": len(fates),
        "counted_line_count": fates.count("counted"),
        "restated_line_count": restated,
        "told_otherwise_line_count": fates.count("redundant"),
        "unmapped_line_count": fates.count("unmapped"),
        "rejected_line_count": rejected,
        "is_incomplete": is_torn or rejected > 0,
        "is_restated": restated > 0,
    }


def count_files(account: Account, place: Place, arrivals: list[Arrival], expected: tuple[int, int] | None) -> Row:
    files = [arrival for arrival in arrivals if arrival.counts_as_file]
    agreed = {schedule.message_type: schedule for schedule in account.history.schedules}
    due = [arrival for arrival in files if arrival.lines and arrival.message.message_type in agreed]
    week_end = place[1] + timedelta(days=6)
    late = {
        arrival.message.interchange_id
        for arrival in due
        if stated_at(arrival.message).date()
        > week_end + timedelta(days=agreed[arrival.message.message_type].days_until_late)
    }
    return {
        "files_expected": expected and expected[0],
        "files_arrived": len({arrival.message.interchange_id for arrival in files}),
        "files_missing": expected and expected[1],
        "files_late": len(late) if due else None,
        "is_missing": expected and expected[1] > 0,
        "is_late": bool(late) if due else None,
    }
