-- Who never names an item by a number of its own alone need not be asked what such numbers stand for.
with

parties as (

    select * from {{ ref('int_message_parties') }}

    where party_number = 1 and not is_test

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

asked as (

    select distinct message_partners.partner_id

    from parties

    inner join message_partners on parties.message_id = message_partners.message_id

    where parties.has_lone_numbers

)

select
    parties.message_id,
    parties.outcome_version

from parties

inner join message_partners on parties.message_id = message_partners.message_id

inner join asked on message_partners.partner_id = asked.partner_id
