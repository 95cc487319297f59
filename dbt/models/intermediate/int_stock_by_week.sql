with

stock as (

    select * from {{ ref('int_stock') }}

    where measure in ('on_hand', 'available')

),

-- Stock is never summed over time: the last snapshot of the week is the week's stock. Available is part of what is on
-- hand, so it stands in for on hand where no on hand was stated and is never added to it.
ranked as (

    select
        *,
        row_number() over (
            partition by partner_id, item_id_type, item_id, location_id, unit, week_start_date
            order by (measure = 'on_hand') desc, as_of_date desc
        ) as preference

    from stock

)

select
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    units as on_hand_units,
    as_of_date as on_hand_as_of_date,
    measure as on_hand_measure

from ranked

where preference = 1
