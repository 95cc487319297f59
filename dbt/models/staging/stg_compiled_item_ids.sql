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

    cross join
        lateral jsonb_each_text(
            case when jsonb_typeof(lines.item_ids) = 'object' then lines.item_ids else '{}'::jsonb end
            || case
                when lines.item_id is null or lines.item_id_type is null then '{}'::jsonb
                else jsonb_build_object(lines.item_id_type, lines.item_id)
            end
        ) as named

)

select * from identifiers

where identifier is not null
