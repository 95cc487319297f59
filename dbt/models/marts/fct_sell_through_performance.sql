-- The planner thinks it cheap to sort a million rows by six texts for each join: 22 seconds of processor time, where
-- hashing them takes 6 (November 2026).
{{ config(pre_hook="set local enable_mergejoin = off") }}

with

weeks as (

    select * from {{ ref('int_item_location_weeks') }}

),

-- Each is at the grain of this table already, so no join below can multiply a row.
sales as (

    select * from {{ ref('int_sales_by_week') }}

),

stock as (

    select * from {{ ref('int_stock_by_week') }}

),

receipts as (

    select * from {{ ref('int_receipts_by_week') }}

),

joined as (

    select
        weeks.*,
        sales.units_sold,
        sales.units_returned,
        sales.net_units_sold,
        sales.sales_value,
        sales.currency,
        sales.is_straddling,
        stock.on_hand_units,
        stock.on_hand_as_of_date,
        stock.on_hand_measure,
        receipts.units_received

    from weeks

    left join sales
        on
            weeks.partner_id = sales.partner_id
            and weeks.item_id_type = sales.item_id_type
            and weeks.item_id = sales.item_id
            and weeks.location_id = sales.location_id
            and weeks.unit = sales.unit
            and weeks.week_start_date = sales.week_start_date

    left join stock
        on
            weeks.partner_id = stock.partner_id
            and weeks.item_id_type = stock.item_id_type
            and weeks.item_id = stock.item_id
            and weeks.location_id = stock.location_id
            and weeks.unit = stock.unit
            and weeks.week_start_date = stock.week_start_date

    left join receipts
        on
            weeks.partner_id = receipts.partner_id
            and weeks.item_id_type = receipts.item_id_type
            and weeks.item_id = receipts.item_id
            and weeks.location_id = receipts.location_id
            and weeks.unit = receipts.unit
            and weeks.week_start_date = receipts.week_start_date

)

select
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    (week_start_date + 6)::date as week_end_date,
    week_calendar,

    units_sold::numeric(30, 3) as units_sold,
    units_returned::numeric(30, 3) as units_returned,
    net_units_sold::numeric(30, 3) as net_units_sold,
    sales_value::numeric(38, 4) as sales_value,
    currency,
    units_received::numeric(30, 3) as units_received,
    on_hand_units::numeric(30, 3) as on_hand_units,
    on_hand_as_of_date,
    on_hand_measure,
    case
        -- Fewer units than none cannot have been for sale: a share of them would be a number without a meaning.
        when net_units_sold + on_hand_units > 0 then net_units_sold / (net_units_sold + on_hand_units)
    end::numeric(30, 6) as sell_through_rate,

    net_units_sold is null as is_sales_missing,
    on_hand_units is null as is_stock_missing,
    coalesce(is_straddling, false) as is_straddling,
    is_incomplete,
    is_restated,
    is_unit_assumed,
    location_id = 'unknown' as is_location_unknown,

    first_message_id,
    last_message_id,
    last_received_at

from joined
