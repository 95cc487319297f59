"""What must stand in the warehouse before Dagster and dbt come: the database, warehouse.sql, the SQL functions."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.connection import EMBEDDED_AT, connect, libpq_variables, names_another
from dagster_project.warehouse.embedded import DATABASE, STATE, Server
from dagster_project.warehouse.files import write_private
from udf import install

SCHEMA = Path(__file__).with_name("warehouse.sql")
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
    """Create the database where it is missing, apply warehouse.sql, install the functions; return remarks."""
    create_database(variables)
    with connect(variables) as connection:
        version = connection.info.server_version // 10000
        if version < OLDEST_SERVER:
            raise WarehouseError(f"PostgreSQL {version} is too old: Tillroll needs {OLDEST_SERVER} or newer.")
        connection.execute(SCHEMA.read_bytes())
    return install_functions(variables)


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
