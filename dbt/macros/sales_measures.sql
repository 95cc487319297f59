{# The measures of var('sales_measures') as a SQL list. #}
{% macro sales_measures() -%}
    ('{{ var("sales_measures") | join("', '") }}')
{%- endmacro %}
