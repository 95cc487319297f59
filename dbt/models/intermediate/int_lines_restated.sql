with

lines as (

    select * from {{ ref('int_judged_lines') }}

),

superseded_lines as (

    select * from {{ ref('int_superseded_lines') }}

)

select
    lines.*,
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
