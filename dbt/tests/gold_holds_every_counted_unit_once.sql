-- A join that fans out, or one that loses a week, changes these sums.
-- Dagster shows a test of several tables beside one of them.
{{ config(meta={'dagster': {'ref': {'name': 'fct_sell_through_performance'}}}) }}

with

performance as (

    select * from {{ ref('fct_sell_through_performance') }}

),

sales as (

    select * from {{ ref('int_sales') }}

    where not is_redundant

),

lines as (

    select * from {{ ref('int_line_fates') }}

    where measure = 'received' and fate = 'counted'

),

gold_sums as (

    select
        unit,
        coalesce(sum(units_sold), 0) as units_sold,
        coalesce(sum(units_received), 0) as units_received

    from performance

    group by unit

),

stated_sums as (

    select
        unit,
        sum(units_sold) as units_sold,
        sum(units_received) as units_received

    from (
        select
            unit,
            units_sold,
            0 as units_received

        from sales

        union all

        select
            unit,
            0 as units_sold,
            quantity as units_received

        from lines
    ) as stated

    group by unit

)

select
    unit,
    gold_sums.units_sold,
    stated_sums.units_sold as stated_units_sold,
    gold_sums.units_received,
    stated_sums.units_received as stated_units_received

from gold_sums

full outer join stated_sums using (unit)

where
    -- Gold rounds each row to a thousandth, so many rows of weights may differ by a little.
    abs(coalesce(gold_sums.units_sold, 0) - coalesce(stated_sums.units_sold, 0)) > 0.5
    or abs(coalesce(gold_sums.units_received, 0) - coalesce(stated_sums.units_received, 0)) > 0.5
