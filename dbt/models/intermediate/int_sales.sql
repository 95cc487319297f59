{{ config(materialized='table') }}

with

lines as (

    select * from {{ ref('int_lines_restated') }}

    where measure in {{ sql_list(var('counted_sales_measures')) }} and fate = 'counted'

),

summed as (

    select
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        start_date,
        end_date,

        sum(quantity) filter (where measure = 'sold' and quantity > 0) as sold,
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

    group by partner_id, week_calendar, item_id_type, item_id, location_id, unit, start_date, end_date

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

-- Days of a week and the week itself are one sale told twice: the longest period up to a week counts. A month beside
-- its weeks adds nothing at the grain of a week; alone it counts, and its straddling is flagged.
--
-- Sorted by start, and from long to short, whatever contains a period stands before it. Windows, because a join of
-- each item's periods with one another grew with their square.
compared as (

    select
        *,
        end_date - start_date >= 7 as is_longer_than_a_week,
        max(end_date) filter (where end_date - start_date < 7) over (
            partition by partner_id, item_id_type, item_id, location_id, unit
            order by start_date asc, end_date desc
            rows between unbounded preceding and 1 preceding
        ) as end_of_weeks_before,
        min(start_date) filter (where end_date - start_date < 7) over (
            partition by partner_id, item_id_type, item_id, location_id, unit
            order by start_date desc, end_date asc
            rows between unbounded preceding and 1 preceding
        ) as start_of_weeks_after

    from netted

)

select
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
    case when is_value_known and is_one_currency then sales_value end as sales_value,
    case when is_value_known and is_one_currency then currency end as currency,
    case
        when is_longer_than_a_week
            then coalesce(end_of_weeks_before >= start_date, false) or coalesce(start_of_weeks_after <= end_date, false)
        else coalesce(end_of_weeks_before >= end_date, false)
    end as is_told_otherwise,
    {{ week_start_date('end_date', 'week_calendar') }} as week_start_date,
    {{ week_start_date('start_date', 'week_calendar') }} != {{ week_start_date('end_date', 'week_calendar') }}
        as is_straddling

from compared
