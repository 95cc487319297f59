{{ config(
    materialized='incremental',
    growth='weeks',
    indexes=[{'columns': ['series_key', 'week_start_date']}],
) }}

with

lines as (

    select * from {{ ref('int_lines_restated') }}

    where
        measure = 'received'
        and fate = 'counted'
        {% if is_incremental() %}
        and {{ is_touched() }}
        {% endif %}

)

select
    series_key,
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    sum(quantity) as units_received,
    bool_or(is_unit_converted) as is_unit_converted

from lines

group by series_key, partner_id, item_id_type, item_id, location_id, unit, week_start_date
