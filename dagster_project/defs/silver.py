"""Silver: what each message says. Every message ends as exactly one outcome, valid or not, whatever happens on the way.

Pending is an anti-join against the compiler's version: there are no flags, and a better compiler is just more pending
rows. A batch is a transaction, so a run that is killed loses its open batch and the next run goes on.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

import udf
from dagster_project.compile.holding import hold_bad_days, list_held_days
from dagster_project.compile.pending import Cut, compile_pending
from dagster_project.defs.bronze import MESSAGES
from dagster_project.defs.resources import TRY_AGAIN, Warehouse, patiently

OUTCOMES = dg.AssetKey(["silver", "outcomes"])


class CompileRun(dg.Config):
    """How one run cuts the pending messages into batches, and how many processes share them: see `Cut`."""

    batch_size: int = Cut().batch_size
    batch_bytes: int = Cut().batch_bytes
    workers: int = Cut().workers


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
    )
    | TRY_AGAIN,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
    # The workers take every core they get: one run at a time, however many were started.
    pool="compiler",
)
def outcomes(context: dg.AssetExecutionContext, warehouse: Warehouse, config: CompileRun) -> dg.MaterializeResult[None]:
    """One row per message: the document that the tiny compiler made of it, and the verdict, valid or not.

    Each attempt is a row of silver.attempts.
    """
    with patiently(context), warehouse.connect(is_derived=True) as connection:
        progress = compile_pending(connection, Cut(**config.model_dump()), context.log)
        hold_bad_days(connection)
        for sentence in list_held_days(connection):
            context.log.warning(sentence)
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
            "reasons": tabulate_reasons(reasons),
        }
    )


REASON_COLUMNS = ("reason", "refused", "messages", "times", "file", "message", "example")


def tabulate_reasons(reasons: Sequence[tuple[Any, ...]]) -> dg.TableMetadataValue:
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
