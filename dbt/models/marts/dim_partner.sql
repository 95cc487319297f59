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

partners as (

    select * from {{ ref('partners') }}

),

seen as (

    select
        partner_id,
        {{ list_of('message_type') }} as message_types,
        count(*) as message_count,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at

    from messages

    group by partner_id

)

select
    coalesce(seen.partner_id, partners.partner) as partner_id,
    coalesce(partners.name, seen.partner_id) as partner_name,
    coalesce(partners.week_calendar, 'iso') as week_calendar,
    partners.price_basis,
    partners.partner is not null as is_registered,
    seen.message_types,
    coalesce(seen.message_count, 0) as message_count,
    seen.first_received_at,
    seen.last_received_at

from seen

full outer join partners on seen.partner_id = partners.partner
