-- depends_on: {{ ref('int_tested_inputs') }}
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    announces=['dim_item', 'dim_location', 'dim_partner', 'dim_calendar'],
    looks_back=weeks_compared_with(),
    cluster_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
    partial_indexes=['(iso_week_start_date) where is_out_of_stock', '(item_key) where is_out_of_stock'],
) }}

with

stock as (

    select * from {{ needed_rows(ref('int_on_hand_by_week')) }}

),

-- Each is at the grain of this table already, so no join below can multiply a row.
weeks as (

    select * from {{ needed_rows(ref('int_item_location_weeks')) }}

),

sales as (

    select * from {{ needed_rows(ref('int_sales_by_week')) }}

),

receipts as (

    select * from {{ needed_rows(ref('int_receipts_by_week')) }}

),

-- Periods that other periods tell are stated all the same.
stated_sales as (

    select * from {{ needed_rows(ref('int_sales')) }}

),

partners as (

    select * from {{ ref('partners') }}

),

locations as (

    select * from {{ ref('locations') }}

),

reporting_places as (

    select
        partner_id,
        location_id,
        week_start_date,
        bool_or(is_sold) as is_selling,
        bool_or(is_incomplete) as is_incomplete

    from weeks

    group by partner_id, location_id, week_start_date

),

sold_items as (

    select distinct
        partner_id,
        item_id_type,
        item_id,
        location_id,
        week_start_date

    from stated_sales

),

joined as (

    select
        stock.*,
        weeks.first_message_id,
        weeks.last_message_id,
        weeks.last_received_at,
        weeks.is_unit_assumed,
        weeks.is_unit_converted,
        weeks.is_restated,
        weeks.is_late,
        weeks.is_incomplete,
        sales.units_sold,
        sales.units_returned,
        sales.net_units_sold,
        -- Who reports the place's sales, or stock beside sales, and none of this item, in whatever unit, or without a
        -- place, has sold none: unless a line was rejected, the place is no store, or the partner means otherwise.
        sales.net_units_sold is null
        and (weeks.is_in_activity_report or reporting_places.is_selling)
        and not reporting_places.is_incomplete
        and sold_here.item_id is null
        and sold_somewhere.item_id is null
        and stock.location_id != 'unknown'
        and coalesce(locations.kind, 'store') = 'store'
        and coalesce({{ setting('absent_sales') }}, 'zero') = 'zero' as is_implied_zero,
        sales.sales_value,
        sales.currency,
        sales.sales_days,
        sales.is_straddling,
        sales.is_partly_told,
        coalesce(sales.is_overlapping, false) or coalesce(receipts.is_overlapping, false) as is_overlapping,
        receipts.units_received,
        stock.on_hand_units is not null and not stock.is_on_hand_carried as is_stock_stated

    from stock

    left join weeks
        on {{ is_same_week('stock', 'weeks') }}

    left join sales
        on {{ is_same_week('stock', 'sales') }}

    left join receipts
        on {{ is_same_week('stock', 'receipts') }}

    left join reporting_places
        on
            stock.partner_id = reporting_places.partner_id
            and stock.location_id = reporting_places.location_id
            and stock.week_start_date = reporting_places.week_start_date

    left join sold_items as sold_here
        on
            stock.partner_id = sold_here.partner_id
            and stock.item_id_type = sold_here.item_id_type
            and stock.item_id = sold_here.item_id
            and stock.location_id = sold_here.location_id
            and stock.week_start_date = sold_here.week_start_date

    left join sold_items as sold_somewhere
        on
            stock.partner_id = sold_somewhere.partner_id
            and stock.item_id_type = sold_somewhere.item_id_type
            and stock.item_id = sold_somewhere.item_id
            and sold_somewhere.location_id = 'unknown'
            and stock.week_start_date = sold_somewhere.week_start_date

    {{ join_settings('stock.partner_id') }}

    left join locations on stock.partner_id = locations.partner and stock.location_id = locations.location_id

),

sold as (

    select
        series_key,
        {{ series_columns() }},
        week_start_date,
        week_calendar,
        case when is_implied_zero then 0 else units_sold end as units_sold,
        case when is_implied_zero then 0 else units_returned end as units_returned,
        case when is_implied_zero then 0 else net_units_sold end as net_units_sold,
        case when is_implied_zero then 7 else sales_days end as sales_days,
        coalesce(is_implied_zero, false) as is_implied_zero,
        sales_value,
        currency,
        units_received,
        beginning_on_hand_units,
        on_hand_units,
        on_hand_as_of_date,
        on_hand_measure,
        is_on_hand_carried,
        is_ledger,
        is_stock_stated,
        is_straddling,
        is_partly_told,
        is_incomplete,
        is_restated,
        is_late,
        is_overlapping,
        is_unit_assumed,
        is_unit_converted,
        first_message_id,
        last_message_id,
        last_received_at

    from joined

),

compared as (

    select
        *,
        {{ compared_weeks() }}

    from sold

    window
        {{ frames_of_weeks('series_key, ' ~ series_columns()) }}

),

-- A ledger of the week, with its opening and its closing, that tells of no receipts has none.
supplied as (

    select
        *,
        beginning_on_hand_units + coalesce(units_received, case when is_ledger then 0 end) as supply_units

    from compared

),

measured as (

    select
        *,
        case when is_stock_stated then net_units_sold end as sell_through_net_units,
        case when is_stock_stated then net_units_sold + on_hand_units end as sell_through_base_units,
        case when supply_units is not null then net_units_sold end as receipt_sell_through_net_units,
        case when net_units_sold is not null then supply_units end as receipt_sell_through_base_units,
        case when on_hand_units >= 0 then on_hand_units end as units_to_sell

    from supplied

)

select
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    (week_start_date + 6)::date as week_end_date,
    {{ iso_week_start_date('week_start_date + 6') }} as iso_week_start_date,
    week_calendar,
    {{ item_key() }} as item_key,
    {{ location_key() }} as location_key,

    units_sold::numeric(30, 3) as units_sold,
    units_returned::numeric(30, 3) as units_returned,
    net_units_sold::numeric(30, 3) as net_units_sold,
    sales_days::integer as sales_days,
    sales_value::numeric(38, 4) as sales_value,
    currency,
    units_received::numeric(30, 3) as units_received,
    beginning_on_hand_units::numeric(30, 3) as beginning_on_hand_units,
    on_hand_units::numeric(30, 3) as on_hand_units,
    on_hand_as_of_date,
    on_hand_measure,
    week_start_date + 6 - on_hand_as_of_date as on_hand_age_days,

    {{ ratio('sell_through_net_units', 'sell_through_base_units') }} as sell_through_rate,
    sell_through_net_units::numeric(30, 3) as sell_through_net_units,
    sell_through_base_units::numeric(30, 3) as sell_through_base_units,
    {{ ratio('receipt_sell_through_net_units', 'receipt_sell_through_base_units') }} as receipt_sell_through_rate,
    receipt_sell_through_net_units::numeric(30, 3) as receipt_sell_through_net_units,
    receipt_sell_through_base_units::numeric(30, 3) as receipt_sell_through_base_units,

    {{ measures_of_compared_weeks() }},

    on_hand_units > 0 as is_in_stock,
    on_hand_units <= 0 as is_out_of_stock,
    coalesce(on_hand_units < 0, false) as is_stock_negative,
    net_units_sold is null as is_sales_missing,
    is_implied_zero,
    not is_stock_stated as is_stock_missing,
    is_on_hand_carried,
    coalesce(is_straddling, false) as is_straddling,
    coalesce(is_partly_told, false) as is_partly_told,
    coalesce(is_incomplete, false) as is_incomplete,
    coalesce(is_restated, false) as is_restated,
    coalesce(is_late, false) as is_late,
    coalesce(is_overlapping, false) as is_overlapping,
    coalesce(is_unit_assumed, false) as is_unit_assumed,
    coalesce(is_unit_converted, false) as is_unit_converted,
    location_id = 'unknown' as is_location_unknown,

    first_message_id,
    last_message_id,
    last_received_at

from measured
