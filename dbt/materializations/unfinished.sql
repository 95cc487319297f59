{#
    What a run begins and does not end well: models and CSVs, written before the first of them, and tests that fail. Taken
    back when they have ended well, in whichever run; so that of a run that is killed at any point all stays that it had
    begun. While there is a row, the table that readers look at has one that says so, from the beginning of a run on.
#}
{% macro create_unfinished_steps() %}
    create table if not exists {{ notes('unfinished_steps') }} (
        step text primary key,
        invocation_id uuid not null,
        begun_at timestamptz not null,
        problem text
    );
    comment on table {{ notes('unfinished_steps') }} is
    'What a run of dbt has begun and not ended well. One row per model, CSV and failed test; gone when it has ended well.';
    comment on column {{ notes('unfinished_steps') }}.step is 'Its unique_id in dbt''s manifest.';
    comment on column {{ notes('unfinished_steps') }}.invocation_id is 'dbt''s own of the run.';
    comment on column {{ notes('unfinished_steps') }}.begun_at is 'When the run began.';
    comment on column {{ notes('unfinished_steps') }}.problem is 'What dbt said of it; null at first, and for ever if the run was killed.';
{% endmacro %}

{% macro note_begun_steps(schema, model) %}
    {%- if execute and flags.WHICH in ['build', 'run', 'seed'] and not is_trial() %}
    {%- set begun = [] -%}
    {%- for step in selected_resources if step.startswith('model.') or step.startswith('seed.') -%}
        {%- do begun.append(step) -%}
    {%- endfor %}
    {% if target.role %}set local role {{ target.role }};{% endif %}
    -- What the project no longer has, no run will end.
    delete from {{ notes('unfinished_steps') }} where step != all(array['{{ graph.nodes | join("', '") }}']);
    insert into {{ notes('unfinished_steps') }} (step, invocation_id, begun_at)
    select step, '{{ invocation_id }}', now() from unnest(array['{{ begun | join("', '") }}']) as begun (step) where step != ''
    on conflict (step) do nothing;
    {{ tell_of_unfinished_steps(schema, model) }}
    {%- endif %}
{% endmacro %}

{% macro note_ended_steps(results, schema, model) %}
    {%- if execute and not is_trial() %}
    {% if target.role %}set local role {{ target.role }};{% endif %}
    {%- set done = [] -%}
    {%- for result in results if result.node.resource_type in ['model', 'seed', 'test'] -%}
        {%- do done.append(result.node.unique_id) if result.status != 'skipped' -%}
    {%- endfor %}
    delete from {{ notes('unfinished_steps') }}
    where
        step = any(array['{{ done | join("', '") }}']::text[])
        -- dbt's retry says that it begins all, and leaves what has ended well.
        or (
            invocation_id = '{{ invocation_id }}'
            and step != all(array['{{ results | map(attribute='node.unique_id') | join("', '") }}'])
        );
    {%- for result in results if result.node.resource_type in ['model', 'seed', 'test'] and result.status in ['error', 'fail'] %}
    insert into {{ notes('unfinished_steps') }} (step, invocation_id, begun_at, problem)
    values ('{{ result.node.unique_id }}', '{{ invocation_id }}', now(), {{ quoted_problem(result) }});
    {%- endfor %}
    {{ tell_of_unfinished_steps(schema, model) }}
    {%- endif %}
{% endmacro %}

{# On one line, and no longer than a person reads. #}
{% macro quoted_problem(result) -%}
    '{{ (result.message or result.status | string).split() | join(' ') | truncate(200) | replace("'", "''") }}'
{%- endmacro %}

{# Of all that is written down one row, or none where all has ended well. #}
{% macro select_unfinished_build() %}
    with

    steps as (

        select * from {{ notes('unfinished_steps') }}

    ),

    counted as (

        select
            count(*) as step_count,
            min(begun_at) as begun_at,
            min(step) as first_step,
            min(step || ': ' || problem) as first_problem

        from steps

    )

    select
        '(build)' as partner_id,
        '(build)' as location_id,
        'iso' as week_calendar,
        date_trunc('week', begun_at at time zone 'UTC')::date as week_start_date,
        'A build that began at ' || to_char(begun_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
        || ' UTC is at work or has not ended well, and what is read here may be older than what has arrived, or new in part. '
        || step_count || ' steps are open, such as ' || coalesce(first_problem, first_step) || '. The next build mends it.'
            as build_problem

    from counted

    where step_count > 0
{% endmacro %}

{# In the table that readers know; an older one, or none, is made by the run. #}
{% macro tell_of_unfinished_steps(schema, model) %}
    {%- set told = generate_schema_name(schema, none) | trim ~ '.' ~ model -%}
    do $do$
    begin
        if not exists (
            select from pg_attribute where attrelid = to_regclass('{{ told }}') and attname = 'build_problem'
        ) then
            return;
        end if;
        delete from {{ told }} where build_problem is not null;
        insert into {{ told }} (partner_id, location_id, week_start_date, week_calendar, build_problem)
        select partner_id, location_id, week_start_date, week_calendar, build_problem
        from ({{ select_unfinished_build() }}) as unfinished;
    end
    $do$;
{% endmacro %}

{# What reads nothing, or the tables of another target, says nothing of this one. #}
{% macro is_trial() %}
    {{ return(flags.EMPTY or invocation_args_dict.get('defer') or false) }}
{% endmacro %}
