{#
    One schema per layer, with the same name in each warehouse: `gold`. In any target but that of the warehouse itself a
    developer's own schemas, as dbt names them: the target's schema before the layer's, `dbt_anna_gold`.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if target.name == 'warehouse' and custom_schema_name -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ default__generate_schema_name(custom_schema_name, node) }}
    {%- endif -%}
{%- endmacro %}
