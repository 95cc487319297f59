{{ config(materialized='table') }}

with

messages as (

    select * from {{ ref('int_messages') }}

),

lines as (

    select * from {{ ref('int_lines') }}

),

withdrawn_places as (

    select * from {{ ref('int_withdrawn_places') }}

),

judged as (

    select
        lines.*,
        messages.document_function,
        case
            when messages.is_test then 'test_traffic'
            when messages.is_resend then 'resend'
            when withdrawn_places.is_cancelled then 'cancelled'
            when withdrawn_places.message_id is not null then 'replaced'
            when lines.item_id is null then 'without_item'
            when lines.end_date is null then 'undated'
            -- Fifteen digits are the most that a quantity has in either standard; more is not a count of units.
            when coalesce(abs(lines.quantity) >= 1e15, true) then 'without_quantity'
        end as fate

    from lines

    inner join messages on lines.message_id = messages.message_id

    left join withdrawn_places
        on lines.message_id = withdrawn_places.message_id and lines.location_id = withdrawn_places.location_id

),

-- One statement is what a partner says about one measure of one item at one place in one period. Where several
-- messages make it, the last one is true; a copy (function duplicate) speaks only where nothing else does. Lines of
-- that one message all count: registers and receipts repeat equal lines. Lines that are out already make no statement.
--
-- Both windows walk one order, the dates first: they are compared fastest.
by_code as (

    select
        *,
        abs(sum(quantity) over (
            partition by
                start_date, end_date, item_id, location_id, partner_id, item_id_type, unit,
                measure, fate is null, message_id, qualifier
        )) as units_of_code

    from judged

),

compared as (

    select
        *,
        first_value(message_id) over latest as standing_message_id,
        first_value(qualifier) over latest as standing_qualifier

    from by_code

    window latest as (
        partition by
            start_date, end_date, item_id, location_id, partner_id, item_id_type, unit,
            measure, fate is null
        order by document_function = 'duplicate' asc, statement_number desc, units_of_code desc, line_position asc
    )

)

select
    compiled_line_id,
    message_id,
    statement_number,
    partner_id,
    week_calendar,
    is_sales,
    item_id,
    item_id_type,
    location_id,
    unit,
    is_unit_assumed,
    measure,
    quantity,
    line_value,
    currency,
    is_priced_at_cost,
    start_date,
    end_date,
    case
        when fate is not null then fate
        when message_id != standing_message_id then 'superseded'
        when document_function = 'cancellation' then 'cancelled'
        -- Two codes for one measure (QTY 17 with 145, QTY 153 with 26) are two views of the same goods, the lesser a
        -- part of the greater, never a sum.
        when (qualifier is distinct from standing_qualifier) then 'other_view'
        else 'counted'
    end as fate

from compared
