with

stock as (

    select * from {{ ref('int_stock') }}

    where measure in {{ sql_list(var('on_hand_measures')) }} or measure = 'opening_balance'

),

-- Stock is never summed over time: the last snapshot of the week is the week's stock, whatever it counts. A closing
-- balance or what is available stands in where no on hand was stated of that day, and is never added to it. What there
-- was as the week began is no snapshot of it.
ranked as (

    select
        *,
        row_number() over (
            partition by series_key, week_start_date, {{ series_columns() }}
            order by
                measure = 'opening_balance' asc,
                as_of_date desc,
                {% for measure in var('on_hand_measures') -%}
                measure = '{{ measure }}' desc,
                {% endfor -%}
                measure asc
        ) as preference,
        max(units) filter (where measure = 'opening_balance' and as_of_date = week_start_date) over week
            as opening_units,
        bool_or(measure = 'closing_balance') over week as is_closed

    from stock

    window week as (partition by series_key, week_start_date, {{ series_columns() }})

)

select
    series_key,
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    case when measure != 'opening_balance' then units end as on_hand_units,
    case when measure != 'opening_balance' then as_of_date end as on_hand_as_of_date,
    case when measure != 'opening_balance' then measure end as on_hand_measure,
    opening_units,
    opening_units is not null and is_closed as is_ledger,
    is_unit_converted

from ranked

where preference = 1
