-- Nothing but an order: a member goes when all that speaks of it has been written (materializations/members.sql).
-- depends_on: {{ ref('fct_sales') }}
-- depends_on: {{ ref('fct_stock') }}
-- depends_on: {{ ref('fct_sell_through_by_item') }}
-- depends_on: {{ ref('fct_sell_through_by_location') }}
-- depends_on: {{ ref('mart_data_quality') }}
{{ config(announced_as={
    'partner_id': 'partner_id',
    'partner_name': 'partner_id',
    'week_calendar': 'week_calendar',
    'is_registered': 'false',
    'message_count': '0',
}) }}

with

messages as (

    select * from {{ ref('stg_messages') }}

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

partners as (

    select * from {{ ref('partners') }}

),

seen as (

    select
        coalesce(message_partners.partner_id, messages.sender_id) as partner_id,
        {{ list_of('messages.sender_id') }} as sender_ids,
        {{ list_of('message_partners.reporting_party') }} as reporting_parties,
        {{ list_of('messages.message_type') }} as message_types,
        count(*) as message_count,
        min(messages.received_at) as first_received_at,
        max(messages.received_at) as last_received_at

    from messages

    left join message_partners on messages.message_id = message_partners.message_id

    group by coalesce(message_partners.partner_id, messages.sender_id)

),

known as (

    select
        coalesce(seen.partner_id, partners.partner) as partner_id,
        partners.name,
        partners.partner is not null as is_registered,
        seen.sender_ids,
        seen.reporting_parties,
        seen.message_types,
        coalesce(seen.message_count, 0) as message_count,
        seen.first_received_at,
        seen.last_received_at

    from seen

    full outer join partners on seen.partner_id = partners.partner

)

select
    known.partner_id,
    coalesce(known.name, known.partner_id) as partner_name,
    coalesce({{ setting('week_calendar') }}, 'iso') as week_calendar,
    {{ setting('price_basis') }} as price_basis,
    known.is_registered,
    known.sender_ids,
    known.reporting_parties,
    known.message_types,
    known.message_count,
    known.first_received_at,
    known.last_received_at

from known

{{ join_settings('known.partner_id') }}
