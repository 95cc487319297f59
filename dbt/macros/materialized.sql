{# Computed once, where a query of its own is cheaper than what the planner would make of it within the others. #}
{% macro materialized() -%}
    materialized
{%- endmacro %}

{# Computed within each query that reads it, which may ask for a few rows of many. #}
{% macro not_materialized() -%}
    not materialized
{%- endmacro %}
