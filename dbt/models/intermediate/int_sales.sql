{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=grain_of_series('start_date', 'end_date'),
    periods='int_periods',
    cluster_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

-- depends_on: {{ ref('int_periods') }}

with

lines as (

    select * from {{ needed_rows(ref('int_lines_restated')) }}

    where measure in {{ sql_list(var('counted_sales_measures')) }} and fate = 'counted'

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
        coalesce(bool_or(quantity < 0) filter (where measure in ('sold', 'total_sold')), false) as is_negative_stated,
        bool_or(measure = 'net_sold' or (measure != 'returned' and quantity >= 0)) as is_sale_stated,

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
        coalesce(sold, sold_negative, total_sold, net_sold) is not null as states_sales,
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

-- Sales and returns are judged each for itself: sales of a week say nothing of the returns of its days.
sales_covered as (

    select
        *,
        {{ is_covered('states_sales') }} as is_sales_covered

    from (
        select
            *,
            coalesce(sold, sold_negative, total_sold) is null and net_sold is not null as states_net

        from crowds

        where is_crowded
    ) as stated

    window {{ frames_of_periods() }}

),

sold_apart as (

    select
        *,
        states_sales
        and not is_sales_covered
        and not {{ is_held('states_sales and not is_sales_covered') }} as is_sales_counted

    from sales_covered

    window {{ frames_of_periods() }}

),

-- Net sales that count have their returns within, and so those of what they hold or are held by.
final_returns as (

    select
        *,
        is_sales_counted and states_net as is_net_final,
        (returned is not null or (is_sales_counted and is_negative_stated))
        and not (is_sales_counted and states_net)
        and not {{ holds_or_is_held('is_sales_counted and states_net') }} as is_return_open

    from sold_apart

    window {{ frames_of_periods() }}

),

returns_covered as (

    select
        *,
        {{ is_covered('is_return_open') }} as is_return_covered

    from final_returns

    window {{ frames_of_periods() }}

),

returned_apart as (

    select
        *,
        is_net_final
        or (
            is_return_open
            and not is_return_covered
            and not {{ is_held('is_return_open and not is_return_covered') }}
        ) as is_return_counted

    from returns_covered

    window {{ frames_of_periods() }}

),

overlapped as (

    select
        *,
        is_sales_counted and {{ holds('states_sales') }} as is_partly_told,
        (is_sales_counted and {{ shares_days('is_sales_counted') }})
        or (is_return_counted and {{ shares_days('is_return_counted') }}) as is_overlapping

    from returned_apart

    window {{ frames_of_periods() }}

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
        -- What does not count at all shows what it said.
        case when is_sales_counted or not is_return_counted then units_sold else 0 end as units_sold,
        case
            when is_sales_counted and not is_return_counted then 0
            when is_return_counted and not is_sales_counted then coalesce(returned, 0)
            else units_returned
        end as units_returned,
        sales_value,
        currency,
        (is_sales_counted or not is_return_counted) and is_value_known and is_one_currency as is_valued,
        is_unit_converted,
        states_sales and not is_sales_counted as is_sales_redundant,
        not is_return_counted and (returned is not null or is_negative_stated) as is_return_redundant,
        not is_return_counted and not (is_sales_counted and is_sale_stated) as is_redundant,
        is_sales_counted,
        is_partly_told,
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
        false as is_sales_redundant,
        false as is_return_redundant,
        false as is_redundant,
        states_sales as is_sales_counted,
        false as is_partly_told,
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
    is_sales_redundant,
    is_return_redundant,
    is_redundant,
    is_sales_counted,
    is_partly_told,
    is_overlapping,
    week_start_date,
    {{ week_start_date('start_date', 'week_calendar') }} != week_start_date as is_straddling

from judged
