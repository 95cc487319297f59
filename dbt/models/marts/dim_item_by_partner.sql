-- Which items there are it asks the facts, whose primary keys lead to them.
with

sales as {{ not_materialized() }} (

    select * from {{ ref('fct_sales') }}

),

stock as {{ not_materialized() }} (

    select * from {{ ref('fct_stock') }}

),

weeks as {{ not_materialized() }} (

    select * from {{ ref('fct_sell_through_performance') }}

    -- Weeks that nothing was stated of, into which stock is carried, have no message.
    where last_message_id is not null

),

identifiers as {{ not_materialized() }} (

    select * from {{ ref('stg_compiled_item_ids') }}

),

item_aliases as (

    select * from {{ ref('int_item_aliases') }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

items as {{ materialized() }} (

    {{ list_distinct('sales', ['partner_id', 'item_id_type', 'item_id']) }}

    union

    {{ list_distinct('stock', ['partner_id', 'item_id_type', 'item_id']) }}

),

last_rows as {{ materialized() }} (

    select
        items.partner_id,
        items.item_id_type,
        items.item_id,
        last_row.first_message_id,
        last_row.last_message_id

    from items

    {{ join_last_row(
        'weeks', 'last_row', 'items', ['partner_id', 'item_id_type', 'item_id'],
        ['location_id', 'unit', 'week_start_date'],
    ) }}

),


-- How an item is called now: in the first and the last message about one of its rows.
last_messages as (

    select
        partner_id,
        item_id_type,
        item_id,
        first_message_id as message_id

    from last_rows

    union

    select
        partner_id,
        item_id_type,
        item_id,
        last_message_id as message_id

    from last_rows

),

named as (

    select
        identifiers.message_id,
        coalesce(item.gtin, identifiers.item_id) as item_id,
        {{ canonical_item_id_type('item.gtin', 'item_id_types.namespace') }} as item_id_type,
        concat_ws(' ', identifiers.identifier_type, identifiers.identifier) as identifier

    from identifiers

    left join item_id_types on identifiers.item_id_type = item_id_types.item_id_type

    {{ join_value(
        gtin_of('identifiers.item_id', 'identifiers.item_id_type', 'item_id_types.namespace'), 'item', 'gtin'
    ) }}

    where {{ is_one_of_few('identifiers.message_id', 'select distinct last_messages.message_id from last_messages') }}

),

identifiers_by_item as (

    select
        last_messages.partner_id,
        last_messages.item_id_type,
        last_messages.item_id,
        {{ array_of('named.identifier') }} as identifiers_sent

    from last_messages

    inner join named on last_messages.message_id = named.message_id

    left join item_aliases
        on
            last_messages.partner_id = item_aliases.partner_id
            and named.item_id_type = item_aliases.item_id_type
            and named.item_id = item_aliases.item_id

    where
        last_messages.item_id_type = coalesce(item_aliases.stands_for_type, named.item_id_type)
        and last_messages.item_id = coalesce(item_aliases.stands_for_id, named.item_id)

    group by last_messages.partner_id, last_messages.item_id_type, last_messages.item_id

)

select
    items.partner_id,
    items.item_id_type,
    items.item_id,
    {{ item_key('items') }} as item_key,
    identifiers_by_item.identifiers_sent

from items

left join identifiers_by_item
    on
        items.partner_id = identifiers_by_item.partner_id
        and items.item_id_type = identifiers_by_item.item_id_type
        and items.item_id = identifiers_by_item.item_id
