"""When: at once for new files, each hour for what is left to do, eagerly for what follows, each night for everything.

What follows Bronze stands with each asset as its automation condition.
"""

import hashlib
import time
from collections.abc import Iterable
from typing import Any

import dagster as dg
import psycopg

# Dagster documents the tag, and exports no name for it.
from dagster._core.storage.tags import RETRY_STRATEGY_TAG

from dagster_project.defs.bronze import INTERCHANGES, MESSAGES, LandingRun
from dagster_project.defs.resources import Landing, Warehouse, read_landing
from dagster_project.defs.silver import OUTCOMES
from dagster_project.ingest.known import KnownFiles
from dagster_project.ingest.landing import LandingFile, list_files
from dagster_project.manifest import LAST_OF_GOLD
from dagster_project.recovery import UNFINISHED

# Which files a run was asked for.
FILES_TAG = "tillroll/files"
# A run has tried for some minutes by itself (defs/resources.py) before it fails.
FIRST_WAIT_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 600.0
# One at work and one behind it, which compiles what came meanwhile while the first builds Gold. Of files that come
# faster than that each would begin a run, of a quarter of a gigabyte, and all would wait for one build after another.
RUNS_AT_ONCE = 2
NOT_BEGUN = {dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING}
# A run that died is begun anew as a whole. From where it was, as Dagster would, it builds a Gold without what has come
# meanwhile, and that waits for the build.
RETRIED_AS_A_WHOLE = {RETRY_STRATEGY_TAG: "ALL_STEPS"}


# The sensors take no resources of Dagster: for those it opens its instance anew at each look, and compares the version
# of each of its databases, three quarters of what the look took (November 2026).

# All that is made of files; in one run, since each run takes some ten seconds to begin and what waits for the next tick
# of the automation sensor three minutes at most.
WHOLE = dg.AssetSelection.all() - dg.AssetSelection.groups("model")


@dg.sensor(
    target=WHOLE,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def landing_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Asks for all, up to Gold, when the files of the landing folder have changed: names, sizes, times; opens nothing.

    A set of files is done when a run for its digest has brought it into Bronze, since whatever fails behind that is
    tried again by itself; one that has not is tried again, later each time.
    """
    landing = read_landing()
    digest = hashlib.sha256()
    found = []
    for file in list_files(landing.folder()):
        if file.ignored is None:
            digest.update(f"{file.path}\0{file.size} {file.modified_ns}\n".encode())
            found.append(file)
    files = len(found)
    seen = digest.hexdigest()
    if not files:
        return dg.SkipReason(f"no files in {landing.path}")
    if seen == context.cursor:
        return dg.SkipReason(f"the same {files} files as before")
    runs = context.instance.get_run_records(filters=dg.RunsFilter(tags={FILES_TAG: seen}))
    if any(_is_loaded(context.instance, record.dagster_run) for record in runs):
        return dg.SensorResult(skip_reason=f"these {files} files are in Bronze", cursor=seen)
    if any(not record.dagster_run.is_finished for record in runs):
        return dg.SkipReason(f"a run for these {files} files is on its way")
    unfinished = context.instance.get_runs(dg.RunsFilter(statuses=[*UNFINISHED, dg.DagsterRunStatus.QUEUED]))
    earlier = [run.status for run in unfinished if FILES_TAG in run.tags]
    if NOT_BEGUN.intersection(earlier):
        return dg.SkipReason("a run for earlier files has not begun, and takes what has come by then")
    if len(earlier) >= RUNS_AT_ONCE:
        return dg.SkipReason(
            f"{len(earlier)} runs for earlier files are on their way; the next takes what has come by then"
        )
    if _are_taken(context.instance, landing, found):
        return dg.SensorResult(skip_reason=f"a run for others has brought these {files} files into Bronze", cursor=seen)
    if runs:
        ended = max(record.end_time or record.update_timestamp.timestamp() for record in runs)
        wait = min(FIRST_WAIT_SECONDS * 2 ** (len(runs) - 1), LONGEST_WAIT_SECONDS)
        if time.time() < ended + wait:
            return dg.SkipReason(f"the run for these {files} files failed; the next is {wait:.0f} s after it")
    asked = _name_assets(WHOLE, context)
    request = dg.RunRequest(
        run_key=f"{seen} {len(runs)}", tags={FILES_TAG: seen} | RETRIED_AS_A_WHOLE, asset_selection=asked
    )
    return dg.SensorResult(run_requests=[request])


def _are_taken(instance: dg.DagsterInstance, landing: Landing, files: list[LandingFile]) -> bool:
    """Whether all of them are in Bronze already, by a run that was asked for fewer; not asked where Dagster is new."""
    if instance.get_latest_materialization_event(MESSAGES) is None:
        return False
    try:
        with Warehouse().connect() as connection:
            return not _has_untaken(connection, landing, files)
    except (psycopg.OperationalError, dg.Failure):
        return False  # the run waits for the warehouse, or says what is wrong with it


def _has_untaken(connection: psycopg.Connection[Any], landing: Landing, files: Iterable[LandingFile]) -> bool:
    """Whether there is a file that no run has taken, or an interchange that none has split."""
    known = KnownFiles(connection, landing.folder())
    if not all(known.is_known(file) for file in files):
        return True
    (has_interchanges,) = connection.execute(
        "select exists (select from bronze.interchanges where message_count is null)"
    ).fetchone() or (False,)
    return bool(has_interchanges)


def _name_assets(selection: dg.AssetSelection, context: dg.SensorEvaluationContext) -> list[dg.AssetKey] | None:
    """By name, so that the automation sensor sees in the run that Gold is made with Silver, and does not ask again."""
    return sorted(selection.resolve(context.repository_def.asset_graph)) if context.repository_def else None


def _is_loaded(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    if run.status == dg.DagsterRunStatus.SUCCESS or not run.is_finished:
        return run.is_finished
    made = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return any(entry.get_dagster_event().asset_key == MESSAGES for entry in made)


# From Silver to Gold: what a decision for a partner changes.
REVIEWED = dg.AssetSelection.assets(OUTCOMES).downstream() & WHOLE


@dg.sensor(
    target=REVIEWED,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def review_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Asks for Silver and Gold when somebody has decided something for a partner, or has withdrawn it.

    The messages of that partner alone are pending then. A run that fails is tried again as any other of Silver.
    """
    try:
        with Warehouse().connect() as connection:
            # Reviews are numbered one behind the other (silver.approve): none comes to light below a later one.
            (last,) = connection.execute("select coalesce(max(review_id), 0) from silver.reviews").fetchone() or (0,)
    except psycopg.OperationalError as error:
        return dg.SkipReason(f"the warehouse is away: {error}")
    if str(last) == (context.cursor or "0"):
        return dg.SkipReason("nothing was decided since")
    request = dg.RunRequest(run_key=f"review {last}", asset_selection=_name_assets(REVIEWED, context))
    return dg.SensorResult(run_requests=[request], cursor=str(last))


# Dagster's own starts STOPPED. It asks for what no file has brought: a new version, a retry, what follows what somebody
# made by hand. Each look at all conditions takes a second of a core.
automation_sensor = dg.AutomationConditionSensorDefinition(
    "automation_sensor",
    target=dg.AssetSelection.all(),
    minimum_interval_seconds=180,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Materialises what follows when its parents are new, as each asset's automation condition says.",
)


@dg.schedule(
    target=dg.AssetSelection.assets(INTERCHANGES, MESSAGES),
    cron_schedule="0 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Bronze each hour, and by it all that follows, where something is left to do; no run where nothing is.",
)
def hourly(
    context: dg.ScheduleEvaluationContext, landing: Landing, warehouse: Warehouse
) -> dg.RunRequest | dg.SkipReason:
    """Looks before it asks: a run that finds nothing would leave as much behind as one that finds a file."""
    if context.instance.get_runs_count(dg.RunsFilter(statuses=[*UNFINISHED, dg.DagsterRunStatus.QUEUED])):
        return dg.SkipReason("a run is at work")
    try:
        with warehouse.connect() as connection:
            has_untaken = _has_untaken(connection, landing, list_files(landing.folder()))
    except psycopg.OperationalError as error:
        return dg.SkipReason(f"the warehouse is away: {error}")
    if has_untaken or _is_gold_behind(context.instance):
        return dg.RunRequest()
    return dg.SkipReason(f"nothing new in {landing.path}, and Gold is as new as Silver")


def _is_gold_behind(instance: dg.DagsterInstance) -> bool:
    """Then something in between has failed."""
    silver, gold = map(instance.get_latest_materialization_event, (OUTCOMES, dg.AssetKey(LAST_OF_GOLD)))
    return silver is not None and (gold is None or gold.timestamp < silver.timestamp)


# Where sensors are switched off, or a run failed with nobody looking, the night brings Gold up to date.
nightly = dg.ScheduleDefinition(
    name="nightly",
    target=WHOLE,
    cron_schedule="30 4 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    run_config=dg.RunConfig({"bronze__interchanges": LandingRun(is_thorough=True)}),
    description="Everything from the landing folder to Gold, once a night, and every file opened again.",
)
