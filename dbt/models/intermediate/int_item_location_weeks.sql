with

lines as (

    select
        *,
        {{ week_start_date('end_date', 'week_calendar') }} as week_start_date

    from {{ ref('int_line_fates') }}

    where
        fate in ('counted', 'superseded')
        and (
            measure in {{ sql_list(var('counted_sales_measures')) }}
            or measure in {{ sql_list(var('on_hand_measures')) }}
            or measure = 'received'
        )

),

messages as (

    select * from {{ ref('int_messages') }}

),

weeks as (

    select
        lines.partner_id,
        lines.week_calendar,
        lines.item_id_type,
        lines.item_id,
        lines.location_id,
        lines.unit,
        lines.week_start_date,
        (array_agg(lines.message_id order by lines.statement_number) filter (where lines.fate = 'counted'))[1]
            as first_message_id,
        (array_agg(lines.message_id order by lines.statement_number desc) filter (where lines.fate = 'counted'))[1]
            as last_message_id,
        max(messages.received_at) filter (where lines.fate = 'counted') as last_received_at,
        bool_or(lines.is_unit_assumed) filter (where lines.fate = 'counted') as is_unit_assumed,
        bool_or(not messages.is_complete) filter (where lines.fate = 'counted') as has_rejected_lines,
        bool_or(lines.fate = 'superseded') as is_restated,
        bool_or(lines.fate = 'counted') as is_counted

    from lines

    inner join messages on lines.message_id = messages.message_id

    group by
        lines.partner_id,
        lines.week_calendar,
        lines.item_id_type,
        lines.item_id,
        lines.location_id,
        lines.unit,
        lines.week_start_date

)

select
    partner_id,
    week_calendar,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    first_message_id,
    last_message_id,
    last_received_at,
    is_unit_assumed,
    is_restated,
    -- A rejected line may be any item's, so its whole place and week may miss something.
    bool_or(has_rejected_lines) over (partition by partner_id, location_id, week_start_date) as is_incomplete

from weeks

where is_counted
