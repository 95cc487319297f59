-- depends_on: {{ ref('int_tested_inputs') }}
{{ config(materialized='maintained_view') }}

with

places as {{ not_materialized() }} (

    select * from {{ ref('sell_through_to_date') }}

),

by_window as (

    select
        partner_id,
        item_id_type,
        item_id,
        unit,
        window_kind,
        window_name,
        min(window_start_date) as window_start_date,
        min(item_key) as item_key,
        min(week_calendar) as week_calendar,
        min(first_week_start_date) as first_week_start_date,
        max(last_week_start_date) as last_week_start_date,
        count(*) as location_count,
        count(on_hand_units) as stock_known_location_count,

        sum(units_sold) as units_sold,
        sum(units_returned) as units_returned,
        sum(net_units_sold) as net_units_sold,
        sum(units_received) as units_received,
        sum(beginning_on_hand_units) as beginning_on_hand_units,
        sum(on_hand_units) as on_hand_units,

        sum(sell_through_net_units) filter (where sell_through_base_units is not null) as placed_net_units,
        sum(sell_through_base_units) as placed_base_units,
        bool_and(location_id = 'unknown') filter (where net_units_sold is not null) as is_sold_without_place,
        sum(receipt_sell_through_net_units) filter (where receipt_sell_through_base_units is not null)
            as receipt_sell_through_net_units,
        sum(receipt_sell_through_base_units) as receipt_sell_through_base_units

    from places

    group by partner_id, item_id_type, item_id, unit, window_kind, window_name

),

-- Who says sales without a place, and stock at centres, says them of the same goods.
rated as (

    select
        *,
        case
            when placed_base_units is not null then placed_net_units
            when is_sold_without_place and on_hand_units is not null then net_units_sold
        end as sell_through_net_units,
        case
            when placed_base_units is not null then placed_base_units
            when is_sold_without_place then net_units_sold + on_hand_units
        end as sell_through_base_units

    from by_window

)

select
    partner_id,
    item_id_type,
    item_id,
    unit,
    window_kind,
    window_name,
    window_start_date,
    item_key,
    week_calendar,
    first_week_start_date,
    last_week_start_date,
    location_count::integer as location_count,
    stock_known_location_count::integer as stock_known_location_count,

    units_sold::numeric(30, 3) as units_sold,
    units_returned::numeric(30, 3) as units_returned,
    net_units_sold::numeric(30, 3) as net_units_sold,
    units_received::numeric(30, 3) as units_received,
    beginning_on_hand_units::numeric(30, 3) as beginning_on_hand_units,
    on_hand_units::numeric(30, 3) as on_hand_units,

    {{ ratio('sell_through_net_units', 'sell_through_base_units') }} as sell_through_rate,
    sell_through_net_units::numeric(30, 3) as sell_through_net_units,
    sell_through_base_units::numeric(30, 3) as sell_through_base_units,
    {{ ratio('receipt_sell_through_net_units', 'receipt_sell_through_base_units') }} as receipt_sell_through_rate,
    receipt_sell_through_net_units::numeric(30, 3) as receipt_sell_through_net_units,
    receipt_sell_through_base_units::numeric(30, 3) as receipt_sell_through_base_units

from rated
