-- Who reports. A mailbox is one partner, unless its messages name different parties in one role: then each of them is
-- one. But parties that have one place each, and each another one, are those places: stores that report for themselves.
{{ config(
    materialized='maintained',
    maintained_by='rows',
    grain=['message_id'],
    indexes=[{'columns': ['message_id']}],
) }}

with

messages as (

    select * from {{ ref('stg_messages') }}

),

parties as (

    select * from {{ ref('int_message_parties') }}

    where party is not null

),

partner_aliases as (

    select * from {{ ref('partner_aliases') }}

),

-- By type of message too: sales by one party and stock by another are of one retailer as often as not.
named as (

    select
        sender_id,
        message_type,
        role,
        party,
        min(first_location_id) as first_location_id,
        max(last_location_id) as last_location_id

    from parties

    where first_location_id is not null and not is_test

    group by sender_id, message_type, role, party

),

telling_roles as (

    select
        sender_id,
        message_type,
        role

    from named

    group by sender_id, message_type, role

    having
        count(*) > 1
        and not (bool_and(first_location_id = last_location_id) and count(distinct first_location_id) = count(*))

),

retailers as (

    select distinct
        named.sender_id,
        named.party

    from named

    inner join telling_roles
        on
            named.sender_id = telling_roles.sender_id
            and named.message_type = telling_roles.message_type
            and named.role = telling_roles.role

),

ranked as (

    select
        parties.message_id,
        parties.party,
        partner_aliases.partner,
        row_number() over (
            partition by parties.message_id
            order by partner_aliases.partner is null, parties.party_number
        ) as preference

    from parties

    left join partner_aliases on parties.sender_id = partner_aliases.sender and parties.party = partner_aliases.party

    left join retailers on parties.sender_id = retailers.sender_id and parties.party = retailers.party

    where partner_aliases.partner is not null or retailers.party is not null

)

select
    messages.message_id,
    messages.sender_id,
    ranked.party as reporting_party,
    coalesce(
        ranked.partner,
        mailboxes.partner,
        messages.sender_id || ':' || ranked.party,
        messages.sender_id
    ) as partner_id

from messages

left join ranked on messages.message_id = ranked.message_id and ranked.preference = 1

left join partner_aliases as mailboxes on messages.sender_id = mailboxes.sender and mailboxes.party is null
