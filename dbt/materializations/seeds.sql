{#
    What a CSV's table is filled by where it stands: rows are written that differ, none of them where the CSV says what it
    said. dbt's own way truncates the table in each run, for which the run waits for everybody who has read it, and whoever
    comes behind waits for the run. By the names that dbt asks adapters for, dbt's own being default__…: it has no other place
    for it, and a seed's materialization no other name.
#}
{% macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- set columns = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
    {%- if full_refresh or columns != agate_table.column_names | list -%}
        {{ return(default__reset_csv_table(model, true, old_relation, agate_table)) }}
    {%- endif -%}
    {%- do model.update({'is_compared': true}) -%}
    {%- set sql = 'create temporary table ' ~ name_of_stated(model) ~ ' (like ' ~ old_relation ~ ') on commit drop' -%}
    {%- do run_query(sql) -%}
    {%- if not agate_table.rows -%}{%- do run_query(write_stated_rows(model)) -%}{%- endif -%}
    {{ return(sql) }}
{% endmacro %}

{% macro postgres__load_csv_rows(model, agate_table) %}
    {%- if not model.is_compared -%}
        {{ return(default__load_csv_rows(model, agate_table)) }}
    {%- endif -%}
    {%- set row = '(' ~ (['%s'] * (agate_table.column_names | length)) | join(', ') ~ ')' -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set values = [] -%}
        {%- for one in rows -%}{%- do values.extend(one) -%}{%- endfor -%}
        {%- do adapter.add_query(
            'insert into ' ~ name_of_stated(model) ~ ' values ' ~ ([row] * (rows | length)) | join(', '),
            bindings=values, abridge_sql_log=True
        ) -%}
    {%- endfor -%}
    {%- set sql = write_stated_rows(model) -%}
    {%- do run_query(sql) -%}
    {{ return(sql) }}
{% endmacro %}

{% macro name_of_stated(model) -%}
    {{ model.alias }}__stated
{%- endmacro %}

{# A CSV has no key: of equal rows it has as many as it states. #}
{% macro write_stated_rows(model) %}
    {%- set relation = this.render() -%}
    {%- set numbered = 'row_number() over (partition by said::text) as copy' %}
    with stated as (select said::text as row, {{ numbered }} from {{ name_of_stated(model) }} as said)
    delete from {{ relation }}
    using (select ctid as held_row, said::text as row, {{ numbered }} from {{ relation }} as said) as held
    where
        {{ relation }}.ctid = held.held_row
        and not exists (select from stated where stated.row = held.row and stated.copy = held.copy);

    with held as (select said::text as row, {{ numbered }} from {{ relation }} as said)
    insert into {{ relation }}
    select (stated.said).*
    from (select said, {{ numbered }} from {{ name_of_stated(model) }} as said) as stated
    where not exists (select from held where held.row = stated.said::text and held.copy = stated.copy);
{% endmacro %}
