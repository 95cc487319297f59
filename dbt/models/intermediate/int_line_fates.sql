with

lines as (

    select * from {{ ref('int_lines_restated') }}

),

redundant_sales as (

    select * from {{ ref('int_sales') }}

    where is_sales_redundant or is_return_redundant

),

redundant_receipts as (

    select * from {{ ref('int_receipts') }}

    where is_redundant

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
        when redundant_receipts.item_id is not null then 'redundant'
        when redundant_sales.item_id is null then lines.fate
        when lines.measure != 'returned' and redundant_sales.is_sales_redundant then 'redundant'
        when
            redundant_sales.is_return_redundant
            and (lines.measure = 'returned' or (lines.measure in ('sold', 'total_sold') and lines.quantity < 0))
            then 'redundant'
        else lines.fate
    end as fate

from lines

left join redundant_sales
    on
        -- What int_sales leaves alone, lost sales say, no period of it can tell.
        lines.is_sales
        and lines.measure in {{ sql_list(var('counted_sales_measures')) }}
        and lines.fate = 'counted'
        and {{ is_same_week('lines', 'redundant_sales') }}
        and lines.start_date = redundant_sales.start_date
        and lines.end_date = redundant_sales.end_date

left join redundant_receipts
    on
        lines.measure = 'received'
        and lines.fate = 'counted'
        and {{ is_same_week('lines', 'redundant_receipts') }}
        and lines.start_date = redundant_receipts.start_date
        and lines.end_date = redundant_receipts.end_date
