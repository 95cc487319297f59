-- depends_on: {{ ref('int_tested_inputs') }}
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    announces=['dim_item', 'dim_location', 'dim_partner', 'dim_calendar'],
    indexes=[{'columns': ['partner_id', 'week_start_date', 'location_id', 'item_id']}],
    partial_indexes=['(period_start_date) where ' ~ is_odd_period('period_start_date', 'as_of_date')],
) }}

with

stock as (

    select * from {{ needed_rows(ref('int_stock')) }}

),

-- What was received is stated for a period, which ends where another snapshot would be taken.
receipts as (

    select * from {{ needed_rows(ref('int_receipts')) }}

    where not is_redundant

),

measures as (

    select * from {{ ref('measures') }}

),

stated as (

    select
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        measure,
        as_of_date as period_start_date,
        as_of_date,
        week_start_date,
        is_unit_converted,
        false as is_overlapping,
        units

    from stock

    union all

    select
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        'received' as measure,
        start_date as period_start_date,
        end_date as as_of_date,
        week_start_date,
        is_unit_converted,
        is_overlapping,
        units

    from receipts

)

select
    stated.partner_id,
    stated.item_id_type,
    stated.item_id,
    stated.location_id,
    stated.unit,
    stated.measure,
    stated.period_start_date,
    stated.as_of_date,
    {{ item_key('stated') }} as item_key,
    {{ location_key('stated') }} as location_key,
    stated.week_start_date,
    stated.week_calendar,

    stated.units::numeric(30, 3) as units,
    coalesce(measures.kind, 'snapshot') as measure_kind,
    stated.measure in {{ sql_list(var('on_hand_measures')) }} as is_on_hand,
    stated.is_overlapping,
    stated.is_unit_converted,
    stated.location_id = 'unknown' as is_location_unknown

from stated

left join measures on stated.measure = measures.measure
