-- One statement is what a partner says under one code about one measure of one item at one place in one period. Where
-- several messages make it, the last one is true; a copy (function duplicate) speaks only where nothing else does.
-- Lines of that one message all count: registers and receipts repeat equal lines. Lines that are out already make no
-- statement. Codes are compared when each has its last word: one for promotions does not restate that for all sales.
-- What is left and names no place may be the total of what other messages, of one file or not, say of places.
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=['compiled_line_id'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}, {'columns': ['compiled_line_id']}],
) }}

with

lines as (

    select * from {{ needed_rows(ref('int_judged_lines')) }}

    where message_fate is null

),

messages as (

    select * from {{ ref('int_messages') }}

),

-- Few statements are made twice, so few need to be compared: those of several messages, or by several codes.
contested as (

    select
        series_key,
        measure,
        start_date,
        end_date

    from lines

    group by series_key, measure, start_date, end_date

    having
        min(message_id) != max(message_id)
        or min(coalesce(qualifier, '')) != max(coalesce(qualifier, ''))

),

by_code as (

    select
        lines.*,
        messages.document_function,
        messages.statement_number,
        sum(lines.quantity) over said as units_of_code,
        sum(lines.line_value) over said as value_of_code

    from lines

    inner join contested
        on
            lines.series_key = contested.series_key
            and lines.measure = contested.measure
            and lines.start_date = contested.start_date
            and lines.end_date = contested.end_date

    inner join messages on lines.message_id = messages.message_id

    window said as (
        partition by
            lines.series_key, lines.measure, lines.start_date, lines.end_date, {{ series_columns('lines') }},
            lines.message_id, lines.qualifier
    )

),

latest as (

    select
        *,
        first_value(message_id) over last_word as standing_message_id,
        first_value(units_of_code) over last_word as standing_units,
        first_value(value_of_code) over last_word as standing_value,
        first_value(is_cancellation) over last_word as is_cancelled

    from by_code

    window last_word as (
        partition by series_key, measure, start_date, end_date, {{ series_columns() }}, qualifier
        order by document_function = 'duplicate' asc, statement_number desc nulls last
    )

),

compared as (

    select
        *,
        message_id = standing_message_id as is_standing,
        first_value(qualifier) over largest as standing_qualifier

    from latest

    window largest as (
        partition by series_key, measure, start_date, end_date, {{ series_columns() }}
        order by
            message_id = standing_message_id and not is_cancellation desc,
            abs(units_of_code) desc,
            statement_number desc nulls last,
            line_position asc
    )

),

told_otherwise as (

    select
        compiled_line_id,
        partner_id,
        week_start_date,
        case
            -- Who says the same again has corrected nothing.
            when
                not is_standing
                and not is_cancelled
                and units_of_code = standing_units
                and (value_of_code is not distinct from standing_value)
                then 'repeated'
            when not is_standing then 'superseded'
            -- Two codes for one measure (QTY 17 with 145, QTY 153 with 26) are two views of the same goods, the lesser
            -- a part of the greater, never a sum.
            else 'other_view'
        end as fate

    from compared

    where
        not is_standing
        or (not is_cancellation and qualifier is distinct from standing_qualifier)

),

standing as (

    select lines.*

    from lines

    left join told_otherwise on lines.compiled_line_id = told_otherwise.compiled_line_id

    where told_otherwise.compiled_line_id is null and lines.is_cancellation is not true

),

-- The split is the statement, the total only checks it, as within a message.
totals as (

    select
        total_lines.compiled_line_id,
        total_lines.partner_id,
        total_lines.week_start_date

    from standing as total_lines

    inner join standing as split_lines
        on
            total_lines.partner_id = split_lines.partner_id
            and total_lines.item_id_type = split_lines.item_id_type
            and total_lines.item_id = split_lines.item_id
            and total_lines.unit = split_lines.unit
            and total_lines.measure = split_lines.measure
            and total_lines.qualifier is not distinct from split_lines.qualifier
            and total_lines.start_date = split_lines.start_date
            and total_lines.end_date = split_lines.end_date
            and split_lines.location_id != 'unknown'

    where total_lines.location_id = 'unknown'

    group by
        total_lines.compiled_line_id, total_lines.partner_id, total_lines.week_start_date, total_lines.quantity

    having count(distinct split_lines.location_id) > 1 and sum(split_lines.quantity) = total_lines.quantity

)

select * from told_otherwise

union all

select
    compiled_line_id,
    partner_id,
    week_start_date,
    'total_of_split' as fate

from totals
