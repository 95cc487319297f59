with

messages as (

    select * from {{ source('bronze', 'messages') }}

),

held_days as (

    select * from {{ source('silver', 'held_days') }}

    where is_refused and released_at is null

)

select messages.message_id

from messages

inner join held_days
    on
        coalesce(nullif(trim({{ json_text('messages.envelope', 'sender') }}), ''), 'unknown') = held_days.partner_id
        and ({{ time_in_utc('messages.received_at') }})::date = held_days.received_date
