"""Messages that arrive, and what tests of Silver start from: compile them, or have a stand-in say what came of them."""

import logging
from collections.abc import Callable
from typing import Any

import psycopg

from dagster_project.compile import pending
from dagster_project.defs.resources import Warehouse
from udf import contract
from udf.outcome import Attempt, CompiledRow, Document, Line, Outcome, dump_document, make_row
from udf.postgres.worker import Progress

LINE = Line(**dict(contract.Line(measure="sold", quantity=1)))
LOG = logging.getLogger("tests")

Deliver = Callable[..., None]


def write_sales(number: int, kind: str = "SLSRPT") -> bytes:
    """An interchange of one message with one line, different for each number."""
    return (
        f"UNB+UNOA:3+5412345000013:14+8798765000017:14+260105:0900+R{number}'"
        f"UNH+{number}+{kind}:D:96A:UN:EAN004'BGM+73E+{number}+9'DTM+137:20260112:102'DTM+356:2026010520260111:718'"
        f"LOC+162+4012345000009::9'LIN+1++4000862141404:EN'QTY+153:{number}'CNT+2:1'UNT+9+{number}'UNZ+1+R{number}'"
    ).encode()


def compile_all(**run: Any) -> Progress:
    """In this process, where a test may stand in for the compiler, unless several workers are asked for."""
    with Warehouse().connect() as loader:
        return pending.compile_pending(loader, pending.Cut(**{"workers": 1, **run}), LOG)


def rows(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    connection.rollback()
    return connection.execute(query).fetchall()


def assert_each_message_has_one_outcome(connection: psycopg.Connection[Any]) -> None:
    assert (
        rows(
            connection,
            "select message_id from bronze.messages except select message_id from silver.outcomes",
        )
        == []
    )
    assert rows(connection, "select count(*) from bronze.messages") == rows(
        connection, "select count(*) from silver.outcomes"
    )  # fmt: skip


def stand_in(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
    """A compiler with the real interface and one attempt a message, for what the real one must not be made to do."""
    return [
        as_row(
            message_type="SLSRPT",
            is_valid=True,
            is_complete=True,
            document=Document(lines=[LINE]),
            route="model",
            attempts=1,
            attempt_log=[Attempt(attempt=1, chunk="line 1", route="model", reading="plain", output=text[:20])],
            plans=("p1",),
        )
        for text in texts
    ]


def as_row(**fields: Any) -> CompiledRow:
    outcome = Outcome(**{"message_type": None} | fields)
    return make_row(outcome, outcome.document and dump_document(outcome.document))
