{#
    The rows of a table that a model needs in this run: all of them, or, while it grows, those of the messages or weeks
    that it reads. For `select * from {{ needed_rows(ref('…')) }}`.

    The arrays become look-ups in indexes, also in tables behind a view; a join would read all of those first. But the
    planner takes what an array finds for some ten rows, and joins two of them in loops: where a model joins what it needs
    with more, it asks for a table, `needed_rows(ref('…'), as_table=true)`, whose rows are counted before they are joined.
#}
{% macro needed_rows(relation, as_table=false) -%}
    {%- if not model or not model.get('is_growing') -%}
        {{ relation }}
    {%- elif as_table -%}
        {%- if relation not in model.needed_tables -%}{%- do model.needed_tables.append(relation) -%}{%- endif -%}
        {{ name_of_needed(relation) }}
    {%- else -%}
        {{ select_needed(relation) }} as needed
    {%- endif -%}
{%- endmacro %}

{% macro name_of_needed(relation) -%}
    {{ relation.identifier }}__needed
{%- endmacro %}

{% macro select_needed(relation) -%}
    (select * from {{ relation }} where {{ is_among('read') }})
{%- endmacro %}
