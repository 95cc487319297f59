-- A meaning that is neither sales nor a kind of stock would be taken for a snapshot that nobody has thought about.
-- Dagster shows a test of several tables beside one of them.
{{ config(meta={'dagster': {'ref': {'name': 'measures'}}}) }}

with

quantity_meanings as (

    select * from {{ ref('quantity_meanings') }}

),

measures as (

    select * from {{ ref('measures') }}

)

select distinct quantity_meanings.measure

from quantity_meanings

left join measures on quantity_meanings.measure = measures.measure

where
    measures.measure is null
    and quantity_meanings.measure not in {{ sql_list(var('sales_measures')) }}
    and quantity_meanings.measure not in ('ignored', 'unmapped')
