"""What running leaves behind is forgotten in time, and nothing that is still needed."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_project import retention
from dagster_project.defs.resources import Warehouse
from tests.integration.incoming import Deliver, compile_all, rows, write_sales
from tests.integration.warehouse.test_reviews import approve, withdraw
from udf import compiler_version


@dg.asset
def made() -> None:
    """Something that runs make."""


@dg.asset_check(asset=made)
def checked() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


CHECK = dg.AssetCheckKey(made.key, "checked")
LATER = datetime.now(UTC) + timedelta(days=retention.RUN_DAYS + 1)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as opened:
        yield opened


def make(instance: dg.DagsterInstance, *what: Any) -> str:
    return dg.materialize(list(what), instance=instance).run_id


def test_old_runs_are_forgotten_but_not_what_made_an_asset_last(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    first, second = make(instance, made, checked), make(instance, made, checked)
    last_check, last_asset = second, make(instance, made)
    instance.add_run(dg.DagsterRun("job", run_id="at work", status=dg.DagsterRunStatus.STARTED))
    assert retention.forget_runs(instance, [CHECK], datetime.now(UTC)) == 0
    assert retention.forget_runs(instance, [CHECK], LATER) == 1
    assert {run.run_id for run in instance.get_runs()} == {last_check, last_asset, "at work"}
    assert not [path for path in tmp_path.rglob("*") if first in path.name]
    assert instance.get_latest_materialization_event(made.key) is not None
    kept = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=10)
    assert [execution.run_id for execution in kept] == [last_check]


def test_of_many_runs_the_newest_are_kept(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    _, newest, last = (make(instance, made) for _ in range(3))
    monkeypatch.setattr(retention, "RUNS", 2)
    assert retention.forget_runs(instance, [], datetime.now(UTC)) == 1
    assert {run.run_id for run in instance.get_runs()} == {newest, last}


def test_of_dbts_folders_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(retention.DBT_FOLDERS + 2):
        folder = tmp_path / f"dbt_models-{number}"
        folder.mkdir()
        os.utime(folder, (number, number))
    (tmp_path / "dagster").mkdir()
    assert retention.forget_dbt_folders(tmp_path) == 2
    assert {"dbt_models-0", "dbt_models-1"}.isdisjoint(path.name for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == retention.DBT_FOLDERS + 1


def test_old_attempts_are_forgotten_but_not_those_of_what_is_still_refused(
    deliver: Deliver, connection: psycopg.Connection[Any]
) -> None:
    deliver(write_sales(1), write_sales(2)[:-60])
    compile_all()
    refused = "select message_id from silver.outcomes where not is_complete"
    assert len(rows(connection, refused)) == 1
    with Warehouse().connect() as loader:
        assert retention.forget_attempts(loader) == 0
        loader.execute("update silver.attempts set attempted_at = now() - interval '31 days'")
        loader.execute(
            "insert into silver.attempts (message_id, compiler_version, attempt, problems, compile_ms, attempted_at)"
            f" select message_id, 'earlier', 1, '[]', 0, now() - interval '31 days' from ({refused}) as refused"
        )
        assert retention.forget_attempts(loader) >= 2
    left = rows(connection, "select distinct message_id, compiler_version from silver.attempts")
    assert left == [(*rows(connection, refused)[0], compiler_version())]


def test_what_earlier_compilers_learnt_is_forgotten_but_not_what_a_person_said(
    connection: psycopg.Connection[Any],
) -> None:
    live, ended = approve(connection), approve(connection, partner="ANOTHER")
    withdraw(connection, ended)

    def learn(plan: str, version: str, status: str, days: int, under: int | None = None) -> None:
        connection.execute(
            "insert into silver.plans (plan_id, compiler_version, partner, standard, message_type, version, delimiters,"
            " kind, shape, records, mapping, confidence, proofs, status, reason, changed_at, decisions) values"
            " (%s, %s, '', '', '', '', '[]', 'line', '', '[]', '', 1, 3, %s, '', now() - %s * interval '1 day', %s)",
            (plan, version, status, days, [under] if under else []),
        )

    learn("of today's compiler", "now", "candidate", 31)
    learn("of an earlier one", "before", "candidate", 31)
    learn("revoked", "before", "revoked", 31)
    learn("of last week's", "before", "candidate", 7)
    learn("a person's", "before", "approved", 31)
    learn("under a decision", "now", "candidate", 31, live)
    learn("under a withdrawn one", "now", "approved", 31, ended)
    learn("under one of yesterday", "now", "candidate", 1, ended)
    connection.execute(
        "insert into silver.arrangements"
        " select version, version, '', '', '', '', '{}', '{}', now() - interval '31 days'"
        " from unnest(array['now', 'before']) as version"
    )
    connection.commit()
    with Warehouse().connect() as loader:
        assert retention.forget_plans(loader, "now") == 3
    assert set(rows(connection, "select plan_id from silver.plans")) == {
        ("of today's compiler",),
        ("of last week's",),
        ("a person's",),
        ("under a decision",),
        ("under one of yesterday",),
    }
    assert rows(connection, "select arrangement_id from silver.arrangements") == [("now",)]


def test_once_a_day_is_often_enough(tmp_path_factory: pytest.TempPathFactory) -> None:
    from dagster_project.defs.housekeeping import housekeeping, housekeeping_job

    with (
        dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home"))) as instance,
        dg.build_schedule_context(instance=instance) as context,
    ):
        for status, is_asked in ((dg.DagsterRunStatus.FAILURE, True), (dg.DagsterRunStatus.SUCCESS, False)):
            instance.add_run(dg.DagsterRun(job_name=housekeeping_job.name, status=status))
            assert isinstance(housekeeping(context), dg.RunRequest) == is_asked
