"""From messages to outcomes: one for each message, whatever happens; the same by psycopg and in the backend."""

from collections.abc import Iterator
from typing import Any, Protocol

import psycopg
import pytest
from psycopg import errors

import udf
from dagster_project.compile import connection as psycopg_connection
from tests.conftest import Variables
from tests.integration.incoming import (
    Deliver,
    assert_each_message_has_one_outcome,
    compile_all,
    rows,
    stand_in,
    write_sales,
)
from tests.integration.postgres import compilers
from tests.integration.postgres.sessions import open_session
from udf.outcome import CompiledRow


def test_each_message_becomes_one_outcome_in_the_warehouse(deliver: Deliver, connection: Any) -> None:
    deliver(*[write_sales(number) for number in range(1, 6)], b"", b"garbage", write_sales(9, "ORDERS"))
    progress = compile_all()
    assert progress.outcomes == 8
    assert_each_message_has_one_outcome(connection)
    unsupported = 'select count(*) from silver.outcomes where problems @> \'[{"code": "unsupported-message-type"}]\''
    assert rows(connection, unsupported + " and message_type = 'ORDERS' and not is_valid") == [(1,)]


def test_the_stored_outcome_is_what_the_compiler_said(deliver: Deliver, connection: Any) -> None:
    deliver(write_sales(7))
    compile_all()
    ((raw, document, problems, is_valid, version),) = rows(
        connection,
        """
        select messages.raw, outcomes.document, outcomes.problems, outcomes.is_valid, outcomes.compiler_version
        from silver.outcomes inner join bronze.messages using (message_id)
        """,
    )
    message = udf.split_interchange(write_sales(7)).messages[0]
    assert raw == message.text
    (expected,) = udf.compile_batch([message.text], [message.envelope])
    dumped = expected.model_dump(mode="json")
    assert (document, problems, is_valid) == (dumped["document"], dumped["problems"], dumped["is_valid"])
    assert version == udf.compiler_version()


def test_a_document_that_is_sent_in_slices_is_stored_as_any_other(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = (
        write_sales(7)
        .replace(b"'QTY", rb"'IMD+F++:::12\ " + b'"inch" pan?\'s lid' + b"'QTY")
        .replace(b"UNT+9", b"UNT+10")
    )
    deliver(described, write_sales(8), b"garbage")
    stored = "select to_jsonb(outcomes) - 'compile_ms' - 'compiled_at' from silver.outcomes order by message_id"
    compile_all()
    whole = rows(connection, stored)
    monkeypatch.setattr(psycopg_connection, "_SLICE", 7)
    connection.execute("delete from silver.outcomes")
    connection.commit()
    compile_all()
    assert rows(connection, stored) == whole
    descriptions = "select document #>> '{lines,0,attributes,description}' from silver.outcomes where is_valid"
    assert set(rows(connection, descriptions)) == {('12\\ "inch" pan\'s lid',), (None,)}


def test_a_second_run_compiles_nothing(deliver: Deliver, connection: Any) -> None:
    deliver(write_sales(1), write_sales(2))
    assert compile_all().outcomes == 2
    attempts = rows(connection, "select count(*) from silver.attempts")
    assert compile_all().outcomes == 0
    assert rows(connection, "select count(*) from silver.attempts") == attempts


def test_a_better_compiler_makes_every_message_pending_again(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(write_sales(1), write_sales(2))
    compile_all()
    monkeypatch.setattr(udf, "compiler_version", lambda: "better")
    assert compile_all().outcomes == 2
    assert rows(connection, "select distinct compiler_version from silver.outcomes") == [("better",)]
    assert_each_message_has_one_outcome(connection)


@pytest.mark.parametrize(
    ("batch_size", "batch_bytes", "batches"), [(2, 10**6, [2, 2, 1]), (9, 1, [1] * 5), (9, 10**6, [5])]
)
def test_a_batch_is_bounded_in_messages_and_bytes(
    batch_size: int, batch_bytes: int, batches: list[int], deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def count(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        seen.append(len(texts))
        return stand_in(texts)

    monkeypatch.setattr(udf, "compile_rows", count)
    deliver(*[write_sales(number) for number in range(1, 6)])
    compile_all(batch_size=batch_size, batch_bytes=batch_bytes)
    assert seen == batches


def test_each_attempt_is_a_row(deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf, "compile_rows", stand_in)
    deliver(write_sales(1), write_sales(2))
    assert compile_all().attempts == 2
    assert rows(connection, "select attempt, chunk, route, reading, output from silver.attempts") == [
        (1, "line 1", "model", "plain", "UNH+1+SLSRPT:D:96A:U"),
        (1, "line 1", "model", "plain", "UNH+2+SLSRPT:D:96A:U"),
    ]


class Way(Protocol):
    """A worker and its connection."""

    def stand_in(self, name: str) -> None:
        """Have a compiler of `compilers` at work."""

    def compile(self) -> None:
        """Compile what is pending."""

    def said(self) -> str:
        """What a person was told."""


class Dagster:
    """In this process, by psycopg."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        self.monkeypatch, self.caplog = monkeypatch, caplog

    def stand_in(self, name: str) -> None:
        self.monkeypatch.setattr(udf, "compile_rows", getattr(compilers, name))

    def compile(self) -> None:
        compile_all()

    def said(self) -> str:
        return self.caplog.text


class Procedure:
    """In a backend, by its own interface."""

    def __init__(self, session: psycopg.Connection[Any]) -> None:
        self.session = session
        self.notices: list[str] = []
        session.add_notice_handler(lambda notice: self.notices.append(notice.message_primary or ""))

    def stand_in(self, name: str) -> None:
        self.session.execute("select udf.version()")  # finds the package
        self.session.execute(
            f"""
            do language plpython3u $$
            from tests.integration.postgres.compilers import {name}
            from udf.compiler import Compiler
            Compiler.compile_rows = lambda self, texts, envelopes=None: {name}(texts, envelopes)
            $$
            """.encode()
        )

    def compile(self) -> None:
        self.session.execute("set role tillroll_loader")
        self.session.execute("call udf.compile_pending()")

    def said(self) -> str:
        return "\n".join(self.notices)


@pytest.fixture(params=["psycopg", "plpy"])
def way(
    request: pytest.FixtureRequest,
    database: Variables,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Way]:
    """Both ways from Bronze to Silver."""
    if request.param == "psycopg":
        yield Dagster(monkeypatch, caplog)
        return
    with open_session(database) as session:
        yield Procedure(session)


def test_a_poisonous_message_is_an_outcome_and_spares_its_batch(deliver: Deliver, connection: Any, way: Way) -> None:
    way.stand_in("fail_at_the_third")
    deliver(*[write_sales(number) for number in range(1, 6)])
    way.compile()
    assert_each_message_has_one_outcome(connection)
    ((kind, document, problems),) = rows(
        connection, "select message_type, document, problems from silver.outcomes where not is_valid"
    )
    assert (kind, document) == ("SLSRPT", None)
    assert problems == [
        {
            "code": "internal-error",
            "severity": "error",
            "segment": None,
            "span": None,
            "detail": "The compiler failed on this message (ZeroDivisionError).",
        }
    ]
    assert "ZeroDivisionError: secret" in way.said()


@pytest.mark.parametrize("compiler", ["miss_the_model", "be_out_of_memory", "be_broken"])
def test_a_fault_of_the_machine_or_of_the_compiler_fails_the_run_and_leaves_the_messages_pending(
    compiler: str, deliver: Deliver, connection: Any, way: Way
) -> None:
    way.stand_in(compiler)
    deliver(write_sales(1), write_sales(2))
    with pytest.raises(Exception, match=r"model\.gguf|out of memory|gatekeeper"):
        way.compile()
    assert rows(connection, "select count(*) from silver.outcomes") == [(0,)]


def test_a_cancel_is_not_taken_for_a_fault_of_the_compiler(
    deliver: Deliver, connection: Any, database: Variables
) -> None:
    # So many that the session watches over them: what is short, it trusts to be over in a moment.
    deliver(*[write_sales(number) for number in range(1, 21)])
    with open_session(database) as session:
        way = Procedure(session)
        way.stand_in("be_cancelled_at_first")
        with pytest.raises(errors.QueryCanceled):
            way.compile()
        assert rows(connection, "select count(*) from silver.outcomes") == [(0,)]
        way.compile()
    assert rows(connection, "select count(*) from silver.outcomes where is_valid") == [(20,)]


def test_an_outcome_that_silver_refuses_becomes_an_internal_error(deliver: Deliver, connection: Any, way: Way) -> None:
    way.stand_in("give_the_second_no_document")
    deliver(*[write_sales(number) for number in range(1, 4)])
    way.compile()
    assert rows(connection, "select is_valid, problems -> 0 ->> 'code' from silver.outcomes order by is_valid") == [
        (False, "internal-error"),
        (True, None),
        (True, None),
    ]
    assert rows(connection, "select count(*), count(distinct message_id) from silver.attempts") == [(2, 2)]
    assert "cannot be stored" in way.said()


def test_characters_that_json_cannot_store_are_replaced(deliver: Deliver, connection: Any, way: Way) -> None:
    way.stand_in("say_what_cannot_be_stored")
    deliver(write_sales(1))
    way.compile()
    assert rows(connection, "select problems -> 0 ->> 'detail', message_type from silver.outcomes") == [
        ("NUL \ufffd, and as text \\u0000", "half \ufffd")
    ]


def test_an_envelope_that_is_none_is_an_outcome(deliver: Deliver, connection: Any, way: Way) -> None:
    deliver(write_sales(1), write_sales(2))
    connection.execute("update bronze.messages set envelope = '[5]' where reference = '2'")
    connection.commit()
    way.compile()
    assert rows(connection, "select is_valid, problems -> 0 ->> 'code' from silver.outcomes order by is_valid") == [
        (False, "envelope-unreadable"),
        (True, None),
    ]
