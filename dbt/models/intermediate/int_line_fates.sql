{{ config(materialized='table') }}

with

headers as (

    select * from {{ ref('stg_compiled_headers') }}

),

lines as (

    select * from {{ ref('int_lines_restated') }}

),

sales_told_otherwise as (

    select * from {{ ref('int_sales') }}

    where is_told_otherwise

),

unmapped_lines as (

    select * from {{ ref('stg_compiled_unmapped') }}

)

select
    lines.compiled_line_id,
    lines.message_id,
    lines.statement_number,
    lines.partner_id,
    lines.week_calendar,
    lines.item_id_type,
    lines.item_id,
    lines.location_id,
    lines.unit,
    lines.is_unit_assumed,
    lines.measure,
    lines.quantity,
    lines.end_date,
    case when sales_told_otherwise.item_id is not null then 'told_otherwise' else lines.fate end as fate

from lines

left join sales_told_otherwise
    on
        lines.is_sales
        and lines.fate = 'counted'
        and lines.partner_id = sales_told_otherwise.partner_id
        and lines.item_id_type = sales_told_otherwise.item_id_type
        and lines.item_id = sales_told_otherwise.item_id
        and lines.location_id = sales_told_otherwise.location_id
        and lines.unit = sales_told_otherwise.unit
        and lines.start_date = sales_told_otherwise.start_date
        and lines.end_date = sales_told_otherwise.end_date

union all

select
    unmapped_lines.compiled_line_id,
    unmapped_lines.message_id,
    null::bigint as statement_number,
    headers.partner_id,
    null::text as week_calendar,
    unmapped_lines.item_id_type,
    unmapped_lines.item_id,
    unmapped_lines.location_id,
    unmapped_lines.unit,
    null::boolean as is_unit_assumed,
    'unmapped' as measure,
    unmapped_lines.quantity,
    null::date as end_date,
    'unmapped' as fate

from unmapped_lines

inner join headers on unmapped_lines.message_id = headers.message_id
