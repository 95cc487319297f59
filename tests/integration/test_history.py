"""Dagster's history is written in no time, and a killed process loses nothing of it."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import create_engine, event, pool
from sqlalchemy.engine import Engine

from dagster_project import history


@dg.asset
def made() -> None:
    """Something that runs make."""


@pytest.fixture
def quick() -> Iterator[None]:
    was_quick = event.contains(Engine, "connect", history._prepare)
    forget_kept()
    history.write_quickly()
    yield
    if not was_quick:
        event.remove(Engine, "connect", history._prepare)
    forget_kept()


def forget_kept() -> None:
    while history._kept:
        history._kept.popitem()[1].close()


def count_synced_commits(folder: Path) -> int:
    """Runs an asset; how many connections waited for the disk at each commit, or would be the last one to close."""
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        waiting = 0

        def look(connection: Any, _: Any) -> None:
            nonlocal waiting
            ((_, _, path),) = connection.execute("pragma database_list").fetchall()
            ((level,),) = connection.execute("pragma synchronous").fetchall()
            waiting += level > 1 or path not in history._kept

        event.listen(Engine, "connect", look)
        try:
            run_id = dg.materialize([made], instance=instance).run_id
        finally:
            event.remove(Engine, "connect", look)
        # Whoever closes last removes it.
        waiting += not (folder / "history" / "runs" / f"{run_id}.db-wal").exists()
        return waiting


def test_no_event_of_a_run_waits_for_the_disk(tmp_path: Path, quick: None) -> None:
    assert count_synced_commits(tmp_path) == 0


def test_no_more_databases_are_kept_open_however_many_runs_there_are(tmp_path: Path, quick: None) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for _ in range(history.KEPT_OPEN + 2):
            dg.materialize([made], instance=instance)
        assert len(history._kept) == history.KEPT_OPEN
        assert sum(path.endswith("index.db") for path in history._kept) == 1


def test_a_database_in_memory_is_not_kept(quick: None) -> None:
    engine = create_engine("sqlite://", poolclass=pool.StaticPool)
    with engine.connect():
        assert history._kept == {}


WRITE = """
import os, signal, sys
import dagster as dg
from dagster_project import history
from tests.integration.test_history import made
history.write_quickly()
with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    dg.materialize([made], instance=instance)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_has_written_all_that_it_said(clone: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WRITE, tmp_path], cwd=clone, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        (run,) = instance.get_runs()
        assert run.status == dg.DagsterRunStatus.SUCCESS
        assert instance.get_latest_materialization_event(made.key) is not None
    (database,) = [path for path in (tmp_path / "history" / "runs").glob("*.db") if path.stem == run.run_id]
    with sqlite3.connect(database) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
