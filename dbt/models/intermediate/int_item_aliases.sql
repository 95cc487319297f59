-- Numbers that stand for another item of the partner: by a row, or since the partner itself has stated both in one
-- line, and never the one beside another: a style is one number of many GTINs, and who numbers anew has two for one.
{{ config(materialized='maintained', maintained_by='rows', grain=['partner_id', 'item_id_type', 'item_id']) }}

with

names as (

    select * from {{ ref('int_item_names') }}

    where item_id is not null

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

item_aliases as (

    select * from {{ ref('item_aliases') }}

),

pairs as (

    select
        message_partners.partner_id,
        names.identifier_type,
        names.item_id_type,
        names.item_id,
        names.gtin,
        count(*) as message_count

    from names

    inner join message_partners on names.message_id = message_partners.message_id

    where names.gtin is not null

    group by
        message_partners.partner_id, names.identifier_type, names.item_id_type, names.item_id, names.gtin

),

numbered as (

    select
        *,
        min(item_id) over (partition by partner_id, identifier_type, gtin)
        = max(item_id) over (partition by partner_id, identifier_type, gtin) as is_only_number

    from pairs

),

stated as (

    select
        partner_id,
        item_id_type,
        item_id,
        min(gtin) as gtin

    from numbered

    group by partner_id, item_id_type, item_id

    having min(gtin) = max(gtin) and bool_and(is_only_number)

)

select
    coalesce(item_aliases.partner, stated.partner_id) as partner_id,
    coalesce(item_aliases.item_id_type, stated.item_id_type) as item_id_type,
    coalesce(item_aliases.item_id, stated.item_id) as item_id,
    coalesce(item_aliases.stands_for_type, 'gtin') as stands_for_type,
    coalesce(item_aliases.stands_for_id, stated.gtin) as stands_for_id

from stated

full outer join item_aliases
    on
        stated.partner_id = item_aliases.partner
        and stated.item_id_type = item_aliases.item_id_type
        and stated.item_id = item_aliases.item_id
