-- The same units at three grains: as stated, by week and place, by week.
-- Dagster shows a test of several tables beside one of them.
{{ config(meta={'dagster': {'ref': {'name': 'fct_sell_through_by_item'}}}) }}

with

sales as (

    select * from {{ ref('fct_sales') }}

),

performance as (

    select * from {{ ref('fct_sell_through_performance') }}

),

by_item as (

    select * from {{ ref('fct_sell_through_by_item') }}

),

sums as (

    select
        'fct_sales' as fact,
        partner_id,
        unit,
        coalesce(sum(net_units_sold), 0) as net_units_sold

    from sales

    group by partner_id, unit

    union all

    select
        'fct_sell_through_performance' as fact,
        partner_id,
        unit,
        coalesce(sum(net_units_sold), 0) as net_units_sold

    from performance

    group by partner_id, unit

    union all

    select
        'fct_sell_through_by_item' as fact,
        partner_id,
        unit,
        coalesce(sum(net_units_sold), 0) as net_units_sold

    from by_item

    group by partner_id, unit

)

select
    partner_id,
    unit,
    min(net_units_sold) as lowest_net_units_sold,
    max(net_units_sold) as highest_net_units_sold

from sums

group by partner_id, unit

-- Each table rounds its rows to a thousandth, so many rows of weights may differ by a little.
having max(net_units_sold) - min(net_units_sold) > 0.5
