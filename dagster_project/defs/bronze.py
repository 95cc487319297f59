"""Bronze: what arrived, exactly as it arrived. Every file is a delivery, its bytes an interchange, its parts messages.

Nothing a file holds, or fails to hold, is an exception here.
"""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psycopg

from dagster_project.defs.resources import Landing, Warehouse, patiently
from dagster_project.ingest.delivery import Delivery, deliver_all
from dagster_project.ingest.intake import split_pending
from dagster_project.ingest.known import KnownFiles
from dagster_project.ingest.landing import LandingFile, list_files

LANDING = dg.AssetKey(["landing"])
INTERCHANGES = dg.AssetKey(["bronze", "interchanges"])
MESSAGES = dg.AssetKey(["bronze", "messages"])

# A check is asked for with its asset; without a condition of its own, whatever waits for it would wait for ever.
FOLLOW = dg.AutomationCondition.eager()


class LandingRun(dg.Config):
    """How one run treats files that are still growing."""

    # A transfer writes more often than this. A run waits for fresh files once, then leaves them to the next run.
    settle_seconds: float = 1.0
    # Opens every file, also those that look as they did when they were taken.
    is_thorough: bool = False


# Sources are observed, not built: this names the left end of the graph.
landing_folder = dg.AssetSpec(
    LANDING,
    description="Files as trading partners deliver them: EDIFACT and X12 interchanges, under any name.",
    group_name="landing",
    kinds={"file", "edi"},
    owners=["team:data"],
)


@dg.asset(
    key=INTERCHANGES,
    deps=[LANDING],
    group_name="bronze",
    kinds={"postgres", "edi"},
    owners=["team:data"],
)
def interchanges(
    context: dg.AssetExecutionContext, warehouse: Warehouse, landing: Landing, config: LandingRun
) -> dg.MaterializeResult[None]:
    """One row per different file content: the bytes as received under their SHA-256. Re-delivery adds nothing.

    Every file of the landing folder, taken or not, is a row of bronze.deliveries. When it is looked for stands in
    automation.py: Dagster does not see the folder change.
    """
    folder = landing.folder()
    counts: Counter[Delivery] = Counter()
    fresh: list[LandingFile] = []
    with patiently(context), warehouse.connect() as connection:
        known = KnownFiles(connection, folder)
        files = list(list_files(folder))
        unknown = known.list_unknown(files, config.is_thorough)
        settled = (file for file in unknown if not _is_fresh(file, config.settle_seconds, fresh))
        counts.update(deliver_all(connection, settled, known))
        if fresh:
            time.sleep(config.settle_seconds)
            counts.update(deliver_all(connection, fresh, known))
        known.forget_missing()
        if counts["unfinished"]:
            context.log.warning("%d files are still being written; the next run takes them", counts["unfinished"])
        (rows,) = _one(connection, "select count(*) from bronze.interchanges")
        ignored = connection.execute(
            "select reason, count(*) from bronze.deliveries where status = 'ignored' group by reason order by 2 desc, 1"
        ).fetchall()
    context.log.info(
        "%s: %s", folder, ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nothing new"
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "landing folder": dg.MetadataValue.path(folder),
            "files": len(files),
            "new interchanges": counts["loaded"],
            "repeated": counts["repeated"],
            "ignored": counts["ignored"],
            "known": len(files) - counts.total() + counts["known"],
            "unreadable": counts["unreadable"],
            "still being written": counts["unfinished"],
            "files ignored so far": dg.MetadataValue.md(
                "\n".join(
                    ["| reason | files |", "|---|---|", *(f"| {reason} | {files} |" for reason, files in ignored)]
                )
            ),
        }
    )


def _is_fresh(file: LandingFile, settle_seconds: float, fresh: list[LandingFile]) -> bool:
    """True, and noted among the fresh ones, where somebody may still be writing the file."""
    is_fresh = file.ignored is None and time.time() - file.modified_ns / 1e9 < settle_seconds
    if is_fresh:
        fresh.append(file)
    return is_fresh


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)


@dg.asset(
    key=MESSAGES,
    deps=[INTERCHANGES],
    group_name="bronze",
    kinds={"postgres", "edi"},
    owners=["team:data"],
    automation_condition=dg.AutomationCondition.eager(),
)
def messages(context: dg.AssetExecutionContext, warehouse: Warehouse, landing: Landing) -> dg.MaterializeResult[None]:
    """One row per message of each interchange, UNH to UNT or ST to SE: the text as received, and its envelope.

    What holds no message (garbage, a fragment, an empty file) is one row of unknown type.
    """
    with patiently(context), warehouse.connect(is_derived=True) as connection:
        new_interchanges, new_messages = split_pending(connection, context.log, landing.message_types)
        (rows,) = _one(connection, "select count(*) from bronze.messages")
        types = connection.execute(
            "select coalesce(message_type, 'unknown'), count(*) from bronze.messages group by 1 order by 2 desc, 1"
        ).fetchall()
    context.log.info("%d new messages in %d new interchanges", new_messages, new_interchanges)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "new messages": new_messages,
            "interchanges split": new_interchanges,
            "messages by type": dg.MetadataValue.md(
                "\n".join(["| type | messages |", "|---|---|", *(f"| {name} | {count} |" for name, count in types)])
            ),
        }
    )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "every_file_has_a_delivery",
            asset=INTERCHANGES,
            automation_condition=FOLLOW,
            description="Each file in the landing folder is on record as loaded, repeated or ignored.",
        ),
        dg.AssetCheckSpec(
            "bytes_add_up",
            asset=INTERCHANGES,
            automation_condition=FOLLOW,
            blocking=True,
            description="The parts of each interchange have as many bytes as the file had.",
        ),
    ]
)
def interchange_checks(warehouse: Warehouse, landing: Landing) -> Iterator[dg.AssetCheckResult]:
    """Nothing that arrived was lost on the way into the warehouse."""
    with warehouse.connect() as connection:
        recorded = {path for (path,) in connection.execute("select distinct path from bronze.deliveries")}
        amiss = connection.execute(
            """
            select interchanges.interchange_id, interchanges.file_name
            from bronze.interchanges
            left join bronze.interchange_parts on interchange_parts.interchange_id = interchanges.interchange_id
            group by interchanges.interchange_id
            having interchanges.size_bytes != coalesce(sum(octet_length(interchange_parts.content)), 0)
            limit 20
            """
        ).fetchall()
    missing = [file.path for file in list_files(landing.folder()) if file.path not in recorded]
    yield dg.AssetCheckResult(
        asset_key=INTERCHANGES,
        check_name="every_file_has_a_delivery",
        passed=not missing,
        # A file that arrived since the run began is no defect.
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"files missing": len(missing), "examples": missing[:20]},
    )
    yield dg.AssetCheckResult(
        asset_key=INTERCHANGES,
        check_name="bytes_add_up",
        passed=not amiss,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"interchanges amiss": [f"{identity} ({name})" for identity, name in amiss]},
    )


# Apart from those above: the messages wait for a blocking check of the interchanges, and are checked afterwards.
@dg.asset_check(
    asset=MESSAGES,
    name="messages_add_up",
    automation_condition=FOLLOW,
    blocking=True,
    description="Each interchange has its message_count rows in bronze.messages, and at least one.",
)
def message_check(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Nothing that arrived was lost on the way to a message."""
    with warehouse.connect() as connection:
        amiss = connection.execute(
            """
            select interchanges.interchange_id, interchanges.file_name
            from bronze.interchanges
            left join bronze.messages on messages.interchange_id = interchanges.interchange_id
            group by interchanges.interchange_id
            having interchanges.message_count is distinct from count(messages.message_id)
            limit 20
            """
        ).fetchall()
    return dg.AssetCheckResult(
        passed=not amiss,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"interchanges amiss": [f"{identity} ({name})" for identity, name in amiss]},
    )
