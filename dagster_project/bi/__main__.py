"""Superset over Gold, as `make bi` starts it.

    python -m dagster_project.bi up | down | status | is-fresh

`up` makes the login tillroll_bi in the warehouse that PGHOST and its like name, brings Superset's own tables, users and
the dashboard (dbt/superset) up to date, starts its web server and says where it is. `is-fresh` succeeds where nothing
has arrived in the warehouse yet, so that there would be nothing to see.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import psycopg

from dagster_project import warehouse
from dagster_project.bi.login import LOGIN, address, make_login
from dagster_project.bi.server import PORT, Superset
from dagster_project.warehouse import STATE, WarehouseError

FACT = "gold.fct_sell_through_performance"


def is_fresh(connection: psycopg.Connection[Any]) -> bool:
    """True where no file has ever arrived and Gold was never built."""
    has_gold = connection.execute("select to_regclass(%s) is not null", (FACT,)).fetchone() == (True,)
    has_files = connection.execute("select exists (select from bronze.deliveries)").fetchone() == (True,)
    return not has_gold and not has_files


def bring_up(superset: Superset, connection: psycopg.Connection[Any], login: str = LOGIN) -> None:
    """Leave a Superset that shows what Gold holds; `login` is its name in the warehouse."""
    if connection.execute("select to_regclass(%s) is null", (FACT,)).fetchone() == (True,):
        raise WarehouseError("Gold has not been built yet: make demo LANDING=/path/to/files.")
    password = superset.secret("warehouse_password")
    make_login(connection, password, login)
    connection.commit()
    superset.furnish(address(connection, password, login))
    superset.start()


def describe(superset: Superset) -> str:
    return (
        f"Superset shows the warehouse at {superset.dashboard}\n"
        f"  to read, log in as analyst with the password {superset.secret('analyst_password')}\n"
        f"  to change, as admin with {superset.secret('admin_password')} (both as first drawn, in {superset.state})"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dagster_project.bi", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=["up", "down", "status", "is-fresh"])
    parser.add_argument("--state", type=Path, default=STATE / "superset", help="its folder (.warehouse/superset)")
    parser.add_argument("--port", type=int, default=PORT, help=f"of 127.0.0.1 ({PORT})")
    chosen = parser.parse_args(arguments)
    superset = Superset(chosen.state.resolve(), chosen.port)
    try:
        if chosen.command == "down":
            print("Superset is stopped." if superset.stop() else "Superset was not running.")
            return 0
        if chosen.command == "status":
            print(describe(superset) if superset.is_running() else "Superset is not running: make bi.")
            return 0 if superset.is_running() else 3
        with warehouse.connect(warehouse.libpq_variables(os.environ)) as connection:
            if chosen.command == "is-fresh":
                return 0 if is_fresh(connection) else 1
            print("Superset takes up to a minute to prepare its tables, import the dashboard and start ...", flush=True)
            bring_up(superset, connection)
        print(describe(superset))
    except (WarehouseError, psycopg.Error) as error:
        print(f"{type(error).__name__ if isinstance(error, psycopg.Error) else 'Error'}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
