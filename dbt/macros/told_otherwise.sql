{#
    Days of a week and the week itself are one movement of goods told twice: the longest period up to a week counts. A
    month beside its weeks adds nothing at the grain of a week, nor does a quarter beside its months; alone they count,
    and their straddling is flagged. Among rows of one series for which `kept` holds.

    Sorted by start, and from long to short, whatever contains a period stands before it, and what it contains behind
    it. Windows that only grow, because a join of each item's periods with one another grew with their square.
#}
{% macro is_told_by_another(kept) -%}
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

{#
    Whether a period of `restated` shares days with a span of days. No week before the one that holds the first of them
    has a period that reaches it: that condition is looked up.
#}
{% macro reaches(span) -%}
    restated.week_start_date >= {{ span }}.first_date - 6
    and restated.start_date <= {{ span }}.last_date
    and restated.end_date >= {{ span }}.first_date
{%- endmacro %}

{#
    SQL for the days that touched weeks' periods of a series depend on: whether one counts is decided by those that share
    days with it, whether those count by the ones that share days with them, and so on. `condition` is of `restated`.

    Reaching out ends where nothing new is found, so most series are looked up twice. For a `with recursive`.
#}
{% macro spans_of_touched(condition) -%}
    reached as (

        select
            touched_weeks.series_key,
            min(restated.start_date) as first_date,
            max(restated.end_date) as last_date

        from touched_weeks

        inner join {{ ref('int_lines_restated') }} as restated
            on
                touched_weeks.series_key = restated.series_key
                and touched_weeks.week_start_date = restated.week_start_date
                and {{ condition }}

        group by touched_weeks.series_key

        union all

        select
            reached.series_key,
            beyond.first_date,
            beyond.last_date

        from reached

        cross join
            lateral (
                select
                    min(restated.start_date) as first_date,
                    max(restated.end_date) as last_date

                from {{ ref('int_lines_restated') }} as restated

                where
                    restated.series_key = reached.series_key
                    and {{ reaches("reached") }}
                    and {{ condition }}
            ) as beyond

        where beyond.first_date < reached.first_date or beyond.last_date > reached.last_date

    ),

    spans as (

        select
            series_key,
            min(first_date) as first_date,
            max(last_date) as last_date

        from reached

        group by series_key

    )
{%- endmacro %}
