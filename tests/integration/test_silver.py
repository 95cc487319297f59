"""From messages to outcomes: one for each message, whatever happens; killed, crowded or poisoned."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

import udf
from dagster_project.compile import connection as psycopg_connection
from dagster_project.compile import pending, pool
from dagster_project.defs import silver, silver_checks
from dagster_project.defs.resources import Warehouse
from dagster_project.ingest import intake
from dagster_project.ingest.landing import list_files
from udf import contract
from udf.outcome import Attempt, CompiledRow, Document, Line, Outcome, Problem, dump_document, make_row
from udf.postgres.batches import cut
from udf.postgres.worker import Progress

LINE = Line(**dict(contract.Line(measure="sold", quantity=1)))
LOG = logging.getLogger("test_silver")

Deliver = Callable[..., None]


def write_sales(number: int, kind: str = "SLSRPT") -> bytes:
    """An interchange of one message with one line, different for each number."""
    return (
        f"UNB+UNOA:3+5412345000013:14+8798765000017:14+260105:0900+R{number}'"
        f"UNH+{number}+{kind}:D:96A:UN:EAN004'BGM+73E+{number}+9'DTM+137:20260112:102'DTM+356:2026010520260111:718'"
        f"LOC+162+4012345000009::9'LIN+1++4000862141404:EN'QTY+153:{number}'CNT+2:1'UNT+9+{number}'UNZ+1+R{number}'"
    ).encode()


@pytest.fixture
def deliver(tmp_path: Path, database: dict[str, str]) -> Deliver:
    """Brings contents into Bronze."""

    def bring(*contents: bytes) -> None:
        for position, content in enumerate(contents):
            (tmp_path / f"{position}.edi").write_bytes(content)
        with Warehouse().connect() as loader:
            for file in list_files(tmp_path):
                intake.deliver(loader, file)
            intake.split_pending(loader, LOG)

    return bring


def compile_all(**run: Any) -> Progress:
    """In this process, where a test may stand in for the compiler, unless several workers are asked for."""
    with Warehouse().connect() as loader:
        return pending.compile_pending(loader, pending.Cut(**{"workers": 1, **run}), LOG)


def run_silver(thresholds: silver_checks.Thresholds | None = None) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [silver.outcomes, silver_checks.silver_checks],
        resources={"warehouse": Warehouse()},
        run_config=dg.RunConfig({"silver_checks": thresholds or silver_checks.Thresholds()}),
        raise_on_error=False,
    )


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


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


def poison(*, number: int, fault: BaseException) -> Callable[..., list[CompiledRow]]:
    def compile_rows(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        if any(f"BGM+73E+{number}+" in text for text in texts):
            raise fault
        return stand_in(texts)

    return compile_rows


def test_a_poisonous_message_is_an_outcome_and_spares_its_batch(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(udf, "compile_rows", poison(number=3, fault=ZeroDivisionError("secret 4000862141404")))
    deliver(*[write_sales(number) for number in range(1, 6)])
    assert compile_all().faults == 1
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
    assert "ZeroDivisionError: secret" in caplog.text


@pytest.mark.parametrize("fault", [MemoryError(), FileNotFoundError("model.gguf")])
def test_a_fault_of_the_machine_fails_the_run_and_leaves_the_messages_pending(
    fault: Exception, deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udf, "compile_rows", poison(number=2, fault=fault))
    deliver(write_sales(1), write_sales(2))
    with pytest.raises(type(fault)):
        compile_all()
    assert rows(connection, "select count(*) from silver.outcomes") == [(0,)]


def test_a_broken_compiler_fails_the_run_and_leaves_the_messages_pending(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        raise NameError("gatekeeper")

    monkeypatch.setattr(udf, "compile_rows", fail)
    deliver(write_sales(1), write_sales(2))
    with pytest.raises(NameError):
        compile_all()
    assert rows(connection, "select count(*) from silver.outcomes") == [(0,)]


def test_an_outcome_that_silver_refuses_becomes_an_internal_error(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_one_valid_without_document(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        good = stand_in(texts)
        return [
            as_row(is_valid=True, is_complete=True) if "BGM+73E+2+" in text else row
            for text, row in zip(texts, good, strict=True)
        ]

    monkeypatch.setattr(udf, "compile_rows", give_one_valid_without_document)
    deliver(*[write_sales(number) for number in range(1, 4)])
    progress = compile_all()
    assert (progress.outcomes, progress.invalid, progress.faults) == (3, 1, 1)
    assert rows(connection, "select is_valid, problems -> 0 ->> 'code' from silver.outcomes order by is_valid") == [
        (False, "internal-error"),
        (True, None),
        (True, None),
    ]
    assert rows(connection, "select count(*), count(distinct message_id) from silver.attempts") == [(2, 2)]


def test_characters_that_json_cannot_store_are_replaced(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def speak(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        problem = Problem(code="x", severity="error", detail="NUL \x00, and as text \\u0000")
        return [as_row(is_valid=False, is_complete=False, problems=[problem]) for _ in texts]

    monkeypatch.setattr(udf, "compile_rows", speak)
    deliver(write_sales(1))
    compile_all()
    assert rows(connection, "select problems -> 0 ->> 'detail' from silver.outcomes") == [
        ("NUL \ufffd, and as text \\u0000",)
    ]


def test_two_workers_share_the_work_and_double_nothing(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: Counter[str] = Counter()

    def compile_slowly(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        compiled.update(texts)
        time.sleep(0.02)
        return stand_in(texts)

    monkeypatch.setattr(udf, "compile_rows", compile_slowly)
    deliver(*[write_sales(number) for number in range(1, 41)])
    workers = [threading.Thread(target=compile_all, kwargs={"batch_size": 3}) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(compiled.values()) == {1}
    assert_each_message_has_one_outcome(connection)
    assert rows(connection, "select count(*), count(distinct message_id) from silver.attempts") == [(40, 40)]


SLOW_WORKER = """
import logging, time, udf
from dagster_project.compile import pending
from dagster_project.defs.resources import Warehouse

compile_rows = udf.compile_rows

def compile_slowly(texts, envelopes=None):
    rows = compile_rows(texts, envelopes)
    time.sleep(0.2)
    return rows

udf.compile_rows = compile_slowly
pending.SECONDS_BETWEEN_REMARKS = 0
logging.basicConfig(level=logging.INFO, format="%(message)s")
with Warehouse().connect() as connection:
    pending.compile_pending(connection, pending.Cut(batch_size=2, workers=1), logging.getLogger())
"""


def test_a_worker_killed_at_work_loses_nothing_and_doubles_nothing(
    deliver: Deliver, connection: Any, clone: Path
) -> None:
    deliver(*[write_sales(number) for number in range(1, 21)])
    worker = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER], cwd=clone, env=os.environ, stderr=subprocess.PIPE, text=True
    )
    assert worker.stderr is not None
    for line in worker.stderr:
        if line.startswith("compiled 4 of 20"):
            break
    time.sleep(0.1)  # into the next batch
    worker.send_signal(signal.SIGKILL)
    worker.stderr.close()
    assert worker.wait() == -signal.SIGKILL
    ((done,),) = rows(connection, "select count(*) from silver.outcomes")
    assert 4 <= done < 20
    assert compile_all().outcomes == 20 - done
    assert_each_message_has_one_outcome(connection)
    assert rows(
        connection,
        "select message_id from silver.attempts group by message_id, chunk, route, reading, attempt, output"
        " having count(*) > 1",
    ) == []  # fmt: skip


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[pool.WorkerProcess]:
    """The worker processes that a test has started, so that none of them is left behind."""
    workers: list[pool.WorkerProcess] = []
    begin = pool.WorkerProcess.__init__

    def remember(worker: pool.WorkerProcess) -> None:
        begin(worker)
        workers.append(worker)

    monkeypatch.setattr(pool.WorkerProcess, "__init__", remember)
    return workers


def assert_ended(workers: list[pool.WorkerProcess]) -> None:
    assert workers
    assert all(worker.process.returncode is not None for worker in workers)


def test_two_processes_share_the_work_and_double_nothing(
    deliver: Deliver, connection: Any, started: list[pool.WorkerProcess]
) -> None:
    deliver(*[write_sales(number) for number in range(1, 31)])
    progress = compile_all(batch_size=3, workers=2)
    assert len(started) == 2
    assert_ended(started)
    assert progress.outcomes == 30
    assert_each_message_has_one_outcome(connection)
    assert (
        rows(connection, "select message_id from silver.attempts where chunk is null group by 1 having count(*) > 1")
        == []
    )


def kill_at(number: int, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Kill the worker that is given a certain batch, so many times."""
    give = pool.WorkerProcess.give
    given: list[int] = []

    def give_and_kill(worker: pool.WorkerProcess, batch: list[str], compiler_version: str) -> None:
        given.append(len(batch))
        if len(given) >= number and len(given) < number + times:
            worker.process.kill()
            worker.process.wait()
        give(worker, batch, compiler_version)

    monkeypatch.setattr(pool.WorkerProcess, "give", give_and_kill)


def test_the_batch_of_a_killed_worker_is_redone(
    deliver: Deliver, connection: Any, started: list[pool.WorkerProcess], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    deliver(*[write_sales(number) for number in range(1, 13)])
    kill_at(3, monkeypatch, times=1)
    with caplog.at_level(logging.WARNING):
        progress = compile_all(batch_size=3, workers=2)
    assert "a worker was killed (SIGKILL); its batch of 3 messages is redone" in caplog.text
    assert progress.outcomes == 12
    assert_each_message_has_one_outcome(connection)
    assert len(started) == 3
    assert_ended(started)


def test_a_message_that_kills_its_worker_again_fails_the_run_by_name(
    deliver: Deliver, connection: Any, started: list[pool.WorkerProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(*[write_sales(number) for number in range(1, 4)])
    kill_at(2, monkeypatch, times=9)
    with pytest.raises(RuntimeError, match=r"a worker ended \(SIGKILL\) at message [0-9a-f]{64}"):
        compile_all(batch_size=1, workers=2)
    assert_ended(started)


def test_a_worker_that_fails_fails_the_run_and_leaves_its_messages_pending(
    deliver: Deliver, connection: Any, started: list[pool.WorkerProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(*[write_sales(number) for number in range(1, 7)])
    monkeypatch.setenv("PGDATABASE", "tillroll_of_nobody")
    batches = [["0" * 64], ["1" * 64]]
    with pytest.raises(RuntimeError, match="a worker failed: OperationalError"):
        list(pool.share(batches, 2, udf.compiler_version(), LOG))
    assert_ended(started)
    assert rows(connection, "select count(*) from silver.outcomes") == [(0,)]


def test_no_process_is_left_when_the_run_is_cancelled(
    deliver: Deliver, connection: Any, started: list[pool.WorkerProcess]
) -> None:
    deliver(*[write_sales(number) for number in range(1, 31)])
    with Warehouse().connect() as loader, pending.list_pending(loader, udf.compiler_version()) as (_, listed):
        work = pool.share(cut(listed, 2, 10**6), 2, udf.compiler_version(), LOG)
        assert next(work).outcomes == 2
        work.close()
    assert_ended(started)
    assert compile_all().outcomes <= 28
    assert_each_message_has_one_outcome(connection)


def test_a_good_run_passes_both_blocking_checks(deliver: Deliver) -> None:
    deliver(write_sales(1), write_sales(2), b"garbage", write_sales(3, "ORDERS"))
    result = run_silver()
    assert result.success
    assert verdicts(result) == {
        "every_message_has_an_outcome": True,
        "invalid_share_below_threshold": True,
        "flagged_invalid_rows": False,
        "plans_agree_with_the_model": True,
    }


def test_garbage_and_unsupported_types_do_not_count_as_invalid(deliver: Deliver) -> None:
    deliver(write_sales(1), *[write_sales(number, "ORDERS") for number in range(2, 40)], b"", b"garbage", b"1")
    result = run_silver()
    assert verdicts(result)["invalid_share_below_threshold"]
    assert check_metadata(result, "invalid_share_below_threshold")["messages of supported types"] == 1


def check_metadata(result: dg.ExecuteInProcessResult, name: str) -> dict[str, Any]:
    (check,) = [check for check in result.get_asset_check_evaluations() if check.check_name == name]
    return {key: value.value if hasattr(value, "value") else value for key, value in check.metadata.items()}


def refuse(share: float) -> Callable[..., list[CompiledRow]]:
    def compile_rows(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        problem = Problem(code="unt-count-mismatch", severity="error", detail="UNT states 9 | found <8>")
        refused = as_row(message_type="SLSRPT", is_valid=False, is_complete=False, problems=[problem])
        good = stand_in(texts)
        return [refused if index < share * len(texts) else good[index] for index in range(len(texts))]

    return compile_rows


@pytest.mark.parametrize(("share", "passes"), [(0.4, True), (0.6, False)])
def test_too_many_invalid_messages_fail_a_blocking_check(
    share: float, passes: bool, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udf, "compile_rows", refuse(share))
    deliver(*[write_sales(number) for number in range(1, 11)])
    result = run_silver()
    assert verdicts(result)["invalid_share_below_threshold"] is passes
    assert result.success is passes


def test_the_threshold_is_a_knob_of_the_run(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf, "compile_rows", refuse(0.6))
    deliver(*[write_sales(number) for number in range(1, 11)])
    assert verdicts(run_silver(silver_checks.Thresholds(max_invalid_share=0.7)))["invalid_share_below_threshold"]


def test_a_bad_day_counts_although_the_history_is_good(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udf, "compile_rows", stand_in)
    deliver(*[write_sales(number) for number in range(1, 101)])
    connection.execute("update bronze.messages set received_at = received_at - interval '3 days'")
    connection.commit()
    compile_all()
    monkeypatch.setattr(udf, "compile_rows", refuse(1))
    deliver(*[write_sales(number) for number in range(101, 126)])
    result = run_silver()
    assert check_metadata(result, "invalid_share_below_threshold")["invalid share"] == 0.2
    assert not verdicts(result)["invalid_share_below_threshold"]


def test_flagged_rows_are_listed_by_reason_with_an_example(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf, "compile_rows", refuse(0.4))
    deliver(*[write_sales(number) for number in range(1, 11)])
    found = check_metadata(run_silver(), "flagged_invalid_rows")
    (record,) = found["reasons"].records
    assert found["messages refused"] == 4
    assert (record.data["reason"], record.data["refused"], record.data["messages"]) == (
        "unt-count-mismatch",
        "message",
        4,
    )
    assert record.data["example"] == "UNT states 9 | found <8>"
    assert record.data["file"].endswith(".edi")


def test_a_message_without_outcome_fails_a_blocking_check(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silver, "compile_pending", lambda *_: Progress())
    deliver(write_sales(1))
    result = run_silver()
    assert not verdicts(result)["every_message_has_an_outcome"]
    assert not result.success
