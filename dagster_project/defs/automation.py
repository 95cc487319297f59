"""When: at once for new files, each hour for Bronze, eagerly for what follows, each night for what was missed.

The hour stands with what it loads (`bronze.py`), and what follows with each asset as its automation condition.
"""

import hashlib
import json
import time

import dagster as dg

from dagster_project.defs.bronze import INTERCHANGES, MESSAGES
from dagster_project.defs.resources import Landing
from dagster_project.ingest.landing import list_files

# Which files a run was asked for.
FILES_TAG = "tillroll/files"
# A run has tried for some minutes by itself (defs/resources.py) before it fails.
FIRST_WAIT_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 600.0


@dg.sensor(
    target=dg.AssetSelection.assets(INTERCHANGES, MESSAGES),
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def landing_sensor(context: dg.SensorEvaluationContext, landing: Landing) -> dg.SensorResult | dg.SkipReason:
    """Loads Bronze when the files of the landing folder have changed: names, sizes and times, nothing is opened.

    A set of files is done when a run for its digest has succeeded; one that failed is tried again, later each time.
    """
    digest = hashlib.sha256()
    files = 0
    for file in list_files(landing.folder()):
        if file.ignored is None:
            digest.update(json.dumps([file.path, file.size, file.modified_ns]).encode())
            files += 1
    seen = digest.hexdigest()
    if not files:
        return dg.SkipReason(f"no files in {landing.path}")
    if seen == context.cursor:
        return dg.SkipReason(f"the same {files} files as before")
    runs = context.instance.get_run_records(filters=dg.RunsFilter(tags={FILES_TAG: seen}))
    if any(record.dagster_run.status == dg.DagsterRunStatus.SUCCESS for record in runs):
        return dg.SensorResult(skip_reason=f"these {files} files are in Bronze", cursor=seen)
    if any(not record.dagster_run.is_finished for record in runs):
        return dg.SkipReason(f"a run for these {files} files is on its way")
    if runs:
        ended = max(record.end_time or record.update_timestamp.timestamp() for record in runs)
        wait = min(FIRST_WAIT_SECONDS * 2 ** (len(runs) - 1), LONGEST_WAIT_SECONDS)
        if time.time() < ended + wait:
            return dg.SkipReason(f"the run for these {files} files failed; the next is {wait:.0f} s after it")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"{seen} {len(runs)}", tags={FILES_TAG: seen})])


# Dagster's own starts STOPPED, and nothing would ever follow Bronze.
automation_sensor = dg.AutomationConditionSensorDefinition(
    "automation_sensor",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Materialises what its automation condition asks for: Bronze each hour, the rest when its parents do.",
)

# Where sensors are switched off, or a run failed with nobody looking, the night brings Gold up to date.
nightly = dg.ScheduleDefinition(
    name="nightly",
    target=dg.AssetSelection.all() - dg.AssetSelection.groups("model"),
    cron_schedule="30 4 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Everything from the landing folder to Gold, once a night.",
)
