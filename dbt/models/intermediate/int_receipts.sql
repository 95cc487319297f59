{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=grain_of_series('start_date', 'end_date'),
    periods='int_periods',
    cluster_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

-- depends_on: {{ ref('int_periods') }}

with

lines as (

    select * from {{ needed_rows(ref('int_lines_restated')) }}

    where measure = 'received' and fate = 'counted'

),

summed as (

    select
        series_key,
        {{ series_columns() }},
        week_calendar,
        start_date,
        end_date,
        week_start_date,
        sum(quantity) as units,
        bool_or(is_unit_converted) as is_unit_converted

    from lines

    group by
        series_key,
        {{ series_columns() }},
        week_calendar,
        start_date,
        end_date,
        week_start_date

),

covered as (

    select
        *,
        {{ is_covered('true') }} as is_covered

    from summed

    window {{ frames_of_periods() }}

),

told as (

    select
        *,
        is_covered or {{ is_held('not is_covered') }} as is_redundant

    from covered

    window {{ frames_of_periods() }}

),

overlapped as (

    select
        *,
        not is_redundant and {{ shares_days('not is_redundant') }} as is_overlapping

    from told

    window {{ frames_of_periods() }}

)

select * from overlapped
