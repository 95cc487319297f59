{{ config(
    materialized='incremental',
    growth='weeks',
    grain=grain_of_series('measure', 'as_of_date'),
    indexes=[{'columns': ['series_key', 'week_start_date']}],
) }}

with

lines as (

    select * from {{ ref('int_lines_restated') }}

    where
        not is_sales
        and measure != 'received'
        and fate = 'counted'
        {% if is_incremental() %}
        and {{ is_touched() }}
        {% endif %}

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
