{#
    Incremental tables that know what they were made of; dbt's own materialization of this name, with more caution.

    Each model says in `growth` how it grows:

    outcomes   by message: rows of a message whose outcome in Silver is not the one that the table holds
    journal    int_touched: adds what the other two must compute anew, one batch a run
    lines      int_lines_restated: by message and by touched week, from the journal
    weeks      everything behind it: rows of touched weeks (`grown_by`: the columns that a row and a touched week share)
    whole      not at all: small enough to compute all rows each time

    Of the rows computed anew only those that differ are written: most say what they said, and each that goes costs a
    page of the log. They are told apart by their `grain`, the columns that name one row: in Gold its primary key. So
    nobody who reads waits for it or is waited for, and views behind it stay.

    `intermediate.refreshes` holds for each of them, written in the transaction that changed the table: the journal's
    last batch in it, and a fingerprint of its SQL and of all that it reads besides its growing parents' rows. Another
    fingerprint, another table under the name, or --full-refresh: the table is built anew beside the old one, as dbt's
    own would be. So a run that was killed at any point goes on where it was, and changed code or reference data never
    meet rows that were made without them.
#}
{% materialization incremental, adapter='postgres' %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
    {%- set backup_relation = make_backup_relation(target_relation, existing_relation.type if existing_relation else 'table') -%}
    {%- set preexisting_intermediate_relation = load_cached_relation(intermediate_relation) -%}
    {%- set preexisting_backup_relation = load_cached_relation(backup_relation) -%}
    {%- set grant_config = config.get('grants') -%}
    {%- if config.get('growth') == 'whole' -%}
        {%- set is_growing = is_incremental() -%}
    {%- else -%}
        {#- Decided while the model was compiled: its SQL reads one of the tables of touched rows, or all rows. -#}
        {%- set is_growing = 'touched_weeks' in sql or 'changed_outcomes' in sql or 'changed_messages' in sql -%}
    {%- endif -%}

    {#- Before anything is built: whoever forgot it learns so at once, not with the first day that comes. -#}
    {%- if config.get('growth') in ('lines', 'weeks', 'whole') -%}{%- do grain() -%}{%- endif -%}

    {{ drop_relation_if_exists(preexisting_intermediate_relation) }}
    {{ drop_relation_if_exists(preexisting_backup_relation) }}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {#- Two runs of one model wait for each other. The batch is read before the rows: rows that are newer are no harm. -#}
    {% do run_query("select pg_advisory_xact_lock(hashtext('" ~ this.schema ~ '.' ~ this.identifier ~ "'))") %}
    {%- set batch = run_query('select ' ~ last_batch_of_parents()).columns[0].values()[0] -%}

    {% if is_growing %}
        {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='quoted') | list -%}
        {% do run_query(list_touched_rows(batch)) %}
        {% call statement('main') -%}
            create temporary table {{ this.identifier }}__new on commit drop as
            {{ differing_rows(sql, columns) if config.get('growth') == 'whole' else sql }}
        {%- endcall %}
        {% do run_query(replace_touched_rows(columns)) %}
    {% else %}
        {#- Of a view behind views the planner believes that it has one row, and joins a million of them in loops; or it
            sorts them by six texts for each join: hours and minutes, where hashing takes seconds (November 2026). -#}
        {% do run_query('set local enable_nestloop = off; set local enable_mergejoin = off') %}
        {% call statement('main') -%}
            {{ get_create_table_as_sql(False, intermediate_relation, sql) }}
        {%- endcall %}
        {% do create_indexes(intermediate_relation) %}
        {#- Partial ones, which dbt has no word for. -#}
        {% for index in config.get('partial_indexes', []) %}
            {% do run_query('create index on ' ~ intermediate_relation ~ ' ' ~ index) %}
        {% endfor %}
        {% if existing_relation is not none %}
            {% do adapter.rename_relation(existing_relation, backup_relation) %}
        {% endif %}
        {% do adapter.rename_relation(intermediate_relation, target_relation) %}
        {% do apply_grants(target_relation, grant_config, should_revoke=should_revoke(existing_relation, True)) %}
        {% do persist_docs(target_relation, model) %}
        {% do run_query('analyze ' ~ target_relation) %}
    {% endif %}
    {% do run_query(note_refresh(fingerprint() ~ descriptions(), batch, build_id(is_growing))) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {% if not is_growing %}
        {{ drop_relation_if_exists(backup_relation) }}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# Whether the table stands and may grow: asked by each incremental model while it is compiled, in several places. #}
{% macro is_incremental() %}
    {% if not execute or model.config.materialized != 'incremental' or should_full_refresh() %}
        {{ return(false) }}
    {% endif %}
    {% if 'may_grow' not in model %}
        {% do model.update({'may_grow': may_grow()}) %}
    {% endif %}
    {{ return(model['may_grow']) }}
{% endmacro %}

{% macro may_grow() %}
    {% set relation = adapter.get_relation(this.database, this.schema, this.identifier) %}
    {% set refreshes = adapter.get_relation(this.database, 'intermediate', 'refreshes') %}
    {% if refreshes is none or relation is none or relation.type != 'table' %}
        {{ return(false) }}
    {% endif %}
    {% set held %}
        select 1 as is_held from intermediate.refreshes
        where
            relation = '{{ this.schema }}.{{ this.identifier }}'
            and relation_oid = to_regclass('{{ this }}')::oid
            and fingerprint = {{ fingerprint() ~ descriptions() }}
            {% if config.get('growth') in ('lines', 'weeks') -%}
                -- Without a journal that grows nobody can say what has changed.
                and {{ last_batch_of_parents() }} is not null
            {%- endif %}
            {% if config.get('holds') -%}
                and exists (
                    select from intermediate.refreshes as other
                    where
                        other.relation = '{{ target_table(config.get('holds')) }}'
                        and other.relation_oid = to_regclass(other.relation)::oid
                )
            {%- endif %}
    {% endset %}
    {{ return(run_query(held).rows | length > 0) }}
{% endmacro %}


{#
    SQL for a hash of what the table is made of, apart from the rows of growing parents, whose changes are journaled.

    Of the model's SQL both forms count as they are sent, with what macros say in them: rows that a table has grown by
    are as wrong as others where a macro was. What macros say in views before it, the definitions of those tell.
#}
{% macro fingerprint() %}
    {%- if 'fingerprint' not in model -%}
        {%- do model.update({'fingerprint': write_fingerprint()}) -%}
    {%- endif -%}
    {{ return(model['fingerprint']) }}
{% endmacro %}

{% macro write_fingerprint() %}
    {%- set whole = render(model.raw_code | replace('is_incremental()', 'false')) -%}
    {%- set growing = render(model.raw_code | replace('is_incremental()', 'true')) ~ list_touched_rows(0) -%}
    {%- set columns = [model.constraints] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append([column.name, column.data_type, column.constraints]) -%}
    {%- endfor -%}
    -- An array, since a function takes no more than a hundred arguments and some views meet many of the others.
    md5(array_to_string(array[
        '{{ local_md5(whole ~ growing ~ model.raw_code ~ columns) }}',
        (current_setting('server_version_num')::integer / 10000)::text
        {%- for part in describe_parents(model) | unique %},
        {{ part }}
        {%- endfor %}
        {%- if config.get('holds') %},
        -- The table whose rows it compares: another code of it makes other rows, and a table dropped has none.
        '{{ graph.nodes['model.' ~ project_name ~ '.' ~ config.get('holds')].checksum.checksum }}'
        {%- endif %}
    ], ' '))
{%- endmacro %}

{# Of a table that is made anew in no time, also what is only told of it and who may read it. #}
{% macro descriptions() %}
    {%- if config.get('growth') == 'whole' -%}
        {%- set told = [model.description, config.get('grants')] -%}
        {%- for column in model.columns.values() -%}
            {%- do told.append([column.name, column.description]) -%}
        {%- endfor %}
        || ' {{ local_md5(told | string) }}'
    {%- endif -%}
{% endmacro %}

{# Which rows those are, as tables behind it see it: of a whole one they follow from what it was made of. #}
{% macro build_id(is_growing) %}
    {%- if config.get('growth') == 'whole' -%}
        {{ fingerprint() }}::uuid
    {%- elif is_growing -%}
        (select build_id from intermediate.refreshes where relation = '{{ this.schema }}.{{ this.identifier }}')
    {%- else -%}
        gen_random_uuid()
    {%- endif -%}
{% endmacro %}

{% macro describe_parents(node) %}
    {%- set parts = [] -%}
    {%- for name in node.depends_on.nodes | sort if name in graph.nodes -%}
        {%- set parent = graph.nodes[name] -%}
        {%- set relation = parent.schema ~ '.' ~ (parent.alias or parent.name) -%}
        {%- if parent.resource_type == 'seed' -%}
            {%- do parts.append("(select md5(string_agg(row::text, ' ' order by row::text)) from " ~ relation ~ ' as row)') -%}
        {%- elif parent.config.materialized == 'incremental' -%}
            {%- do parts.append("(select build_id::text from intermediate.refreshes where relation = '" ~ relation ~ "')") -%}
        {%- else -%}
            {%- do parts.append("'" ~ parent.checksum.checksum ~ "'") -%}
            {%- do parts.append("(select md5(pg_get_viewdef(oid)) from pg_class where oid = to_regclass('" ~ relation ~ "') and relkind = 'v')") -%}
            {%- do parts.extend(describe_parents(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parts) }}
{% endmacro %}

{# The name of a table further down, which cannot be a reference: that would be a circle. #}
{% macro target_table(name) -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
    {{ node.schema }}.{{ node.alias or node.name }}
{%- endmacro %}

{# Names of the growing tables that a model reads, through views too. #}
{% macro list_growing_parents(node) %}
    {%- set found = [] -%}
    {%- for name in node.depends_on.nodes if name in graph.nodes and graph.nodes[name].resource_type == 'model' -%}
        {%- set parent = graph.nodes[name] -%}
        {%- if parent.config.materialized == 'incremental' -%}
            {%- do found.append(parent.schema ~ '.' ~ (parent.alias or parent.name)) -%}
        {%- else -%}
            {%- do found.extend(list_growing_parents(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# SQL for the last batch that every parent has: a later one must wait until they have it. #}
{% macro last_batch_of_parents() %}
    {%- set parents = list_growing_parents(model) -%}
    {%- if config.get('growth') in ('lines', 'weeks') and parents -%}
        (select min(batch) from intermediate.refreshes where relation in ('{{ parents | join("', '") }}'))
    {%- elif config.get('growth') == 'journal' -%}
        (select coalesce(max(batch), 0) + 1 from intermediate.refreshes)
    {%- else -%}
        null::bigint
    {%- endif -%}
{% endmacro %}

{# `fingerprint`, `build_id`: SQL; a table that only grew keeps its build. #}
{% macro note_refresh(fingerprint, batch, build_id) %}
    insert into intermediate.refreshes as held (relation, relation_oid, fingerprint, build_id, batch, refreshed_at)
    values (
        '{{ this.schema }}.{{ this.identifier }}', to_regclass('{{ this }}')::oid, {{ fingerprint }},
        {{ build_id }}, {{ batch if batch is not none else 'null' }}, clock_timestamp()
    )
    on conflict (relation) do update set
        relation_oid = excluded.relation_oid,
        fingerprint = excluded.fingerprint,
        build_id = excluded.build_id,
        batch = excluded.batch,
        refreshed_at = excluded.refreshed_at
{% endmacro %}


{# Temporary tables of what a growing model computes anew; its SQL reads them. #}
{% macro list_touched_rows(batch) %}
    {%- set growth = config.get('growth') -%}
    -- A few thousand keys are looked up; reading a table of millions for them is never cheaper on a disk of today.
    set local random_page_cost = 1.1;
    {% if growth == 'outcomes' %}
        create temporary table changed_outcomes on commit drop as
        select coalesce(outcomes.message_id, held.message_id) as message_id
        from (select message_id, xmin::text::bigint as outcome_version from silver.outcomes where is_valid) as outcomes
        full outer join (
            select message_id, outcome_version from {{ this }} where {{ config.get('held_by', 'true') }}
        ) as held
            on outcomes.message_id = held.message_id
        where outcomes.outcome_version is distinct from held.outcome_version;
        analyze changed_outcomes;
    {% elif growth == 'journal' %}
        create temporary table changed_messages on commit drop as
        select coalesce(verdicts.message_id, held.message_id) as message_id, verdicts.verdict
        from intermediate.int_verdicts as verdicts
        full outer join (
            select message_id, verdict from {{ target_table(config.get('holds')) }} where line_position = 1
        ) as held
            on verdicts.message_id = held.message_id
        where verdicts.verdict is distinct from held.verdict;
        analyze changed_messages;
    {% elif growth in ('lines', 'weeks') %}
        {#- A model that also grows in later weeks does so by whole weeks of partners, and asks of no series. #}
        {%- set weeks_after = config.get('weeks_after') %}
        create temporary table touched_weeks on commit drop as
        select distinct
            {{ 'partner_id' if weeks_after else 'series_key, ' ~ series_columns() }},
            week_start_date {%- if weeks_after %} + 7 * later.weeks as week_start_date {%- endif %}
        from intermediate.int_touched
        {% if weeks_after -%}
            cross join unnest(array[{{ ([0] + weeks_after) | join(', ') }}]) as later (weeks)
        {%- endif %}
        where series_key is not null and batch <= {{ batch }} and batch > {{ held_batch() }};
        analyze touched_weeks;
        {% if growth == 'lines' %}
            -- Only what is still as the journal saw it: what has changed since is found by the next one.
            create temporary table touched_messages on commit drop as
            with journal as (
                select distinct on (message_id) message_id, verdict
                from intermediate.int_touched
                where message_id is not null and batch <= {{ batch }} and batch > {{ held_batch() }}
                order by message_id, batch desc
            )
            select journal.message_id, verdicts.message_id is not null as is_present
            from journal
            left join (
                select message_id, verdict from intermediate.int_verdicts
                where message_id = any(array(select message_id from journal))
            ) as verdicts on journal.message_id = verdicts.message_id
            where journal.verdict is not distinct from verdicts.verdict;
            analyze touched_messages;
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro held_batch() %}
    (select batch from intermediate.refreshes where relation = '{{ this.schema }}.{{ this.identifier }}')
{% endmacro %}

{% macro replace_touched_rows(columns) %}
    {%- set growth = config.get('growth') -%}
    {%- set fresh = this.identifier ~ '__new' -%}
    {% if growth == 'outcomes' %}
        delete from {{ this }} as held using changed_outcomes where held.message_id = changed_outcomes.message_id;
    {% elif growth in ('lines', 'weeks') %}
        {%- set keys = config.get('grown_by', ['series_key', 'week_start_date']) %}
        create temporary table touched_rows on commit drop as
        select held.ctid as row_id
        from {{ this }} as held
        inner join (select distinct {{ keys | join(', ') }} from touched_weeks) as touched
        on {{ is_equal('held', 'touched', keys) }}
        {% if growth == 'lines' %}
            union
            select held.ctid as row_id
            from {{ this }} as held
            inner join touched_messages on held.message_id = touched_messages.message_id
        {% endif %};
        create temporary table differing_rows on commit drop as
        select held.held_row, fresh.ctid as fresh_row
        from (
            select ctid as held_row, * from {{ this }} where ctid = any(array(select row_id from touched_rows))
        ) as held
        full join {{ fresh }} as fresh on {{ is_equal('held', 'fresh', grain()) }}
        where {{ differs('held', 'fresh', columns) }};
        delete from {{ this }} where ctid = any(array(select held_row from differing_rows));
    {% elif growth == 'whole' %}
        delete from {{ this }} where ctid = any(array(select held_row from {{ fresh }}));
    {% elif growth == 'journal' %}
        -- What everybody has need not be told again.
        delete from {{ this }} where batch <= (
            select min(batch) from intermediate.refreshes
            where relation != '{{ this.schema }}.{{ this.identifier }}' and to_regclass(relation) is not null
        );
    {% endif %}
    insert into {{ this }} ({{ columns | join(', ') }}) select {{ columns | join(', ') }} from {{ fresh }}
    {% if growth in ('lines', 'weeks') %}
        where ctid = any(array(select fresh_row from differing_rows))
    {% elif growth == 'whole' %}
        where is_fresh
    {% endif %}
{% endmacro %}

{#
    Of all rows as they would be now those that differ from the table's: `held_row` is the one that goes, `is_fresh` says
    that one comes. In one pass, since most tables that are computed as a whole hardly change.
#}
{% macro differing_rows(sql, columns) %}
    select held.ctid as held_row, fresh.*
    from (
        select *, true as is_fresh
        from (
            {{ sql }}
        ) as computed
    ) as fresh
    full join {{ this }} as held on {{ is_equal('held', 'fresh', grain()) }}
    where {{ differs('held', 'fresh', columns) }}
{% endmacro %}

{# Names of the columns that name one row. #}
{% macro grain() %}
    {%- set keys = model.constraints | selectattr('type', 'equalto', 'primary_key') | list -%}
    {%- if not config.get('grain') and not keys -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ " writes only the rows that differ and does not say which columns name a row:"
            ~ " give it a primary key in its YAML, or `grain` in its config."
        ) }}
    {%- endif -%}
    {{ return(config.get('grain') or keys[0].columns) }}
{% endmacro %}

{% macro is_equal(left, right, columns) -%}
    {% for column in columns %}{{ ' and ' if not loop.first }}{{ left }}.{{ column }} = {{ right }}.{{ column }}{% endfor %}
{%- endmacro %}

{% macro differs(left, right, columns) -%}
    ({{ left }}.{{ columns | join(', ' ~ left ~ '.') }}) is distinct from ({{ right }}.{{ columns | join(', ' ~ right ~ '.') }})
{%- endmacro %}
