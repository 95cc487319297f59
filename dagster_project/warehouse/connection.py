"""Which PostgreSQL is the warehouse, by libpq's own variables, and connections to it."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg import errors, pq, sql

from dagster_project.warehouse.account import WarehouseError
from udf.postgres.schema_version import describe_mismatch, read_schema_version

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
    the claims of udf.postgres.worker count on that. With `is_derived` a commit does not wait for the disk: for what can
    be made again out of Bronze, where a crash of the server takes back no more than the last half second of work.

    Raises WarehouseError where the tables have another shape than the one that this program works with.
    """
    connection = psycopg.connect("", application_name="tillroll")
    try:
        # set role takes no parameters.
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        if is_derived:
            connection.execute("set synchronous_commit = off")
        refuse_mismatch(connection)
    except errors.InvalidParameterValue:
        connection.close()
        raise WarehouseError(describe_mismatch(None)) from None
    except BaseException:
        connection.close()
        raise
    connection.commit()
    return connection


def find_schema_version(connection: psycopg.Connection[Any]) -> int | None:
    """The version of the warehouse's tables; 0 from before there were any, None where nothing stands."""
    return read_schema_version(lambda query: connection.execute(query.encode()).fetchall())


def refuse_mismatch(connection: psycopg.Connection[Any]) -> None:
    """Raise WarehouseError where the tables have another shape than the one that this program works with."""
    if (complaint := describe_mismatch(find_schema_version(connection))) is not None:
        raise WarehouseError(complaint)


BUILDERS = """
select format('server process %s, at work since %s UTC', activity.pid, to_char(activity.backend_start, 'HH24:MI'))
from pg_locks
inner join pg_stat_activity as activity on activity.pid = pg_locks.pid
where pg_locks.locktype = 'advisory' and pg_locks.granted
    and (pg_locks.classid::bigint << 32 | pg_locks.objid::bigint) = hashtext('tillroll.dbt')::bigint
"""


def wait_for_build(connection: psycopg.Connection[Any], say: Callable[[str], object]) -> None:
    """Take the lock that one build of Gold holds at a time; whoever waits is told for what, at most each minute."""
    told = 0.0
    while True:
        with connection.transaction():
            taken = connection.execute("select pg_try_advisory_lock(hashtext('tillroll.dbt'))").fetchone()
            if taken == (True,):
                return
            # Since when another login's session is there, roles of ours are not told.
            connection.execute("set local role none")
            builder = connection.execute(BUILDERS.encode()).fetchone() or ("one that has just ended",)
        if not told or time.monotonic() - told > 60:
            say(f"Another build of Gold is at work ({builder[0]}): this one begins when it has ended.")
            told = time.monotonic()
        time.sleep(1)


def read_held(
    connection: psycopg.Connection[Any], cursor: psycopg.ServerCursor[Any], page_size: int = 1000
) -> Iterator[Any]:
    """The rows of a cursor that outlives its transaction, and none of ours is open while one of them is in use.

    Iterating over the cursor itself would open one, and what looked like a batch's transaction was a part of it.
    """
    while True:
        with connection.transaction():
            rows = cursor.fetchmany(page_size)
        if not rows:
            return
        yield from rows


def describe(variables: Mapping[str, str]) -> str:
    """Where the warehouse is, for a person."""
    with connect(variables) as connection:
        info = connection.info
        version = info.parameter_status("server_version") or "?"
        return f"PostgreSQL {version.split()[0]} at {info.host}:{info.port}, database {info.dbname}, user {info.user}"
