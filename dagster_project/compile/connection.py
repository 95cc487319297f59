"""psycopg's connection as the worker asks it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from udf.postgres.database import Row, Statement, Table

_SLICE = 1 << 20
"""Characters of a value that are sent at once."""
_COPIED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class PsycopgDatabase:
    """A connection whose transaction the caller has begun."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def fetch(self, statement: Statement, *values: Any) -> list[Row]:
        with psycopg.RawCursor(self.connection) as cursor:
            return cursor.execute(statement.text.encode(), values).fetchall()

    def change(self, statement: Statement, *values: Any) -> int:
        with psycopg.RawCursor(self.connection) as cursor:
            return cursor.execute(statement.text.encode(), values).rowcount

    def change_each(self, statement: Statement, rows: Iterable[Row]) -> None:
        with psycopg.RawCursor(self.connection) as cursor:
            cursor.executemany(statement.text.encode(), list(rows))

    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        copy_in = f"copy {table.name} ({', '.join(table.columns)}) from stdin".encode()
        long: list[Row] = []
        with self.connection.cursor() as cursor:
            with cursor.copy(copy_in) as copy:
                for row in rows:
                    if any(isinstance(value, str) and len(value) > _SLICE for value in row):
                        long.append(row)
                    else:
                        copy.write_row(row)
            for row in long:
                # psycopg would hold it three times over.
                with cursor.copy(copy_in) as copy:
                    for part in _write_slices(row):
                        copy.write(part)

    def savepoint(self) -> AbstractContextManager[Any]:
        return self.connection.transaction()


def _write_slices(row: Sequence[Any]) -> Iterator[str]:
    """A row in COPY's text format, in pieces."""
    for number, value in enumerate(row):
        if number:
            yield "\t"
        if value is None:
            yield r"\N"
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        for start in range(0, len(text), _SLICE):
            yield text[start : start + _SLICE].translate(_COPIED)
    yield "\n"
