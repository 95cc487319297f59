{# First day of the week that holds a date: Monday in the ISO calendar, Sunday in the retail calendar (NRF 4-5-4). #}
{% macro week_start_date(date, week_calendar) -%}
    case
        when {{ week_calendar }} = '4-5-4' then (date_trunc('week', {{ date }} + 1)::date - 1)
        else date_trunc('week', {{ date }})::date
    end
{%- endmacro %}
