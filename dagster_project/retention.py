"""What is kept for how long of all that running leaves behind: runs, dbt's folders, attempts and plans.

Ticks have Dagster's own retention (`dagster.yaml`), the server's log its own (`warehouse/embedded.py`). What arrived,
what became of it and Gold are kept for ever.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg

# Dagster has both, and exports neither.
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

# A run of Gold leaves some 3 MB.
RUN_DAYS = 14
RUNS = 100
# Why each asset was asked for, or not: what each condition said, another 4 MB for a run. Dagster keeps it for a month.
EVALUATION_DAYS = 1
# What dbt compiled and its manifest: 8 MB each time, and of interest where a run has just failed.
DBT_FOLDERS = 10
ATTEMPT_DAYS = 30
PLAN_DAYS = 30


def forget_runs(instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey], now: datetime) -> int:
    """Delete runs that ended long ago or long since, with their events and logs; how many there were.

    Those that last made an asset, or last ran one of the checks, are kept: what is asked for next depends on them.
    """
    records = instance.get_run_records(dg.RunsFilter(statuses=FINISHED_STATUSES))
    oldest = now - timedelta(days=RUN_DAYS)
    old = [
        record.dagster_run.run_id
        for number, record in enumerate(records)  # the newest first
        if number >= RUNS or record.create_timestamp < oldest
    ]
    needed = _find_needed(instance, checks) if old else set()
    forgotten = [run_id for run_id in old if run_id not in needed]
    for run_id in forgotten:
        instance.delete_run(run_id)
        # Dagster leaves what its checks said, a run's own database, emptied, and the logs.
        if isinstance(storage := instance.event_log_storage, SqliteEventLogStorage):
            with storage.index_connection() as index:
                index.execute(AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id == run_id))
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
        for path in Path(instance.root_directory, "history", "runs").glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)
    return len(forgotten)


def _find_needed(instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey]) -> set[str | None]:
    needed: set[str | None] = set()
    for record in instance.get_asset_records(instance.all_asset_keys()):
        entry = record.asset_entry
        needed |= {entry.last_run_id, entry.last_materialization and entry.last_materialization.run_id}
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    return needed | {execution.run_id for execution in latest.values()}


def forget_evaluations(instance: dg.DagsterInstance, now: datetime) -> None:
    """Delete what the conditions of assets said long ago."""
    if instance.schedule_storage:
        instance.schedule_storage.purge_asset_evaluations((now - timedelta(days=EVALUATION_DAYS)).timestamp())


def forget_dbt_folders(target: Path) -> int:
    """Remove the folders of dbt's earlier runs but the newest; how many there were."""
    found = sorted(target.glob("dbt_models-*"), key=lambda path: path.stat().st_mtime)
    for path in found[:-DBT_FOLDERS]:
        with suppress(FileNotFoundError):
            shutil.rmtree(path)
    return len(found[:-DBT_FOLDERS])


def forget_attempts(connection: psycopg.Connection[Any]) -> int:
    """Delete old attempts but those of messages that the same compiler still refuses, in whole or in part."""
    with connection.transaction():
        return connection.execute(
            """
            delete from silver.attempts
            where attempted_at < now() - %s * interval '1 day'
                and not exists (
                    select
                    from silver.outcomes
                    where outcomes.message_id = attempts.message_id
                        and outcomes.compiler_version = attempts.compiler_version
                        and not outcomes.is_complete
                )
            """,
            (ATTEMPT_DAYS,),
        ).rowcount


def forget_plans(connection: psycopg.Connection[Any], compiler_version: str) -> int:
    """Delete what earlier compilers had learnt, but not what a person has approved or pinned.

    And what was learnt under a decision that has long been withdrawn: made again, it is another one.
    """
    with connection.transaction():
        connection.execute(
            "delete from silver.arrangements"
            " where compiler_version <> %s and proved_at < now() - %s * interval '1 day'",
            (compiler_version, PLAN_DAYS),
        )
        return connection.execute(
            "delete from silver.plans"
            " where changed_at < now() - %s * interval '1 day'"
            " and (compiler_version <> %s and status not in ('approved', 'pinned')"
            " or decisions && array(select withdraws from silver.reviews where withdraws is not null))",
            (PLAN_DAYS, compiler_version),
        ).rowcount
