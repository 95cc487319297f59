"""Runs that nobody works on any more: failed by name, so that their places in the pools are free and others begin.

Dagster's own monitoring sees a run whose process died while the rest lived. Where all of it died at once, with the
machine or by SIGKILL, its next start would wait for these runs for ever.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import dagster as dg

# Dagster has both, and exports neither.
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES
from dagster._core.storage.tags import GRPC_INFO_TAG

UNFINISHED = [*IN_PROGRESS_RUN_STATUSES, dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.NOT_STARTED]
WHY = "The process of this run is gone, ended by force or with its machine. What it left is done by the next run."


@contextmanager
def hold_runs(home: Path) -> Iterator[IO[str]]:
    """Say that a run of our own, outside of the daemon, is at work; whoever inherits the file says so too."""
    with (home / "demo.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield handle


def is_demo_at_work(home: Path) -> bool:
    with (home / "demo.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def recover(instance: dg.DagsterInstance, home: Path) -> list[str]:
    """End the runs of a daemon that is gone, free what they hold and give their ids; those of a living demo go on.

    Only for whoever knows that no daemon and none of its runs is alive.
    """
    has_demo = is_demo_at_work(home)
    ended = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED)):
        # A run that a code server was asked for carries its address.
        if has_demo and GRPC_INFO_TAG not in run.tags:
            continue
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, WHY)
        else:
            instance.report_run_failed(run, WHY)
        ended.append(run.run_id)
    storage = instance.event_log_storage
    if storage.supports_global_concurrency_limits:
        for run_id in storage.get_concurrency_run_ids():
            run = instance.get_run_by_id(run_id)  # type: ignore[assignment]
            if run is None or run.is_finished:
                storage.free_concurrency_slots_for_run(run_id)
    return ended
