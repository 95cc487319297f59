"""A pool of worker processes: they share the work, and whoever is killed, fails or is cancelled costs nothing."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import udf
from dagster_project.compile import pending, pool
from dagster_project.defs.resources import Warehouse
from tests.integration.incoming import (
    LOG,
    Deliver,
    assert_each_message_has_one_outcome,
    compile_all,
    rows,
    stand_in,
    write_sales,
)
from udf.outcome import CompiledRow
from udf.postgres.batches import cut


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
