with

lines as (

    select * from {{ ref('int_lines_restated') }}

),

sales_told_otherwise as (

    select * from {{ ref('int_sales') }}

    where is_sales_told_otherwise or is_return_told_otherwise

),

receipts_told_otherwise as (

    select * from {{ ref('int_receipts') }}

    where is_told_otherwise

)

select
    lines.compiled_line_id,
    lines.message_id,
    lines.line_position,
    lines.is_complete,
    lines.partner_id,
    lines.week_calendar,
    lines.series_key,
    lines.item_id_type,
    lines.item_id,
    lines.location_id,
    lines.unit,
    lines.is_unit_assumed,
    lines.is_unit_converted,
    lines.measure,
    lines.quantity,
    lines.start_date,
    lines.end_date,
    lines.week_start_date,
    case
        when receipts_told_otherwise.item_id is not null then 'told_otherwise'
        when sales_told_otherwise.item_id is null then lines.fate
        when lines.measure != 'returned' and sales_told_otherwise.is_sales_told_otherwise then 'told_otherwise'
        when
            sales_told_otherwise.is_return_told_otherwise
            and (lines.measure = 'returned' or (lines.measure in ('sold', 'total_sold') and lines.quantity < 0))
            then 'told_otherwise'
        else lines.fate
    end as fate

from lines

left join sales_told_otherwise
    on
        -- What int_sales leaves alone, lost sales say, no period of it can tell.
        lines.is_sales
        and lines.measure in {{ sql_list(var('counted_sales_measures')) }}
        and lines.fate = 'counted'
        and {{ is_same_week('lines', 'sales_told_otherwise') }}
        and lines.start_date = sales_told_otherwise.start_date
        and lines.end_date = sales_told_otherwise.end_date

left join receipts_told_otherwise
    on
        lines.measure = 'received'
        and lines.fate = 'counted'
        and {{ is_same_week('lines', 'receipts_told_otherwise') }}
        and lines.start_date = receipts_told_otherwise.start_date
        and lines.end_date = receipts_told_otherwise.end_date
