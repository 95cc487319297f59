{{ config(materialized='maintained', maintained_by='rows', grain=['message_id', 'location_id']) }}

-- A replacement or cancellation withdraws what its document said before, place by place: partners number every message
-- of an interchange alike, so a document number alone would withdraw other stores and other weeks. A line without a
-- meaning, mapped to none or rejected, replaces nothing: what was there would be lost. A cancellation need only name
-- the place. Either withdraws its whole document where it has no lines at all.

with

messages as (

    select * from {{ ref('int_corrected_messages') }}

),

lines as (

    select * from {{ ref('int_lines') }}

    where {{ is_one_of_few('message_id', 'select messages.message_id from messages') }}

),

-- Materialized, because the planner knows little of how few they are, and would join every line with every other.
places as {{ materialized() }} (

    select
        messages.message_id,
        messages.interchange_id,
        messages.partner_id,
        messages.message_type,
        messages.document_number,
        messages.document_function,
        messages.statement_number,
        messages.is_empty,
        lines.location_id,
        coalesce(min(lines.start_date), messages.period_start_date) as start_date,
        coalesce(max(lines.end_date), messages.period_end_date) as end_date

    from messages

    left join lines
        on
            messages.message_id = lines.message_id
            and (lines.measure != 'unmapped' or messages.document_function = 'cancellation')

    group by
        messages.message_id,
        messages.interchange_id,
        messages.partner_id,
        messages.message_type,
        messages.document_number,
        messages.document_function,
        messages.statement_number,
        messages.is_empty,
        messages.period_start_date,
        messages.period_end_date,
        lines.location_id

),

withdrawn as (

    select
        places.message_id,
        places.location_id,
        bool_or(later.document_function = 'cancellation') as is_cancelled

    from places

    inner join places as later
        on
            places.partner_id = later.partner_id
            and places.message_type = later.message_type
            and places.document_number = later.document_number
            and places.interchange_id != later.interchange_id
            and places.statement_number < later.statement_number
            and (later.is_empty or places.location_id = later.location_id)
            and later.document_function in ('replacement', 'cancellation')
            and coalesce(places.start_date <= later.end_date, true)
            and coalesce(places.end_date >= later.start_date, true)

    where places.location_id is not null

    group by places.message_id, places.location_id

)

select * from withdrawn
