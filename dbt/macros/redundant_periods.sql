{#
    Days of a week and the week itself are one movement of goods told twice, as are weeks of a month and the month. Among
    rows of one series for which `kept` holds, a period yields where shorter ones cover all its days: they say when. Where
    they leave out a day, it counts as a whole, and what it holds adds nothing. So no day is lost, and none counts twice
    unless two periods share days and neither holds the other.

    Windows, because a join of each item's periods with one another grew with their square.
#}
{% macro is_covered(kept) -%}
    coalesce(
        {{ days_of_all('start_date', 'end_date') }} filter (where {{ kept }}) over shorter
        @> {{ days_of('start_date', 'end_date') }},
        false
    )
{%- endmacro %}

{# Sorted by start, and from long to short, whatever holds a period stands before it, and what it holds behind it. #}
{% macro is_held(condition) -%}
    coalesce(max(end_date) filter (where {{ condition }}) over earlier >= end_date, false)
{%- endmacro %}

{% macro holds(condition) -%}
    coalesce(min(end_date) filter (where {{ condition }}) over later <= end_date, false)
{%- endmacro %}

{# Whether a period holds another for which the condition is true, or is held by it. #}
{% macro holds_or_is_held(condition) -%}
    ({{ is_held(condition) }} or {{ holds(condition) }})
{%- endmacro %}

{# Two periods that share days and neither of which holds the other both count: nobody says how much fell into those. #}
{% macro shares_days(kept) -%}
    (
        coalesce(max(end_date) filter (where {{ kept }}) over earlier >= start_date, false)
        or coalesce(min(start_date) filter (where {{ kept }}) over later <= end_date, false)
    )
{%- endmacro %}

{% macro frames_of_periods() -%}
    earlier as (
        partition by series_key, {{ series_columns() }}
        order by start_date asc, end_date desc
        rows between unbounded preceding and 1 preceding
    ),
    later as (
        partition by series_key, {{ series_columns() }}
        order by start_date desc, end_date asc
        rows between unbounded preceding and 1 preceding
    ),
    shorter as (
        partition by series_key, {{ series_columns() }}
        order by end_date - start_date
        range between unbounded preceding and 1 preceding
    )
{%- endmacro %}
