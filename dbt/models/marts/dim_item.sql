-- The facts are read by their primary keys, from one item to the next: a look-up for each item, where reading all rows
-- for the few items in them would take seconds. `not materialized`, or each look-up would sort a copy of the fact.
with recursive

performance as (

    select * from {{ ref('fct_sell_through_performance') }}

),

sales as not materialized (

    select * from {{ ref('fct_sales') }}

),

stock as not materialized (

    select * from {{ ref('fct_stock') }}

),

messages as (

    select * from {{ ref('stg_compiled_headers') }}

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

{% for fact in ['sales', 'stock'] -%}
items_of_{{ fact }} as (

    (
        select
            partner_id,
            item_id_type,
            item_id

        from {{ fact }}

        order by partner_id, item_id_type, item_id

        limit 1
    )

    union all

    select next_item.*

    from items_of_{{ fact }}

    cross join
        lateral (
            select
                {{ fact }}.partner_id,
                {{ fact }}.item_id_type,
                {{ fact }}.item_id

            from {{ fact }}

            where
                ({{ fact }}.partner_id, {{ fact }}.item_id_type, {{ fact }}.item_id)
                > (items_of_{{ fact }}.partner_id, items_of_{{ fact }}.item_id_type, items_of_{{ fact }}.item_id)

            order by {{ fact }}.partner_id, {{ fact }}.item_id_type, {{ fact }}.item_id

            limit 1
        ) as next_item

),

{% endfor -%}
members as (

    select
        {{ item_key() }} as item_key,
        partner_id,
        item_id_type,
        item_id

    from items_of_sales

    union

    select
        {{ item_key() }} as item_key,
        partner_id,
        item_id_type,
        item_id

    from items_of_stock

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

-- How an item is called now: in the first and the last message about one row of each partner's.
last_messages as materialized (

    select distinct unnest(array[last_row.first_message_id, last_row.last_message_id]) as message_id

    from members

    cross join
        lateral (
            select
                performance.first_message_id,
                performance.last_message_id

            from performance

            where
                performance.partner_id = members.partner_id
                and performance.item_id_type = members.item_id_type
                and performance.item_id = members.item_id
                and performance.first_message_id is not null

            order by
                performance.partner_id desc, performance.item_id_type desc, performance.item_id desc,
                performance.location_id desc, performance.unit desc, performance.week_start_date desc

            limit 1
        ) as last_row

),

named as (

    select
        messages.partner_id,
        {{ canonical_item_id('identifiers.item_id', 'identifiers.item_id_type', 'item_id_types.namespace') }}
            as item_id,
        {{ canonical_item_id_type('identifiers.item_id', 'identifiers.item_id_type', 'item_id_types.namespace') }}
            as item_id_type,
        concat_ws(' ', identifiers.identifier_type, identifiers.identifier) as identifier

    from messages

    inner join identifiers on messages.message_id = identifiers.message_id

    left join item_id_types on identifiers.item_id_type = item_id_types.item_id_type

    -- As arrays they become look-ups; of a join the planner expected two messages, and read all lines for each of three
    -- thousand.
    where
        messages.message_id = any(array(select last_messages.message_id from last_messages))
        and identifiers.message_id = any(array(select last_messages.message_id from last_messages))

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
