"""Silver's checks: no message without an outcome, not too many refused, all of those on view, plans as the model."""

from collections.abc import Iterator
from itertools import islice

import dagster as dg

import udf
from dagster_project.compile.holding import SUPPORTED, list_held_days
from dagster_project.compile.pending import list_pending
from dagster_project.defs.bronze import FOLLOW
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.silver import OUTCOMES, REASONS, tabulate_reasons
from udf.plans.plan import PROOFS

# Some per cent are refused on any day; by a broken compiler or model nearly all are. Half tells the two apart even when
# only a handful of messages is there, and leaves folders full of test files their way to Gold.
MAX_INVALID_SHARE = 0.5
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
                "Of the messages whose type is supported, and of their lines, no more than a share is refused, without "
                "the days of partners that are held. Unsupported types and garbage do not count."
            ),
        ),
        dg.AssetCheckSpec(
            "no_partner_is_held",
            asset=OUTCOMES,
            automation_condition=FOLLOW,
            description="No day of a partner waits because too much of it was refused. Everybody else's goes on.",
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
        messages, invalid, lines, rejected = connection.execute(SHARES).fetchone() or (0,) * 4
        held = list_held_days(connection)
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
    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="invalid_share_below_threshold",
        passed=invalid_share <= config.max_invalid_share and rejected_share <= config.max_rejected_line_share,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "messages of supported types": messages,
            "invalid": invalid,
            "invalid share": invalid_share,
            "lines of valid messages": lines,
            "rejected lines": rejected,
            "rejected line share": rejected_share,
            "largest invalid share allowed": config.max_invalid_share,
            "largest rejected line share allowed": config.max_rejected_line_share,
        },
    )
    yield dg.AssetCheckResult(
        asset_key=OUTCOMES,
        check_name="no_partner_is_held",
        passed=not held,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"days held": len(held), "what to do": "\n".join(held[:20])},
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

SHARES = f"""
    with

{SUPPORTED}

    counted as (

        select * from supported
        where not exists (
            select from silver.held_days
            where is_refused and partner_id = supported.partner_id and received_date = supported.received_date
        )

    )

    select
        count(*),
        count(*) filter (where not is_valid),
        coalesce(sum(proved + rejected), 0)::bigint,
        coalesce(sum(rejected), 0)::bigint
    from counted
"""


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
