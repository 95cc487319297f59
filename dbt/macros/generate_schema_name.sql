{# One schema per layer and the same name everywhere: environments are told apart by database, not by prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
