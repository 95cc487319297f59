-- A table, because dim_item would otherwise unpack the identifiers of every line again for each day that comes.
-- Which items there are it asks the facts, whose primary keys lead to them.
{{ config(
    materialized='incremental',
    growth='weeks',
    grown_by=['partner_id', 'item_id_type', 'item_id'],
) }}

with

sales as not materialized (

    select * from {{ ref('fct_sales') }}

),

stock as not materialized (

    select * from {{ ref('fct_stock') }}

),

weeks as not materialized (

    select * from {{ ref('fct_sell_through_performance') }}

    -- Weeks that nothing was stated of, into which stock is carried, have no message.
    where last_message_id is not null

),

identifiers as not materialized (

    select * from {{ ref('stg_compiled_item_ids') }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

{% if is_incremental() -%}
touched_items as materialized (

    select distinct
        partner_id,
        item_id_type,
        item_id

    from touched_weeks

),

items as materialized (

    select
        partner_id,
        item_id_type,
        item_id

    from touched_items

    where
        exists (
            select from sales
            where
                sales.partner_id = touched_items.partner_id
                and sales.item_id_type = touched_items.item_id_type
                and sales.item_id = touched_items.item_id
        )
        or exists (
            select from stock
            where
                stock.partner_id = touched_items.partner_id
                and stock.item_id_type = touched_items.item_id_type
                and stock.item_id = touched_items.item_id
        )

),

-- A look-up for each item, where reading all of its weeks would take seconds.
last_rows as (

    select
        items.partner_id,
        items.item_id_type,
        items.item_id,
        last_row.first_message_id,
        last_row.last_message_id

    from items

    cross join
        lateral (
            select
                weeks.first_message_id,
                weeks.last_message_id

            from weeks

            where
                weeks.partner_id = items.partner_id
                and weeks.item_id_type = items.item_id_type
                and weeks.item_id = items.item_id

            order by
                weeks.partner_id desc, weeks.item_id_type desc, weeks.item_id desc,
                weeks.location_id desc, weeks.unit desc, weeks.week_start_date desc

            limit 1
        ) as last_row

),
{%- else -%}
items as materialized (

    select
        partner_id,
        item_id_type,
        item_id

    from sales

    union

    select
        partner_id,
        item_id_type,
        item_id

    from stock

),

last_rows as (

    select distinct on (partner_id, item_id_type, item_id)
        partner_id,
        item_id_type,
        item_id,
        first_message_id,
        last_message_id

    from weeks

    order by
        partner_id desc, item_id_type desc, item_id desc, location_id desc, unit desc, week_start_date desc

),
{%- endif %}

-- How an item is called now: in the first and the last message about one of its rows.
last_messages as materialized (

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

-- `limit 1` keeps the GTIN to one computation: else each name below repeats it.
named as (

    select
        identifiers.message_id,
        coalesce(item.gtin, identifiers.item_id) as item_id,
        {{ canonical_item_id_type('item.gtin', 'item_id_types.namespace') }} as item_id_type,
        concat_ws(' ', identifiers.identifier_type, identifiers.identifier) as identifier

    from identifiers

    left join item_id_types on identifiers.item_id_type = item_id_types.item_id_type

    cross join
        lateral ( -- noqa: ST05
            select {{ gtin_of('identifiers.item_id', 'identifiers.item_id_type', 'item_id_types.namespace') }} as gtin
            order by gtin
            limit 1
        ) as item

    -- As an array it becomes a look-up; a join would unpack all lines first.
    where identifiers.message_id = any(array(select distinct last_messages.message_id from last_messages))

),

identifiers_by_item as (

    select
        last_messages.partner_id,
        last_messages.item_id_type,
        last_messages.item_id,
        array_agg(distinct named.identifier order by named.identifier) as identifiers_sent

    from last_messages

    inner join named
        on
            last_messages.message_id = named.message_id
            and last_messages.item_id_type = named.item_id_type
            and last_messages.item_id = named.item_id

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
