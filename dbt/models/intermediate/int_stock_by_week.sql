with

stock as (

    select * from {{ ref('int_stock') }}

    where measure in {{ sql_list(var('on_hand_measures')) }}

),

-- Stock is never summed over time: the last snapshot of the week is the week's stock. A closing balance or what is
-- available stands in for it where no on hand was stated, and is never added to it.
ranked as (

    select
        *,
        row_number() over (
            partition by series_key, week_start_date, {{ series_columns() }}
            order by
                {% for measure in var('on_hand_measures') -%}
                measure = '{{ measure }}' desc,
                {% endfor -%}
                as_of_date desc
        ) as preference

    from stock

)

select
    series_key,
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    units as on_hand_units,
    as_of_date as on_hand_as_of_date,
    measure as on_hand_measure,
    is_unit_converted

from ranked

where preference = 1
