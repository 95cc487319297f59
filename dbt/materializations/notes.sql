{#
    What is noted of maintained tables, beside the intermediate ones: which SQL and reference data each was made of, and
    of those by weeks, which version of its parents each week was made of and which version it is itself. Written in the
    transaction that changes the table: a run that is killed at any point goes on where it was.
#}
{% macro create_notes() %}
    {%- set schema = generate_schema_name('intermediate', none) | trim -%}
    {#- dbt has lost its role by now: a rollback took it back. -#}
    {% if target.role %}set local role {{ target.role }};{% endif %}
    {%- if execute and not adapter.check_schema_exists(target.database, schema) %}
    create schema if not exists {{ schema }};
    {%- endif %}
    create table if not exists {{ schema }}.maintained_tables (
        relation text primary key,
        relation_oid oid not null,
        fingerprint text not null,
        build_id uuid not null,
        refreshed_at timestamptz not null
    );
    create table if not exists {{ schema }}.maintained_weeks (
        relation text,
        partner_id text,
        week_start_date date,
        parent_versions text,
        version uuid not null default gen_random_uuid(),
        primary key (relation, partner_id, week_start_date)
    );
    {{ create_unfinished_steps() }}
    -- Of warehouses that older versions have filled.
    drop table if exists {{ schema }}.refreshes, {{ schema }}.int_touched;
    -- Once: two runs that say the same of it at the same time would fail.
    do $do$
    begin
        if obj_description('{{ schema }}.maintained_weeks'::regclass) is null then
            comment on table {{ schema }}.maintained_tables is
            'What each maintained table was made of. One row per table, written as it is changed.';
            comment on column {{ schema }}.maintained_tables.relation is 'Schema and name of the table.';
            comment on column {{ schema }}.maintained_tables.relation_oid is
            'Which one of that name: beside another one, it is built anew.';
            comment on column {{ schema }}.maintained_tables.fingerprint is
            'A hash of its SQL and of all it reads, but for the rows of maintained tables: where it is another, it is built anew.';
            comment on column {{ schema }}.maintained_tables.build_id is
            'Drawn when all of it is built: what is made of its rows is built anew then.';
            comment on column {{ schema }}.maintained_tables.refreshed_at is 'When the row was written.';
            comment on table {{ schema }}.maintained_weeks is
            'Versions of the weeks of maintained tables. One row per table, partner and week.';
            comment on column {{ schema }}.maintained_weeks.relation is 'Schema and name of the table.';
            comment on column {{ schema }}.maintained_weeks.partner_id is 'The partner.';
            comment on column {{ schema }}.maintained_weeks.week_start_date is 'First day of the week.';
            comment on column {{ schema }}.maintained_weeks.parent_versions is
            'A hash of the versions of the tables that it reads, as they were when this week was computed.';
            comment on column {{ schema }}.maintained_weeks.version is 'Drawn when a row of the week was written.';
        end if;
    end
    $do$
{% endmacro %}

{% macro notes(name) -%}
    {{ generate_schema_name('intermediate', none) | trim }}.{{ name }}
{%- endmacro %}

{% macro own_name() -%}
    '{{ this.schema }}.{{ this.identifier }}'
{%- endmacro %}

{# Whether the table that stands is the one that was noted, of this SQL and reference data. #}
{% macro is_noted(fingerprint) %}
    {% set found = run_query(
        'select 1 as is_noted from ' ~ notes('maintained_tables') ~ ' where relation = ' ~ own_name()
        ~ " and relation_oid = to_regclass('" ~ this ~ "')::oid and fingerprint = " ~ fingerprint
    ) %}
    {{ return(found.rows | length > 0) }}
{% endmacro %}

{% macro note_table(fingerprint, is_growing) %}
    insert into {{ notes('maintained_tables') }} as held (relation, relation_oid, fingerprint, build_id, refreshed_at)
    values (
        {{ own_name() }}, to_regclass('{{ this }}')::oid, {{ fingerprint }},
        {#- Of all rows of what they were made of, the same are made again. #}
        {{ '(' ~ fingerprint ~ ')::uuid' if config.get('maintained_by') == 'rows' else 'gen_random_uuid()' }},
        clock_timestamp()
    )
    on conflict (relation) do update set
        relation_oid = excluded.relation_oid,
        fingerprint = excluded.fingerprint,
        build_id = {{ 'held.build_id' if is_growing else 'excluded.build_id' }},
        refreshed_at = excluded.refreshed_at
{% endmacro %}

{# Weeks in which rows were written: by messages, all that the rows' periods have days in. #}
{% macro list_written_weeks() %}
    {%- if has_weeks() %}
    create temporary table written_weeks on commit drop as
    select distinct
        partner_id,
        {{ 'week_start_date - 7 * back.weeks as ' if config.get('covers_weeks_from') }}week_start_date
    from (
        {%- for table, row in ((this, 'held_row'), (this.identifier ~ '__computed', 'computed_row')) %}
        select partner_id, week_start_date {{- ', ' ~ config.get('covers_weeks_from') if config.get('covers_weeks_from') }}
        from {{ table }}
        where ctid = any(array(select {{ row }} from differing_rows))
        {{ 'union' if not loop.last }}
        {%- endfor %}
    ) as written
    {{ weeks_of_period() }}
    where week_start_date is not null;
    {%- endif %}
{% endmacro %}

{% macro weeks_of_period() -%}
    {%- if config.get('covers_weeks_from') -%}
    cross join lateral
        generate_series(0, greatest(week_start_date - {{ config.get('covers_weeks_from') }} + 6, 0) / 7) as back (weeks)
    {%- endif -%}
{%- endmacro %}

{% macro has_weeks() -%}
    {{ return(config.get('maintained_by') == 'weeks' or config.get('covers_weeks_from') is not none) }}
{%- endmacro %}

{% macro note_changed_weeks() %}
    {%- if has_weeks() %}
    insert into {{ notes('maintained_weeks') }} as held (relation, partner_id, week_start_date)
    select {{ own_name() }}, partner_id, week_start_date from written_weeks
    on conflict (relation, partner_id, week_start_date) do update set version = excluded.version;
    {% if config.get('maintained_by') == 'weeks' -%}
    insert into {{ notes('maintained_weeks') }} as held (relation, partner_id, week_start_date, parent_versions)
    select {{ own_name() }}, partner_id, week_start_date, parent_versions from changed_weeks
    on conflict (relation, partner_id, week_start_date) do update set parent_versions = excluded.parent_versions;
    {%- endif %}
    {%- endif %}
{% endmacro %}

{% macro note_all_weeks() %}
    {%- if has_weeks() %}
    delete from {{ notes('maintained_weeks') }} where relation = {{ own_name() }};
    {% if config.get('maintained_by') == 'weeks' -%}
    insert into {{ notes('maintained_weeks') }} (relation, partner_id, week_start_date, parent_versions)
    select {{ own_name() }}, partner_id, week_start_date, parent_versions from parent_weeks
    {%- else -%}
    insert into {{ notes('maintained_weeks') }} (relation, partner_id, week_start_date)
    select distinct {{ own_name() }}, partner_id, week_start_date - 7 * back.weeks
    from (
        select distinct partner_id, week_start_date, {{ config.get('covers_weeks_from') }}
        from {{ this }}
        where week_start_date is not null
    ) as written
    {{ weeks_of_period() }}
    {%- endif %}
    {%- endif %}
{% endmacro %}
