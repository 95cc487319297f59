-- Nothing but an order: a member goes when all that speaks of it has been written (materializations/members.sql).
-- depends_on: {{ ref('fct_sell_through_by_item') }}
{{ config(announced_as={
    'item_key': 'item_key',
    'item_id_type': 'item_id_type',
    'item_id': 'item_id',
    'partner_id': "case when item_id_type != 'gtin' then partner_id end",
    'gtin': "case when item_id_type = 'gtin' then item_id end",
    'item_description': 'item_id',
    'is_described': 'false',
}) }}

with

members as (

    select * from {{ ref('dim_item_by_partner') }}

),

items as (

    select * from {{ ref('items') }}

),

pack_factors as (

    select * from {{ ref('pack_factors') }}

),

-- A GTIN is one item whoever names it.
single_members as (

    select
        item_key,
        item_id_type,
        item_id,
        case when item_id_type != 'gtin' then min(partner_id) end as partner_id,
        count(*) as partner_count,
        min({{ list_of_array('identifiers_sent') }}) as identifiers_sent

    from members

    group by item_key, item_id_type, item_id

),

-- Few items have several partners, so few lists of identifiers need to be merged.
shared_members as (

    select
        members.item_key,
        {{ list_of('named.identifier') }} as identifiers_sent

    from members

    {{ unpack_array('members.identifiers_sent', 'named', 'identifier') }}

    where
        members.item_key in (
            select single_members.item_key from single_members
            where single_members.partner_count > 1
        )

    group by members.item_key

),

described_packs as (

    select
        *,
        concat_ws(
            ' ',
            case when item_id_type = 'gtin' then partner || ':' end,
            unit, '=', {{ without_trailing_noughts('contained_units') }}, 'EA', 'of ' || contained_item_id
        ) as pack_factor

    from pack_factors

),

packs_by_item as (

    select
        item_id_type,
        item_id,
        case when item_id_type != 'gtin' then partner end as partner_id,
        {{ joined('pack_factor', ', ', 'partner nulls first, unit') }} as pack_factors

    from described_packs

    group by item_id_type, item_id, case when item_id_type != 'gtin' then partner end

)

select
    single_members.item_key,
    single_members.item_id_type,
    single_members.item_id,
    single_members.partner_id,
    case when single_members.item_id_type = 'gtin' then single_members.item_id end as gtin,
    coalesce(items.description, single_members.item_id) as item_description,
    items.category as item_category,
    items.description is not null as is_described,
    coalesce(shared_members.identifiers_sent, single_members.identifiers_sent) as identifiers_sent,
    packs_by_item.pack_factors,
    single_members.partner_count::integer as partner_count

from single_members

left join items
    on
        single_members.item_id_type = items.item_id_type
        and single_members.item_id = items.item_id
        and single_members.partner_id is not distinct from items.partner

left join shared_members on single_members.item_key = shared_members.item_key

left join packs_by_item
    on
        single_members.item_id_type = packs_by_item.item_id_type
        and single_members.item_id = packs_by_item.item_id
        and single_members.partner_id is not distinct from packs_by_item.partner_id
