{# Joins the values of a JSON object as typed columns of `alias`. Unpacked in one go: every -> would unpack it again. #}
{% macro unpack_json(document, alias, columns) -%}
    cross join
        lateral jsonb_to_record({{ document }}) as {{ alias }} (
            {%- for name, type in columns.items() %}
            {{ name }} {{ type }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}

{# Joins a row for each element of an array in a JSON object: its `content` and its position, counted from 1. #}
{% macro unpack_json_array(document, name, alias, position) -%}
    cross join
        lateral (
            select
                element.content,
                element.position::integer as {{ position }}
            from jsonb_array_elements(coalesce({{ document }} -> '{{ name }}', '[]'::jsonb))
                with ordinality as element (content, position)
        ) as {{ alias }}
{%- endmacro %}

{# Joins a row for each name and value of a JSON object, the value as text. #}
{% macro unpack_json_names(document, alias) -%}
    cross join lateral jsonb_each_text({{ document }}) as {{ alias }}
{%- endmacro %}

{# Elements of a JSON array, none where there is no array. #}
{% macro json_array_length(array) -%}
    jsonb_array_length(coalesce({{ array }}, '[]'::jsonb))
{%- endmacro %}

{# One value of a JSON object, as text. #}
{% macro json_text(document, name) -%}
    {{ document }} ->> '{{ name }}'
{%- endmacro %}

{# The names and values of a JSON object with one more; what is no object has none, and no name adds none. #}
{% macro json_with(document, name, value) -%}
    case when jsonb_typeof({{ document }}) = 'object' then {{ document }} else '{}'::jsonb end
    || case
        when {{ value }} is null or {{ name }} is null then '{}'::jsonb
        else jsonb_build_object({{ name }}, {{ value }})
    end
{%- endmacro %}

{# Joins a row for each element of a JSON array of objects, their values as typed columns of `alias`. #}
{% macro unpack_json_list(array, alias, columns) -%}
    cross join
        lateral jsonb_to_recordset(coalesce({{ array }}, '[]'::jsonb)) as {{ alias }} (
            {%- for name, type in columns.items() %}
            {{ name }} {{ type }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}
