with

lines as (

    select * from {{ ref('int_lines_restated') }}

    where not is_sales and measure != 'received' and fate = 'counted'

)

select
    partner_id,
    week_calendar,
    item_id_type,
    item_id,
    location_id,
    unit,
    measure,
    end_date as as_of_date,
    sum(quantity) as units,
    {{ week_start_date('end_date', 'week_calendar') }} as week_start_date

from lines

group by partner_id, week_calendar, item_id_type, item_id, location_id, unit, measure, end_date
