{# A number that each write gives a row of a table, whatever it changes: the transaction that wrote it. #}
{% macro row_version() -%}
    xmin::text::bigint
{%- endmacro %}
