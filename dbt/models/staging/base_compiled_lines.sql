-- A table, because unpacking JSON is the dearest step of staging and three views read it. The index of first lines says
-- at a glance which outcomes it holds. Where each value stands in the text remains in Silver: two thirds of a line's
-- bytes, which every test of a line would read and only a trace asks for.
{{ config(
    materialized='maintained',
    maintained_by='messages',
    versions='base_outcomes',
    version='outcome_version',
    one_row_a_message='line_position = 1',
    grain=['compiled_line_id'],
    indexes=[{'columns': ['message_id']}],
    partial_indexes=['(message_id, outcome_version) where line_position = 1'],
) }}

with

outcomes as (

    select * from {{ needed_rows(ref('base_outcomes')) }}

),

lines as (

    select
        outcomes.message_id || '-' || element.line_position as compiled_line_id,
        outcomes.message_id,
        outcomes.outcome_version,
        element.line_position,
        line.line_number,
        line.parent_line,

        nullif(trim(line.item_id), '') as item_id,
        line.item_id_type,
        line.item_ids,
        nullif(trim(line.location_id), '') as location_id,
        line.location_id_type,

        coalesce(line.measure, 'unmapped') as measure,
        line.qualifier,
        line.quantity,
        nullif(trim(line.unit), '') as unit,

        -- A price for a hundred or for a case values nothing that is counted by ones; Silver keeps it as stated.
        case when {{ json_text('line.attributes', 'price_basis') }} is null then line.price end as price,
        line.price_type,
        line.currency,

        line.period_start as period_start_date,
        line.period_end as period_end_date,
        -- What there was when a period began is of its first day.
        case
            when line.measure = 'opening_balance' then coalesce(line.as_of_date, line.period_start)
            else line.as_of_date
        end as as_of_date,

        line.attributes

    from outcomes

    {{ unpack_json_array('outcomes.document', 'lines', 'element', 'line_position') }}

    {{ unpack_json('element.content', 'line', {
        'line_number': 'text',
        'parent_line': 'text',
        'item_id': 'text',
        'item_id_type': 'text',
        'item_ids': 'jsonb',
        'location_id': 'text',
        'location_id_type': 'text',
        'measure': 'text',
        'qualifier': 'text',
        'quantity': 'numeric',
        'unit': 'text',
        'price': 'numeric',
        'price_type': 'text',
        'currency': 'text',
        'period_start': 'date',
        'period_end': 'date',
        'as_of_date': 'date',
        'attributes': 'jsonb',
    }) }}

)

select * from lines
