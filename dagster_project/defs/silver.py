"""Silver: what each message says. Every message ends as exactly one outcome, valid or not, whatever happens on the way.

Pending is an anti-join against the compiler's version: there are no flags, and a better compiler is just more pending
rows. A batch is a transaction, so a run that is killed loses its open batch and the next run goes on.
"""

import time
import traceback
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import dagster as dg
import psycopg

import udf
from dagster_project.defs.bronze import FOLLOW, MESSAGES, PLAIN_MESSAGE
from dagster_project.defs.resources import Warehouse
from dagster_project.storable import storable_json, storable_text
from udf.contract import Envelope, Outcome, Problem

OUTCOMES = dg.AssetKey(["silver", "outcomes"])

# A partner's bad day is some per cent of the messages; a broken compiler or model is nearly all of them. Half tells the
# two apart even when only a handful of messages is there, and leaves folders full of test files their way to Gold.
MAX_INVALID_SHARE = 0.5
# Below this many messages a day's share says nothing: one torn file on a Sunday would be 100 %.
MIN_MESSAGES_OF_A_DAY = 20
# A rejected line is one of thousands, so a smaller share of them already means that something is not understood.
MAX_REJECTED_LINE_SHARE = 0.25

# Ids are short, but a million of them need not be in memory at once.
ROUND_SIZE = 100_000

PENDING = """
    select messages.message_id, octet_length(messages.raw)
    from bronze.messages
    where not exists (
        select
        from silver.outcomes
        where outcomes.message_id = messages.message_id and outcomes.compiler_version = %(compiler_version)s
    )
    order by messages.received_at, messages.interchange_id, messages.position
    limit %(limit)s
"""


class CompileRun(dg.Config):
    """How one run cuts the pending messages into batches, each a transaction."""

    batch_size: int = 200
    # A batch is what a killed run loses and how often a person hears from it. A megabyte took 110 seconds on a busy
    # machine (November 2026).
    batch_bytes: int = 250_000


class Claim(NamedTuple):
    """A pending message that this worker holds."""

    message_id: str
    raw: str
    message_type: str | None
    envelope: dict[str, Any]


class Progress(NamedTuple):
    """What a run has done so far."""

    outcomes: int = 0
    invalid: int = 0
    attempts: int = 0
    faults: int = 0
    compile_ms: float = 0.0


def compile_pending(connection: psycopg.Connection[Any], run: CompileRun, log: Any) -> Progress:
    """Compile every message that has no outcome of the current compiler, batch by batch.

    Returns when none is pending. Safe beside other workers: a message is compiled by whoever holds its row, and
    messages that others hold are waited for, since they come back if the other worker dies.
    """
    compiler_version = udf.compiler_version()
    progress = Progress()
    started = time.monotonic()
    while pending := _list_pending(connection, compiler_version):
        total = progress.outcomes + len(pending)
        before = progress.outcomes
        for batch in _cut(pending, run):
            progress = _compile_batch(connection, batch, compiler_version, progress, log)
            rate = progress.outcomes / (time.monotonic() - started)
            log.info("compiled %d of %d messages (%.1f a second)", progress.outcomes, total, rate)
        if progress.outcomes == before:
            log.info("waiting for %d messages that another worker holds", len(pending))
            time.sleep(1)
    return progress


def _list_pending(connection: psycopg.Connection[Any], compiler_version: str) -> list[tuple[str, int]]:
    with connection.transaction():
        return connection.execute(PENDING, {"compiler_version": compiler_version, "limit": ROUND_SIZE}).fetchall()


def _cut(pending: Sequence[tuple[str, int]], run: CompileRun) -> Iterator[list[str]]:
    """Batches of ids, in order: at most batch_size messages, and batch_bytes unless a single message is larger."""
    batch: list[str] = []
    batch_bytes = 0
    for message_id, size in pending:
        if batch and (len(batch) >= run.batch_size or batch_bytes + size > run.batch_bytes):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(message_id)
        batch_bytes += size
    if batch:
        yield batch


def _compile_batch(
    connection: psycopg.Connection[Any], message_ids: list[str], compiler_version: str, progress: Progress, log: Any
) -> Progress:
    with connection.transaction():
        claims = _claim(connection, message_ids, compiler_version)
        if not claims:
            return progress
        outcomes = [
            _store(connection, claim, compiler_version, outcome, log)
            for claim, outcome in zip(claims, compile_claims(claims, compiler_version, log), strict=True)
        ]
    return progress._replace(
        outcomes=progress.outcomes + len(outcomes),
        invalid=progress.invalid + sum(not outcome.is_valid for outcome in outcomes),
        attempts=progress.attempts + sum(len(outcome.attempt_log) for outcome in outcomes),
        faults=progress.faults + sum(_is_fault(outcome) for outcome in outcomes),
        compile_ms=progress.compile_ms + sum(outcome.compile_ms for outcome in outcomes),
    )


def _claim(connection: psycopg.Connection[Any], message_ids: list[str], compiler_version: str) -> list[Claim]:
    locked = connection.execute(
        "select message_id from bronze.messages where message_id = any(%s) order by message_id for update skip locked",
        (message_ids,),
    ).fetchall()
    # The lock alone does not say that the message is still pending: another worker may have finished it between the
    # listing and the lock. A new statement sees what was committed before it, so the anti-join is asked again.
    claimed = connection.execute(
        """
        select messages.message_id, messages.raw, messages.message_type, messages.envelope
        from bronze.messages
        where messages.message_id = any(%(message_ids)s)
            and not exists (
                select
                from silver.outcomes
                where outcomes.message_id = messages.message_id and outcomes.compiler_version = %(compiler_version)s
            )
        order by messages.received_at, messages.interchange_id, messages.position
        """,
        {"message_ids": [message_id for (message_id,) in locked], "compiler_version": compiler_version},
    ).fetchall()
    return [Claim(*row) for row in claimed]


def compile_claims(claims: Sequence[Claim], compiler_version: str, log: Any) -> list[Outcome]:
    """One outcome a message, in order. A message on which the compiler fails becomes an outcome `internal-error`.

    Raises MemoryError and OSError, which speak of the machine (no memory, no model file), and whatever the compiler
    raises for a plain message: it is not the messages' fault, and they must stay pending.
    """
    texts = [claim.raw for claim in claims]
    envelopes = [Envelope.model_validate(claim.envelope) for claim in claims]
    try:
        return _checked(udf.compile_batch(texts, envelopes), len(claims))
    except (MemoryError, OSError):
        raise
    except Exception:
        log.warning("a batch of %d messages failed, its messages follow one by one", len(claims))
    outcomes = []
    for claim, text, envelope in zip(claims, texts, envelopes, strict=True):
        try:
            outcomes += _checked(udf.compile_batch([text], [envelope]), 1)
        except (MemoryError, OSError):
            raise
        except Exception as fault:
            # Raises when the plainest message fails too: then it is the compiler, and nothing is recorded.
            _checked(udf.compile_batch([PLAIN_MESSAGE.decode()], [Envelope()]), 1)
            log.error("the compiler failed on message %s\n%s", claim.message_id, traceback.format_exc())
            outcomes.append(_fault_outcome(claim, compiler_version, fault))
    return outcomes


def _checked(outcomes: list[Outcome], expected: int) -> list[Outcome]:
    if len(outcomes) != expected:
        raise RuntimeError(f"compile_batch gave {len(outcomes)} outcomes for {expected} messages")
    return outcomes


def _fault_outcome(claim: Claim, compiler_version: str, fault: Exception) -> Outcome:
    # The class alone: an exception's text may quote the message or tell of the machine. The log has all of it.
    detail = f"The compiler failed on this message ({type(fault).__name__}); the run's log has the details."
    return Outcome(
        message_type=claim.message_type,
        is_valid=False,
        is_complete=False,
        problems=[Problem(code="internal-error", severity="error", detail=detail)],
        compiler_version=compiler_version,
    )


def _is_fault(outcome: Outcome) -> bool:
    return any(problem.code == "internal-error" for problem in outcome.problems)


def _store(
    connection: psycopg.Connection[Any], claim: Claim, compiler_version: str, outcome: Outcome, log: Any
) -> Outcome:
    """What was stored: the outcome, or `internal-error` where PostgreSQL refused it."""
    try:
        with connection.transaction():
            _write(connection, claim.message_id, compiler_version, outcome)
    except (
        ValueError,
        psycopg.errors.DataError,
        psycopg.errors.IntegrityError,
        psycopg.errors.ProgramLimitExceeded,
    ) as fault:
        # An outcome that Silver cannot hold is our own bug, found here rather than in Gold.
        log.error("the outcome of message %s cannot be stored\n%s", claim.message_id, traceback.format_exc())
        outcome = _fault_outcome(claim, compiler_version, fault)
        _write(connection, claim.message_id, compiler_version, outcome)
    return outcome


def _write(connection: psycopg.Connection[Any], message_id: str, compiler_version: str, outcome: Outcome) -> None:
    dumped = outcome.model_dump(mode="json")
    connection.execute(
        """
        insert into silver.outcomes (
            message_id, compiler_version, model_version, message_type, is_valid, is_complete,
            document, rejected_lines, problems, route, attempts, verification_hash, compile_ms
        )
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (message_id) do update set
            compiler_version = excluded.compiler_version,
            model_version = excluded.model_version,
            message_type = excluded.message_type,
            is_valid = excluded.is_valid,
            is_complete = excluded.is_complete,
            document = excluded.document,
            rejected_lines = excluded.rejected_lines,
            problems = excluded.problems,
            route = excluded.route,
            attempts = excluded.attempts,
            verification_hash = excluded.verification_hash,
            compile_ms = excluded.compile_ms,
            compiled_at = excluded.compiled_at
        """,
        (
            message_id,
            # The version that was asked for, whatever the outcome says: it is what the anti-join looks for.
            compiler_version,
            outcome.model_version or None,
            outcome.message_type and storable_text(outcome.message_type),
            outcome.is_valid,
            outcome.is_complete,
            None if outcome.document is None else storable_json(dumped["document"]),
            storable_json(dumped["rejected_lines"]),
            storable_json(dumped["problems"]),
            outcome.route,
            outcome.attempts,
            outcome.verification_hash or None,
            outcome.compile_ms,
        ),
    )
    if outcome.attempt_log:
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into silver.attempts (
                    message_id, compiler_version, attempt, chunk, route, reading, output, problems, compile_ms
                )
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                [
                    (
                        message_id,
                        compiler_version,
                        attempt.attempt,
                        attempt.chunk and storable_text(attempt.chunk),
                        attempt.route,
                        storable_text(attempt.reading),
                        attempt.output and storable_text(attempt.output),
                        storable_json([problem.model_dump(mode="json") for problem in attempt.problems]),
                        attempt.compile_ms,
                    )
                    for attempt in outcome.attempt_log
                ],
            )


REASONS = """
    with

    problems as (

        select outcomes.message_id, 'message' as refused, problem.content
        from silver.outcomes
        cross join lateral jsonb_array_elements(outcomes.problems) as problem (content)
        where not outcomes.is_valid

        union all

        select outcomes.message_id, 'line' as refused, problem.content
        from silver.outcomes
        cross join lateral jsonb_array_elements(outcomes.rejected_lines) as line (content)
        cross join lateral jsonb_array_elements(line.content -> 'problems') as problem (content)

    )

    select
        problems.content ->> 'code' as reason,
        problems.refused,
        count(distinct problems.message_id) as messages,
        count(*) as occurrences,
        min(messages.message_id) as example,
        (array_agg(interchanges.file_name order by messages.message_id))[1] as example_file,
        (array_agg(problems.content ->> 'detail' order by messages.message_id))[1] as example_detail
    from problems
    inner join bronze.messages on messages.message_id = problems.message_id
    inner join bronze.interchanges on interchanges.interchange_id = messages.interchange_id
    where problems.content ->> 'severity' = 'error'
    group by 1, 2
    order by 3 desc, 1, 2
"""


@dg.asset(
    key=OUTCOMES,
    deps=[MESSAGES],
    group_name="silver",
    kinds={"postgres", "gguf"},
    owners=["team:data"],
    code_version=udf.compiler_version(),
    # A better compiler makes every message pending again, although nothing arrived.
    automation_condition=dg.AutomationCondition.eager()
    | dg.AutomationCondition.code_version_changed().since(
        dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated()
    ),
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
    # The model takes every core it gets: one run at a time, however many were started.
    pool="compiler",
)
def outcomes(context: dg.AssetExecutionContext, warehouse: Warehouse, config: CompileRun) -> dg.MaterializeResult[None]:
    """One row per message: the document that the tiny compiler made of it, and the verdict, valid or not.

    Each attempt is a row of silver.attempts.
    """
    with warehouse.connect() as connection:
        progress = compile_pending(connection, config, context.log)
        rows, valid, rejected_lines = connection.execute(
            """
            select count(*), count(*) filter (where is_valid), coalesce(sum(jsonb_array_length(rejected_lines)), 0)
            from silver.outcomes
            """
        ).fetchone() or (0, 0, 0)
        reasons = connection.execute(REASONS).fetchall()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "new outcomes": progress.outcomes,
            "new invalid outcomes": progress.invalid,
            "new attempts": progress.attempts,
            "compiler failures": progress.faults,
            "ms per message": round(progress.compile_ms / progress.outcomes, 2) if progress.outcomes else None,
            "valid messages": valid,
            "rejected lines": int(rejected_lines),
            "compiler version": udf.compiler_version(),
            "model version": udf.model_version(),
            "reasons": _reasons_table(reasons),
        }
    )


REASON_COLUMNS = ("reason", "refused", "messages", "times", "file", "message", "example")


def _reasons_table(reasons: Sequence[tuple[Any, ...]]) -> dg.TableMetadataValue:
    """One row per reason and what it refused, the most frequent first, with an example: the start of its message_id
    (enough for `like`, and a table that fits the page), its file and what was said of it.
    """
    records = [
        dg.TableRecord(
            dict(
                zip(
                    REASON_COLUMNS,
                    (reason, refused, messages, times, file, message_id[:12], shorten(detail)),
                    strict=True,
                )
            )
        )
        for reason, refused, messages, times, message_id, file, detail in reasons
    ]
    kinds = {"messages": "int", "times": "int"}
    columns = [dg.TableColumn(name, kinds.get(name, "string")) for name in REASON_COLUMNS]
    return dg.TableMetadataValue(records, dg.TableSchema(columns))


def shorten(text: str | None) -> str:
    """The text on one line of at most 160 characters: a message and its problem can say anything at any length."""
    line = " ".join((text or "").split())
    return line if len(line) <= 160 else line[:159] + "…"


class Thresholds(dg.Config):
    """From which share on the refusals stop Gold."""

    max_invalid_share: float = MAX_INVALID_SHARE
    max_rejected_line_share: float = MAX_REJECTED_LINE_SHARE


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "every_message_has_an_outcome",
            asset=OUTCOMES,
            automation_condition=FOLLOW,
            blocking=True,
            description="No message of Bronze is without an outcome of the current compiler.",
        ),
        dg.AssetCheckSpec(
            "invalid_share_below_threshold",
            asset=OUTCOMES,
            automation_condition=FOLLOW,
            blocking=True,
            description=(
                "Of the messages whose type is supported, and of their lines, no more than a share is refused: over "
                "everything, and over the last day that brought messages. Unsupported types and garbage do not count."
            ),
        ),
        dg.AssetCheckSpec(
            "flagged_invalid_rows",
            asset=OUTCOMES,
            automation_condition=FOLLOW,
            description="Messages and lines that wait for a person, by reason. A refusal is a normal event.",
        ),
    ]
)
def silver_checks(warehouse: Warehouse, config: Thresholds) -> Iterator[dg.AssetCheckResult]:
    """Nothing is missing, nothing is badly wrong, and what was refused is on view."""
    with warehouse.connect() as connection:
        pending = _list_pending(connection, udf.compiler_version())
        messages, invalid, lines, rejected, day_messages, day_invalid = (
            connection.execute(SHARES).fetchone() or (0,) * 6
        )
        reasons = connection.execute(REASONS).fetchall()
        refused_messages, refused_lines = connection.execute(REFUSED).fetchone() or (0, 0)
    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="every_message_has_an_outcome",
        passed=not pending,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"messages without outcome": len(pending), "examples": [message_id for message_id, _ in pending[:20]]},
    )
    invalid_share, rejected_share = _share(invalid, messages), _share(rejected, lines)
    day_share = _share(day_invalid, day_messages) if day_messages >= MIN_MESSAGES_OF_A_DAY else 0.0
    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="invalid_share_below_threshold",
        passed=max(invalid_share, day_share) <= config.max_invalid_share
        and rejected_share <= config.max_rejected_line_share,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "messages of supported types": messages,
            "invalid": invalid,
            "invalid share": invalid_share,
            "messages of the last day": day_messages,
            "invalid of the last day": day_invalid,
            "lines of valid messages": lines,
            "rejected lines": rejected,
            "rejected line share": rejected_share,
            "largest invalid share allowed": config.max_invalid_share,
            "largest rejected line share allowed": config.max_rejected_line_share,
        },
    )
    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="flagged_invalid_rows",
        passed=not reasons,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "messages refused": refused_messages,
            "lines refused": int(refused_lines),
            "reasons": _reasons_table(reasons),
        },
    )


REFUSED = """
    select count(*) filter (where not is_valid), coalesce(sum(jsonb_array_length(rejected_lines)), 0)
    from silver.outcomes
"""

SHARES = """
    with

    supported as (

        select
            outcomes.is_valid,
            messages.received_at > max(messages.received_at) over () - interval '1 day' as is_last_day,
            -- Lines of an invalid message are not counted: the message is.
            case when outcomes.is_valid then coalesce(jsonb_array_length(outcomes.document -> 'lines'), 0) else 0 end
                as proved,
            case when outcomes.is_valid then jsonb_array_length(outcomes.rejected_lines) else 0 end as rejected
        from silver.outcomes
        inner join bronze.messages on messages.message_id = outcomes.message_id
        where coalesce(outcomes.message_type, messages.message_type) is not null
            and not outcomes.problems @> '[{"code": "unsupported-message-type"}]'

    )

    select
        count(*),
        count(*) filter (where not is_valid),
        coalesce(sum(proved + rejected), 0)::bigint,
        coalesce(sum(rejected), 0)::bigint,
        count(*) filter (where is_last_day),
        count(*) filter (where is_last_day and not is_valid)
    from supported
"""


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
