"""A drawn history of outcomes for dbt, written by the server itself: ten million lines in minutes, without a compiler.

    python -m bench.history --lines 10000000       fills an empty warehouse (the one that libpq's variables name)
    python -m bench.history --day                  adds the day after the last one

It writes Bronze and Silver as tillroll_loader would have; nothing else reads the texts, which are not real messages.
"""

import argparse
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import psycopg

from dagster_project.warehouse import connect_as

FIRST = date(2024, 1, 1)
WEEKS = 104
STORES = 20
"""Of each of the eight partners."""
_LINES_PER_ITEM = 4 * STORES * (WEEKS * 8 + 4 * 2 * WEEKS)
_DRAW = Path(__file__).with_name("history.sql").read_text()


def draw_history(connection: psycopg.Connection, lines: int, stores: int = STORES) -> int:
    """Two years of reports with about so many lines; the number of items of a daily partner."""
    items = max(1, round(lines / (_LINES_PER_ITEM * stores / STORES)))
    draw_days(connection, FIRST, FIRST + timedelta(days=7 * WEEKS - 1), items, stores)
    connection.execute("analyze bronze.interchanges, bronze.messages, silver.outcomes")
    return items


def add_day(connection: psycopg.Connection) -> date:
    """The reports of the day after the last one; that day."""
    row = connection.execute(
        "select max(document ->> 'period_end'), max(split_part(document ->> 'document_number', '-', 3)::integer),"
        " max(jsonb_array_length(document -> 'lines')) filter (where document ->> 'document_number' like 'SLSRPT-1-%')"
        " from silver.outcomes where compiler_version = 'drawn'"
    ).fetchone()
    assert row is not None
    day = date.fromisoformat(row[0]) + timedelta(days=1)
    draw_days(connection, day, day, items=row[2], stores=row[1])
    return day


def draw_days(connection: psycopg.Connection, first: date, last: date, items: int, stores: int) -> None:
    """The reports of these days; of a single one also what corrects the days before."""
    parameters = {"first": first, "last": last, "items": items, "stores": stores}
    with psycopg.ClientCursor(connection) as cursor:  # several statements, so the parameters go into the text
        cursor.execute(_DRAW, parameters)
    connection.commit()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--lines", type=int, help="lines of the whole history")
    task.add_argument("--day", action="store_true", help="one day more")
    chosen = parser.parse_args(arguments)
    began = time.perf_counter()
    with connect_as("tillroll_loader") as connection:
        if chosen.day:
            print(f"{add_day(connection)} in {time.perf_counter() - began:.1f} s")
            return 0
        if connection.execute("select from bronze.interchanges limit 1").fetchone() is not None:
            print("This warehouse holds interchanges already: a history is drawn into an empty one.", file=sys.stderr)
            return 1
        draw_history(connection, chosen.lines)
        print(f"{chosen.lines:,} lines in {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
