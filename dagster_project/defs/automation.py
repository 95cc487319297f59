"""When: at once for new files, each hour for Bronze, eagerly for what follows, each night for what was missed.

The hour stands with what it loads (`bronze.py`), and what follows with each asset as its automation condition.
"""

import hashlib
import json

import dagster as dg

from dagster_project.defs.bronze import INTERCHANGES, MESSAGES
from dagster_project.defs.resources import Landing
from dagster_project.ingest.landing import list_files


@dg.sensor(
    target=dg.AssetSelection.assets(INTERCHANGES, MESSAGES),
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def landing_sensor(context: dg.SensorEvaluationContext, landing: Landing) -> dg.SensorResult | dg.SkipReason:
    """Loads Bronze when the files of the landing folder have changed: names, sizes and times, nothing is opened.

    One run a set of files: the set's digest is the run key. What a run could not take changes the set or waits for
    the hour.
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
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)


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
