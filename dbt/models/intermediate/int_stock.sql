{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=grain_of_series('measure', 'as_of_date'),
    cluster_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

lines as (

    select * from {{ needed_rows(ref('int_lines_restated')) }}

    where
        not is_sales
        and measure != 'received'
        and fate = 'counted'

)

select
    series_key,
    partner_id,
    week_calendar,
    item_id_type,
    item_id,
    location_id,
    unit,
    measure,
    end_date as as_of_date,
    sum(quantity) as units,
    bool_or(is_unit_converted) as is_unit_converted,
    week_start_date

from lines

group by
    series_key, partner_id, week_calendar, item_id_type, item_id, location_id, unit, measure, end_date, week_start_date
