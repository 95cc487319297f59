{{ config(
    materialized='maintained',
    maintained_by='weeks',
    announces=['dim_item', 'dim_partner', 'dim_calendar'],
    looks_back=weeks_compared_with(),
    indexes=[{'columns': ['partner_id', 'week_start_date']}, {'columns': ['iso_week_start_date']}],
) }}

with

performance as (

    select * from {{ needed_rows(ref('fct_sell_through_performance')) }}

),

-- Sums over the places of one week, where stock may be added; a value only where all of it is known.
by_week as (

    select
        partner_id,
        item_id_type,
        item_id,
        unit,
        week_start_date,
        -- The same in all rows of a group; each column to group by would make two million rows harder to sort.
        min(week_end_date) as week_end_date,
        min(iso_week_start_date) as iso_week_start_date,
        min(week_calendar) as week_calendar,
        min(item_key) as item_key,

        count(*) as location_count,
        count(*) filter (where units_sold > 0) as selling_location_count,
        count(*) filter (where not is_sales_missing) as sales_known_location_count,
        count(on_hand_units) as stock_known_location_count,
        count(*) filter (where is_in_stock) as in_stock_location_count,
        count(*) filter (where is_out_of_stock) as out_of_stock_location_count,
        count(*) filter (where is_on_hand_carried) as carried_location_count,
        count(*) filter (where is_implied_zero) as implied_zero_location_count,

        sum(units_sold) as units_sold,
        sum(units_returned) as units_returned,
        sum(net_units_sold) as net_units_sold,
        max(sales_days) as sales_days,
        case
            when
                bool_and(sales_value is not null or coalesce(units_sold, 0) = 0)
                and coalesce(
                    min(coalesce(currency, '')) filter (where units_sold != 0)
                    = max(coalesce(currency, '')) filter (where units_sold != 0),
                    true
                )
                then sum(sales_value)
        end as sales_value,
        min(currency) as currency,
        sum(units_received) as units_received,
        sum(beginning_on_hand_units) as beginning_on_hand_units,
        sum(on_hand_units) as on_hand_units,

        sum(sell_through_net_units) as placed_net_units,
        sum(sell_through_base_units) as placed_base_units,
        bool_and(is_location_unknown) filter (where net_units_sold is not null) as is_sold_without_place,
        sum(on_hand_units) filter (where not is_stock_missing) as stated_on_hand_units,
        sum(receipt_sell_through_net_units) as receipt_sell_through_net_units,
        sum(receipt_sell_through_base_units) as receipt_sell_through_base_units,

        bool_or(is_straddling) as is_straddling,
        bool_or(is_incomplete) as is_incomplete,
        bool_or(is_restated) as is_restated,
        bool_or(is_stock_negative) as is_stock_negative,
        bool_or(is_location_unknown) and not bool_and(is_location_unknown) as is_unlocated_added

    from performance

    group by partner_id, item_id_type, item_id, unit, week_start_date

),

-- Who says sales without a place, and stock at centres, says them of the same goods.
rated as (

    select
        *,
        case
            when placed_base_units is not null then placed_net_units
            when is_sold_without_place and stated_on_hand_units is not null then net_units_sold
        end as sell_through_net_units,
        case
            when placed_base_units is not null then placed_base_units
            when is_sold_without_place then net_units_sold + stated_on_hand_units
        end as sell_through_base_units

    from by_week

),

compared as (

    select
        *,
        {{ compared_weeks() }}

    from rated

    window
        {{ frames_of_weeks('partner_id, item_id_type, item_id, unit') }}

),

measured as (

    select
        *,
        case when on_hand_units >= 0 then on_hand_units end as units_to_sell

    from compared

)

select
    partner_id,
    item_id_type,
    item_id,
    unit,
    week_start_date,
    week_end_date,
    iso_week_start_date,
    week_calendar,
    item_key,

    location_count::integer as location_count,
    selling_location_count::integer as selling_location_count,
    sales_known_location_count::integer as sales_known_location_count,
    stock_known_location_count::integer as stock_known_location_count,
    in_stock_location_count::integer as in_stock_location_count,
    out_of_stock_location_count::integer as out_of_stock_location_count,
    carried_location_count::integer as carried_location_count,
    implied_zero_location_count::integer as implied_zero_location_count,
    {{ ratio('in_stock_location_count::numeric', 'stock_known_location_count') }} as in_stock_share,

    units_sold::numeric(30, 3) as units_sold,
    units_returned::numeric(30, 3) as units_returned,
    net_units_sold::numeric(30, 3) as net_units_sold,
    sales_days::integer as sales_days,
    sales_value::numeric(38, 4) as sales_value,
    case when sales_value is not null then currency end as currency,
    units_received::numeric(30, 3) as units_received,
    beginning_on_hand_units::numeric(30, 3) as beginning_on_hand_units,
    on_hand_units::numeric(30, 3) as on_hand_units,

    {{ ratio('sell_through_net_units', 'sell_through_base_units') }} as sell_through_rate,
    sell_through_net_units::numeric(30, 3) as sell_through_net_units,
    sell_through_base_units::numeric(30, 3) as sell_through_base_units,
    {{ ratio('receipt_sell_through_net_units', 'receipt_sell_through_base_units') }} as receipt_sell_through_rate,
    receipt_sell_through_net_units::numeric(30, 3) as receipt_sell_through_net_units,
    receipt_sell_through_base_units::numeric(30, 3) as receipt_sell_through_base_units,

    {{ measures_of_compared_weeks() }},

    is_straddling,
    is_incomplete,
    is_restated,
    is_stock_negative,
    is_unlocated_added

from measured
