{{ config(
    materialized='incremental',
    growth='weeks',
    grain=grain_of_series('start_date', 'end_date'),
    indexes=[{'columns': ['series_key', 'week_start_date']}],
) }}

with{% if is_incremental() %} recursive{% endif %}

{% if is_incremental() %}
{{ spans_of_touched("restated.measure = 'received'") }},
{% endif %}

summed as (

    select
        restated.series_key,
        {{ series_columns('restated') }},
        restated.week_calendar,
        restated.start_date,
        restated.end_date,
        restated.week_start_date,
        sum(restated.quantity) as units,
        bool_or(restated.is_unit_converted) as is_unit_converted

    from {{ ref('int_lines_restated') }} as restated
    {% if is_incremental() %}
    inner join spans on restated.series_key = spans.series_key and {{ reaches("spans") }}
    {% endif %}
    where restated.measure = 'received' and restated.fate = 'counted'

    group by
        restated.series_key,
        {{ series_columns('restated') }},
        restated.week_calendar,
        restated.start_date,
        restated.end_date,
        restated.week_start_date

),

told as (

    select
        *,
        {{ is_told_by_another('true') }} as is_told_otherwise

    from summed

    window {{ frames_of_periods() }}

),

overlapped as (

    select
        *,
        not is_told_otherwise and {{ shares_days('not is_told_otherwise') }} as is_overlapping

    from told

    window {{ frames_of_periods() }}

)

select * from overlapped
{% if is_incremental() %}

where {{ is_among_touched() }}
{% endif %}
