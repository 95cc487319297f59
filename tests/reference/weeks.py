"""Items at their places week by week: what was sold and received in each, what was there, what was carried forward."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.reference.reports import History
from tests.reference.sales import Period, Receipt, compare, compare_receipts, total
from tests.reference.verdicts import ON_HAND, SALES, Series, Statement, in_order, judge, stated_at

WEEK = timedelta(days=7)
RESTATED = {"superseded", "replaced", "cancelled"}
MAX_AGE = timedelta(days=28)
"""Of a snapshot at the end of a week that it is carried into."""
LATE = timedelta(days=14)
"""After the end of its period, a message is late."""


@dataclass
class Snapshot:
    """The stock of a week: its last snapshot of the best measure."""

    units: Fraction
    day: date
    measure: str


@dataclass
class Week:
    """What is known of one series in one week."""

    start: date
    is_stated: bool = False
    sold: Fraction | None = None
    returned: Fraction | None = None
    value: Fraction | None = None
    currency: str | None = None
    sales_days: int | None = None
    received: Fraction | None = None
    stock: Snapshot | None = None
    is_carried: bool = False
    before: Fraction | None = None
    is_ledger: bool = False
    is_implied_zero: bool = False
    is_straddling: bool = False
    is_partly_told: bool = False
    is_overlapping: bool = False
    is_restated: bool = False
    is_incomplete: bool = False
    is_late: bool = False
    is_unit_assumed: bool = False
    is_unit_converted: bool = False
    first_message: str | None = None
    last_message: str | None = None
    last_received_at: datetime | None = None

    @property
    def end(self) -> date:
        return self.start + timedelta(days=6)

    @property
    def net(self) -> Fraction | None:
        return None if self.sold is None or self.returned is None else self.sold - self.returned


@dataclass
class Account:
    """All that Gold may say of one partner, before it is rounded."""

    history: History
    statements: list[Statement]
    periods: dict[Series, list[Period]]
    receipts: dict[Series, list[Receipt]]
    weeks: dict[Series, dict[date, Week]] = field(default_factory=dict)
    last_report_of_anybody: date | None = None
    """Last day of the last week that any partner has reported."""

    @property
    def counted(self) -> list[Statement]:
        return [one for one in self.statements if one.fate == "counted"]


def add_up(history: History) -> Account:
    """The account of a partner."""
    statements = judge(history)
    sales: dict[Series, list[Statement]] = defaultdict(list)
    received: dict[Series, list[Statement]] = defaultdict(list)
    for one in statements:
        if one.fate == "counted" and one.measure in SALES:
            sales[one.series].append(one)
        elif one.fate == "counted" and one.measure == "received":
            received[one.series].append(one)
    periods = {series: compare(lines, history.week_calendar) for series, lines in sales.items()}
    receipts = {series: compare_receipts(lines) for series, lines in received.items()}
    account = Account(history, statements, periods, receipts)
    state_weeks(account)
    reported = {start for weeks in account.weeks.values() for start in weeks}
    for weeks in account.weeks.values():
        carry(weeks, reported)
    if history.absent_sales != "unknown":
        imply_zeros(account)
    return account


def state_weeks(account: Account) -> None:
    """The weeks that a counted line speaks of."""
    order = {message.message_id: number for number, message in enumerate(in_order(account.history))}
    torn = {(one.place, one.week) for one in account.counted if one.is_about_a_week and one.message.rejected_line_count}
    lines: dict[tuple[Series, date], list[Statement]] = defaultdict(list)
    opened: dict[tuple[Series, date], list[Fraction]] = defaultdict(list)
    for one in account.counted:
        if one.is_about_a_week and one.week:
            lines[one.series, one.week].append(one)
        if one.measure == "opening_balance" and one.end == one.week and one.week and one.quantity is not None:
            opened[one.series, one.week].append(one.quantity)
    restated = {
        (one.series, one.week)
        for one in account.statements
        if one.fate in RESTATED and one.is_about_a_week and one.item is not None
    }
    for (series, start), here in lines.items():
        messages = sorted(
            {one.message.message_id: one.message for one in here}.values(), key=lambda m: order[m.message_id]
        )
        week = Week(
            start,
            is_stated=True,
            stock=last_snapshot([one for one in here if one.measure in ON_HAND]),
            is_restated=(series, start) in restated,
            is_incomplete=(series[2], start) in torn,
            is_late=any(stated_at(one.message).date() > one.days[1] + LATE for one in here),
            is_unit_assumed=any(one.is_unit_assumed for one in here),
            is_unit_converted=any(one.is_unit_converted for one in here),
            first_message=messages[0].message_id,
            last_message=messages[-1].message_id,
            last_received_at=max(message.received_at for message in messages),
        )
        if opened[series, start]:
            week.before = total(opened[series, start])
            week.is_ledger = any(one.measure == "closing_balance" for one in here)
        receipts = [one.quantity for one in here if one.measure == "received" and one.quantity is not None]
        week.received = total(receipts) if receipts else None
        sell(week, [period for period in account.periods.get(series, []) if period.week == start])
        positions = {id(one) for one in here}
        week.is_overlapping |= any(
            receipt.is_overlapping and id(receipt.lines[0]) in positions for receipt in account.receipts.get(series, [])
        )
        account.weeks.setdefault(series, {})[start] = week


def last_snapshot(lines: list[Statement]) -> Snapshot | None:
    """The best measure of the last day that was counted; its lines are lots and are summed."""
    if not lines:
        return None
    day = max(one.days[1] for one in lines)
    counted = [one for one in lines if one.days[1] == day]
    measure = min((one.measure for one in counted), key=ON_HAND.index)
    return Snapshot(
        total([one.quantity for one in counted if one.measure == measure and one.quantity is not None]), day, measure
    )


def sell(week: Week, periods: list[Period]) -> None:
    """Sales of the periods that end in the week."""
    periods = [period for period in periods if not period.is_redundant]
    if not periods:
        return
    week.sold = total([period.sold for period in periods])
    week.returned = total([period.returned for period in periods])
    week.value, week.currency = value_of_all([(period.sold, period.value, period.currency) for period in periods])
    week.sales_days = max([7, *(period.days for period in periods if period.is_sold)])
    week.is_straddling = any(period.is_straddling for period in periods)
    week.is_partly_told = any(period.is_partly_told for period in periods)
    week.is_overlapping = any(period.is_overlapping for period in periods)


def value_of_all(
    parts: list[tuple[Fraction | None, Fraction | None, str | None]],
) -> tuple[Fraction | None, str | None]:
    """Value of what was sold in parts, only where each has one and all are in one currency."""
    selling = [part for part in parts if part[0]]
    values = [part[1] for part in selling if part[1] is not None]
    currencies = {part[2] for part in selling}
    if not values or len(values) < len(selling) or len(currencies) > 1:
        return None, None
    return total(values), currencies.pop()


def carry(weeks: dict[date, Week], reported: set[date]) -> None:
    """Carry stock into weeks that do not state it, also those of which only other items were reported."""
    last: Snapshot | None = None
    for start in sorted(reported):
        week = weeks.get(start)
        before = last.units if last and last.day + MAX_AGE >= start - timedelta(days=1) else None
        is_young = last is not None and last.day + MAX_AGE >= start + timedelta(days=6)
        if week is None and is_young:
            week = weeks[start] = Week(start)
        if week is None:
            continue
        # An opening balance says it better.
        if week.before is None:
            week.before = before
        if week.stock:
            last = week.stock
        elif is_young:
            week.stock, week.is_carried = last, True


def imply_zeros(account: Account) -> None:
    """What reports of sales leave out was not sold, where nothing speaks against it."""
    about = [one for one in account.counted if one.is_about_a_week]
    torn = {(one.place, one.week) for one in about if one.message.rejected_line_count}
    selling = {(one.place, one.week) for one in about if one.measure in SALES}
    reports = {
        (one.message.message_id, one.week)
        for one in about
        if one.measure in SALES and not one.message.rejected_line_count
    }
    beside = {
        (one.series, one.week)
        for one in about
        if one.measure in ON_HAND and (one.message.message_id, one.week) in reports
    }
    told = {(series[:2], series[2], period.week) for series, periods in account.periods.items() for period in periods}
    for series, weeks in account.weeks.items():
        item, place = series[:2], series[2]
        if place in {"unknown", *account.history.centres, *account.history.totals}:
            continue
        for start, week in weeks.items():
            is_told = any((item, where, start) in told for where in (place, "unknown"))
            is_reported = (series, start) in beside or (place, start) in selling
            if week.sold is None and is_reported and not is_told and (place, start) not in torn:
                week.sold = week.returned = Fraction(0)
                week.sales_days = 7
                week.is_implied_zero = True
