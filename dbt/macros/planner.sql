{# Computed once, where a query of its own is cheaper than what the planner would make of it within the others. #}
{% macro materialized() -%}
    materialized
{%- endmacro %}

{# Computed within each query that reads it, which may ask for a few rows of many. #}
{% macro not_materialized() -%}
    not materialized
{%- endmacro %}

{# Condition for rows of few among very many: it becomes a look-up in each table behind a view, where a join reads all. #}
{% macro is_one_of_few(column, query) -%}
    {{ column }} = any(array({{ query }}))
{%- endmacro %}

{# Joins a value that is computed once for each row: else everything that uses it would compute it again. #}
{% macro join_value(expression, alias, name) -%}
    cross join
        lateral (
            select {{ expression }} as {{ name }}
            order by 1
            limit 1
        ) as {{ alias }}
{%- endmacro %}
