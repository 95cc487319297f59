{# Values of a project variable as a SQL list: ('sold', 'returned'). #}
{% macro sql_list(values) -%}
    ('{{ values | join("', '") }}')
{%- endmacro %}
