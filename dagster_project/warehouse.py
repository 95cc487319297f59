"""Which PostgreSQL is the warehouse, and what must stand in it before Dagster and dbt come.

    python -m dagster_project.warehouse up | down | status

`up` leaves a running server with the database `tillroll`, everything of `warehouse.sql` and the compiler's functions
(`udf/install.py`) in it, and `.warehouse/env`: a file of `export PG...=` lines for any shell, psql, dbt or test. By
default the server is the embedded one. Where PGHOST, PGHOSTADDR or PGSERVICE is set, that PostgreSQL (15 or newer) is
used and no server is started or stopped.

Neither dagster nor dbt is imported, so that it answers at once.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import pq, sql

from dagster_project.account import WarehouseError
from dagster_project.embedded import DATABASE, STATE, Server, write_private
from udf import install

SCHEMA = Path(__file__).with_name("warehouse.sql")
OLDEST_SERVER = 15
# Stands beside the PG variables in the env file: a shell that has sourced it must not look like one that names another
# server, even when the embedded one has moved to another port since.
EMBEDDED_AT = "TILLROLL_EMBEDDED_AT"


def names_another(environment: Mapping[str, str]) -> bool:
    """True where the environment chooses a PostgreSQL that is not the embedded one."""
    if environment.get("PGSERVICE") or environment.get("PGHOSTADDR"):
        return True
    host = environment.get("PGHOST")
    return bool(host) and f"{host}:{environment.get('PGPORT')}" != environment.get(EMBEDDED_AT)


def libpq_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Those variables of the environment that libpq reads."""
    known = {option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar} | {"PGSERVICEFILE"}
    return {name: environment[name] for name in sorted(known) if environment.get(name)}


def connect(variables: Mapping[str, str]) -> psycopg.Connection:
    """A connection as the variables say, whatever this process's own environment holds besides."""
    keywords = {
        option.envvar.decode(): option.keyword.decode() for option in pq.Conninfo.get_defaults() if option.envvar
    }
    chosen = {keywords[name]: value for name, value in variables.items() if name in keywords}
    return psycopg.connect("", connect_timeout=10, **chosen)  # type: ignore[arg-type]


def connect_as(role: str, is_derived: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection to the warehouse that PGHOST and its like name, which works as that role, whoever logged in.

    Nothing is committed unless asked. Read committed, and each statement sees what other workers committed before it:
    the claims in compilation.py count on that. With `is_derived` a commit does not wait for the disk: for what can be
    made again out of Bronze, where a crash of the server takes back no more than the last half second of work.
    """
    connection = psycopg.connect("", application_name="tillroll")
    # set role takes no parameters.
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
    if is_derived:
        connection.execute("set synchronous_commit = off")
    connection.commit()
    return connection


def prepare(variables: Mapping[str, str]) -> list[str]:
    """Create the database where it is missing, apply warehouse.sql, install the functions; return remarks."""
    create_database(variables)
    with connect(variables) as connection:
        version = connection.info.server_version // 10000
        if version < OLDEST_SERVER:
            raise WarehouseError(f"PostgreSQL {version} is too old: Tillroll needs {OLDEST_SERVER} or newer.")
        connection.execute(SCHEMA.read_bytes())
    return install_functions(variables)


def create_database(variables: Mapping[str, str]) -> None:
    try:
        connect(variables).close()
    except psycopg.OperationalError as error:
        # A failed connection carries no SQLSTATE; the wording is the server's, in any language of ours: C.
        if f'database "{variables["PGDATABASE"]}" does not exist' not in str(error):
            raise
    else:
        return
    with connect({**variables, "PGDATABASE": "postgres"}) as connection:
        connection.autocommit = True
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'UTF8'").format(
                sql.Identifier(variables["PGDATABASE"])
            )
        )


def install_functions(variables: Mapping[str, str]) -> list[str]:
    """Put the compiler's SQL functions in place; where that cannot be, one sentence that says why and what is lost."""
    with connect(variables) as connection:
        try:
            install.install(connection, only_if_changed=True)
        except install.InstallError as error:
            return [str(error)]
    return []


def up(state: Path = STATE, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Bring the warehouse up and return libpq's variables for it."""
    state = state.resolve()
    if names_another(environment):
        variables = {"PGDATABASE": DATABASE} | libpq_variables(environment)
        state.mkdir(parents=True, exist_ok=True)
        marker = {}
    else:
        server = Server(state)
        server.start()
        variables = server.variables()
        marker = {EMBEDDED_AT: f"{variables['PGHOST']}:{variables['PGPORT']}"}
    for remark in prepare(variables):
        print(remark, file=sys.stderr)
    if "PGSERVICE" in variables:
        # dbt reads host and user from variables of their own and knows no services.
        with connect(variables) as connection:
            variables = {
                "PGHOST": connection.info.host,
                "PGPORT": str(connection.info.port),
                "PGUSER": connection.info.user,
            } | variables
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted((variables | marker).items())]
    write_private(state / "env", "".join(lines))
    return variables


def describe(variables: Mapping[str, str]) -> str:
    with connect(variables) as connection:
        info = connection.info
        version = info.parameter_status("server_version") or "?"
        return f"PostgreSQL {version.split()[0]} at {info.host}:{info.port}, database {info.dbname}, user {info.user}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dagster_project.warehouse", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=["up", "down", "status"])
    parser.add_argument("--state", type=Path, default=STATE, help="folder of the embedded server (default: .warehouse)")
    chosen = parser.parse_args(arguments)
    server = Server(chosen.state.resolve())
    try:
        if chosen.command == "up":
            variables = up(server.state)
            print(f"The warehouse is up: {describe(variables)}. In a shell: . {server.state / 'env'}")
        elif chosen.command == "down":
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
