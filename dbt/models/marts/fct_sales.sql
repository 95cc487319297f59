-- depends_on: {{ ref('int_tested_inputs') }}
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    announces=['dim_item', 'dim_location', 'dim_partner', 'dim_calendar'],
    indexes=[{'columns': ['partner_id', 'week_start_date', 'location_id', 'item_id']}],
    partial_indexes=['(period_start_date) where ' ~ is_odd_period('period_start_date', 'period_end_date')],
) }}

with

sales as (

    select * from {{ needed_rows(ref('int_sales')) }}

    where not is_redundant

),

partners as (

    select * from {{ ref('partners') }}

)

select
    sales.partner_id,
    sales.item_id_type,
    sales.item_id,
    sales.location_id,
    sales.unit,
    sales.start_date as period_start_date,
    sales.end_date as period_end_date,
    {{ item_key('sales') }} as item_key,
    {{ location_key('sales') }} as location_key,
    sales.week_start_date,
    sales.week_calendar,
    (sales.end_date - sales.start_date + 1)::integer as period_days,

    sales.units_sold::numeric(30, 3) as units_sold,
    sales.units_returned::numeric(30, 3) as units_returned,
    sales.net_units_sold::numeric(30, 3) as net_units_sold,
    sales.sales_value::numeric(38, 4) as sales_value,
    sales.currency,
    {{ setting('price_basis') }} as price_basis,

    sales.is_straddling,
    sales.is_partly_told,
    sales.is_overlapping,
    sales.is_unit_converted,
    sales.location_id = 'unknown' as is_location_unknown

from sales

{{ join_settings('sales.partner_id') }}
