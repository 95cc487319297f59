{{ config(materialized='table') }}

with

lines as (

    select * from {{ ref('int_lines_restated') }}

    where measure = 'received' and fate = 'counted'

)

select
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    {{ week_start_date('end_date', 'week_calendar') }} as week_start_date,
    sum(quantity) as units_received

from lines

group by 1, 2, 3, 4, 5, 6
