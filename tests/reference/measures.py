"""Gold's facts as rows, column by column, with every measure by its definition."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference.sales import total
from tests.reference.verdicts import ON_HAND, SALES, SALES_THAT_NEVER_COUNT, Statement
from tests.reference.weeks import WEEK, Account, Week, value_of_all

Row = dict[str, Any]
TRAILING = 4
"""Weeks that a pace is averaged over."""
MOVEMENTS = {"received", "delivered"}
SETTINGS = {"planned"}


def rounded(number: Fraction | None, places: int) -> Decimal | None:
    """Half away from zero, as PostgreSQL rounds."""
    if number is None:
        return None
    above, below = number.numerator, number.denominator
    units = Decimal((2 * abs(above) * 10**places + below) // (2 * below)).scaleb(-places)
    return -units if above < 0 else units


def share(part: Fraction | None, whole: Fraction | None) -> Decimal | None:
    """Null where either is unknown, or the whole is not positive."""
    return None if part is None or whole is None or whole <= 0 else rounded(part / whole, 6)


def change(now: Fraction | None, before: Fraction | None) -> Decimal | None:
    return share(None if now is None or before is None else now - before, before)


def plus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


def average(numbers: Iterable[Fraction | None]) -> Fraction | None:
    stated = [number for number in numbers if number is not None]
    return total(stated) / len(stated) if stated else None


def item_key(account: Account, item_type: str, item: str) -> str:
    return item if item_type == "gtin" else f"{account.history.partner}:{item_type}:{item}"


def name_item(account: Account, item_type: str, item: str) -> Row:
    return {
        "partner_id": account.history.partner,
        "item_id_type": item_type,
        "item_id": item,
        "item_key": item_key(account, item_type, item),
    }


def name_place(account: Account, place: str) -> Row:
    return {
        "partner_id": account.history.partner,
        "location_id": place,
        "location_key": f"{account.history.partner}:{place}",
        "is_location_unknown": place == "unknown",
    }


def name_week(account: Account, start: date) -> Row:
    end = start + timedelta(days=6)
    return {
        "week_start_date": start,
        "week_end_date": end,
        "iso_week_start_date": end - timedelta(days=end.weekday()),
        "week_calendar": account.history.week_calendar or "iso",
    }


def sales_rows(account: Account) -> list[Row]:
    """fct_sales."""
    return [
        name_item(account, series[0], series[1])
        | name_place(account, series[2])
        | {
            "unit": series[3],
            "period_start_date": period.start,
            "period_end_date": period.end,
            "period_days": period.days,
            "week_start_date": period.week,
            "week_calendar": account.history.week_calendar or "iso",
            "units_sold": rounded(period.sold, 3),
            "units_returned": rounded(period.returned, 3),
            "net_units_sold": rounded(period.sold - period.returned, 3),
            "sales_value": rounded(period.value, 4),
            "currency": period.currency,
            "price_basis": account.history.price_basis,
            "is_straddling": period.is_straddling,
            "is_partly_told": period.is_partly_told,
            "is_overlapping": period.is_overlapping,
            "is_unit_converted": period.is_unit_converted,
        }
        for series, periods in account.periods.items()
        for period in periods
        if not period.is_redundant
    ]


def stock_rows(account: Account) -> list[Row]:
    """fct_stock: what was received for its period, every other measure for its day."""
    lots: dict[tuple[Any, ...], list[Statement]] = defaultdict(list)
    overlapping = {
        (series, "received", (one.start, one.end))
        for series, receipts in account.receipts.items()
        for one in receipts
        if one.is_overlapping
    }
    for one in account.counted:
        if one.measure not in SALES | SALES_THAT_NEVER_COUNT:
            lots[one.series, one.measure, one.days].append(one)
    return [
        name_item(account, series[0], series[1])
        | name_place(account, series[2])
        | {
            "unit": series[3],
            "measure": measure,
            "period_start_date": start,
            "as_of_date": end,
            "week_start_date": lines[0].week,
            "week_calendar": account.history.week_calendar or "iso",
            "units": rounded(total([one.quantity for one in lines if one.quantity is not None]), 3),
            "measure_kind": "movement" if measure in MOVEMENTS else "setting" if measure in SETTINGS else "snapshot",
            "is_on_hand": measure in ON_HAND,
            "is_overlapping": (series, measure, (start, end)) in overlapping,
            "is_unit_converted": any(one.is_unit_converted for one in lines),
        }
        for (series, measure, (start, end)), lines in lots.items()
    ]


@dataclass(frozen=True)
class Known:
    """What is known of a week, for others to be compared with it."""

    net: Fraction | None
    on_hand: Fraction | None
    days: int | None


UNKNOWN = Known(None, None, None)


def compared(weeks: dict[date, Known], start: date) -> Row:
    """The measures that look back on other weeks."""
    net, on_hand = weeks[start].net, weeks[start].on_hand
    recent = [weeks[day] for day in (start - WEEK * back for back in range(TRAILING)) if day in weeks]
    units = [week.net for week in recent if week.net is not None]
    days = [week.days for week in recent if week.days is not None]
    pace = Fraction(7) * total(units) / sum(days) if units else None
    stock = average(week.on_hand for week in recent)
    to_sell = on_hand if on_hand is not None and on_hand >= 0 else None
    week_before = weeks.get(start - WEEK, UNKNOWN).net
    year_before = weeks.get(start - 52 * WEEK, UNKNOWN).net
    return {
        "trailing_weeks_stated": len(units),
        "trailing_sales_days": sum(days) if days else None,
        "average_weekly_net_units": rounded(pace, 6),
        "weeks_of_supply": share(to_sell, pace),
        "stock_cover_days": share(None if to_sell is None else 7 * to_sell, pace),
        "stock_turn": share(None if pace is None else 52 * pace, stock),
        "previous_week_net_units_sold": rounded(week_before, 3),
        "net_units_change_wow": change(net, week_before),
        "previous_year_net_units_sold": rounded(year_before, 3),
        "net_units_change_yoy": change(net, year_before),
    }


def performance_rows(account: Account) -> list[Row]:
    """fct_sell_through_performance."""
    rows = []
    for series, weeks in account.weeks.items():
        by_start = {
            start: Known(week.net, week.stock.units if week.stock else None, week.sales_days)
            for start, week in weeks.items()
        }
        for start, week in weeks.items():
            rows.append(
                name_item(account, series[0], series[1])
                | name_place(account, series[2])
                | name_week(account, start)
                | {"unit": series[3]}
                | perform(week)
                | compared(by_start, start)
            )
    return rows


def perform(week: Week) -> Row:
    """Measures and flags of a week by itself."""
    on_hand = week.stock.units if week.stock else None
    here = on_hand if not week.is_carried else None
    net_beside_stock = week.net if here is not None else None
    # A ledger without receipts has received none.
    supply = plus(week.before, Fraction(0) if week.received is None and week.is_ledger else week.received)
    return {
        "units_sold": rounded(week.sold, 3),
        "units_returned": rounded(week.returned, 3),
        "net_units_sold": rounded(week.net, 3),
        "sales_value": rounded(week.value, 4),
        "currency": week.currency,
        "sales_days": week.sales_days,
        "units_received": rounded(week.received, 3),
        "beginning_on_hand_units": rounded(week.before, 3),
        "on_hand_units": rounded(on_hand, 3),
        "on_hand_as_of_date": week.stock and week.stock.day,
        "on_hand_measure": week.stock and week.stock.measure,
        "on_hand_age_days": (week.end - week.stock.day).days if week.stock else None,
        "sell_through_rate": share(net_beside_stock, plus(week.net, here)),
        "sell_through_net_units": rounded(net_beside_stock, 3),
        "sell_through_base_units": rounded(plus(week.net, here), 3),
        "receipt_sell_through_rate": share(week.net, supply),
        "receipt_sell_through_net_units": rounded(week.net if supply is not None else None, 3),
        "receipt_sell_through_base_units": rounded(supply if week.net is not None else None, 3),
        "is_in_stock": None if on_hand is None else on_hand > 0,
        "is_out_of_stock": None if on_hand is None else on_hand <= 0,
        "is_stock_negative": on_hand is not None and on_hand < 0,
        "is_sales_missing": week.net is None,
        "is_implied_zero": week.is_implied_zero,
        "is_stock_missing": here is None,
        "is_on_hand_carried": week.is_carried,
        "is_straddling": week.is_straddling,
        "is_partly_told": week.is_partly_told,
        "is_incomplete": week.is_incomplete,
        "is_restated": week.is_restated,
        "is_late": week.is_late,
        "is_overlapping": week.is_overlapping,
        "is_unit_assumed": week.is_unit_assumed,
        "is_unit_converted": week.is_unit_converted,
        "first_message_id": week.first_message,
        "last_message_id": week.last_message,
        "last_received_at": week.last_received_at,
    }


def known(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def summed(rows: list[Row], column: str) -> Fraction | None:
    numbers = [row[column] for row in rows if row[column] is not None]
    return Fraction(sum(numbers)) if numbers else None


def longest(rows: list[Row]) -> int | None:
    """Days that the sales of any of the places are of."""
    return max((row["sales_days"] for row in rows if row["sales_days"] is not None), default=None)


def gather(performance: list[Row], *columns: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in performance:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def any_of(rows: list[Row], *flags: str) -> Row:
    return {flag: any(row[flag] for row in rows) for flag in flags}


def sums(rows: list[Row], *columns: str) -> Row:
    return {column: rounded(summed(rows, column), 3) for column in columns}


def rates(rows: list[Row], kind: str) -> Row:
    """A rate of sums: its numerator, its denominator and the quotient."""
    net, base = (summed(rows, f"{kind}_{half}_units") for half in ("net", "base"))
    return {
        f"{kind}_rate": share(net, base),
        f"{kind}_net_units": rounded(net, 3),
        f"{kind}_base_units": rounded(base, 3),
    }


def rate_of_places(rows: list[Row]) -> Row:
    """That of the places whose sales and stock are stated; else of sales without a place beside stock at places."""
    selling = [row for row in rows if row["net_units_sold"] is not None]
    stocked = [row for row in rows if not row["is_stock_missing"]]
    is_paired = any(row["sell_through_base_units"] is not None for row in rows)
    if is_paired or not selling or not stocked or any(not row["is_location_unknown"] for row in selling):
        return rates(rows, "sell_through")
    net = summed(selling, "net_units_sold")
    base = plus(net, summed(stocked, "on_hand_units"))
    return {
        "sell_through_rate": share(net, base),
        "sell_through_net_units": rounded(net, 3),
        "sell_through_base_units": rounded(base, 3),
    }


def counts(rows: list[Row], noun: str) -> Row:
    """How many places, or items, of which kind."""
    stock_known = sum(row["on_hand_units"] is not None for row in rows)
    in_stock = sum(row["is_in_stock"] is True for row in rows)
    return {
        f"{noun}_count": len(rows),
        f"selling_{noun}_count": sum((row["units_sold"] or 0) > 0 for row in rows),
        f"stock_known_{noun}_count": stock_known,
        f"in_stock_{noun}_count": in_stock,
        f"out_of_stock_{noun}_count": sum(row["is_out_of_stock"] is True for row in rows),
        f"carried_{noun}_count": sum(row["is_on_hand_carried"] for row in rows),
        f"implied_zero_{noun}_count": sum(row["is_implied_zero"] for row in rows),
        "in_stock_share": share(Fraction(in_stock), Fraction(stock_known)),
    }


def by_item_rows(account: Account, performance: list[Row]) -> list[Row]:
    """fct_sell_through_by_item: the sums of the weeks over places."""
    rows = []
    for (item_type, item, unit), weeks in gather(performance, "item_id_type", "item_id", "unit").items():
        by_start = {key[0]: here for key, here in gather(weeks, "week_start_date").items()}
        parts = {
            start: Known(summed(here, "net_units_sold"), summed(here, "on_hand_units"), longest(here))
            for start, here in by_start.items()
        }
        for start, here in by_start.items():
            value, currency = value_of_all(
                [(known(row["units_sold"]), known(row["sales_value"]), row["currency"]) for row in here]
            )
            rows.append(
                name_item(account, item_type, item)
                | name_week(account, start)
                | {"unit": unit, "sales_value": rounded(value, 4), "currency": currency, "sales_days": longest(here)}
                | counts(here, "location")
                | {"sales_known_location_count": sum(not row["is_sales_missing"] for row in here)}
                | sums(here, "units_sold", "units_returned", "net_units_sold", "units_received")
                | sums(here, "beginning_on_hand_units", "on_hand_units")
                | rate_of_places(here)
                | rates(here, "receipt_sell_through")
                | compared(parts, start)
                | any_of(here, "is_straddling", "is_incomplete", "is_restated", "is_stock_negative")
                | {"is_unlocated_added": len({row["is_location_unknown"] for row in here}) > 1}
            )
    return rows


def by_location_rows(account: Account, performance: list[Row]) -> list[Row]:
    """fct_sell_through_by_location: the sums of the weeks over items."""
    return [
        name_place(account, place)
        | name_week(account, start)
        | {"unit": unit}
        | counts(here, "item")
        | sums(here, "units_sold", "units_returned", "net_units_sold", "units_received", "on_hand_units")
        | rates(here, "sell_through")
        | any_of(here, "is_straddling", "is_incomplete", "is_restated", "is_stock_negative")
        for (place, unit, start), here in gather(performance, "location_id", "unit", "week_start_date").items()
    ]
