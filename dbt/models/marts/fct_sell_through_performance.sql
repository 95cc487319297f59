{{ config(
    materialized='incremental',
    growth='weeks',
    grown_by=['partner_id', 'week_start_date'],
    weeks_after=list_weeks_after(),
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
    partial_indexes=['(iso_week_start_date) where is_out_of_stock', '(item_key) where is_out_of_stock'],
) }}

with

{% if is_incremental() -%}
touched_partner_weeks as materialized (

    {{ list_needed_weeks([], ref('int_on_hand_by_week')) }}

),

-- Weeks that are compared with and not touched themselves: this table holds them as they would be computed.
compared_partner_weeks as materialized (

    {{ list_needed_weeks(
        range(1, (var('earlier_weeks') | int) + 1) | list + [52],
        ref('int_on_hand_by_week')
    ) }}

    except

    select
        partner_id,
        week_start_date

    from touched_weeks

),
{%- endif %}

stock as (

    select stock.*

    from {{ ref('int_on_hand_by_week') }} as stock
    {% if is_incremental() %}
    inner join touched_partner_weeks as touched
        on stock.partner_id = touched.partner_id and stock.week_start_date = touched.week_start_date
    {% endif %}
),

-- Each is at the grain of this table already, so no join below can multiply a row.
weeks as {{ 'materialized ' if is_incremental() }}(

    select weeks.*

    from {{ ref('int_item_location_weeks') }} as weeks
    {% if is_incremental() %}
    -- By weeks of partners too: a look-up for each row of stock took four times as long.
    inner join touched_partner_weeks as touched
        on weeks.partner_id = touched.partner_id and weeks.week_start_date = touched.week_start_date
    {% endif %}
),

sales as (

    select * from {{ ref('int_sales_by_week') }}

),

receipts as (

    select * from {{ ref('int_receipts_by_week') }}

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
        sales.sales_value,
        sales.currency,
        sales.is_straddling,
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

),

{% if is_incremental() -%}
known as (

    select
        series_key,
        {{ series_columns() }},
        week_start_date,
        net_units_sold,
        on_hand_units

    from joined

    union all

    select
        {{ series_key('held.partner_id', 'held.location_id', 'held.item_id_type', 'held.item_id', 'held.unit') }}
            as series_key,
        {{ series_columns('held') }},
        held.week_start_date,
        held.net_units_sold,
        held.on_hand_units

    from {{ this }} as held

    inner join compared_partner_weeks as compared_with
        on held.partner_id = compared_with.partner_id and held.week_start_date = compared_with.week_start_date

),

comparisons as (

    select
        series_key,
        {{ series_columns() }},
        week_start_date,
        {{ compared_weeks() }}

    from known

    window
        {{ frames_of_weeks('series_key, ' ~ series_columns()) }}

),

compared as (

    select
        joined.*,
        comparisons.trailing_weeks_stated,
        comparisons.trailing_net_units,
        comparisons.trailing_weeks_of_stock,
        comparisons.trailing_on_hand_units,
        comparisons.previous_week_net_units_sold,
        comparisons.previous_year_net_units_sold

    from joined

    inner join comparisons
        on {{ is_same_week('joined', 'comparisons') }}

),
{%- else -%}
compared as (

    select
        *,
        {{ compared_weeks() }}

    from joined

    window
        {{ frames_of_weeks('series_key, ' ~ series_columns()) }}

),
{%- endif %}

measured as (

    select
        *,
        case when is_stock_stated then net_units_sold end as sell_through_net_units,
        case when is_stock_stated then net_units_sold + on_hand_units end as sell_through_base_units,
        case when beginning_on_hand_units + units_received is not null then net_units_sold end
            as receipt_sell_through_net_units,
        case when net_units_sold is not null then beginning_on_hand_units + units_received end
            as receipt_sell_through_base_units,
        case when on_hand_units >= 0 then on_hand_units end as units_to_sell

    from compared

)

select
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    (week_start_date + 6)::date as week_end_date,
    date_trunc('week', week_start_date + 6)::date as iso_week_start_date,
    week_calendar,
    {{ item_key() }} as item_key,
    {{ location_key() }} as location_key,

    units_sold::numeric(30, 3) as units_sold,
    units_returned::numeric(30, 3) as units_returned,
    net_units_sold::numeric(30, 3) as net_units_sold,
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
    net_units_sold is null as is_sales_missing,
    not is_stock_stated as is_stock_missing,
    is_on_hand_carried,
    coalesce(is_straddling, false) as is_straddling,
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
{%- if not is_incremental() %}

-- A day looks back on whole weeks of partners: a row here and a row there would be a page for each.
order by partner_id, week_start_date
{%- endif %}
