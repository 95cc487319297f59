"""Sessions that call the SQL functions: what the tests of this folder ask, and with what."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from dagster_project import warehouse
from tests.conftest import Variables
from udf.postgres.faults import PLAIN_MESSAGE

Connection = psycopg.Connection[Any]


@contextmanager
def open_session(variables: Variables) -> Iterator[Connection]:
    """A session in a database in which the functions are installed."""
    with warehouse.connect(variables) as connection:
        connection.autocommit = True
        if not ask(connection, "select count(*) from pg_available_extensions where name = 'plpython3u'"):
            pytest.skip("this PostgreSQL has no plpython3u")
        assert ask(connection, "select to_regprocedure('udf.compile_edi(text, jsonb)')")
        yield connection


def compile_edi(session: Connection, raw: str | None) -> Any:
    return ask(session, "select udf.compile_edi(%s)", raw)


def ask(session: Connection, query: str, *parameters: Any) -> Any:
    """The one value of a query's one row."""
    row = session.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


def codes(outcome: Any) -> list[str]:
    return [problem["code"] for problem in outcome["problems"]]


def lines_of(count: int, first: int = 1) -> str:
    """A valid message with so many lines."""
    head, _, tail = PLAIN_MESSAGE.partition("LIN+1")
    lines = "".join(f"LIN+{n}++{9501101000000 + n}:EN'QTY+153:{n % 97 + 1}'" for n in range(first, first + count))
    return f"{head}{lines}UNT+{7 + 2 * count}+1'" if tail else head


def memory(session: Connection) -> int:
    """Resident memory of the backend, in kB."""
    status: str = ask(session, "select pg_read_file(format('/proc/%%s/status', pg_backend_pid()))")
    return int(status.partition("VmRSS:")[2].split()[0])
