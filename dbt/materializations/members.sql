{#
    Members of dimensions that a table speaks of: those that are new are written in the transaction that writes its rows, so
    that nobody who reads meets a row without its item, place, partner or day. A table says in `announces` of which
    dimensions, and in `announced_rows` by which of its rows, where it is not by all.

    A dimension says in `announced_as` what stands in its columns then: SQL over a row that speaks of the member, or several,
    each of a column that names a member where the table has it. The dimension itself is computed behind all tables that
    speak of it, and so no member goes while one of them does; what else it says of a new one follows then.
#}
{% macro announce_members(is_growing) %}
    {%- for dimension in graph.nodes.values() if dimension.name in config.get('announces', []) and dimension.resource_type == 'model' -%}
    {%- set members = name_of(dimension) -%}
    {%- set stated = dimension.config.announced_as %}
    do $do$
    begin
        -- A run that makes the dimension for the first time, or in another shape, is none in which somebody reads it.
        if (
            select count(*) from pg_attribute
            where attrelid = to_regclass('{{ members }}') and attname in ('{{ stated.keys() | join("', '") }}')
        ) < {{ stated | length }} then
            return;
        end if;
        insert into {{ members }} ({{ stated.keys() | join(', ') }})
        {{ select_members(stated, is_growing) }}
        -- Two tables are written at once: in one order, neither waits for what the other holds while that waits for it.
        order by 1
        on conflict do nothing;
    end
    $do$;
    {%- endfor %}
{% endmacro %}

{# A row for each member, or few. #}
{% macro select_members(stated, is_growing) -%}
    {%- set keys = stated.values() | first -%}
    {%- set keys = [keys] if keys is string else keys | select('in', model.columns) | list -%}
    {%- for key in keys %}
        {{ 'union' if not loop.first }}
        select distinct {{ key }} as {{ stated.keys() | first }}
        {%- for column, value in (stated.items() | list)[1:] %}, {{ value }} as {{ column }}{% endfor %}
        from {{ this ~ ' as told' if not is_growing else rows_just_written() }}
        where {{ key }} is not null and {{ config.get('announced_rows', 'true') }}
    {%- endfor %}
{%- endmacro %}

{% macro rows_just_written() -%}
    (
        select * from {{ this.identifier }}__computed where ctid = any(array(select computed_row from differing_rows))
    ) as told
{%- endmacro %}
