{# A moment that was written without a zone, taken as UTC's. #}
{% macro moment_in_utc(text) -%}
    ({{ text }})::timestamp at time zone 'UTC'
{%- endmacro %}

{# Day and time of a moment by the clock of UTC. #}
{% macro time_in_utc(moment) -%}
    ({{ moment }}) at time zone 'UTC'
{%- endmacro %}

{# The day of a moment by the clock of UTC. #}
{% macro day_in_utc(moment) -%}
    ({{ time_in_utc(moment) }})::date
{%- endmacro %}

{# The same moment of the next day. #}
{% macro a_day_after(moment) -%}
    {{ moment }} + interval '1 day'
{%- endmacro %}

{# A day or moment as a number, which unlike its text is the same in each session's zone and style. #}
{% macro as_number_of_seconds(moment) -%}
    extract(epoch from {{ moment }})
{%- endmacro %}

{# First day of the ISO week, a Monday. #}
{% macro iso_week_start_date(date) -%}
    date_trunc('week', {{ date }})::date
{%- endmacro %}

{# Joins a row for each seventh day from one to another. #}
{% macro join_weeks(first_date, last_date, alias) -%}
    cross join
        lateral (
            select day::date as week_start_date
            from generate_series(({{ first_date }})::timestamp, ({{ last_date }})::timestamp, interval '7 days') as day
        ) as {{ alias }}
{%- endmacro %}

{# SQL for the days from one to another, as `calendar_date`. #}
{% macro list_days(first_date, last_date) -%}
    select day::date as calendar_date
    from generate_series('{{ first_date }}'::timestamp, '{{ last_date }}'::timestamp, interval '1 day') as day
{%- endmacro %}

{# A number that a day has in a calendar: `year`, `month`, `isodow`, `isoyear`, or `week`, that of ISO. #}
{% macro part_of_date(part, date) -%}
    extract({{ part }} from {{ date }})::integer
{%- endmacro %}

{# A day written as PostgreSQL's patterns say. #}
{% macro write_date(date, pattern) -%}
    to_char({{ date }}, '{{ pattern }}')
{%- endmacro %}

{# First day of the month. #}
{% macro month_start_date(date) -%}
    date_trunc('month', {{ date }})::date
{%- endmacro %}

{# The English name of a month by its number. #}
{% macro month_name(number) -%}
    {{ write_date('make_date(2000, (' ~ number ~ ')::integer, 1)', 'FMMonth') }}
{%- endmacro %}

{# The days from one to another, both included, as a set; `@>` asks whether one set holds another. #}
{% macro days_of(first_date, last_date) -%}
    daterange({{ first_date }}, {{ last_date }}, '[]')
{%- endmacro %}

{# The days of all rows of a group or window, as a set. #}
{% macro days_of_all(first_date, last_date) -%}
    range_agg({{ days_of(first_date, last_date) }})
{%- endmacro %}
