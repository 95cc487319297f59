"""What must stand in the warehouse before Dagster and dbt come: the database, its tables, the SQL functions.

`warehouse.sql` is the tables as they are, `reviews.sql` those of people's decisions; `steps/N.sql` brings a warehouse
of version N - 1 to version N.
"""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.connection import (
    EMBEDDED_AT,
    connect,
    find_schema_version,
    libpq_variables,
    names_another,
)
from dagster_project.warehouse.embedded import DATABASE, STATE, Server
from dagster_project.warehouse.files import write_private
from udf import install
from udf.postgres.schema_version import SCHEMA_VERSION, describe_mismatch
from udf.standards.decisions import describe_kinds

SCHEMA = Path(__file__).with_name("warehouse.sql")
REVIEWS = Path(__file__).with_name("reviews.sql")
STEPS = Path(__file__).with_name("steps")
OLDEST_SERVER = 15


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


def prepare(variables: Mapping[str, str]) -> list[str]:
    """Create the database where it is missing, bring its tables up to date, install the functions; return remarks."""
    create_database(variables)
    with connect(variables) as connection:
        version = connection.info.server_version // 10000
        if version < OLDEST_SERVER:
            raise WarehouseError(f"PostgreSQL {version} is too old: Tillroll needs {OLDEST_SERVER} or newer.")
        remarks = bring_up_to_date(connection)
    return remarks + install_functions(variables)


def bring_up_to_date(connection: psycopg.Connection[Any]) -> list[str]:
    """Apply the steps that this warehouse has not seen and then warehouse.sql, in one transaction; return remarks.

    Raises WarehouseError where the warehouse is newer than this program, and changes nothing.
    """
    with connection.transaction():
        # Two installers of one database wait for each other: create ... if not exists alone is not safe against that.
        connection.execute("select pg_advisory_xact_lock(hashtext('tillroll.warehouse'))")
        found = find_schema_version(connection)
        if found is not None and found > SCHEMA_VERSION:
            raise WarehouseError(describe_mismatch(found))
        if found is not None:
            for step in range(found + 1, SCHEMA_VERSION + 1):
                connection.execute((STEPS / f"{step}.sql").read_bytes())
        connection.execute(SCHEMA.read_bytes())
        connection.execute(REVIEWS.read_bytes())
        _write_kinds(connection)
        connection.execute(
            "insert into bronze.schema_versions (schema_version) values (%s) on conflict do nothing", (SCHEMA_VERSION,)
        )
    if found in {None, SCHEMA_VERSION}:
        return []
    return [f"The warehouse had schema version {found} and has {SCHEMA_VERSION} now; its data stays."]


def _write_kinds(connection: psycopg.Connection[Any]) -> None:
    """Have the warehouse hold decisions to this program's reference tables."""
    connection.execute("delete from silver.review_kinds")
    for name, kind in describe_kinds().items():
        values = (
            name, list(kind.key), list(kind.optional), kind.meaning, list(kind.meanings), Jsonb(list(kind.contexts)),
            list(kind.message_types),
        )  # fmt: skip
        connection.execute("insert into silver.review_kinds values (%s, %s, %s, %s, %s, %s, %s)", values)


def create_database(variables: Mapping[str, str]) -> None:
    """Create the database that the variables name, where it is missing."""
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
