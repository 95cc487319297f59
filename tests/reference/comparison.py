"""Gold beside the reference, row by row and column by column, told so that a person can act on it."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.reference.items import Member, item_rows, list_members
from tests.reference.measures import (
    Row,
    by_item_rows,
    by_location_rows,
    performance_rows,
    sales_rows,
    stock_rows,
)
from tests.reference.quality import last_report, quality_rows
from tests.reference.reports import History, Message
from tests.reference.verdicts import Statement, stated_at
from tests.reference.weeks import Account, add_up

KEYS = {
    "fct_sales": ["item_id_type", "item_id", "location_id", "unit", "period_start_date", "period_end_date"],
    "fct_stock": ["item_id_type", "item_id", "location_id", "unit", "measure", "period_start_date", "as_of_date"],
    "fct_sell_through_performance": ["item_id_type", "item_id", "location_id", "unit", "week_start_date"],
    "fct_sell_through_by_item": ["item_id_type", "item_id", "unit", "week_start_date"],
    "fct_sell_through_by_location": ["location_id", "unit", "week_start_date"],
    "mart_data_quality": ["location_id", "week_start_date"],
}
"""Tables of partners that are compared, with what names a row beside its partner; dim_item is of all of them."""
Tables = dict[str, dict[tuple[Any, ...], Row]]


def calculate(account: Account) -> dict[str, list[Row]]:
    """Rows of each table for one partner."""
    performance = performance_rows(account)
    return {
        "fct_sales": sales_rows(account),
        "fct_stock": stock_rows(account),
        "fct_sell_through_performance": performance,
        "fct_sell_through_by_item": by_item_rows(account, performance),
        "fct_sell_through_by_location": by_location_rows(account, performance),
        "mart_data_quality": quality_rows(account),
    }


def read_gold(connection: psycopg.Connection[Any]) -> Tables:
    """Rows of each table by partner and key, every column of them."""
    tables: Tables = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set timezone to 'UTC'")
        for table, key in KEYS.items():
            cursor.execute(sql.SQL("select * from gold.{}").format(sql.Identifier(table)))
            tables[table] = {(row["partner_id"], *(row[name] for name in key)): row for row in cursor}
        cursor.execute("select * from gold.dim_item")
        tables["dim_item"] = {(row["item_key"],): row for row in cursor}
    return tables


def differ(gold: Tables, histories: list[History]) -> Iterator[str]:
    """What differs, the partners who said least first; nothing where all is equal."""
    remaining = {table: dict(rows) for table, rows in gold.items()}
    members: list[Member] = []
    accounts = [add_up(history) for history in histories]
    last = max((day for account in accounts if (day := last_report(account))), default=None)
    for account in sorted(accounts, key=lambda one: sum(len(message.lines) + 1 for message in one.history.messages)):
        history, found = account.history, []
        account.last_report_of_anybody = last
        tables = calculate(account)
        members += list_members(account, tables)
        for table, rows in tables.items():
            for row in rows:
                key = (history.partner, *(row[name] for name in KEYS[table]))
                found += differ_in_row(table, key, remaining[table].pop(key, None), row)
        for table, rows_left in remaining.items():
            for key in [key for key in rows_left if key[0] == history.partner]:
                found += differ_in_row(table, key, rows_left.pop(key), None)
        if found:
            yield "\n".join([f"seed {history.seed}", *found[:8], *tell(account)])
    for row in item_rows(members, histories):
        yield from differ_in_row(
            "dim_item", (None, row["item_key"]), remaining["dim_item"].pop((row["item_key"],), None), row
        )
    for table, rows_left in remaining.items():
        for key in rows_left:
            yield f"{table} {show(key)}: of nobody who has spoken"


def differ_in_row(table: str, key: tuple[Any, ...], gold: Row | None, reference: Row | None) -> list[str]:
    where = f"  {table} {show(key[1:])}:"
    if gold is None or reference is None:
        return [f"{where} in {'Gold' if gold else 'the reference'} alone: {show((gold or reference or {}).values())}"]
    if gold.keys() != reference.keys():
        return [f"{where} columns differ: {sorted(gold.keys() ^ reference.keys())}"]
    return [
        f"{where} {column} is {show([gold[column]])} in Gold, {show([value])} in the reference"
        for column, value in reference.items()
        if gold[column] != value
    ]


def show(values: Any) -> str:
    return " ".join(str(value)[:32] for value in values)


def tell(account: Account) -> Iterator[str]:
    """The history: settings, messages in the order of arrival, lines with their fates."""
    history = account.history
    yield f"  calendar {history.week_calendar}, prices by {history.price_basis}"
    for pack in history.packs:
        yield f"  pack {pack.item_id_type} {pack.item_id} {pack.unit} = {pack.pieces} of {pack.contained_item_id}"
    statements: dict[str, list[Statement]] = {}
    for one in account.statements:
        statements.setdefault(one.message.message_id, []).append(one)
    for message in sorted(history.messages, key=lambda message: (stated_at(message), message.position)):
        yield tell_message(message)
        for one in statements.get(message.message_id, []):
            line = one.line
            yield "      " + show(
                [
                    one.fate.ljust(12),
                    one.item_type,
                    one.item,
                    one.place,
                    one.measure,
                    line.qualifier,
                    line.quantity,
                    line.unit,
                    line.price,
                    line.price_type,
                    one.currency,
                    one.start,
                    one.end,
                    "week",
                    one.week,
                ]
            )


def tell_message(message: Message) -> str:
    marks = {
        "test": message.is_test_envelope or message.is_test_document,
        "pending": not message.is_compiled,
        "invalid": not message.is_valid,
        f"{message.rejected_line_count} rejected": message.rejected_line_count,
    }
    return (
        f"  {stated_at(message):%Y-%m-%d %H:%M} received {message.received_at:%Y-%m-%d} {message.message_type}"
        f" no. {message.document_number} {message.function} {message.period_start}..{message.period_end}"
        f" text {message.text!r} {message.message_id[:8]} {' '.join(mark for mark, is_so in marks.items() if is_so)}"
    )
