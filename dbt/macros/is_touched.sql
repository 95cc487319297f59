{#
    Condition for rows of touched weeks, in the growing form of an incremental model, as asked of a table.

    The arrays become look-ups in the index of (series_key, week_start_date), also in tables behind a view; with the
    pairs alone the planner, who knows little of views, read and sorted millions of rows for a thousand.
#}
{% macro is_touched(alias=none) -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    {{ prefix }}series_key = any(array(select distinct touched_weeks.series_key from touched_weeks))
    and {{ prefix }}week_start_date = any(array(select distinct touched_weeks.week_start_date from touched_weeks))
    and {{ is_among_touched(alias) }}
{%- endmacro %}

{# The same of rows that are computed already, for which an array would be read to its end each time. #}
{% macro is_among_touched(alias=none) -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    ({{ prefix }}series_key, {{ prefix }}week_start_date) in (
        select
            touched_weeks.series_key,
            touched_weeks.week_start_date
        from touched_weeks
    )
{%- endmacro %}
