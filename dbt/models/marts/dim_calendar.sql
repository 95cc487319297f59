-- Nothing but an order: a member goes when all that speaks of it has been written (materializations/members.sql).
-- depends_on: {{ ref('fct_sell_through_by_item') }}
-- depends_on: {{ ref('fct_sell_through_by_location') }}
{{ config(announced_as={
    'calendar_date': ['week_start_date', 'period_start_date', 'period_end_date', 'as_of_date'],
}) }}

-- Read by their indexes of odd days, which a copy of a fact would not have.
with

sales as {{ not_materialized() }} (

    select * from {{ ref('fct_sales') }}

),

stock as {{ not_materialized() }} (

    select * from {{ ref('fct_stock') }}

),

quality as (

    select * from {{ ref('mart_data_quality') }}

),

-- A mistyped year must not leave a fact without its day. Each fact has an index of such days alone.
odd_days as (

    select period_start_date as calendar_date from sales

    where {{ is_odd_period('period_start_date', 'period_end_date') }}

    union

    select period_end_date as calendar_date from sales

    where {{ is_odd_period('period_start_date', 'period_end_date') }}

    union

    select period_start_date as calendar_date from stock

    where {{ is_odd_period('period_start_date', 'as_of_date') }}

    union

    select as_of_date as calendar_date from stock

    where {{ is_odd_period('period_start_date', 'as_of_date') }}

    union

    select week_start_date as calendar_date from quality

),

days as (

    {{ list_days(var('calendar_first_date'), var('calendar_last_date')) }}

    union

    select calendar_date from odd_days

    union

    select {{ week_start_date('calendar_date', "'iso'") }} as calendar_date from odd_days

    union

    select {{ week_start_date('calendar_date', "'4-5-4'") }} as calendar_date from odd_days

),

weeks as (

    select
        calendar_date,
        {{ week_start_date('calendar_date', "'iso'") }} as iso_week_start_date,
        {{ week_start_date('calendar_date', "'4-5-4'") }} as retail_week_start_date,
        -- A day before the year's first week belongs to the year before.
        {{ part_of_date('year', 'calendar_date') }}
        - (calendar_date < {{ retail_year_start_date(part_of_date('year', 'calendar_date')) }})::integer
            as retail_year

    from days

),

years as (

    select
        *,
        {{ retail_year_start_date('retail_year') }} as retail_year_start_date,
        {{ retail_year_start_date('retail_year + 1') }} as next_retail_year_start_date

    from weeks

),

retail_weeks as (

    select
        *,
        (retail_week_start_date - retail_year_start_date) / 7 + 1 as retail_week,
        (next_retail_year_start_date - retail_year_start_date) / 7 as retail_year_week_count,
        -- Thirteen weeks a quarter; a 53rd week is the fifth of the year's last month.
        least((retail_week_start_date - retail_year_start_date) / 91, 3) + 1 as retail_quarter

    from years

),

retail_months as (

    select
        *,
        3 * (retail_quarter - 1) + case
            when retail_week - 13 * (retail_quarter - 1) <= 4 then 1
            when retail_week - 13 * (retail_quarter - 1) <= 9 then 2
            else 3
        end as retail_month

    from retail_weeks

)

select
    calendar_date,
    {{ part_of_date('isodow', 'calendar_date') }} as day_of_week,
    {{ write_date('calendar_date', 'FMDay') }} as day_name,

    {{ month_start_date('calendar_date') }} as month_start_date,
    {{ part_of_date('year', 'calendar_date') }} as year,
    {{ part_of_date('month', 'calendar_date') }} as month,
    {{ write_date('calendar_date', 'YYYY-MM') }} as month_name,

    iso_week_start_date,
    {{ part_of_date('isoyear', 'calendar_date') }} as iso_year,
    {{ part_of_date('week', 'calendar_date') }} as iso_week,
    {{ write_date('calendar_date', 'IYYY"-W"IW') }} as iso_week_name,

    retail_week_start_date,
    retail_year_start_date,
    retail_year::integer as retail_year,
    retail_year_week_count::integer as retail_year_week_count,
    retail_quarter::integer as retail_quarter,
    retail_month::integer as retail_month,
    {{ month_name('retail_month % 12 + 1') }} as retail_month_name,
    retail_week::integer as retail_week,
    'FY' || retail_year || '-W' || lpad(retail_week::text, 2, '0') as retail_week_name,
    retail_week = 53 as is_53rd_retail_week,

    (calendar_date - 364)::date as comparable_date,
    calendar_date between '{{ var("calendar_first_date") }}' and '{{ var("calendar_last_date") }}' as is_plausible

from retail_months
