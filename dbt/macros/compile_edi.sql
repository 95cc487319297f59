{#
    The compiler inside SQL: udf.compile_edi and its kin, put in place by `make up`.

    Use them for questions, for a backfill, to try a new partner's file. Do not put them behind a dashboard: a view that
    compiles compiles again for every reader. What Dagster or udf.compile_pending has compiled is in silver.outcomes, and
    staging reads it from there.
#}

{# The outcome of a message as jsonb; with its envelope where that is at hand, as in bronze.messages. #}
{% macro compile_edi(raw, envelope=none) -%}
    udf.compile_edi({{ raw }}{{ ', ' ~ envelope if envelope is not none }})
{%- endmacro %}

{# Joins a row for each proved line of each message: `from messages {{ join_edi_lines('messages.raw') }}`. #}
{% macro join_edi_lines(raw, envelope=none, alias='line') -%}
    cross join lateral udf.lines({{ raw }}{{ ', ' ~ envelope if envelope is not none }}) as {{ alias }}
{%- endmacro %}

{#
    Bronze to Silver without Dagster, before a build: `dbt run-operation compile_pending`.

    dbt works in a transaction, so all of it is one; where millions of messages wait, call the procedure from psql or
    pg_cron, where each batch is a transaction of its own. The role is the loader's, the only writer of Silver.
#}
{% macro compile_pending(batch_size=200, max_seconds=3600) %}
    {% do run_query('set role tillroll_loader') %}
    {% do run_query('call udf.compile_pending(' ~ batch_size ~ ', ' ~ max_seconds ~ ')') %}
    {% do run_query('set role ' ~ (target.role or target.user)) %}
    {% do run_query('commit') %}
{% endmacro %}
