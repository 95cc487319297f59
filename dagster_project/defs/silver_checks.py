"""Silver's checks: no message without an outcome, not too many refused, all of those on view, plans as the model."""

from collections.abc import Iterator
from itertools import islice

import dagster as dg

import udf
from dagster_project.compile.pending import list_pending
from dagster_project.defs.bronze import FOLLOW
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.silver import OUTCOMES, REASONS, tabulate_reasons
from udf.plans.plan import PROOFS

# A partner's bad day is some per cent of the messages; a broken compiler or model is nearly all of them. Half tells the
# two apart even when only a handful of messages is there, and leaves folders full of test files their way to Gold.
MAX_INVALID_SHARE = 0.5
# Below this many messages a day's share says nothing: one torn file on a Sunday would be 100 %.
MIN_MESSAGES_OF_A_DAY = 20
# A rejected line is one of thousands, so a smaller share of them already means that something is not understood.
MAX_REJECTED_LINE_SHARE = 0.25


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
    version = udf.compiler_version()
    with warehouse.connect() as connection:
        with list_pending(connection, version) as (missing, pending):
            examples = [message_id for message_id, _ in islice(pending, 20)]
        messages, invalid, lines, rejected, day_messages, day_invalid = (
            connection.execute(SHARES).fetchone() or (0,) * 6
        )
        reasons = connection.execute(REASONS).fetchall()
        refused_messages, refused_lines = connection.execute(REFUSED).fetchone() or (0, 0)
        plans, by_plan = connection.execute(PLANS, (version, PROOFS, version)).fetchone() or (0, 0)
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
            "reasons": tabulate_reasons(reasons),
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
            select count(*)
            from silver.plans
            where compiler_version = %s
                and (status in ('approved', 'pinned') or (status = 'candidate' and proofs >= %s))
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
