-- depends_on: {{ ref('int_tested_inputs') }}
-- A view: of what somebody asks for, by partner, item or place, it is quick, and a day need not pay for all the rest.
{{ config(materialized='maintained_view') }}

with

performance as {{ not_materialized() }} (

    select * from {{ ref('fct_sell_through_performance') }}

),

calendar as (

    select * from {{ ref('dim_calendar') }}

),

-- A week is of the window of its first day: what a month's report says stands in the week of its last day, which begins
-- in that month.
windows as (

    {% for kind, name, start in windows_to_date() -%}
    select
        calendar_date as week_start_date,
        '{{ kind }}' as window_kind,
        {{ name }} as window_name,
        {{ start }} as window_start_date

    from calendar

    {% if not loop.last -%}
    union all

    {% endif -%}
    {% endfor %}
),

weeks as (

    select
        performance.partner_id,
        performance.item_id_type,
        performance.item_id,
        performance.location_id,
        performance.unit,
        performance.item_key,
        performance.location_key,
        performance.week_start_date,
        performance.week_calendar,
        performance.units_sold,
        performance.units_returned,
        performance.net_units_sold,
        performance.units_received,
        performance.beginning_on_hand_units,
        case when not performance.is_stock_missing then performance.on_hand_units end as stated_units,
        windows.window_kind,
        windows.window_name,
        windows.window_start_date

    from performance

    inner join windows on performance.week_start_date = windows.week_start_date

),

running as (

    select
        *,
        max(case when stated_units is not null then week_start_date end) over whole as last_stock_week_start_date,
        min(case when stated_units is not null then week_start_date end) over whole as first_stock_week_start_date,
        min(week_start_date) over whole as first_week_start_date

    from weeks

    window whole as (
        partition by partner_id, item_id_type, item_id, location_id, unit, window_kind, window_start_date
    )

),

summed as (

    select
        partner_id,
        item_id_type,
        item_id,
        location_id,
        unit,
        window_kind,
        window_start_date,
        min(window_name) as window_name,
        min(item_key) as item_key,
        min(location_key) as location_key,
        min(week_calendar) as week_calendar,
        min(week_start_date) as first_week_start_date,
        max(week_start_date) as last_week_start_date,
        count(net_units_sold) as sales_known_week_count,
        max(last_stock_week_start_date) as last_stock_week_start_date,

        sum(units_sold) as units_sold,
        sum(units_returned) as units_returned,
        sum(net_units_sold) as net_units_sold,
        sum(units_received) as units_received,
        min(stated_units) filter (where week_start_date = last_stock_week_start_date) as on_hand_units,
        -- What was sold after the last count came out of it, or of what nobody counted.
        sum(net_units_sold) filter (where week_start_date <= last_stock_week_start_date) as counted_net_units,

        min(beginning_on_hand_units) filter (where week_start_date = first_week_start_date) as stated_beginning_units,
        -- What must have been there before, by the first count.
        min(stated_units) filter (where week_start_date = first_stock_week_start_date)
        + coalesce(sum(net_units_sold) filter (where week_start_date <= first_stock_week_start_date), 0)
        - coalesce(sum(units_received) filter (where week_start_date <= first_stock_week_start_date), 0)
            as implied_beginning_units

    from running

    group by partner_id, item_id_type, item_id, location_id, unit, window_kind, window_start_date

),

supplied as (

    select
        *,
        coalesce(stated_beginning_units, implied_beginning_units) as beginning_on_hand_units,
        coalesce(stated_beginning_units, implied_beginning_units)
        -- Whoever reports no receipts at all is known by what was there first.
        + coalesce(units_received, case when window_kind = 'since launch' then 0 end) as supply_units

    from summed

),

measured as (

    select
        *,
        case when on_hand_units is not null then counted_net_units end as sell_through_net_units,
        counted_net_units + on_hand_units as sell_through_base_units,
        case when supply_units is not null then net_units_sold end as receipt_sell_through_net_units,
        case when net_units_sold is not null then supply_units end as receipt_sell_through_base_units

    from supplied

)

select
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    window_kind,
    window_name,
    case when window_kind = 'since launch' then first_week_start_date else window_start_date end as window_start_date,
    item_key,
    location_key,
    week_calendar,
    first_week_start_date,
    last_week_start_date,
    last_stock_week_start_date,
    sales_known_week_count::integer as sales_known_week_count,

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

from measured
