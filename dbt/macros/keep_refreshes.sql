{#
    SQL for the table of what each incremental table was made of (materializations/incremental.sql), kept beside the
    tables by dbt itself, where it is missing.
#}
{% macro keep_refreshes() %}
    {#- dbt has lost its role by now: a rollback took it back. -#}
    {% if target.role %}set local role {{ target.role }};{% endif %}
    create table if not exists intermediate.refreshes (
        relation text primary key,
        relation_oid oid not null,
        fingerprint text not null,
        build_id uuid not null,
        batch bigint,
        refreshed_at timestamptz not null
    );
    -- Once: two runs that say the same of it at the same time would fail.
    do $do$
    begin
        if obj_description('intermediate.refreshes'::regclass) is null then
            comment on table intermediate.refreshes is
            'What each table that grows, and each view, was made of. One row per table, written as it is changed.';
            comment on column intermediate.refreshes.relation is 'Schema and name of the table or view.';
            comment on column intermediate.refreshes.relation_oid is
            'Which one of that name: beside another one, it is built anew.';
            comment on column intermediate.refreshes.fingerprint is
            'A hash of its SQL and of all it reads, but for the rows of growing tables: where it is another, it is built anew.';
            comment on column intermediate.refreshes.build_id is
            'Drawn when all of it is built: what is made of its rows is built anew then.';
            comment on column intermediate.refreshes.batch is 'The last batch of intermediate.int_touched that is in it.';
            comment on column intermediate.refreshes.refreshed_at is 'When the row was written.';
        end if;
    end
    $do$
{% endmacro %}
