{#
    How far a changed week reaches, for tables that grow by partner and week.

    Stock is carried into later weeks as long as its age allows, the pace looks some weeks back, and the next year
    compares with it. Of a partner's week, all of it is computed anew: the first file of a week carries the stock of all
    that it leaves out.
#}
{% macro list_weeks_after() %}
    {{ return(range(1, (var('on_hand_max_age_days') | int) // 7 + (var('earlier_weeks') | int) + 1) | list + [52]) }}
{% endmacro %}

{#
    SQL for the partners' weeks that the touched ones look back on, themselves included. `relation` has the weeks that
    there are: the others need not look back, and those after the last one would look on much of last year.
#}
{% macro list_needed_weeks(weeks_before, relation) -%}
    select distinct
        touched.partner_id,
        touched.week_start_date - 7 * earlier.weeks as week_start_date

    from (
        select distinct
            partner_id,
            week_start_date

        from touched_weeks
    ) as touched

    cross join unnest(array[{{ ([0] + weeks_before) | join(', ') }}]) as earlier (weeks)

    where
        exists (
            select from {{ relation }} as present
            where present.partner_id = touched.partner_id and present.week_start_date = touched.week_start_date
        )
{%- endmacro %}

{# Condition for rows of the partners' weeks that are computed anew. #}
{% macro is_week_touched() -%}
    (partner_id, week_start_date) in (
        select
            touched_weeks.partner_id,
            touched_weeks.week_start_date
        from touched_weeks
    )
{%- endmacro %}
