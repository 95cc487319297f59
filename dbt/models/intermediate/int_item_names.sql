-- How messages name items: by another number than a GTIN, alone or beside one. A message that does neither has one row
-- all the same, by which it is known to be read.
-- depends_on: {{ ref('int_item_name_versions') }}
{{ config(
    materialized='maintained',
    maintained_by='messages',
    versions='int_item_name_versions',
    version='outcome_version',
    one_row_a_message='name_number = 1',
    grain=['message_id', 'name_number'],
    indexes=[{'columns': ['message_id']}],
    partial_indexes=['(message_id, outcome_version) where name_number = 1'],
) }}

with

asked as (

    select * from {{ needed_rows(ref('int_item_name_versions'), as_table=true) }}

),

identifiers as (

    select * from {{ needed_rows(ref('stg_compiled_item_ids'), as_table=true) }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

named as (

    select
        identifiers.message_id,
        identifiers.line_position,
        identifiers.identifier_type,
        identifiers.identifier,
        coalesce(item_id_types.namespace, 'other') as namespace,
        {{ gtin_of('identifiers.identifier', 'identifiers.identifier_type', 'item_id_types.namespace') }} as gtin

    from identifiers

    left join item_id_types on identifiers.identifier_type = item_id_types.item_id_type

),

-- A line of several GTINs, of a piece and its case, does not say which of them its other number is.
gtins as (

    select
        message_id,
        line_position,
        case when min(gtin) = max(gtin) then min(gtin) end as gtin,
        min(gtin) is not null as has_gtin

    from named

    group by message_id, line_position

),

names as (

    select distinct
        named.message_id,
        named.identifier_type,
        named.namespace as item_id_type,
        named.identifier as item_id,
        gtins.gtin

    from named

    inner join gtins on named.message_id = gtins.message_id and named.line_position = gtins.line_position

    where named.namespace != 'gtin' and (gtins.gtin is not null or not gtins.has_gtin)

)

select
    asked.message_id,
    asked.outcome_version,
    names.identifier_type,
    names.item_id_type,
    names.item_id,
    names.gtin,
    row_number() over (
        partition by asked.message_id
        order by names.identifier_type, names.item_id, names.gtin
    )::integer as name_number

from asked

left join names on asked.message_id = names.message_id
