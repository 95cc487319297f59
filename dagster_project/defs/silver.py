"""Silver: what each message says. Every message ends as exactly one outcome, valid or not, whatever happens on the way.

Pending is an anti-join against the compiler's version: there are no flags, and a better compiler is just more pending
rows. A batch is a transaction, so a run that is killed loses its open batch and the next run goes on.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import chain, islice
from typing import Any

import dagster as dg
import psycopg

import udf
from dagster_project.compilation import Log, Progress, compile_batch, cut, list_pending
from dagster_project.crew import share, usable_cores
from dagster_project.defs.bronze import FOLLOW, MESSAGES
from dagster_project.defs.resources import Warehouse

OUTCOMES = dg.AssetKey(["silver", "outcomes"])

# A partner's bad day is some per cent of the messages; a broken compiler or model is nearly all of them. Half tells the
# two apart even when only a handful of messages is there, and leaves folders full of test files their way to Gold.
MAX_INVALID_SHARE = 0.5
# Below this many messages a day's share says nothing: one torn file on a Sunday would be 100 %.
MIN_MESSAGES_OF_A_DAY = 20
# A rejected line is one of thousands, so a smaller share of them already means that something is not understood.
MAX_REJECTED_LINE_SHARE = 0.25

# Plans finish a batch in a fifth of a second, and nobody reads five lines a second.
SECONDS_BETWEEN_REMARKS = 2.0


class CompileRun(dg.Config):
    """How one run cuts the pending messages into batches, each a transaction, and how many processes share them."""

    batch_size: int = 200
    # A batch is what a killed worker loses, and what it holds in memory.
    batch_bytes: int = 250_000
    # 0: a process for each core that the run may use, and no process of its own for work that fits into one batch.
    workers: int = 0


def compile_pending(connection: psycopg.Connection[Any], run: CompileRun, log: Log) -> Progress:
    """Compile every message that has no outcome of the current compiler, batch by batch.

    Returns when none is pending. Safe beside other workers: a message is compiled by whoever holds its row, and
    messages that others hold are waited for, since they come back if the other worker dies.
    """
    compiler_version = udf.compiler_version()
    progress = Progress()
    started = remarked = time.monotonic()
    while True:
        before = progress.outcomes
        with list_pending(connection, compiler_version) as (count, pending):
            batches = cut(pending, run.batch_size, run.batch_bytes)
            with closing(_compile(connection, batches, run.workers, compiler_version, log)) as done:
                for more in done:
                    progress = progress.plus(more)
                    now, total = time.monotonic(), before + count
                    if now - remarked >= SECONDS_BETWEEN_REMARKS or progress.outcomes == total:
                        rate = progress.outcomes / (now - started)
                        log.info("compiled %d of %d messages (%.1f a second)", progress.outcomes, total, rate)
                        remarked = now
        if not count:
            return progress
        if progress.outcomes == before:
            log.info("waiting for %d messages that another worker holds", count)
            time.sleep(1)


def _compile(
    connection: psycopg.Connection[Any], batches: Iterator[list[str]], workers: int, compiler_version: str, log: Log
) -> Generator[Progress]:
    """What came of each batch, by this process or by several others."""
    first = list(islice(batches, workers or usable_cores()))
    batches = chain(first, batches)
    if len(first) > 1:
        yield from share(batches, len(first), compiler_version, log)
    else:
        for batch in batches:
            yield compile_batch(connection, batch, compiler_version, log)


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
    # The workers take every core they get: one run at a time, however many were started.
    pool="compiler",
)
def outcomes(context: dg.AssetExecutionContext, warehouse: Warehouse, config: CompileRun) -> dg.MaterializeResult[None]:
    """One row per message: the document that the tiny compiler made of it, and the verdict, valid or not.

    Each attempt is a row of silver.attempts.
    """
    with warehouse.connect(is_derived=True) as connection:
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
        dg.AssetCheckSpec(
            "plans_agree_with_the_model",
            asset=OUTCOMES,
            automation_condition=FOLLOW,
            description=(
                "In the shadow sample of the last week the model read every message as the plans did, and no partner "
                "wrote its values in another way than before. Where it did not, the plans are revoked and what they "
                "had compiled was compiled again; where one did, they are revoked and the model reads its messages."
            ),
        ),
    ]
)
def silver_checks(warehouse: Warehouse, config: Thresholds) -> Iterator[dg.AssetCheckResult]:
    """Nothing is missing, nothing is badly wrong, and what was refused is on view."""
    with warehouse.connect() as connection:
        with list_pending(connection, udf.compiler_version()) as (missing, pending):
            examples = [message_id for message_id, _ in islice(pending, 20)]
        messages, invalid, lines, rejected, day_messages, day_invalid = (
            connection.execute(SHARES).fetchone() or (0,) * 6
        )
        reasons = connection.execute(REASONS).fetchall()
        refused_messages, refused_lines = connection.execute(REFUSED).fetchone() or (0, 0)
        plans, by_plan = connection.execute(PLANS, (udf.compiler_version(),) * 2).fetchone() or (0, 0)
        disagreements = connection.execute(DISAGREEMENTS).fetchall()
    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="every_message_has_an_outcome",
        passed=not missing,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"messages without outcome": missing, "examples": examples},
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

    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="plans_agree_with_the_model",
        passed=not disagreements,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "plans that run": plans,
            "messages compiled by plans": by_plan,
            "disagreements": len(disagreements),
            "outcomes compiled again": sum(requeued for _, _, requeued, _ in disagreements),
            "plans": ", ".join(sorted({plan for _, used, _, _ in disagreements for plan in used})[:20]),
            "messages": ", ".join(digest[:12] for digest, _, _, _ in disagreements[:20]),
            "details": "\n".join(dict.fromkeys(detail for _, _, _, detail in disagreements[:20])),
        },
    )


PLANS = """
    select
        (
            select count(*) from silver.plans
            where compiler_version = %s and (status in ('approved', 'pinned') or (status = 'candidate' and proofs >= 3))
        ),
        (select count(*) from silver.outcomes where compiler_version = %s and route = 'plan')
"""

DISAGREEMENTS = """
    select content_sha256, plans, requeued, detail
    from silver.disagreements
    where noticed_at > now() - interval '7 days'
    order by noticed_at desc
"""

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
