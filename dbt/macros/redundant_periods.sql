{#
    Days of a week and the week itself are one movement of goods told twice: the longest period up to a week counts. A
    month beside its weeks adds nothing at the grain of a week, nor does a quarter beside its months; alone they count,
    and their straddling is flagged. Among rows of one series for which `kept` holds.

    Sorted by start, and from long to short, whatever contains a period stands before it, and what it contains behind
    it. Windows that only grow, because a join of each item's periods with one another grew with their square.
#}
{% macro is_stated_by_another(kept) -%}
    case
        when end_date - start_date >= 7
            then
                coalesce(
                    max(end_date) filter (where {{ kept }} and end_date - start_date < 7) over earlier >= start_date,
                    false
                )
                or coalesce(
                    min(start_date) filter (where {{ kept }} and end_date - start_date < 7) over later <= end_date,
                    false
                )
                or coalesce(min(end_date) filter (where {{ kept }}) over later <= end_date, false)
        else
            coalesce(
                max(end_date) filter (where {{ kept }} and end_date - start_date < 7) over earlier >= end_date, false
            )
    end
{%- endmacro %}

{# Whether a period holds another for which the condition is true, or is held by it. #}
{% macro holds_or_is_held(condition) -%}
    (
        coalesce(max(end_date) filter (where {{ condition }}) over earlier >= end_date, false)
        or coalesce(min(end_date) filter (where {{ condition }}) over later <= end_date, false)
    )
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
    )
{%- endmacro %}
