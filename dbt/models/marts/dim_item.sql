with

sales as (

    select * from {{ ref('fct_sales') }}

),

stock as (

    select * from {{ ref('fct_stock') }}

),

identifiers as (

    select * from {{ ref('stg_compiled_item_ids') }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

items as (

    select * from {{ ref('items') }}

),

pack_factors as (

    select * from {{ ref('pack_factors') }}

),

members as (

    select
        item_key,
        item_id_type,
        item_id,
        partner_id

    from sales

    union

    select
        item_key,
        item_id_type,
        item_id,
        partner_id

    from stock

),

-- A GTIN is one item whoever names it.
single_members as (

    select
        item_key,
        item_id_type,
        item_id,
        case when item_id_type != 'gtin' then min(partner_id) end as partner_id,
        count(distinct partner_id) as partner_count

    from members

    group by item_key, item_id_type, item_id

),

named as (

    select
        identifiers.partner_id,
        {{ canonical_item_id('identifiers.item_id', 'identifiers.item_id_type', 'item_id_types.namespace') }}
            as item_id,
        {{ canonical_item_id_type('identifiers.item_id', 'identifiers.item_id_type', 'item_id_types.namespace') }}
            as item_id_type,
        concat_ws(' ', identifiers.identifier_type, identifiers.identifier) as identifier

    from identifiers

    left join item_id_types on identifiers.item_id_type = item_id_types.item_id_type

),

identifiers_by_item as (

    select
        {{ item_key() }} as item_key,
        string_agg(distinct identifier, ', ' order by identifier) as identifiers_sent

    from named

    group by {{ item_key() }}

),

packs_by_item as (

    select
        item_id_type,
        item_id,
        case when item_id_type != 'gtin' then partner end as partner_id,
        string_agg(
            concat_ws(
                ' ',
                case when item_id_type = 'gtin' then partner || ':' end,
                unit, '=', trim_scale(contained_units), 'EA', 'of ' || contained_item_id
            ),
            ', ' order by partner nulls first, unit
        ) as pack_factors

    from pack_factors

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
    identifiers_by_item.identifiers_sent,
    packs_by_item.pack_factors,
    single_members.partner_count::integer as partner_count

from single_members

left join items
    on
        single_members.item_id_type = items.item_id_type
        and single_members.item_id = items.item_id
        and single_members.partner_id is not distinct from items.partner

left join identifiers_by_item on single_members.item_key = identifiers_by_item.item_key

left join packs_by_item
    on
        single_members.item_id_type = packs_by_item.item_id_type
        and single_members.item_id = packs_by_item.item_id
        and single_members.partner_id is not distinct from packs_by_item.partner_id
