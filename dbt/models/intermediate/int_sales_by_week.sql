with

sales as (

    select * from {{ ref('int_sales') }}

    where not is_redundant

),

by_week as (

    select
        series_key,
        partner_id,
        item_id_type,
        item_id,
        location_id,
        unit,
        week_start_date,
        sum(units_sold) as units_sold,
        sum(units_returned) as units_returned,
        sum(net_units_sold) as net_units_sold,
        case
            when
                bool_and(sales_value is not null or units_sold = 0)
                -- One currency, or none where nothing was sold.
                and coalesce(
                    min(coalesce(currency, '')) filter (where units_sold != 0)
                    = max(coalesce(currency, '')) filter (where units_sold != 0),
                    true
                )
                then sum(sales_value)
        end as sales_value,
        min(currency) as currency,
        -- Days that the sales are of: of a month 31, of some days of a week the week.
        greatest(7, max(end_date - start_date + 1) filter (where is_sales_counted)) as sales_days,
        bool_or(is_straddling) as is_straddling,
        bool_or(is_partly_told) as is_partly_told,
        bool_or(is_overlapping) as is_overlapping,
        bool_or(is_unit_converted) as is_unit_converted

    from sales

    group by series_key, partner_id, item_id_type, item_id, location_id, unit, week_start_date

)

select
    series_key,
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    units_sold,
    units_returned,
    net_units_sold,
    sales_value,
    case when sales_value is not null then currency end as currency,
    sales_days,
    is_straddling,
    is_partly_told,
    is_overlapping,
    is_unit_converted

from by_week
