-- A table, because unpacking JSON is the dearest step of staging and three views read it.
{{ config(materialized='table') }}

with

outcomes as (

    select * from {{ source('silver', 'outcomes') }}

    where is_valid

),

lines as (

    select
        outcomes.message_id || '-' || line.line_position as compiled_line_id,
        outcomes.message_id,
        line.line_position::integer as line_position,
        line.content ->> 'line_number' as line_number,

        nullif(trim(line.content ->> 'item_id'), '') as item_id,
        line.content ->> 'item_id_type' as item_id_type,
        line.content -> 'item_ids' as item_ids,
        nullif(trim(line.content ->> 'location_id'), '') as location_id,
        line.content ->> 'location_id_type' as location_id_type,

        coalesce(line.content ->> 'measure', 'unmapped') as measure,
        line.content ->> 'qualifier' as qualifier,
        (line.content ->> 'quantity')::numeric as quantity,
        nullif(trim(line.content ->> 'unit'), '') as unit,

        (line.content ->> 'price')::numeric as price,
        line.content ->> 'price_type' as price_type,
        line.content ->> 'currency' as currency,

        (line.content ->> 'period_start')::date as period_start_date,
        (line.content ->> 'period_end')::date as period_end_date,
        (line.content ->> 'as_of_date')::date as as_of_date,

        line.content -> 'attributes' as attributes,
        line.content -> 'source' as source_spans

    from outcomes

    cross join
        lateral jsonb_array_elements(coalesce(outcomes.document -> 'lines', '[]'::jsonb))
        with ordinality as line (content, line_position)

)

select * from lines
