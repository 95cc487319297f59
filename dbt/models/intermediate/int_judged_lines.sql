-- What each line is by its own message, whatever others say of the same. A table, because each week that changes is
-- compared anew with all that was said of it.
-- depends_on: {{ ref('int_verdicts') }}
{{ config(
    materialized='maintained',
    maintained_by='messages',
    versions='int_verdicts',
    version='verdict',
    one_row_a_message='line_position = 1',
    covers_weeks_from='start_date',
    grain=['compiled_line_id'],
    indexes=[{'columns': ['message_id']}, {'columns': ['partner_id', 'week_start_date']}],
    partial_indexes=[
        '(message_id, verdict) where line_position = 1',
        '(message_id) where item_id is null or week_start_date is null',
    ],
) }}

with

lines as {{ not_materialized() }} (

    select * from {{ needed_rows(ref('int_lines'), as_table=true) }}

),

verdicts as (

    select * from {{ needed_rows(ref('int_verdicts'), as_table=true) }}

),

messages as (

    select * from {{ ref('int_messages') }}

),

withdrawn_places as (

    select * from {{ ref('int_withdrawn_places') }}

),

-- A total beside its split by place, of one message: the split is the statement, the total only checks it.
totals as (

    select
        total_lines.message_id,
        total_lines.compiled_line_id

    from lines as total_lines

    inner join lines as split_lines
        on
            total_lines.message_id = split_lines.message_id
            and total_lines.item_id_type = split_lines.item_id_type
            and total_lines.item_id = split_lines.item_id
            and total_lines.unit = split_lines.unit
            and total_lines.measure = split_lines.measure
            and total_lines.qualifier is not distinct from split_lines.qualifier
            and total_lines.start_date = split_lines.start_date
            and total_lines.end_date = split_lines.end_date
            and split_lines.location_id != 'unknown'

    where total_lines.location_id = 'unknown'

    group by total_lines.message_id, total_lines.compiled_line_id, total_lines.exact_quantity

    having count(*) > 1 and sum(split_lines.exact_quantity) = total_lines.exact_quantity

),

-- The contents of a display, beside the display of which the same message says as much: only the display counts.
parts as (

    select part_lines.compiled_line_id

    from lines as part_lines

    inner join lines as whole_lines
        on
            part_lines.message_id = whole_lines.message_id
            and part_lines.parent_line = whole_lines.line_number
            and part_lines.measure = whole_lines.measure
            and part_lines.compiled_line_id != whole_lines.compiled_line_id

    group by part_lines.compiled_line_id

),

-- An amount beside several quantities of one line number says of none what it is worth.
shared_amounts as (

    select
        message_id,
        line_number,
        item_id

    from lines

    where amount is not null and measure in {{ sql_list(var('counted_sales_measures')) }}

    group by message_id, line_number, item_id

    having count(*) > 1

)

select
    lines.compiled_line_id,
    lines.message_id,
    verdicts.verdict,
    messages.is_complete,
    messages.document_function = 'cancellation' as is_cancellation,
    lines.line_position,
    lines.partner_id,
    lines.week_calendar,
    lines.is_sales,
    lines.series_key,
    lines.item_id,
    lines.item_id_type,
    lines.location_id,
    lines.unit,
    lines.is_unit_assumed,
    lines.is_unit_converted,
    lines.measure,
    lines.qualifier,
    lines.quantity,
    coalesce(
        lines.line_value,
        case when shared_amounts.message_id is null then abs(lines.amount) * sign(lines.quantity) end
    ) as line_value,
    lines.currency,
    lines.is_priced_at_cost,
    lines.start_date,
    lines.end_date,
    lines.week_start_date,
    case
        when messages.is_test then 'test_traffic'
        when messages.is_resend then 'resend'
        when withdrawn_places.is_cancelled then 'cancelled'
        when withdrawn_places.message_id is not null then 'replaced'
        when lines.measure = 'unmapped' then 'unmapped'
        when lines.item_id is null then 'without_item'
        when lines.end_date is null then 'undated'
        -- Fifteen digits are the most that a quantity has in either standard; more is not a count of units.
        when coalesce(abs(lines.quantity) >= 1e15, true) then 'without_quantity'
        when totals.compiled_line_id is not null then 'total_of_split'
        when parts.compiled_line_id is not null then 'part_of_line'
    end as message_fate

from lines

inner join messages on lines.message_id = messages.message_id

inner join verdicts on lines.message_id = verdicts.message_id

left join withdrawn_places
    on lines.message_id = withdrawn_places.message_id and lines.location_id = withdrawn_places.location_id

left join totals
    on lines.message_id = totals.message_id and lines.compiled_line_id = totals.compiled_line_id

left join parts on lines.compiled_line_id = parts.compiled_line_id

left join shared_amounts
    on
        lines.message_id = shared_amounts.message_id
        and lines.line_number is not distinct from shared_amounts.line_number
        and lines.item_id is not distinct from shared_amounts.item_id
