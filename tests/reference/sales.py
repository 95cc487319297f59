"""Sales and receipts of one item at one place in one unit: returns netted, periods that tell the same told apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.verdicts import COSTS, SALES, Statement, week_of

Days = tuple[date, date]
"""The first and the last of a period."""


@dataclass
class Period:
    """What was stated for a period: its sales, its returns, or both."""

    start: date
    end: date
    week: date
    sold: Fraction
    returned: Fraction
    value: Fraction | None
    currency: str | None
    is_straddling: bool
    is_unit_converted: bool
    lines: list[Statement]
    states_sales: bool
    states_net: bool
    """Sales that returns are in already, and nothing plainer beside them."""
    is_redundant: bool = False
    is_overlapping: bool = False
    is_sold: bool = False
    is_partly_told: bool = False

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def holds(self, other: "Period") -> bool:
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: "Period") -> bool:
        return self.start <= other.end and other.start <= self.end


def total(quantities: list[Fraction]) -> Fraction:
    return sum(quantities, Fraction(0))


def net(lines: list[Statement]) -> tuple[Fraction, Fraction]:
    """Units sold before returns, and units returned, neither negative."""
    stated: dict[str, list[Fraction]] = {measure: [] for measure in SALES}
    for line in lines:
        assert line.quantity is not None
        stated[line.measure].append(line.quantity)
    # A return code's sign says nothing.
    returned = abs(total(stated["returned"]))
    if stated["sold"]:
        back = -total([quantity for quantity in stated["sold"] if quantity < 0])
        return total([quantity for quantity in stated["sold"] if quantity > 0]), max(back, returned)
    if stated["total_sold"]:
        sold = total(stated["total_sold"])
        return max(sold, Fraction(0)), max(-sold, returned)
    if stated["net_sold"]:
        left = total(stated["net_sold"])
        sold = max(left + returned, Fraction(0))
        return sold, sold - left
    return Fraction(0), returned


def value(lines: list[Statement]) -> tuple[Fraction | None, str | None]:
    """Value and currency of the units sold by plain sales; nothing unless all of it is known and in one currency."""
    priced = [line for line in lines if line.measure == "sold" and line.quantity and line.quantity > 0]
    currencies = {line.currency for line in priced}
    amounts = [line.value for line in priced if line.value is not None and not is_cost(line)]
    if not priced or len(amounts) < len(priced) or len(currencies) > 1:
        return None, None
    return total(amounts), currencies.pop()


def is_cost(line: Statement) -> bool:
    return (line.line.price_type or "").upper() in COSTS


def compare(statements: list[Statement], calendar: str | None) -> list[Period]:
    """Periods of one series' counted sales; the lines of what other periods tell are marked.

    Sales and returns are told apart: returns of a day beside sales of its week are nobody else's word.
    """
    by_days: dict[tuple[date, date], list[Statement]] = {}
    for statement in statements:
        by_days.setdefault(statement.days, []).append(statement)
    periods = []
    for (start, end), lines in by_days.items():
        week = week_of(end, calendar)
        measures = {line.measure for line in lines}
        periods.append(
            Period(
                start,
                end,
                week,
                *net(lines),
                *value(lines),
                is_straddling=week_of(start, calendar) != week,
                is_unit_converted=any(line.is_unit_converted for line in lines),
                lines=lines,
                states_sales=bool(measures - {"returned"}),
                states_net="net_sold" in measures and not measures & {"sold", "total_sold"},
            )
        )
    selling = keep([period for period in periods if period.states_sales])
    returning = keep_returns(selling, [period for period in periods if states_returns(period, selling)])
    for period in periods:
        mark(period, is_sold=period in selling, is_returned=period in returning)
        period.is_sold = period in selling
        period.is_partly_told = period.is_sold and any(
            period.holds(other) for other in periods if other.states_sales and other is not period
        )
        period.is_overlapping = any(
            period in told and any(period.meets(other) for other in told if other is not period)
            for told in (selling, returning)
        )
    return periods


def keep(periods: list[Period]) -> list[Period]:
    """Those that no other tells."""
    kept = find_kept([(period.start, period.end) for period in periods])
    return [period for period in periods if (period.start, period.end) in kept]


def find_kept(stated: Iterable[Days]) -> set[Days]:
    """Periods that count: one yields where shorter ones cover all its days, and to one that counts and holds it."""
    all_days = set(stated)
    standing = {days for days in all_days if not is_covered(days, all_days)}
    return {
        (start, end)
        for start, end in standing
        if not any(first <= start and end <= last for first, last in standing - {(start, end)})
    }


def is_covered(days: Days, others: Iterable[Days]) -> bool:
    """Whether each day is a day of a shorter period."""
    start, end = days
    shorter = [other for other in others if other[1] - other[0] < end - start]
    return all(
        any(first <= day <= last for first, last in shorter)
        for day in (start + timedelta(days=number) for number in range((end - start).days + 1))
    )


def states_returns(period: Period, selling: list[Period]) -> bool:
    """By a code for returns, or by the sign of sales that count, or within net sales that count."""
    if any(line.measure == "returned" for line in period.lines):
        return True
    return period in selling and (period.states_net or any(is_negative(line) for line in period.lines))


def is_negative(line: Statement) -> bool:
    """A return by its sign."""
    return line.measure in ("sold", "total_sold") and line.quantity is not None and line.quantity < 0


def keep_returns(selling: list[Period], returning: list[Period]) -> list[Period]:
    """Net sales that count have their returns within, and so those of what they hold or are held by."""
    final = [period for period in returning if period.states_net and period in selling]
    others = [
        period
        for period in returning
        if period not in final and not any(one.holds(period) or period.holds(one) for one in final)
    ]
    return final + keep(others)


def mark(period: Period, *, is_sold: bool, is_returned: bool) -> None:
    """Leave of a period what nobody else tells, and give its lines their fate."""
    for line in period.lines:
        is_in = is_returned if line.measure == "returned" else is_sold and (is_returned or not is_negative(line))
        if not is_in:
            line.fate = "redundant"
    period.is_redundant = all(line.fate == "redundant" for line in period.lines)
    if not is_sold:
        # Of sales that do not count, neither sign nor net says anything.
        period.sold, period.value, period.currency = Fraction(0), None, None
        _, period.returned = net([line for line in period.lines if line.measure == "returned"])
    if not is_returned:
        period.returned = Fraction(0)


@dataclass
class Receipt:
    """What was received in a period."""

    start: date
    end: date
    lines: list[Statement]
    is_overlapping: bool = False


def compare_receipts(statements: list[Statement]) -> list[Receipt]:
    """Receipts of one series that count, each once: by the rule for the periods of sales."""
    by_days: dict[tuple[date, date], list[Statement]] = {}
    for statement in statements:
        by_days.setdefault(statement.days, []).append(statement)
    counting = find_kept(by_days)
    kept = []
    for days, lines in by_days.items():
        if days in counting:
            kept.append(Receipt(*days, lines))
        else:
            for line in lines:
                line.fate = "redundant"
    for one in kept:
        one.is_overlapping = any(
            one.start <= other.end and other.start <= one.end for other in kept if other is not one
        )
    return kept
