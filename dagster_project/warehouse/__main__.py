"""Brings the warehouse up or down, says where it is, backs it up and brings it back.

    python -m dagster_project.warehouse up | down | status
    python -m dagster_project.warehouse backup | restore --file tillroll.dump

`up` leaves a running server with the database `tillroll`, everything of `warehouse.sql` and the compiler's functions
(`udf/install.py`) in it, and `.warehouse/env`: a file of `export PG...=` lines for any shell, psql, dbt or test. By
default the server is the embedded one. Where PGHOST, PGHOSTADDR or PGSERVICE is set, that PostgreSQL (15 or newer) is
used and no server is started or stopped.

Neither dagster nor dbt is imported, so that it answers at once.
"""

import argparse
import os
import sys
from pathlib import Path

import psycopg

from dagster_project.warehouse import STATE, Server, WarehouseError, describe, libpq_variables, names_another, up
from dagster_project.warehouse.backup import back_up, restore
from dagster_project.warehouse.files import read_holder


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dagster_project.warehouse", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=["up", "down", "status", "backup", "restore"])
    parser.add_argument("--file", type=Path, default=Path("tillroll.dump"), help="of the backup (tillroll.dump)")
    parser.add_argument("--state", type=Path, default=STATE, help="folder of the embedded server (default: .warehouse)")
    chosen = parser.parse_args(arguments)
    server = Server(chosen.state.resolve())
    try:
        if chosen.command == "up":
            variables = up(server.state)
            print(f"The warehouse is up: {describe(variables)}. In a shell: . {server.state / 'env'}")
        elif chosen.command == "backup":
            back_up(server, up(server.state), chosen.file)
            print(f"The warehouse is in {chosen.file}, {chosen.file.stat().st_size / 1e6:.1f} MB.")
        elif chosen.command == "restore":
            restore(server, up(server.state), chosen.file)
            # Brings one of an older version up to date.
            up(server.state)
            print("The warehouse is as it was. Gold is to be made anew: dbt build --full-refresh.")
        elif chosen.command == "down":
            if ui := read_holder(server.state / "dagster" / "ui.lock"):
                print(f"Note: Dagster runs ({ui}) and fails without the warehouse: end it too.", file=sys.stderr)
            print("The embedded warehouse is stopped." if server.stop() else "The embedded warehouse was not running.")
        elif names_another(os.environ):
            print(describe(libpq_variables(os.environ)))
        elif server.is_running():
            print(describe(server.variables()))
        else:
            print("The embedded warehouse is not running: make up.")
            return 3
    except (WarehouseError, psycopg.Error) as error:
        print(f"{type(error).__name__ if isinstance(error, psycopg.Error) else 'Error'}: {error}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"Error: {error.filename} belongs to another user: run this as that user or as root.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
