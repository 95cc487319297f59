"""How long the dashboard's queries take in the warehouse that libpq's variables name, asked as the analyst.

    python -m bench.history --lines 10000000 && (cd dbt && dbt build) && python -m bench.dashboard

`dashboard.sql` holds what Superset sends when the dashboard is opened; tests/browser/test_bi.py finds it out of date.
Each query is asked as it stands, and narrowed to one partner, to the last quarter and to one item, as by the filters.
"""

import argparse
import math
import time
from pathlib import Path

import psycopg

from dagster_project.bi.login import SETTINGS

SQL = Path(__file__).with_name("dashboard.sql")
_VIRTUAL = ") AS virtual_table"
_FILTERS = {
    "partner": "partner_name = (select max(partner_name) from gold.dim_partner)",
    "quarter": "week > (select max(iso_week_start_date) - 91 from gold.fct_sell_through_by_location)",
    "item": "item_description = (select max(item_description) from gold.dim_item)",
}


def read_queries() -> list[str]:
    """The queries of the file, without its comment."""
    blocks = SQL.read_text(encoding="utf-8").split(";\n")
    return ["\n".join(line for line in each.split("\n") if line[:2] != "--").strip() for each in blocks if each.strip()]


def narrow(query: str) -> dict[str, str]:
    """The query with each of the filters that concern it."""
    inner, found, outer = query.partition(_VIRTUAL)
    if not found:
        return {}
    narrowed = {}
    for name, condition in _FILTERS.items():
        column = condition.partition(" ")[0]
        if f" {column}" not in inner and f".{column}" not in inner:
            continue
        if "\nWHERE " in outer:
            narrowed[name] = inner + found + outer.replace("\nWHERE ", f"\nWHERE {condition} AND ", 1)
        else:
            narrowed[name] = f"{inner}{found} WHERE {condition} {outer}"
    return narrowed


def measure(connection: psycopg.Connection, repeats: int) -> dict[str, list[float]]:
    """Milliseconds on the wall of each asking, by query and filter."""
    times: dict[str, list[float]] = {}
    for number, query in enumerate(read_queries(), 1):
        for name, statement in {"": query, **narrow(query)}.items():
            label = f"{number:2} {' '.join(query.split())[:60]} {name}".strip()
            for _ in range(repeats):
                began = time.perf_counter()
                connection.execute(statement.encode()).fetchall()
                times.setdefault(label, []).append(1000 * (time.perf_counter() - began))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    with psycopg.connect("", autocommit=True) as connection:
        connection.execute("set role analyst")
        for setting in ("work_mem", "search_path"):
            connection.execute(f"set {setting} = {SETTINGS[setting]}".replace("64MB", "'64MB'").encode())
        times = measure(connection, chosen.repeats)
    for label, taken in times.items():
        print(f"{sorted(taken)[len(taken) // 2]:8.1f} ms  {label}")
    every = sorted(each for taken in times.values() for each in taken)
    print(f"p50 {every[len(every) // 2]:.1f} ms, p95 {every[math.ceil(0.95 * len(every)) - 1]:.1f} ms", end=", ")
    print(f"at most {every[-1]:.1f} ms, of {len(every)} askings")


if __name__ == "__main__":
    main()
