"""The backend's own connection: PostgreSQL's Server Programming Interface as PL/Python offers it."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from udf.postgres.database import Row, Statement, Table

_AS_TEXT = ("jsonb", "text[]", "bigint[]")


class SpiDatabase:
    """`plpy` is PL/Python's own module."""

    def __init__(self, plpy: Any) -> None:
        self.plpy = plpy

    def fetch(self, statement: Statement, *values: Any) -> list[Row]:
        return [tuple(row.values()) for row in self._execute(statement, values)]

    def change(self, statement: Statement, *values: Any) -> int:
        changed: int = self._execute(statement, values).nrows()
        return changed

    def change_each(self, statement: Statement, rows: Iterable[Row]) -> None:
        for row in rows:
            self._execute(statement, row)

    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        values = [list(column) for column in zip(*rows, strict=True)]
        if values:
            self._execute(_insert(table), values)

    def savepoint(self) -> AbstractContextManager[Any]:
        savepoint: AbstractContextManager[Any] = self.plpy.subtransaction()
        return savepoint

    def _execute(self, statement: Statement, values: Iterable[Any]) -> Any:
        return self.plpy.execute(self.plpy.prepare(statement.text, list(statement.types)), list(values))


def _insert(table: Table) -> Statement:
    """The insertion of any number of rows, an array for each column."""
    sent = ["text" if kind in _AS_TEXT else kind for kind in table.columns.values()]
    columns = ", ".join(table.columns)
    arrays = ", ".join(f"${number}" for number in range(1, len(sent) + 1))
    cast = ", ".join(f"{name}::{kind}" for name, kind in table.columns.items())
    return Statement(
        f"insert into {table.name} ({columns}) select {cast} from unnest({arrays}) as sent ({columns})",
        tuple(f"{kind}[]" for kind in sent),
    )
