{{ config(
    materialized='maintained',
    maintained_by='weeks',
    announces=['dim_location', 'dim_partner', 'dim_calendar'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

performance as (

    select * from {{ needed_rows(ref('fct_sell_through_performance')) }}

),

-- Sums over the items of one place in one week, where stock may be added.
by_week as (

    select
        partner_id,
        location_id,
        unit,
        week_start_date,
        -- The same in all rows of a group; each column to group by would make two million rows harder to sort.
        min(week_end_date) as week_end_date,
        min(iso_week_start_date) as iso_week_start_date,
        min(week_calendar) as week_calendar,
        min(location_key) as location_key,

        count(*) as item_count,
        count(*) filter (where units_sold > 0) as selling_item_count,
        count(on_hand_units) as stock_known_item_count,
        count(*) filter (where is_in_stock) as in_stock_item_count,
        count(*) filter (where is_out_of_stock) as out_of_stock_item_count,
        count(*) filter (where is_on_hand_carried) as carried_item_count,
        count(*) filter (where is_implied_zero) as implied_zero_item_count,

        sum(units_sold) as units_sold,
        sum(units_returned) as units_returned,
        sum(net_units_sold) as net_units_sold,
        sum(units_received) as units_received,
        sum(on_hand_units) as on_hand_units,

        sum(sell_through_net_units) as sell_through_net_units,
        sum(sell_through_base_units) as sell_through_base_units,

        bool_or(is_straddling) as is_straddling,
        bool_or(is_incomplete) as is_incomplete,
        bool_or(is_restated) as is_restated,
        bool_or(is_stock_negative) as is_stock_negative,
        bool_or(is_location_unknown) as is_location_unknown

    from performance

    group by partner_id, location_id, unit, week_start_date

)

select
    partner_id,
    location_id,
    unit,
    week_start_date,
    week_end_date,
    iso_week_start_date,
    week_calendar,
    location_key,

    item_count::integer as item_count,
    selling_item_count::integer as selling_item_count,
    stock_known_item_count::integer as stock_known_item_count,
    in_stock_item_count::integer as in_stock_item_count,
    out_of_stock_item_count::integer as out_of_stock_item_count,
    carried_item_count::integer as carried_item_count,
    implied_zero_item_count::integer as implied_zero_item_count,
    {{ ratio('in_stock_item_count::numeric', 'stock_known_item_count') }} as in_stock_share,

    units_sold::numeric(30, 3) as units_sold,
    units_returned::numeric(30, 3) as units_returned,
    net_units_sold::numeric(30, 3) as net_units_sold,
    units_received::numeric(30, 3) as units_received,
    on_hand_units::numeric(30, 3) as on_hand_units,

    {{ ratio('sell_through_net_units', 'sell_through_base_units') }} as sell_through_rate,
    sell_through_net_units::numeric(30, 3) as sell_through_net_units,
    sell_through_base_units::numeric(30, 3) as sell_through_base_units,

    is_straddling,
    is_incomplete,
    is_restated,
    is_stock_negative,
    is_location_unknown

from by_week
