with

lines as (

    select * from {{ ref('base_compiled_lines') }}

),

identifiers as (

    select
        lines.message_id,
        lines.line_position,
        lines.item_id,
        lines.item_id_type,
        named.key as identifier_type,
        nullif(trim(named.value), '') as identifier

    from lines

    {{ unpack_json_names(json_with('lines.item_ids', 'lines.item_id_type', 'lines.item_id'), 'named') }}

)

select * from identifiers

where identifier is not null
