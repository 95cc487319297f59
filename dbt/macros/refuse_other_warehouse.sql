{#
    Nothing, or an error in one sentence where the warehouse is of another version than the one that these models read:
    asked before each run. `python -m dagster_project.warehouse up` (make up) brings an older one up to date.
#}
{% macro refuse_other_warehouse() -%}
    {%- if execute -%}
        {%- set versioned = run_query(
            "select 1 from pg_tables where schemaname = 'bronze' and tablename = 'schema_versions'"
        ) -%}
        {%- set version = 0 -%}
        {%- if versioned.rows | length -%}
            {%- set version = run_query('select max(schema_version) from bronze.schema_versions').rows[0][0] | int -%}
        {%- endif -%}
        {%- if version != var('schema_version') -%}
            {{ exceptions.raise_compiler_error(
                'This warehouse has schema version ' ~ version ~ ' and these models read ' ~ var('schema_version') ~ ': '
                ~ ('make up brings it there, and keeps its data.' if version < var('schema_version')
                   else 'use the newer program that has made it.')
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
