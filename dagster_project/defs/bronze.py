"""Bronze: what arrived, exactly as it arrived. Every file is a delivery, its bytes an interchange, its parts messages.

Nothing a file holds, or fails to hold, is an exception here.
"""

import hashlib
import os
import stat
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import dagster as dg
import psycopg

import udf
from dagster_project.defs.resources import Landing, Warehouse
from dagster_project.storable import storable_json, storable_text
from udf.contract import Envelope, Problem

LANDING = dg.AssetKey(["landing"])
INTERCHANGES = dg.AssetKey(["bronze", "interchanges"])
MESSAGES = dg.AssetKey(["bronze", "messages"])

# A check is asked for with its asset; without a condition of its own, whatever waits for it would wait for ever.
FOLLOW = dg.AutomationCondition.eager()

# A deny list: partners name files as they like (.edi, .txt, .852, no suffix at all, .12), so whatever is not certainly
# something else is read. What is left out is recorded with its reason.
IGNORED_SUFFIXES = {
    **dict.fromkeys((".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp"), "unfinished transfer"),
    **dict.fromkeys((".json", ".csv", ".tsv", ".md", ".log"), "not an EDI format"),
    **dict.fromkeys((".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"), "archive: unpack it first"),
}

# PostgreSQL holds at most 1 GB in a value, and splitting needs several copies of the text in memory.
MAX_FILE_BYTES = 256 * 1024 * 1024

# What any splitter and any compiler must survive. Where this fails too, the fault lies with them and not with a file.
PLAIN_MESSAGE = b"UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+1'"


class LandingRun(dg.Config):
    """How one run treats files that are still growing."""

    # A transfer writes more often than this. A run waits for fresh files once, then leaves them to the next run.
    settle_seconds: float = 1.0


class LandingFile(NamedTuple):
    """A file (or an unreadable folder) below the landing folder; `ignored` is the reason not to load it."""

    location: Path
    path: str
    size: int | None
    modified_ns: int
    ignored: str | None


def list_files(folder: Path) -> Iterator[LandingFile]:
    """Every file below the folder in a fixed order, hidden and unreadable ones too; nothing is opened."""
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        folders.sort()
        for name in folders:
            location = Path(parent, name)
            if location.is_symlink():  # followed, it could lead in a circle
                path = storable_text(os.fsencode(location.relative_to(folder)).decode("utf-8", "backslashreplace"))
                yield LandingFile(location, path + "/", None, 0, "link to a folder: put the files themselves here")
        for name in sorted(names):
            location = Path(parent, name)
            relative = location.relative_to(folder)
            # A name of undecodable bytes carries surrogates, which neither UTF-8 nor PostgreSQL can hold.
            path = storable_text(os.fsencode(relative).decode("utf-8", "backslashreplace"))
            ignored = _ignored(relative)
            try:
                status = location.stat()
            except OSError as error:
                yield LandingFile(location, path, None, 0, ignored or f"cannot be read: {error.strerror}")
                continue
            if not stat.S_ISREG(status.st_mode):
                # Opening a pipe would wait for its writer for ever.
                ignored = ignored or "not a regular file"
            elif status.st_size > MAX_FILE_BYTES:
                ignored = ignored or f"larger than {MAX_FILE_BYTES // 1024 // 1024} MB: split it first"
            yield LandingFile(location, path, status.st_size, status.st_mtime_ns, ignored)
    for failure in unreadable:
        location = Path(failure.filename)
        path = storable_text(os.fsencode(location.relative_to(folder)).decode("utf-8", "backslashreplace"))
        yield LandingFile(location, path + "/", None, 0, f"folder cannot be read: {failure.strerror}")


def _ignored(relative: Path) -> str | None:
    if any(part.startswith(".") for part in relative.parts):
        return "hidden file"
    if relative.name.endswith("~"):
        return "editor's backup"
    return IGNORED_SUFFIXES.get(relative.suffix.lower())


Delivery = Literal["loaded", "repeated", "ignored", "known", "unfinished"]


def deliver(connection: psycopg.Connection[Any], file: LandingFile) -> Delivery:
    """Record one file, and its bytes if they are new, in one transaction.

    Returns what became of it: `known` when this file with these bytes was recorded before, `unfinished` (and nothing
    recorded) when it changed while it was read.
    """
    content, reason = b"", file.ignored
    if reason is None:
        try:
            content = file.location.read_bytes()
            status = file.location.stat()
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        else:
            if (len(content), status.st_mtime_ns) != (file.size, file.modified_ns):
                return "unfinished"
    with connection.transaction():
        if reason is not None:
            return _record_delivery(connection, file, None, "ignored", reason)
        interchange_id = hashlib.sha256(content).hexdigest()
        added = connection.execute(
            """
            insert into bronze.interchanges (interchange_id, file_name, content, size_bytes)
            values (%s, %s, %b, %s)
            on conflict do nothing
            """,
            (interchange_id, file.path.rpartition("/")[2], content, len(content)),
        ).rowcount
        return _record_delivery(connection, file, interchange_id, "loaded" if added else "repeated", None)


def _record_delivery(
    connection: psycopg.Connection[Any],
    file: LandingFile,
    interchange_id: str | None,
    status: Literal["loaded", "repeated", "ignored"],
    reason: str | None,
) -> Delivery:
    added = connection.execute(
        """
        insert into bronze.deliveries (path, interchange_id, status, reason, size_bytes)
        values (%s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (file.path, interchange_id, status, reason, file.size),
    ).rowcount
    return status if added else "known"


def split_pending(connection: psycopg.Connection[Any], log: Any) -> tuple[int, int]:
    """Split each interchange that has no messages yet, one transaction an interchange: (interchanges, messages).

    A killed run leaves whole interchanges done and whole ones undone; a second worker skips what the first one holds.
    """
    pending = connection.execute(
        """
        select interchange_id
        from bronze.interchanges
        where not exists (select from bronze.messages where messages.interchange_id = interchanges.interchange_id)
        order by received_at, interchange_id
        """
    ).fetchall()
    connection.commit()
    interchange_count = message_count = 0
    for (interchange_id,) in pending:
        with connection.transaction():
            added = _split(connection, interchange_id, log)
        interchange_count += added > 0
        message_count += added
    return interchange_count, message_count


def _split(connection: psycopg.Connection[Any], interchange_id: str, log: Any) -> int:
    # message_count is this row's own, so that PostgreSQL looks at it again once it holds the lock: another worker's
    # split is seen even when it was committed while this statement waited.
    claimed = connection.execute(
        """
        select content, received_at
        from bronze.interchanges
        where interchange_id = %s and message_count is null
        for update skip locked
        """,
        (interchange_id,),
        binary=True,
    ).fetchone()
    if claimed is None:
        return 0
    content, received_at = bytes(claimed[0]), claimed[1]
    encoding = encoding_source = None
    problems: list[Problem] = []
    messages: list[tuple[str, str | None, str | None, Envelope, list[Problem]]]
    try:
        interchange = udf.split_interchange(content)
    except (MemoryError, OSError):
        # The machine's fault and not the file's: it stays pending.
        raise
    except Exception as fault:
        # Nor is it the file's when the plainest one fails too: raises, and the file stays pending.
        udf.split_interchange(PLAIN_MESSAGE)
        log.error("split_interchange failed on %s\n%s", interchange_id, traceback.format_exc())
        detail = f"The interchange could not be split: {type(fault).__name__}."
        problems = [Problem(code="internal-error", severity="error", detail=detail)]
        # ISO 8859-1 gives every byte a character: the text is there for a person, with nothing lost.
        messages = [(content.decode("iso-8859-1"), None, None, Envelope(), problems)]
    else:
        encoding, encoding_source = interchange.encoding, interchange.encoding_source
        problems = interchange.problems
        messages = [
            (message.text, message.message_type, message.reference, message.envelope, message.problems)
            for message in interchange.messages
        ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into bronze.messages (
                message_id, interchange_id, position, raw, content_sha256,
                message_type, reference, envelope, problems, received_at
            )
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict do nothing
            """,
            (
                (
                    mint_message_id(interchange_id, position),
                    interchange_id,
                    position,
                    raw := storable_text(text),
                    hashlib.sha256(raw.encode()).hexdigest(),
                    _storable_name(message_type),
                    _storable_name(reference),
                    storable_json(envelope.model_dump(mode="json")),
                    _dump_problems(message_problems),
                    received_at,
                )
                for position, (text, message_type, reference, envelope, message_problems) in enumerate(messages, 1)
            ),
        )
    connection.execute(
        """
        update bronze.interchanges
        set encoding = %s, encoding_source = %s, problems = %s, message_count = %s
        where interchange_id = %s
        """,
        (encoding, encoding_source, _dump_problems(problems), len(messages), interchange_id),
    )
    return len(messages)


def mint_message_id(interchange_id: str, position: int) -> str:
    """The name of a message from Bronze to Gold: SHA-256 of "<interchange_id>:<position>"."""
    return hashlib.sha256(f"{interchange_id}:{position}".encode()).hexdigest()


def _storable_name(name: str | None) -> str | None:
    return None if name is None else storable_text(name)


def _dump_problems(problems: list[Problem]) -> psycopg.types.json.Jsonb:
    return storable_json([problem.model_dump(mode="json") for problem in problems])


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
    # The landing folder is no asset that Dagster sees change: the hour alone decides, and the sensor is faster.
    automation_condition=dg.AutomationCondition.on_cron("@hourly").ignore(dg.AssetSelection.assets(LANDING)),
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
)
def interchanges(
    context: dg.AssetExecutionContext, warehouse: Warehouse, landing: Landing, config: LandingRun
) -> dg.MaterializeResult[None]:
    """One row per different file content: the bytes as received under their SHA-256. Re-delivery adds nothing.

    Every file of the landing folder, taken or not, is a row of bronze.deliveries.
    """
    folder = landing.folder()
    counts: Counter[Delivery] = Counter()
    fresh: list[LandingFile] = []
    with warehouse.connect() as connection:
        for file in list_files(folder):
            if file.ignored is None and _age(file) < config.settle_seconds:
                fresh.append(file)
            else:
                counts[deliver(connection, file)] += 1
        if fresh:
            time.sleep(config.settle_seconds)
            counts.update(deliver(connection, file) for file in fresh)
        if counts["unfinished"]:
            context.log.warning("%d files are still being written; the next run takes them", counts["unfinished"])
        (rows,) = _one(connection, "select count(*) from bronze.interchanges")
        ignored = connection.execute(
            "select reason, count(*) from bronze.deliveries where status = 'ignored' group by reason order by 2 desc, 1"
        ).fetchall()
    context.log.info("%s: %s", folder, ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "empty")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "landing folder": dg.MetadataValue.path(folder),
            "files": counts.total(),
            "new interchanges": counts["loaded"],
            "repeated": counts["repeated"],
            "ignored": counts["ignored"],
            "known": counts["known"],
            "still being written": counts["unfinished"],
            "files ignored so far": dg.MetadataValue.md(
                "\n".join(
                    ["| reason | files |", "|---|---|", *(f"| {reason} | {files} |" for reason, files in ignored)]
                )
            ),
        }
    )


def _age(file: LandingFile) -> float:
    return time.time() - file.modified_ns / 1e9


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
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
)
def messages(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """One row per message of each interchange, UNH to UNT or ST to SE: the text as received, and its envelope.

    What holds no message (garbage, a fragment, an empty file) is one row of unknown type.
    """
    with warehouse.connect() as connection:
        new_interchanges, new_messages = split_pending(connection, context.log)
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
            "messages_add_up",
            asset=MESSAGES,
            automation_condition=FOLLOW,
            blocking=True,
            description="Each interchange has its message_count rows in bronze.messages, and at least one.",
        ),
    ]
)
def bronze_checks(warehouse: Warehouse, landing: Landing) -> Iterator[dg.AssetCheckResult]:
    """Nothing that arrived was lost on the way to a message."""
    with warehouse.connect() as connection:
        recorded = {path for (path,) in connection.execute("select distinct path from bronze.deliveries")}
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
        asset_key=MESSAGES,
        check_name="messages_add_up",
        passed=not amiss,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"interchanges amiss": [f"{identity} ({name})" for identity, name in amiss]},
    )
