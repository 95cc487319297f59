"""Bronze to Silver inside the warehouse: the rows that Dagster would write, none lost and none twice."""

import hashlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

import udf
from dagster_project import warehouse
from dagster_project.warehouse.embedded import Server
from tests.conftest import Variables
from udf.outcome import Envelope
from udf.postgres.faults import PLAIN_MESSAGE

Connection = psycopg.Connection[Any]


def fill(connection: Connection, messages: list[tuple[str, Envelope]]) -> None:
    """Write the messages as Bronze has them, a file of their own for each."""
    with connection.transaction():
        for raw, envelope in messages:
            interchange_id = hashlib.sha256(raw.encode() + os.urandom(8)).hexdigest()
            connection.execute(
                "insert into bronze.interchanges (interchange_id, file_name, size_bytes) values (%s, 'one.edi', %s)",
                (interchange_id, len(raw.encode())),
            )
            connection.execute(
                "insert into bronze.messages (message_id, interchange_id, position, raw, content_sha256, envelope,"
                " problems, received_at) values (%s, %s, 1, %s, %s, %s, '[]', now())",
                (
                    hashlib.sha256(f"{interchange_id}:1".encode()).hexdigest(),
                    interchange_id,
                    raw,
                    hashlib.sha256(raw.encode()).hexdigest(),
                    Jsonb(envelope._asdict()),
                ),
            )


def sales(count: int, lines: int = 1) -> list[tuple[str, Envelope]]:
    """So many valid messages, no two alike."""
    head, _, _ = PLAIN_MESSAGE.partition("LIN+1")
    return [
        (
            head
            + "".join(f"LIN+{n}++9501101000018:EN'QTY+153:{number + 1}'" for n in range(1, lines + 1))
            + f"UNT+{7 + 2 * lines}+1'",
            Envelope(sender=f"partner {number % 7}"),
        )
        for number in range(count)
    ]


@pytest.fixture
def loader(connection: Connection) -> Connection:
    """A connection that has taken the loader's role, each statement a transaction of its own."""
    if connection.execute("select to_regprocedure('udf.compile_edi(text, jsonb)') is null").fetchone() == (True,):
        pytest.skip("this PostgreSQL has no plpython3u")
    connection.rollback()
    connection.autocommit = True
    connection.execute("set role tillroll_loader")
    return connection


@pytest.fixture
def notices(loader: Connection) -> list[str]:
    said: list[str] = []
    loader.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    return said


def count(connection: Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


OUTCOMES = "select count(*) from silver.outcomes"
WRONG = """
    select count(*)
    from bronze.messages
    left join silver.outcomes on outcomes.message_id = messages.message_id
    where outcomes.message_id is null
        or not outcomes.is_valid
        or outcomes.document -> 'lines' -> 0 ->> 'quantity'
            is distinct from substring(messages.raw from 'QTY.153:(\\d+)')
"""


def test_a_caller_who_claims_to_be_a_partner_teaches_no_plan_that_is_stored(loader: Connection) -> None:
    claimed = Jsonb(Envelope(sender="a partner")._asdict())
    for raw, _ in sales(6):
        loader.execute("select udf.compile_edi(%s, %s)", (raw, claimed))
    fill(loader, sales(14))
    loader.execute("call udf.compile_pending()")
    taught = {partner for (partner,) in loader.execute("select distinct partner from silver.plans")}
    assert taught == {f"partner {number}" for number in range(7)}


def test_the_rows_are_those_that_dagster_writes(loader: Connection, clone: Path) -> None:
    messages = [
        (message.text.replace("\0", "\ufffd"), message.envelope)
        for path in sorted((clone / "seeds" / "edi").rglob("*.edi"))
        for message in udf.split_interchange(path.read_bytes()).messages
    ]
    fill(loader, messages)
    loader.execute("call udf.compile_pending()")
    columns = (
        "message_type, is_valid, is_complete, rejected_lines, problems, document, compiler_version, verification_hash"
    )
    wanted = ", ".join(f"outcomes.{name}" for name in columns.split(", "))
    stored = loader.execute(
        f"select raw, envelope, {wanted} from silver.outcomes join bronze.messages using (message_id)".encode()
    ).fetchall()
    assert len(stored) == len(messages)
    for raw, envelope, *columns_stored in stored:
        row = udf.compile_edi(raw, Envelope(**envelope)).model_dump(mode="json")
        found = dict(zip(columns.split(", "), columns_stored, strict=True))
        assert {name: row[name] for name in found} == found


def test_a_second_call_finds_nothing_to_do(loader: Connection, notices: list[str]) -> None:
    fill(loader, sales(30))
    loader.execute("call udf.compile_pending(batch_size => 7)")
    loader.execute("call udf.compile_pending()")
    assert [notice.partition(";")[0] for notice in notices] == [
        "30 outcomes, 0 of them invalid",
        "0 outcomes, 0 of them invalid",
    ]
    assert count(loader, WRONG) == 0


def test_it_stops_when_the_seconds_are_over_and_a_next_call_goes_on(loader: Connection, notices: list[str]) -> None:
    fill(loader, sales(30))
    loader.execute("call udf.compile_pending(10, 0)")
    assert count(loader, OUTCOMES) == 10
    assert notices[-1].endswith("there may be more")
    loader.execute("call udf.compile_pending(10)")
    assert count(loader, OUTCOMES) == 30


def test_it_works_within_a_transaction_of_the_callers(loader: Connection) -> None:
    fill(loader, sales(30))
    with loader.transaction(force_rollback=True):
        loader.execute("call udf.compile_pending(10)")
        assert count(loader, OUTCOMES) == 30
    assert count(loader, OUTCOMES) == 0


def test_an_outcome_of_an_older_compiler_is_replaced(loader: Connection) -> None:
    fill(loader, sales(3))
    loader.execute("call udf.compile_pending()")
    loader.execute("update silver.outcomes set compiler_version = 'of old', is_valid = false, is_complete = false")
    loader.execute("call udf.compile_pending()")
    assert count(loader, OUTCOMES) == 3
    assert count(loader, WRONG) == 0


def test_a_message_that_bronze_could_not_hold_is_refused_with_its_type(loader: Connection) -> None:
    fill(loader, sales(1))
    loader.execute("reset role")
    loader.execute(
        "update bronze.messages set message_type = 'SLSRPT', problems = '[{\"code\": \"message-too-large\"}]'"
    )
    loader.execute("set role tillroll_loader")
    loader.execute("call udf.compile_pending()")
    stored = loader.execute("select message_type, is_valid, problems -> 0 ->> 'code' from silver.outcomes").fetchall()
    assert stored == [("SLSRPT", False, "message-too-large")]


def test_a_plan_that_an_operator_revoked_does_not_run(loader: Connection) -> None:
    fill(loader, sales(30))
    loader.execute("call udf.compile_pending(5)")
    assert count(loader, "select count(*) from silver.outcomes where route = 'plan'") > 0
    loader.execute("update silver.plans set status = 'revoked', changed_at = clock_timestamp()")
    loader.execute("delete from silver.outcomes")
    loader.execute("call udf.compile_pending(5)")
    assert count(loader, "select count(*) from silver.outcomes where route = 'plan'") == 0
    assert count(loader, WRONG) == 0


def test_plans_that_others_have_learnt_run_at_once(loader: Connection, database: Variables) -> None:
    fill(loader, sales(30))
    loader.execute("call udf.compile_pending(5)")
    loader.execute("delete from silver.outcomes")
    with warehouse.connect(database) as another:
        another.autocommit = True
        another.execute("set role tillroll_loader")
        another.execute("call udf.compile_pending(100)")
    assert count(loader, "select count(*) from silver.outcomes where route = 'plan'") >= 28


def test_what_a_plan_compiled_while_it_was_revoked_is_compiled_again(loader: Connection, database: Variables) -> None:
    fill(loader, sales(30))
    loader.execute("call udf.compile_pending(100)")
    loader.execute("delete from silver.outcomes")

    def compile_pending() -> None:
        with warehouse.connect(database) as connection:
            connection.autocommit = True
            connection.execute("set role tillroll_loader")
            connection.execute("call udf.compile_pending(100)")

    session = threading.Thread(target=compile_pending)
    with warehouse.connect(database) as operator:  # holds the lock of revocations until it commits
        operator.execute("select pg_advisory_xact_lock(hashtext('tillroll.plans'))")
        session.start()
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        deadline = time.monotonic() + 60
        while not count(loader, waiting) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert count(loader, waiting) == 1
        operator.execute("update silver.plans set status = 'revoked', changed_at = clock_timestamp()")
    session.join()
    assert count(loader, OUTCOMES) == 30
    assert count(loader, "select count(*) from silver.outcomes where route = 'plan'") == 0
    assert count(loader, WRONG) == 0


def at_once(*work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_several_at_once_share_the_work(loader: Connection, database: Variables) -> None:
    fill(loader, sales(120))
    written: list[int] = []

    def compile_pending() -> None:
        with warehouse.connect(database) as connection:
            connection.autocommit = True
            connection.add_notice_handler(lambda notice: written.append(int((notice.message_primary or "").split()[0])))
            connection.execute("set role tillroll_loader")
            connection.execute("call udf.compile_pending(5)")

    at_once(*[compile_pending] * 3)
    assert sum(written) == 120
    assert count(loader, WRONG) == 0
    assert count(loader, "select count(*) from silver.attempts where chunk is null") == 120


def test_it_works_beside_dagsters_workers(loader: Connection, database: Variables) -> None:
    from dagster_project.compile.pending import open_worker

    fill(loader, sales(60))
    ids = [row[0] for row in loader.execute("select message_id from bronze.messages").fetchall()]
    done: list[int] = []

    def dagster() -> None:
        with warehouse.connect(database) as connection:
            connection.autocommit = True
            worker = open_worker(connection, udf.compiler_version(), logging.getLogger())
            for start in range(0, 60, 5):
                with connection.transaction():
                    done.append(worker.work(ids[start : start + 5]).outcomes)

    at_once(dagster, lambda: [loader.execute("call udf.compile_pending(5)"), None][1])
    loader.execute("call udf.compile_pending()")
    assert count(loader, OUTCOMES) == 60
    assert count(loader, WRONG) == 0
    assert count(loader, "select count(*) from silver.attempts where chunk is null") == 60


def test_a_cancelled_call_keeps_its_finished_batches_and_loses_no_message(
    loader: Connection, database: Variables
) -> None:
    fill(loader, sales(400, lines=20))
    pid = loader.info.backend_pid

    with warehouse.connect(database) as other:
        other.autocommit = True

        def cancel() -> None:
            while not count(other, OUTCOMES):
                time.sleep(0.01)
            other.execute("select pg_cancel_backend(%s)", (pid,))

        killer = threading.Thread(target=cancel)
        killer.start()
        with pytest.raises(errors.QueryCanceled):
            loader.execute("call udf.compile_pending(10)")
        killer.join()
    finished = count(loader, OUTCOMES)
    assert finished % 10 == 0
    assert 0 < finished < 400
    loader.execute("call udf.compile_pending()")
    assert count(loader, OUTCOMES) == 400
    assert count(loader, WRONG) == 0


@pytest.fixture
def embedded(room: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of this test's own, which keeps what was committed even when it is killed."""
    if warehouse.names_another(os.environ):
        pytest.skip("the environment names another server than the embedded one")
    server = Server(room / request.node.name[:60])
    yield server
    server.stop()


@pytest.mark.slow
def test_neither_a_killed_backend_nor_a_restarted_server_loses_or_doubles_an_outcome(embedded: Server) -> None:
    variables = warehouse.up(embedded.state, {})
    with warehouse.connect(variables) as connection:
        connection.autocommit = True
        fill(connection, sales(1_500, lines=20))

    def kill() -> None:
        # The whole server starts anew when one of its processes ends like this.
        with warehouse.connect(variables) as connection:
            os.kill(count(connection, "select pid from pg_stat_activity where query ~ '^call'"), signal.SIGKILL)

    call = "import psycopg; psycopg.connect(autocommit=True).execute('call udf.compile_pending(5)')"
    for outcomes, end in ((20, kill), (300, embedded.stop)):
        with subprocess.Popen(
            [sys.executable, "-c", call], env=os.environ | variables, stderr=subprocess.DEVNULL
        ) as caller:
            wait_for_outcomes(variables, outcomes)
            end()
            assert caller.wait(60) != 0
        variables = come_up(embedded)
    with warehouse.connect(variables) as connection:
        connection.autocommit = True
        assert count(connection, OUTCOMES) < 1_500
        connection.execute("call udf.compile_pending(50)")
        assert count(connection, OUTCOMES) == 1_500
        assert count(connection, WRONG) == 0
        assert count(connection, "select count(*) from silver.attempts where chunk is null") == 1_500


def wait_for_outcomes(variables: Variables, outcomes: int) -> None:
    with warehouse.connect(variables) as connection:
        connection.autocommit = True
        while count(connection, OUTCOMES) < outcomes:
            time.sleep(0.01)


def come_up(embedded: Server) -> Variables:
    """The server's variables, as soon as it has recovered."""
    for _ in range(300):
        try:
            return warehouse.up(embedded.state, {})
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("the server does not come back")
