{#
    The rows of a table that a model needs in this run: all of them, or, while it grows, those of the messages or weeks
    that it reads. For `select * from {{ needed_rows(ref('…')) }}`.

    The arrays become look-ups in indexes, also in tables behind a view; a join would read all of those first.
#}
{% macro needed_rows(relation) -%}
    {%- if not model or not model.get('is_growing') -%}
        {{ relation }}
    {%- else -%}
        (select * from {{ relation }} where {{ is_among('read') }}) as needed
    {%- endif -%}
{%- endmacro %}
