-- All that decides what a message's lines become, apart from what other messages say of the same: one number, by which
-- int_judged_lines finds the messages that are no longer what it holds.

with

messages as (

    select * from {{ ref('int_messages') }}

),

first_lines as (

    select * from {{ ref('base_compiled_lines') }}

    where line_position = 1

),

withdrawn_places as (

    select * from {{ ref('int_withdrawn_places') }}

),

withdrawals as (

    select
        message_id,
        {{ joined("location_id || ' ' || is_cancelled", ' ', 'location_id') }} as places

    from withdrawn_places

    group by message_id

),

item_names as (

    select * from {{ ref('int_item_names') }}

    where item_id is not null and gtin is null

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

item_aliases as (

    select * from {{ ref('int_item_aliases') }}

),

renamings as (

    select
        item_names.message_id,
        {{ joined(
            "item_aliases.item_id || '=' || item_aliases.stands_for_type || ' ' || item_aliases.stands_for_id",
            ' ',
            'item_aliases.item_id_type, item_aliases.item_id, item_aliases.stands_for_id',
        ) }} as names

    from item_names

    inner join message_partners on item_names.message_id = message_partners.message_id

    inner join item_aliases
        on
            message_partners.partner_id = item_aliases.partner_id
            and item_names.item_id_type = item_aliases.item_id_type
            and item_names.item_id = item_aliases.item_id

    group by item_names.message_id

),

described as (

    select
        messages.message_id,
        concat_ws(
            '|',
            messages.outcome_version,
            -- The lines' own: they are read later than the header, and Silver may have changed in between.
            first_lines.outcome_version,
            messages.partner_id,
            messages.week_calendar,
            coalesce(messages.price_basis, '-'),
            coalesce(messages.currency, '-'),
            -- Days and moments as numbers: as text they are written in a session's own zone and style, and whoever ran
            -- dbt in another one would have had every message judged anew.
            coalesce({{ as_number_of_seconds('messages.period_start_date') }}::text, '-'),
            coalesce({{ as_number_of_seconds('messages.period_end_date') }}::text, '-'),
            messages.document_function,
            messages.is_test,
            messages.is_resend,
            messages.is_complete,
            {{ as_number_of_seconds('messages.stated_at') }},
            {{ as_number_of_seconds('messages.received_at') }},
            withdrawals.places,
            renamings.names
        ) as description

    from messages

    -- A message without lines has nothing to be judged.
    inner join first_lines on messages.message_id = first_lines.message_id

    left join withdrawals on messages.message_id = withdrawals.message_id

    left join renamings on messages.message_id = renamings.message_id

)

select
    message_id,
    {{ hash_of('description') }} as verdict

from described
