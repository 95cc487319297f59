"""Drift: whether what partners report is still what it was, whoever read it.

The compiler notices by itself where values are written in another way than ever (`udf.plans.profiles`). What is written
as ever and means something else, cases for pieces, cents for euros, another unit's code, shows in the figures only:
here each partner's last messages are put into buckets in the order of their arrival, and neighbours are compared.
"""

import dagster as dg

from dagster_project.defs.bronze import FOLLOW
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.silver import OUTCOMES, shorten

# The last hundred messages of each partner in ten buckets, and ten lines of each: a few seconds for dozens of partners.
MESSAGES, BUCKET, LINES = 100, 10, 10
# Larger documents, compressed, are left out: to look at one line of a document is to unpack the whole of it.
MAX_BYTES = 1_000_000
# A median of fewer values jumps by chance.
MIN_VALUES = 8
# Decades that a median of quantities or prices may move from a bucket to the next but one: sales of a good week are the
# threefold; pieces for cases of a dozen, the thirtyfold and more for cents.
MAX_DECADES = 1.0
# Days that the length of the periods, or the age of the figures, may move: a week becomes a month, not a quarter.
MAX_DAYS = 45
# What nine of ten values have in common is a custom; where it becomes another one, the dialect has changed.
MIN_SHARE = 0.9

DRIFT = """
    with

    ranked as (

        select
            outcomes.document,
            messages.message_id,
            messages.envelope ->> 'sender' as partner,
            outcomes.message_type,
            row_number() over (
                partition by messages.envelope ->> 'sender', outcomes.message_type
                order by messages.received_at desc, messages.interchange_id desc, messages.position desc
            ) as age
        from silver.outcomes
        inner join bronze.messages on messages.message_id = outcomes.message_id
        where outcomes.is_valid
            and messages.envelope ->> 'sender' is not null
            and pg_column_size(outcomes.document) < %(bytes)s

    ),

    lines as (

        select
            ranked.message_id,
            ranked.partner,
            ranked.message_type,
            (ranked.age - 1) / %(bucket)s as bucket,
            ranked.document ->> 'document_date' as document_date,
            line.content
        from ranked
        cross join lateral jsonb_path_query(
            ranked.document, '$.lines[0 to $last]', jsonb_build_object('last', %(lines)s - 1)
        ) as line (content)
        where ranked.age <= %(messages)s

    ),

    facts as (

        select
            lines.message_id,
            lines.partner,
            lines.message_type,
            lines.bucket,
            fact.role,
            fact.number,
            fact.form
        from lines
        cross join lateral (
            values
            (
                'quantity, ' || (lines.content ->> 'measure'),
                log(abs(nullif((lines.content ->> 'quantity')::float, 0))),
                case when (lines.content ->> 'quantity')::numeric < 0 then 'negative' else 'positive' end
            ),
            ('unit, ' || (lines.content ->> 'measure'), null, coalesce(lines.content ->> 'unit', 'none')),
            (
                'price, ' || (lines.content ->> 'price_type'),
                log(abs(nullif((lines.content ->> 'price')::float, 0))),
                case when (lines.content ->> 'price')::numeric < 0 then 'negative' else 'positive' end
            ),
            ('place', null, regexp_replace(lines.content ->> 'location_id', '[0-9]', '9', 'g')),
            (
                'item', null,
                concat_ws(' ', lines.content ->> 'item_id_type', length(lines.content ->> 'item_id') || ' characters')
            ),
            (
                'days of a period',
                ((lines.content ->> 'period_end')::date - (lines.content ->> 'period_start')::date)::float,
                null
            ),
            (
                'days from figures to report',
                (
                    lines.document_date::date
                    - coalesce(lines.content ->> 'period_end', lines.content ->> 'as_of_date')::date
                )::float,
                null
            )
        ) as fact (role, number, form)
        where fact.role is not null and (fact.number is not null or fact.form is not null)

    ),

    medians as (

        select
            partner,
            message_type,
            role,
            bucket,
            count(number) as numbers,
            percentile_cont(0.5) within group (order by number) as median,
            count(form) as forms,
            mode() within group (order by form) as usual,
            min(message_id) as example
        from facts
        group by partner, message_type, role, bucket

    ),

    usual_forms as (

        select facts.partner, facts.message_type, facts.role, facts.bucket, count(*) as times
        from facts
        inner join medians
            on medians.partner = facts.partner
            and medians.message_type = facts.message_type
            and medians.role = facts.role
            and medians.bucket = facts.bucket
            and medians.usual = facts.form
        group by facts.partner, facts.message_type, facts.role, facts.bucket

    ),

    buckets as (

        select medians.*, usual_forms.times >= %(min_share)s * medians.forms as is_custom
        from medians
        left join usual_forms
            on usual_forms.partner = medians.partner
            and usual_forms.message_type = medians.message_type
            and usual_forms.role = medians.role
            and usual_forms.bucket = medians.bucket

    )

    select
        later.partner,
        later.message_type,
        later.role,
        case
            when later.usual is distinct from earlier.usual then earlier.usual
            when later.role like 'days%%' then round(earlier.median::numeric, 1)::text
            else round(power(10, earlier.median)::numeric, 2)::text
        end as was,
        case
            when later.usual is distinct from earlier.usual then later.usual
            when later.role like 'days%%' then round(later.median::numeric, 1)::text
            else round(power(10, later.median)::numeric, 2)::text
        end as became,
        later.example
    from buckets as later
    inner join buckets as earlier
        on earlier.partner = later.partner
        and earlier.message_type = later.message_type
        and earlier.role = later.role
        -- The next bucket may hold messages of both kinds, the next but one does not.
        and earlier.bucket = later.bucket + 2
    where (
        later.numbers >= %(min_values)s and earlier.numbers >= %(min_values)s
        and abs(later.median - earlier.median)
        >= case when later.role like 'days%%' then %(max_days)s else %(max_decades)s end
    )
    or (
        later.forms >= %(min_values)s and earlier.forms >= %(min_values)s
        and later.usual <> earlier.usual
        and later.is_custom and earlier.is_custom
    )
    order by later.partner, later.message_type, later.role, later.bucket
"""


@dg.asset_check(
    asset=OUTCOMES,
    name="partners_report_as_before",
    automation_condition=FOLLOW,
    description=(
        "In none of a partner's last hundred messages of a type do quantities, prices, units, places, items or dates "
        "change their magnitude or their form. Where they do, the partner may have changed its dialect: every value "
        "may be copied rightly and mean something else. Ask the partner; Gold goes on."
    ),
)
def drift_check(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Compares the figures of each partner's messages with those of the messages before."""
    knobs = {
        "messages": MESSAGES, "bucket": BUCKET, "lines": LINES, "min_values": MIN_VALUES, "max_days": MAX_DAYS,
        "max_decades": MAX_DECADES, "min_share": MIN_SHARE, "bytes": MAX_BYTES,
    }  # fmt: skip
    with warehouse.connect() as connection:
        found = connection.execute(DRIFT, knobs).fetchall()
    # The newest bucket that shows a change comes first, and tells of it.
    told: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for partner, kind, role, was, became, example in found:
        told.setdefault((partner, kind, role), (was, became, example))
    names = ("partner", "message type", "field", "was", "became", "message")
    records = [
        dg.TableRecord(dict(zip(names, (*place, shorten(was), shorten(became), example[:12]), strict=True)))
        for place, (was, became, example) in told.items()
    ]
    schema = dg.TableSchema([dg.TableColumn(name, "string") for name in names])
    return dg.AssetCheckResult(
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"changes": len(told), "drift": dg.TableMetadataValue(records, schema)},
    )
