-- One statement is what a partner says under one code about one measure of one item at one place in one period. Where
-- several messages make it, the last one is true; a copy (function duplicate) speaks only where nothing else does.
-- Lines of that one message all count: registers and receipts repeat equal lines. Lines that are out already make no
-- statement. Codes are compared when each has its last word: one for promotions does not restate that for all sales.
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

locations as (

    select * from {{ ref('locations') }}

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

outdone as (

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

-- What is said without a place, or of one that stands for others: few items have such lines.
said_of_all as (

    select distinct
        lines.partner_id,
        lines.item_id_type,
        lines.item_id,
        lines.unit,
        lines.measure,
        lines.start_date,
        lines.end_date

    from lines

    left join locations on lines.partner_id = locations.partner and lines.location_id = locations.location_id

    where lines.location_id = 'unknown' or locations.kind = 'total'

),

standing as (

    select
        lines.*,
        lines.location_id = 'unknown' or coalesce(locations.kind = 'total', false) as is_of_all,
        coalesce(locations.kind = 'total', false) as is_known_total

    from lines

    inner join said_of_all
        on
            lines.partner_id = said_of_all.partner_id
            and lines.item_id_type = said_of_all.item_id_type
            and lines.item_id = said_of_all.item_id
            and lines.unit = said_of_all.unit
            and lines.measure = said_of_all.measure
            and lines.start_date = said_of_all.start_date
            and lines.end_date = said_of_all.end_date

    left join locations on lines.partner_id = locations.partner and lines.location_id = locations.location_id

    left join outdone on lines.compiled_line_id = outdone.compiled_line_id

    where outdone.compiled_line_id is null and not lines.is_cancellation

),

-- A total is what several places add up to, and what a place that is known for one states beside any.
compared_with_places as (

    select
        *,
        sum(quantity) filter (where is_of_all and not is_known_total) over statement as units_of_all,
        sum(quantity) filter (where not is_of_all) over statement as units_of_places,
        min(location_id) filter (where not is_of_all) over statement as first_place,
        max(location_id) filter (where not is_of_all) over statement as last_place

    from standing

    window statement as (
        partition by partner_id, item_id_type, item_id, unit, measure, start_date, end_date
    )

)

select
    compiled_line_id,
    partner_id,
    week_start_date,
    fate

from outdone

union all

select
    compiled_line_id,
    partner_id,
    week_start_date,
    'total_of_split' as fate

from compared_with_places

where
    (is_known_total and first_place is not null)
    or (
        is_of_all and not is_known_total and first_place != last_place and units_of_all = units_of_places
    )
