"""Once a day what nobody needs any more is removed: retention.py says what."""

from datetime import UTC, datetime, timedelta

import dagster as dg

import udf
from dagster_project import retention
from dagster_project.defs.resources import Warehouse
from dagster_project.manifest import DBT_FOLDER, TARGET


@dg.op
def forget(context: dg.OpExecutionContext, warehouse: Warehouse) -> None:
    """Removes old runs, dbt's folders, attempts and plans, each for itself, and says how many."""
    checks = list(context.repository_def.asset_graph.asset_check_keys)
    now = datetime.now(UTC)
    retention.forget_evaluations(context.instance, now)
    with warehouse.connect() as connection:
        counts = {
            "runs": retention.forget_runs(context.instance, checks, now),
            "folders of dbt": retention.forget_dbt_folders(DBT_FOLDER / TARGET.parent),
            "attempts": retention.forget_attempts(connection),
            "plans": retention.forget_plans(connection, udf.compiler_version()),
        }
    context.log.info("removed %s", ", ".join(f"{count} {what}" for what, count in counts.items()))


@dg.job(description="Removes what is older than its retention: dagster_project/retention.py.")
def housekeeping_job() -> None:
    forget()


# Looked for each hour, since many a machine sleeps at night.
@dg.schedule(
    job=housekeeping_job,
    cron_schedule="40 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Removes what is older than its retention, once a day.",
)
def housekeeping(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for the job where none has succeeded within a day."""
    done = dg.RunsFilter(
        job_name=housekeeping_job.name,
        statuses=[dg.DagsterRunStatus.SUCCESS],
        created_after=datetime.now(UTC) - timedelta(days=1),
    )
    if context.instance.get_runs_count(done):
        return dg.SkipReason("done within the last day")
    return dg.RunRequest()
