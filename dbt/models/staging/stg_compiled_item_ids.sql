-- A table, because it reads every line and dim_item wants the few different answers.
{{ config(materialized='table') }}

with

headers as (

    select * from {{ ref('stg_compiled_headers') }}

),

lines as (

    select * from {{ ref('base_compiled_lines') }}

),

-- Ten thousand lines name one item alike: each way of naming it is unpacked once.
namings as (

    select
        headers.partner_id,
        lines.item_id,
        lines.item_id_type,
        lines.item_ids

    from lines

    inner join headers on lines.message_id = headers.message_id

    where lines.item_id is not null

    group by headers.partner_id, lines.item_id, lines.item_id_type, lines.item_ids

),

identifiers as (

    select
        partner_id,
        item_id,
        item_id_type,
        item_id_type as identifier_type,
        item_id as identifier

    from namings

    union

    select
        namings.partner_id,
        namings.item_id,
        namings.item_id_type,
        named.key as identifier_type,
        nullif(trim(named.value), '') as identifier

    from namings

    cross join
        lateral jsonb_each_text(
            case when jsonb_typeof(namings.item_ids) = 'object' then namings.item_ids else '{}'::jsonb end
        ) as named

)

select * from identifiers

where identifier is not null
