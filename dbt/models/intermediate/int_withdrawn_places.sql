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
        messages.stated_at,
        messages.control_number,
        messages.is_said_again,
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
        messages.stated_at,
        messages.control_number,
        messages.is_said_again,
        messages.is_empty,
        messages.period_start_date,
        messages.period_end_date,
        lines.location_id

),

-- Of corrections that say the same of the same days the last one counts; its own interchange it does not withdraw, for
-- that the last one of another interchange does. With each of them, one document number for all that a partner sends
-- would be compared as often as there are pairs.
withdrawing as (

    select
        *,
        first_value(interchange_id) over (
            partition by
                partner_id, message_type, document_number, document_function, is_empty, location_id, start_date,
                end_date
            order by statement_number desc
        ) as last_interchange_id

    from places

    where document_function in ('replacement', 'cancellation')

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                partner_id, message_type, document_number, document_function, is_empty, location_id, start_date,
                end_date, interchange_id = last_interchange_id
            order by statement_number desc
        ) as correction_rank

    from withdrawing

),

corrections as {{ materialized() }} (

    select * from ranked

    where correction_rank = 1

),

pairs as (

    {% for is_corrected in (
        'later.is_empty is not true and places.location_id = later.location_id', 'later.is_empty and places.location_id is not null'
    ) -%}
    select
        places.message_id,
        places.location_id,
        later.document_function

    from places

    inner join corrections as later
        on
            places.partner_id = later.partner_id
            and places.message_type = later.message_type
            and places.document_number = later.document_number
            and {{ is_corrected }}
            and places.interchange_id != later.interchange_id
            and places.statement_number < later.statement_number
            and coalesce(places.start_date <= later.end_date, true)
            and coalesce(places.end_date >= later.start_date, true)

    {% if not loop.last -%}
    union all

    {% endif -%}
    {% endfor %}
),

-- A replacement that was made within a day before its document, by clocks of two zones or one that was set, and yet has
-- the higher control number, was made after it.
misdated as (

    select
        places.message_id,
        places.location_id,
        withdrawing.document_function

    from places

    cross join (values (0), (1)) as earlier (days)

    inner join withdrawing
        on
            places.partner_id = withdrawing.partner_id
            and places.message_type = withdrawing.message_type
            and places.document_number = withdrawing.document_number
            and {{ day_in_utc('places.stated_at') }} - earlier.days = {{ day_in_utc('withdrawing.stated_at') }}
            and (withdrawing.is_empty or places.location_id = withdrawing.location_id)
            and places.interchange_id != withdrawing.interchange_id
            and places.statement_number > withdrawing.statement_number
            and places.stated_at <= {{ a_day_after('withdrawing.stated_at') }}
            and places.control_number < withdrawing.control_number
            and coalesce(places.start_date <= withdrawing.end_date, true)
            and coalesce(places.end_date >= withdrawing.start_date, true)

    where
        places.location_id is not null
        and places.document_function not in ('replacement', 'cancellation')
        and not places.is_said_again

)

select
    message_id,
    location_id,
    bool_or(document_function = 'cancellation') as is_cancelled

from (
    select * from pairs

    union all

    select * from misdated
) as withdrawals

group by message_id, location_id
