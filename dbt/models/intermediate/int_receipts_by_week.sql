with

receipts as (

    select * from {{ ref('int_receipts') }}

    where not is_redundant

)

select
    series_key,
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    sum(units) as units_received,
    bool_or(is_unit_converted) as is_unit_converted,
    bool_or(is_overlapping) as is_overlapping

from receipts

group by series_key, partner_id, item_id_type, item_id, location_id, unit, week_start_date
