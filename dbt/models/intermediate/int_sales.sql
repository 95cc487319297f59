{{ config(materialized='table') }}

with

lines as (

    select * from {{ ref('int_lines_restated') }}

    where is_sales and fate = 'counted'

),

-- Gross and returned units are kept apart. A return comes as a negative sale, under a code of its own, or as both for
-- the same goods: so a code's sign is ignored, and of the two the larger counts, never their sum.
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

        coalesce(sum(quantity) filter (where measure = 'sold' and quantity > 0), 0) as units_sold,
        greatest(
            coalesce(-sum(quantity) filter (where measure = 'sold' and quantity < 0), 0),
            coalesce(abs(sum(quantity) filter (where measure = 'returned')), 0)
        ) as units_returned,

        sum(line_value) filter (where measure = 'sold' and quantity > 0) as sales_value,
        min(currency) filter (where measure = 'sold' and quantity > 0) as currency,
        coalesce(
            bool_and(line_value is not null and not is_priced_at_cost)
                filter (where measure = 'sold' and quantity > 0),
            false
        )
        and count(distinct coalesce(currency, '')) filter (where measure = 'sold' and quantity > 0) = 1
            as is_value_known

    from lines

    group by partner_id, week_calendar, item_id_type, item_id, location_id, unit, start_date, end_date

),

-- Days of a week and the week itself are one sale told twice: the longest period up to a week counts. A month beside
-- its weeks adds nothing at the grain of a week; alone it counts, and its straddling is flagged.
compared as (

    select
        summed.*,
        exists (
            select 1

            from summed as other

            where
                summed.partner_id = other.partner_id
                and summed.item_id_type = other.item_id_type
                and summed.item_id = other.item_id
                and summed.location_id = other.location_id
                and summed.unit = other.unit
                and (summed.start_date, summed.end_date) != (other.start_date, other.end_date)
                and (
                    (
                        other.end_date - other.start_date < 7
                        and other.start_date <= summed.start_date
                        and other.end_date >= summed.end_date
                    )
                    or (
                        other.end_date - other.start_date < 7
                        and summed.end_date - summed.start_date >= 7
                        and other.start_date <= summed.end_date
                        and other.end_date >= summed.start_date
                    )
                )
        ) as is_told_otherwise

    from summed

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
    case when is_value_known then sales_value end as sales_value,
    case when is_value_known then currency end as currency,
    is_told_otherwise,
    {{ week_start_date('end_date', 'week_calendar') }} as week_start_date,
    {{ week_start_date('start_date', 'week_calendar') }} != {{ week_start_date('end_date', 'week_calendar') }}
        as is_straddling

from compared
