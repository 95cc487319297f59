-- A table, because unpacking JSON is the dearest step of staging and three views read it. The index of first lines says
-- at a glance which outcomes it holds. Where each value stands in the text remains in Silver: two thirds of a line's
-- bytes, which every test of a line would read and only a trace asks for.
{{ config(
    materialized='incremental',
    growth='outcomes',
    held_by='line_position = 1',
    indexes=[{'columns': ['message_id']}],
    partial_indexes=['(message_id, outcome_version) where line_position = 1'],
) }}

with

outcomes as (

    select
        outcomes.message_id,
        outcomes.document,
        outcomes.xmin::text::bigint as outcome_version

    from {{ source('silver', 'outcomes') }} as outcomes

    where
        outcomes.is_valid
        {% if is_incremental() %}
        and outcomes.message_id = any(array(select changed_outcomes.message_id from changed_outcomes))
        {% endif %}

),

lines as (

    select
        outcomes.message_id || '-' || element.line_position as compiled_line_id,
        outcomes.message_id,
        outcomes.outcome_version,
        element.line_position::integer as line_position,
        line.line_number,

        nullif(trim(line.item_id), '') as item_id,
        line.item_id_type,
        line.item_ids,
        nullif(trim(line.location_id), '') as location_id,
        line.location_id_type,

        coalesce(line.measure, 'unmapped') as measure,
        line.qualifier,
        line.quantity,
        nullif(trim(line.unit), '') as unit,

        line.price,
        line.price_type,
        line.currency,

        line.period_start as period_start_date,
        line.period_end as period_end_date,
        line.as_of_date,

        line.attributes

    from outcomes

    cross join
        lateral jsonb_array_elements(coalesce(outcomes.document -> 'lines', '[]'::jsonb))
        with ordinality as element (content, line_position)

    -- Unpacked in one go: every ->> would look for its name in the whole line.
    cross join
        lateral jsonb_to_record(element.content) as line (
            line_number text,
            item_id text,
            item_id_type text,
            item_ids jsonb,
            location_id text,
            location_id_type text,
            measure text,
            qualifier text,
            quantity numeric,
            unit text,
            price numeric,
            price_type text,
            currency text,
            period_start date,
            period_end date,
            as_of_date date,
            attributes jsonb
        )

)

select * from lines
