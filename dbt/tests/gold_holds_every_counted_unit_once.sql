-- A join that fans out, or one that loses a week, changes these sums.
with

performance as (

    select * from {{ ref('fct_sell_through_performance') }}

),

lines as (

    select * from {{ ref('int_line_fates') }}

    where fate = 'counted'

),

gold_sums as (

    select
        unit,
        coalesce(sum(units_sold), 0) as units_sold,
        coalesce(sum(units_received), 0) as units_received

    from performance

    group by unit

),

line_sums as (

    select
        unit,
        coalesce(sum(quantity) filter (where measure = 'sold' and quantity > 0), 0)::numeric(30, 3) as units_sold,
        coalesce(sum(quantity) filter (where measure = 'received'), 0)::numeric(30, 3) as units_received

    from lines

    where measure in ('sold', 'returned', 'on_hand', 'available', 'received')

    group by unit

)

select
    unit,
    gold_sums.units_sold,
    line_sums.units_sold as counted_units_sold,
    gold_sums.units_received,
    line_sums.units_received as counted_units_received

from gold_sums

full outer join line_sums using (unit)

where
    -- Gold rounds each row to a thousandth, so many rows of weights may differ by a little.
    abs(coalesce(gold_sums.units_sold, 0) - coalesce(line_sums.units_sold, 0)) > 0.5
    or abs(coalesce(gold_sums.units_received, 0) - coalesce(line_sums.units_received, 0)) > 0.5
