{# The price codes of var('cost_price_types') as a SQL list. #}
{% macro cost_price_types() -%}
    ('{{ var("cost_price_types") | join("', '") }}')
{%- endmacro %}
