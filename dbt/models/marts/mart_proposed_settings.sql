-- depends_on: {{ ref('int_tested_inputs') }}
-- A view: it is read when somebody wonders how a partner reports, and a day need not pay for that.
{{ config(materialized='maintained_view') }}

with

stock as (

    select * from {{ ref('int_stock') }}

    where measure in {{ sql_list(var('on_hand_measures')) }}

),

days_counted as (

    select
        partner_id,
        as_of_date,
        as_of_date = week_start_date as is_first_of_week

    from stock

    group by partner_id, as_of_date, week_start_date

),

counting as (

    select
        partner_id as partner,
        'partners' as reference_table,
        'stock_lag_days' as setting,
        null::text as location_id,
        '1' as proposed_value,
        'Each of the ' || count(*) || ' days for which it has stated a stock, ' || min(as_of_date) || ' to '
        || max(as_of_date) || ', is the first of a week: a count of that morning closes the week before.' as evidence

    from days_counted

    group by partner_id

    having bool_and(is_first_of_week) and count(*) >= {{ var('weeks_until_proposed') }}

)

select * from counting
