with

lines as (

    select * from {{ ref('int_judged_lines') }}

),

superseded_lines as (

    select * from {{ ref('int_superseded_lines') }}

)

select
    lines.compiled_line_id,
    lines.message_id,
    lines.verdict,
    lines.is_complete,
    lines.is_cancellation,
    lines.line_position,
    lines.partner_id,
    lines.week_calendar,
    lines.is_sales,
    lines.series_key,
    lines.item_id,
    lines.item_id_type,
    lines.location_id,
    lines.unit,
    lines.is_unit_assumed,
    lines.is_unit_converted,
    lines.measure,
    lines.qualifier,
    lines.quantity,
    lines.line_value,
    lines.currency,
    lines.is_priced_at_cost,
    lines.start_date,
    lines.end_date,
    lines.week_start_date,
    lines.message_fate,
    case
        when lines.message_fate is not null then lines.message_fate
        when superseded_lines.fate is not null then superseded_lines.fate
        when lines.is_cancellation then 'cancelled'
        else 'counted'
    end as fate

from lines

left join superseded_lines
    on
        lines.compiled_line_id = superseded_lines.compiled_line_id
        and lines.partner_id = superseded_lines.partner_id
        and lines.week_start_date = superseded_lines.week_start_date
