{{ config(materialized='table') }}

with

messages as (

    select * from {{ ref('int_messages') }}

),

sales_lines as (

    select * from {{ ref('stg_compiled_slsrpt') }}

),

stock_lines as (

    select * from {{ ref('stg_compiled_stckrpt') }}

),

units as (

    select * from {{ ref('units') }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

lines as (

    select
        compiled_line_id,
        message_id,
        line_position,
        item_id,
        item_id_type,
        location_id,
        measure,
        qualifier,
        quantity,
        unit,
        price,
        price_type,
        currency,
        period_start_date,
        period_end_date,
        null::date as as_of_date,
        true as is_sales

    from sales_lines

    union all

    select
        compiled_line_id,
        message_id,
        line_position,
        item_id,
        item_id_type,
        location_id,
        measure,
        qualifier,
        quantity,
        unit,
        null::numeric as price,
        null::text as price_type,
        null::text as currency,
        period_start_date,
        period_end_date,
        as_of_date,
        false as is_sales

    from stock_lines

),

-- The nearest statement wins: the line's own dates, else the header's. A document date is never one of them.
dated as (

    select
        lines.*,
        messages.partner_id,
        messages.week_calendar,
        messages.price_basis,
        messages.statement_number,
        lines.is_sales or lines.measure = 'received' as is_of_a_period,
        coalesce(lines.period_start_date, lines.period_end_date) as first_date,
        coalesce(lines.period_end_date, lines.period_start_date) as last_date,
        coalesce(messages.period_start_date, messages.period_end_date) as header_first_date,
        coalesce(messages.period_end_date, messages.period_start_date) as header_last_date,
        coalesce(lines.currency, messages.currency) as stated_currency

    from lines

    inner join messages on lines.message_id = messages.message_id

),

identified as (

    select
        dated.*,
        item_id_types.namespace,
        case
            when item_id_types.namespace = 'gtin' then {{ gtin_14('dated.item_id', 'dated.item_id_type') }}
        end as gtin,
        units.unit_of_measure

    from dated

    left join item_id_types on dated.item_id_type = item_id_types.item_id_type

    left join units on upper(dated.unit) = units.unit

)

select
    compiled_line_id,
    message_id,
    statement_number,
    partner_id,
    week_calendar,
    line_position,
    is_sales,

    coalesce(gtin, item_id) as item_id,
    case
        when gtin is not null then 'gtin'
        -- A masked or mistyped GTIN identifies nothing outside this partner.
        when namespace in ('vendor', 'buyer') then namespace
        else 'other'
    end as item_id_type,
    coalesce(location_id, 'unknown') as location_id,
    coalesce(unit_of_measure, upper(unit), 'EA') as unit,
    unit is null as is_unit_assumed,

    measure,
    qualifier,
    quantity,
    case price_basis
        when 'unit' then price * quantity
        when 'line' then abs(price) * sign(quantity)
    end as line_value,
    stated_currency as currency,
    upper(coalesce(price_type, '')) in {{ sql_list(var('cost_price_types')) }} as is_priced_at_cost,

    case
        when is_of_a_period then coalesce(first_date, as_of_date, header_first_date)
        else coalesce(as_of_date, last_date, header_last_date)
    end as start_date,
    case
        when is_of_a_period then coalesce(last_date, as_of_date, header_last_date)
        else coalesce(as_of_date, last_date, header_last_date)
    end as end_date

from identified
