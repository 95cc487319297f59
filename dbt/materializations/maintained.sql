{#
    Tables that are kept as a full rebuild would make them, by computing anew only what has changed (README.md, «Growth»).

    `maintained_by` says by what a model's rows are computed anew:

    messages   rows of a message whose version in `versions` is not the one that the table holds
    weeks      a partner's weeks in which the tables that it reads have changed, and those that look back on them
    rows       all rows, each time: small enough

    Of the rows that are computed only those that differ are written, told apart by their `grain`: in Gold the primary
    key. So nobody who reads the table waits for it or is waited for, and views behind it stay.

    A table of another code, of other reference data, or that is missing, and --full-refresh: all of it is made beside the
    old one and swapped in, as dbt's own `table` would.
#}
{% materialization maintained, adapter='postgres' %}
    {%- do refuse_settings_of_maintained() -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {#- It is never noted. -#}
    {%- set is_trial = is_trial() -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do run_query(prepare_session()) %}
    {#- Two runs of one model wait for each other. -#}
    {% do run_query("select pg_advisory_xact_lock(hashtext('" ~ this.schema ~ '.' ~ this.identifier ~ "'))") %}
    {%- set growing_sql = render_growing() -%}
    {%- set fingerprint = "'unknown'" if is_trial else fingerprint_of(sql, growing_sql) -%}
    {%- set is_table = existing_relation is not none and existing_relation.type == 'table' -%}
    {%- set is_growing = is_table and not is_trial and not should_full_refresh() and is_noted(fingerprint) -%}

    {% if is_growing %}
        {% do run_statements(list_changes()) %}
        {%- set is_whole = has_mostly_changed() -%}
        {% if not is_whole %}
            {% do run_statements(create_needed_tables()) %}
        {% elif config.get('maintained_by') == 'messages' %}
            {% do run_query(prepare_whole_table()) %}
        {% endif %}
        {% call statement('main') -%}
            {{ create_table_of_computed_rows(sql if is_whole else growing_sql, is_whole) }}
        {%- endcall %}
        {% do run_query(write_differing_rows(is_whole)) %}
        {% do run_statements(note_changed_weeks()) %}
        {% do run_statements(announce_members(true)) %}
        {% do count_anew_what_has_grown() %}
    {% elif is_table and flags.EMPTY %}
        {#- A dry run: the SQL is asked for no row, and the table stays as it is, as dbt's own incremental ones do. -#}
        {% call statement('main') -%}
            create temporary table {{ this.identifier }}__computed on commit drop as
            {{ sql }}
        {%- endcall %}
    {% else %}
        {% do run_statements(list_versions_of_parents()) %}
        {% do swap_in_a_new_table(existing_relation, target_relation, sql) %}
        {% if not is_trial %}
            {% do run_statements(note_all_weeks()) %}
            {% do run_statements(announce_members(false)) %}
        {% endif %}
    {% endif %}
    {% if not is_trial %}
        {% do run_query(note_table(fingerprint, is_growing)) %}
    {% elif not (is_table and flags.EMPTY) %}
        {% do run_query('delete from ' ~ notes('maintained_tables') ~ ' where relation = ' ~ own_name()) %}
    {% endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {% if not is_growing %}
        {{ drop_relation_if_exists(backup_of(existing_relation, target_relation)) }}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# Where there are any. #}
{% macro run_statements(sql) %}
    {%- if sql | trim -%}{%- do run_query(sql) -%}{%- endif -%}
{% endmacro %}

{# Nothing, or an error that says which setting is missing: at once, and not with the first day that comes. #}
{% macro refuse_settings_of_maintained() %}
    {%- set kinds = ['messages', 'weeks', 'rows'] -%}
    {%- set kind = config.get('maintained_by') -%}
    {%- if kind not in kinds -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ' is materialized as `maintained`, and its `maintained_by` is ' ~ (kind or 'missing')
            ~ ': say one of ' ~ kinds | join(', ') ~ ' (README.md, «Growth»), or take another materialization.'
        ) }}
    {%- endif -%}
    {%- if kind == 'messages' and not (config.get('versions') and config.get('version')) -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ' is maintained by messages and does not say by which `version` (a column) of which'
            ~ ' `versions` (a model with a row for each message).'
        ) }}
    {%- endif -%}
    {%- do grain() -%}
{% endmacro %}

{# Names of the columns that name one row. #}
{% macro grain() %}
    {%- set keys = model.constraints | selectattr('type', 'equalto', 'primary_key') | list -%}
    {%- if not config.get('grain') and not keys -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ' writes only the rows that differ and does not say which columns name a row:'
            ~ ' give it a primary key in its YAML, or `grain` in its config.'
        ) }}
    {%- endif -%}
    {{ return(config.get('grain') or keys[0].columns) }}
{% endmacro %}

{# A million lines sort and hash in memory; PostgreSQL's own 4 MB sent each of them to disk several times. #}
{% macro prepare_session() %}
    set local work_mem = '128MB';
    -- A few thousand keys are looked up; reading a table of millions for them is never cheaper on a disk of today.
    set local random_page_cost = 1.1;
    {% if config.get('maintained_by') == 'weeks' -%}
    {{ prepare_whole_table() }}
    {%- endif %}
{% endmacro %}

{# Of a view behind views the planner believes that it has one row, and joins a million of them in loops; or it sorts them
   by six texts for each join: hours and minutes, where hashing takes seconds. #}
{% macro prepare_whole_table() %}
    set local enable_nestloop = off;
    set local enable_mergejoin = off;
{% endmacro %}

{# The model's SQL once more, as it is when it grows: `needed_rows` names fewer rows. #}
{% macro render_growing() %}
    {%- do model.update({'is_growing': true, 'needed_tables': []}) -%}
    {%- set growing_sql = render(model.raw_code) -%}
    {%- do model.update({'is_growing': false}) -%}
    {{ return(growing_sql) }}
{% endmacro %}


{# All rows, in a new table beside the old one that takes its name. #}
{% macro swap_in_a_new_table(existing_relation, target_relation, sql) %}
    {%- set new_relation = make_intermediate_relation(target_relation) -%}
    {%- set backup_relation = backup_of(existing_relation, target_relation) -%}
    {{ drop_relation_if_exists(load_cached_relation(new_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup_relation)) }}
    {% do run_query(prepare_whole_table()) %}
    {% call statement('main') -%}
        {{ create_table_then_constrain(new_relation, sql) }}
    {%- endcall %}
    {% do create_indexes(new_relation) %}
    {#- Partial ones, which dbt has no word for. -#}
    {% for index in config.get('partial_indexes', []) %}
        {% do run_query('create index on ' ~ new_relation ~ ' ' ~ index) %}
    {% endfor %}
    {% if existing_relation is not none %}
        {% do adapter.rename_relation(existing_relation, backup_relation) %}
    {% endif %}
    {% do adapter.rename_relation(new_relation, target_relation) %}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, True)) %}
    {% do persist_docs(target_relation, model) %}
    {% do run_query('analyze ' ~ target_relation) %}
{% endmacro %}

{% macro backup_of(existing_relation, target_relation) %}
    {{ return(make_backup_relation(target_relation, existing_relation.type if existing_relation else 'table')) }}
{% endmacro %}

{#
    A table under a contract is filled before it is constrained, where dbt's own constrains it first: an index that stands
    while millions of rows come in is searched for each of them, and PostgreSQL plans no insert for several processes.

    The types are the contract's to the digit all the same: dbt compares names and kinds, and the outer select casts.
#}
{% macro create_table_then_constrain(relation, sql) -%}
    {%- set is_under_contract = config.get('contract').enforced -%}
    {%- if is_under_contract -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create table {{ relation }} as
    {% if is_under_contract -%}
    select
        {%- for column in model.columns.values() %}
        {{ column.name }}::{{ column.data_type }} as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {{ sql }}
    ) as computed
    {{ order_of_rows() }};
    {%- for constraint in list_constraints() %}
    alter table {{ relation }} {{ constraint }};
    {%- endfor %}
    {%- else -%}
    select * from (
        {{ sql }}
    ) as computed
    {{ order_of_rows() }}
    {%- endif %}
{%- endmacro %}

{# A day reads whole weeks of partners: a row here and a row there would be a page for each. #}
{% macro order_of_rows() -%}
    {%- if config.get('cluster_by') -%}order by {{ config.get('cluster_by') | join(', ') }}{%- endif -%}
{%- endmacro %}

{# Those of the contract, as `alter table` says them. #}
{% macro list_constraints() -%}
    {%- set actions = [] -%}
    {%- for column in model.columns.values() -%}
        {%- for constraint in column.constraints -%}
            {%- if constraint.type != 'not_null' -%}
                {%- do exceptions.raise_compiler_error(
                    'Say the constraint ' ~ constraint.type ~ ' of column ' ~ column.name
                    ~ ' under `constraints` of the model: a column may have not_null only.'
                ) -%}
            {%- endif -%}
            {%- do actions.append('alter column ' ~ column.name ~ ' set not null') -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for constraint in adapter.render_raw_model_constraints(raw_constraints=model.constraints) -%}
        {%- do actions.append('add ' ~ constraint) -%}
    {%- endfor -%}
    {{ return(actions) }}
{%- endmacro %}
