"""Whether partners still send: by what came last of each, not by when a run last looked and found nothing."""

import dagster as dg

from dagster_project.defs.bronze import FOLLOW, MESSAGES
from dagster_project.defs.resources import Warehouse

# Most report weekly; a day more is no news.
MAX_AGE_DAYS = 8.0
# Who has sent nothing for so long (dbt's weeks_until_silent) is no longer a partner to wait for.
GONE_AFTER_DAYS = 56.0

# By interchange, whose first message names the sender: messages are many and large. Whatever a wrong clock has dated
# into the future says nothing of today.
NEWEST = """
    select
        coalesce(nullif(trim(messages.envelope ->> 'sender'), ''), 'unknown') as partner,
        max(interchanges.received_at) as received_at,
        extract(epoch from now() - max(interchanges.received_at))::float / 86400 as days
    from bronze.interchanges
    inner join bronze.messages
        on messages.interchange_id = interchanges.interchange_id and messages.position = 1
    where interchanges.received_at between now() - %s * interval '1 day' and now()
    group by 1
    order by 3 desc, 1
"""


class Ages(dg.Config):
    """How old a partner's newest file may be."""

    max_age_days: float = MAX_AGE_DAYS


@dg.asset_check(
    asset=MESSAGES,
    name="partners_still_send",
    automation_condition=FOLLOW,
    description=(
        "Each partner that sent a file within eight weeks has sent one within the last eight days. Where one has not, "
        "ask the partner or look at the transfer; Gold goes on with what came."
    ),
)
def freshness_check(warehouse: Warehouse, config: Ages) -> dg.AssetCheckResult:
    """Tells whose newest file is too old."""
    with warehouse.connect() as connection:
        (has_any,) = connection.execute("select exists (select from bronze.interchanges)").fetchone() or (False,)
        newest = connection.execute(NEWEST, (GONE_AFTER_DAYS,)).fetchall()
    silent = [row for row in newest if row[2] > config.max_age_days]
    records = [
        dg.TableRecord({"partner": partner, "newest file": f"{received_at:%Y-%m-%d %H:%M}", "days ago": round(days, 1)})
        for partner, received_at, days in silent
    ]
    columns = [
        dg.TableColumn("partner", "string"),
        dg.TableColumn("newest file", "string"),
        dg.TableColumn("days ago", "float"),
    ]
    return dg.AssetCheckResult(
        # Where something came once and nobody sends any more, that is no good news either.
        passed=not silent and (bool(newest) or not has_any),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "partners": len(newest),
            "silent": len(silent),
            "days since the newest file of all": round(newest[-1][2], 2) if newest else None,
            "silent partners": dg.TableMetadataValue(records, dg.TableSchema(columns)),
        },
    )
