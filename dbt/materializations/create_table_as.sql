{#
    Tables under a contract, filled before they are constrained; dbt's own macro of this name constrains them first.

    An index that stands while millions of rows come in is searched for each of them, and PostgreSQL plans no insert for
    several processes, as it does a table made of a query. The types are the contract's to the digit all the same: dbt
    compares names and kinds, and the outer select casts.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set is_under_contract = config.get('contract').enforced and not temporary -%}
    {%- if is_under_contract -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    {{ config.get('sql_header') or '' }}
    create {{ 'temporary' if temporary else 'unlogged' if config.get('unlogged') }} table {{ relation }} as
    {% if is_under_contract -%}
    select
        {%- for column in model['columns'].values() %}
        {{ column['name'] }}::{{ column['data_type'] }} as {{ column['name'] }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {{ sql }}
    ) as model_subq
    {%- else -%}
    (
        {{ sql }}
    )
    {%- endif %};
    {%- if is_under_contract -%}
        {%- set constraints = list_constraints() -%}
        {%- if constraints %}
    alter table {{ relation }}
        {{ constraints | join(',\n        ') }};
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Those of the contract, as `alter table` says them. #}
{% macro list_constraints() -%}
    {%- set actions = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- for constraint in column['constraints'] -%}
            {%- if constraint['type'] != 'not_null' -%}
                {%- do exceptions.raise_compiler_error(
                    'Say the constraint ' ~ constraint['type'] ~ ' of column ' ~ column['name']
                    ~ ' under `constraints` of the model: a column may have not_null only.'
                ) -%}
            {%- endif -%}
            {%- do actions.append('alter column ' ~ column['name'] ~ ' set not null') -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for constraint in adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
        {%- do actions.append('add ' ~ constraint) -%}
    {%- endfor -%}
    {{ return(actions) }}
{%- endmacro %}
