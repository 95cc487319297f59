"""Sales of one item at one place in one unit: returns netted, and periods that tell the same sales told apart."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reference.verdicts import COSTS, SALES, Statement, week_of

DAYS_OF_A_WEEK = 7


@dataclass
class Period:
    """What was sold in a period as stated."""

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
    is_told_otherwise: bool = False
    is_overlapping: bool = False

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
    """Periods of one series' counted sales, those told otherwise marked, and so their lines."""
    by_days: dict[tuple[date, date], list[Statement]] = {}
    for statement in statements:
        by_days.setdefault(statement.days, []).append(statement)
    periods = []
    for (start, end), lines in by_days.items():
        week = week_of(end, calendar)
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
            )
        )
    for period in periods:
        period.is_told_otherwise = is_told_otherwise(period, [other for other in periods if other is not period])
    counted = [period for period in periods if not period.is_told_otherwise]
    for period in counted:
        period.is_overlapping = any(period.meets(other) for other in counted if other is not period)
    for period in periods:
        if period.is_told_otherwise:
            for line in period.lines:
                line.fate = "told_otherwise"
    return periods


def is_told_otherwise(period: Period, others: list[Period]) -> bool:
    """The longest period up to a week counts; a longer one only where it holds no other and no week meets it."""
    if period.days <= DAYS_OF_A_WEEK:
        return any(other.days <= DAYS_OF_A_WEEK and other.holds(period) for other in others)
    return any(period.holds(other) or (other.days <= DAYS_OF_A_WEEK and period.meets(other)) for other in others)
