"""A backup of the warehouse and its way back, by the pg_dump and pg_restore that fit the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from psycopg import sql

from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.connection import connect, names_another
from dagster_project.warehouse.embedded import Server


def find_programs(server: Server, version: int) -> Path:
    """The folder of a pg_dump that knows a server of that major version: an older one refuses to dump."""
    if not names_another(os.environ):
        return server.binaries / "bin"
    found = shutil.which("pg_dump")
    if found:
        said = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout
        number = re.search(r"\d+", said)
        if number and int(number[0]) >= version:
            return Path(found).parent
    raise WarehouseError(f"There is no pg_dump of version {version} or newer on PATH: install that of the server.")


def back_up(server: Server, variables: Mapping[str, str], file: Path) -> None:
    """Write all of the warehouse to the file, in pg_dump's own format; it may be used meanwhile."""
    half_done = file.with_name(f"{file.name}.part")
    with connect(variables) as connection:
        programs = find_programs(server, connection.info.server_version // 10000)
    _run([programs / "pg_dump", "--format=custom", f"--file={half_done}"], variables)
    half_done.rename(file)


def restore(server: Server, variables: Mapping[str, str], file: Path) -> None:
    """Bring what the file holds into a warehouse that holds nothing yet, all or nothing.

    Raises WarehouseError where the warehouse holds something.
    """
    if not file.is_file():
        raise WarehouseError(f"There is no file {file}.")
    with connect(variables) as connection:
        programs = find_programs(server, connection.info.server_version // 10000)
        for table in (sql.Identifier("bronze", "interchanges"), sql.Identifier("silver", "reviews")):
            if connection.execute(sql.SQL("select from {} limit 1").format(table)).fetchone() is not None:
                raise WarehouseError("This warehouse holds data: restore into an empty one.")
        # A file of an older version knows nothing of what has come since, and a schema with that could not give way.
        connection.execute("drop schema bronze, silver cascade")
    # `make up` has made the roles, which no dump of a database holds. Where this fails, it makes the tables again.
    command = ["--clean", "--if-exists", "--exit-on-error", "--single-transaction"]
    _run([programs / "pg_restore", *command, f"--dbname={variables['PGDATABASE']}", file], variables)


def _run(command: list[str | Path], variables: Mapping[str, str]) -> None:
    done = subprocess.run(command, check=False, env=os.environ | dict(variables), capture_output=True, text=True)
    if done.returncode:
        raise WarehouseError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
