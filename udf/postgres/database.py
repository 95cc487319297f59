"""What the worker asks of a connection to the warehouse, be it psycopg's or the backend's own."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

Row = tuple[Any, ...]


class Statement(NamedTuple):
    """SQL with the parameters $1, $2, ..., and the type of each."""

    text: str
    types: tuple[str, ...] = ()


class Table(NamedTuple):
    """A table to be filled, its columns and their types. A value of jsonb or an array is given as text."""

    name: str
    columns: dict[str, str]


class Database(Protocol):
    """A connection within a transaction that somebody else begins and ends."""

    def fetch(self, statement: Statement, *values: Any) -> list[Row]:
        """The rows that a statement gives."""

    def change(self, statement: Statement, *values: Any) -> int:
        """How many rows a statement has changed."""

    def change_each(self, statement: Statement, rows: Iterable[Row]) -> None:
        """Execute the statement for each row of values, in order."""

    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        """Add the rows; their values are such as PostgreSQL can hold as text, see `storable`."""

    def savepoint(self) -> AbstractContextManager[Any]:
        """A part of the transaction that is taken back where it raises."""


# Data exceptions, broken constraints, limits of PostgreSQL's own.
_REFUSALS = ("22", "23", "54")


def is_refusal(error: Exception) -> bool:
    """Whether PostgreSQL says that it cannot hold a value."""
    return isinstance(error, ValueError) or (getattr(error, "sqlstate", None) or "")[:2] in _REFUSALS
