{{ config(
    materialized='incremental',
    growth='weeks',
    indexes=[{'columns': ['series_key', 'week_start_date']}],
) }}

with

{% if is_incremental() %}
-- A period counts or not by the others that share days with it, so those are looked at too.
spans as (

    select
        touched_weeks.series_key,
        min(restated.start_date) as first_date,
        max(restated.end_date) as last_date

    from touched_weeks

    inner join {{ ref('int_lines_restated') }} as restated
        on
            touched_weeks.series_key = restated.series_key
            and touched_weeks.week_start_date = restated.week_start_date
            and restated.is_sales

    group by touched_weeks.series_key

),
{% endif %}

lines as (

    select restated.*

    from {{ ref('int_lines_restated') }} as restated
    {% if is_incremental() %}
    inner join spans
        on
            restated.series_key = spans.series_key
            and restated.week_start_date >= spans.first_date - 6
            and restated.start_date <= spans.last_date
            and restated.end_date >= spans.first_date
    {% endif %}
    where restated.measure in {{ sql_list(var('counted_sales_measures')) }} and restated.fate = 'counted'

),

summed as (

    select
        series_key,
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        start_date,
        end_date,
        week_start_date,
        bool_or(is_unit_converted) as is_unit_converted,

        -- A zero is a word too: it leaves totals and net sales nothing to say.
        sum(quantity) filter (where measure = 'sold' and quantity >= 0) as sold,
        -sum(quantity) filter (where measure = 'sold' and quantity < 0) as sold_negative,
        sum(quantity) filter (where measure = 'total_sold') as total_sold,
        sum(quantity) filter (where measure = 'net_sold') as net_sold,
        abs(sum(quantity) filter (where measure = 'returned')) as returned,

        sum(line_value) filter (where measure = 'sold' and quantity > 0) as sales_value,
        min(currency) filter (where measure = 'sold' and quantity > 0) as currency,
        bool_and(line_value is not null and not is_priced_at_cost)
        filter (where measure = 'sold' and quantity > 0) as is_value_known,
        min(coalesce(currency, '')) filter (where measure = 'sold' and quantity > 0)
        = max(coalesce(currency, '')) filter (where measure = 'sold' and quantity > 0) as is_one_currency

    from lines

    -- The number first: it is compared fastest.
    group by
        series_key, partner_id, week_calendar, item_id_type, item_id, location_id, unit, start_date, end_date,
        week_start_date

),

-- Gross and returned units are kept apart. A return comes as a negative sale, under a code of its own, or as both for
-- the same goods: so a code's sign is ignored, and of the two the larger counts, never their sum. Totals and net sales
-- (ZA TS, ZA Q1) speak only where plain sales are not stated.
netted as (

    select
        *,
        case
            when coalesce(sold, sold_negative) is not null then coalesce(sold, 0)
            when total_sold is not null then greatest(total_sold, 0)
            when net_sold is not null then greatest(net_sold + coalesce(returned, 0), 0)
            else 0
        end as units_sold,
        case
            when coalesce(sold, sold_negative) is not null or coalesce(total_sold, net_sold) is null
                then greatest(sold_negative, returned, 0)
            when total_sold is not null then greatest(-total_sold, returned, 0)
            else greatest(net_sold + coalesce(returned, 0), 0) - net_sold
        end as units_returned

    from summed

),

-- Most series tell each day once, so few need to be compared.
ordered as (

    select
        *,
        max(end_date) over (
            partition by series_key, {{ series_columns() }}
            order by start_date asc, end_date desc
            rows between unbounded preceding and 1 preceding
        ) >= start_date as is_begun_before

    from netted

),

crowds as (

    select
        *,
        bool_or(is_begun_before) over (partition by series_key, {{ series_columns() }}) as is_crowded

    from ordered

),

-- Days of a week and the week itself are one sale told twice: the longest period up to a week counts. A month beside
-- its weeks adds nothing at the grain of a week, nor does a quarter beside its months; alone they count, and their
-- straddling is flagged.
--
-- Sorted by start, and from long to short, whatever contains a period stands before it, and what it contains behind it.
-- Windows that only grow, because a join of each item's periods with one another grew with their square.
compared as (

    select
        *,
        end_date - start_date >= 7 as is_longer_than_a_week,
        max(end_date) filter (where end_date - start_date < 7) over earlier as end_of_weeks_before,
        min(start_date) filter (where end_date - start_date < 7) over later as start_of_weeks_after,
        min(end_date) over later as first_end_after

    from crowds

    where is_crowded

    window
        earlier as (
            partition by series_key, {{ series_columns() }}
            order by start_date asc, end_date desc
            rows between unbounded preceding and 1 preceding
        ),
        later as (
            partition by series_key, {{ series_columns() }}
            order by start_date desc, end_date asc
            rows between unbounded preceding and 1 preceding
        )

),

told as (

    select
        *,
        case
            when is_longer_than_a_week
                then
                    coalesce(end_of_weeks_before >= start_date, false)
                    or coalesce(start_of_weeks_after <= end_date, false)
                    or coalesce(first_end_after <= end_date, false)
            else coalesce(end_of_weeks_before >= end_date, false)
        end as is_told_otherwise

    from compared

),

-- Two periods that share days and neither of which holds the other both count: nobody says how much fell into those.
overlapped as (

    select
        *,
        not is_told_otherwise
        and (
            coalesce(max(end_date) filter (where not is_told_otherwise) over earlier >= start_date, false)
            or coalesce(min(start_date) filter (where not is_told_otherwise) over later <= end_date, false)
        ) as is_overlapping

    from told

    window
        earlier as (
            partition by series_key, {{ series_columns() }}
            order by start_date asc, end_date desc
            rows between unbounded preceding and 1 preceding
        ),
        later as (
            partition by series_key, {{ series_columns() }}
            order by start_date desc, end_date asc
            rows between unbounded preceding and 1 preceding
        )

),

judged as (

    select
        series_key,
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        start_date,
        end_date,
        week_start_date,
        units_sold,
        units_returned,
        sales_value,
        currency,
        is_value_known and is_one_currency as is_valued,
        is_unit_converted,
        is_told_otherwise,
        is_overlapping

    from overlapped

    union all

    select
        series_key,
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        start_date,
        end_date,
        week_start_date,
        units_sold,
        units_returned,
        sales_value,
        currency,
        is_value_known and is_one_currency as is_valued,
        is_unit_converted,
        false as is_told_otherwise,
        false as is_overlapping

    from crowds

    where is_crowded is not true

)

select
    series_key,
    partner_id,
    week_calendar,
    item_id_type,
    item_id,
    location_id,
    unit,
    start_date,
    end_date,
    units_sold,
    units_returned,
    units_sold - units_returned as net_units_sold,
    case when is_valued then sales_value end as sales_value,
    case when is_valued then currency end as currency,
    is_unit_converted,
    is_told_otherwise,
    is_overlapping,
    week_start_date,
    {{ week_start_date('start_date', 'week_calendar') }} != week_start_date as is_straddling

from judged
{% if is_incremental() %}

where {{ is_touched() }}
{% endif %}
