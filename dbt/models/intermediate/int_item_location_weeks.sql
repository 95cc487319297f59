{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=grain_of_series('week_start_date'),
    cluster_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

line_fates as (

    select * from {{ needed_rows(ref('int_line_fates')) }}

    where fate in ('counted', 'superseded', 'replaced', 'cancelled') and ({{ is_about_a_week() }})

),

messages as {{ not_materialized() }} (

    select * from {{ ref('int_messages') }}

),

lines as (

    select
        line_fates.*,
        messages.statement_number,
        messages.received_at,
        messages.stated_at

    from line_fates

    inner join messages on line_fates.message_id = messages.message_id

),

-- Of goods whose stock such a message states, and no sale, it says that none was sold. A rejected line may be a sale.
activity_reports as (

    select distinct
        message_id,
        week_start_date

    from lines

    where fate = 'counted' and measure in {{ sql_list(var('counted_sales_measures')) }} and is_complete

),

weeks as (

    select
        series_key,
        partner_id,
        week_calendar,
        item_id_type,
        item_id,
        location_id,
        unit,
        week_start_date,
        min(statement_number) filter (where fate = 'counted') as first_statement_number,
        max(statement_number) filter (where fate = 'counted') as last_statement_number,
        max(received_at) filter (where fate = 'counted') as last_received_at,
        bool_or(is_unit_assumed) filter (where fate = 'counted') as is_unit_assumed,
        bool_or(is_unit_converted) filter (where fate = 'counted') as is_unit_converted,
        bool_or(fate = 'counted' and measure in {{ sql_list(var('counted_sales_measures')) }}) as is_sold,
        bool_or(
            fate = 'counted'
            and measure in {{ sql_list(var('on_hand_measures')) }}
            and (message_id, week_start_date) in (
                select
                    activity_reports.message_id,
                    activity_reports.week_start_date
                from activity_reports
            )
        ) as is_in_activity_report,
        bool_or(fate != 'counted') as is_restated,
        -- By the partner's clock: a backlog that is loaded years after is as late as it was then.
        bool_or({{ day_in_utc('stated_at') }} > end_date + {{ var('days_until_late') }})
        filter (where fate = 'counted') as is_late

    from lines

    group by series_key, partner_id, week_calendar, item_id_type, item_id, location_id, unit, week_start_date

    having bool_or(fate = 'counted')

),

-- A rejected line may be any item's, so its whole place and week may miss something.
incomplete_places as (

    select distinct
        partner_id,
        location_id,
        week_start_date

    from lines

    where not is_complete and fate = 'counted'

)

select
    weeks.series_key,
    weeks.partner_id,
    weeks.week_calendar,
    weeks.item_id_type,
    weeks.item_id,
    weeks.location_id,
    weeks.unit,
    weeks.week_start_date,
    first_messages.message_id as first_message_id,
    last_messages.message_id as last_message_id,
    weeks.last_received_at,
    weeks.is_sold,
    weeks.is_in_activity_report,
    weeks.is_unit_assumed,
    weeks.is_unit_converted,
    weeks.is_restated,
    weeks.is_late,
    incomplete_places.partner_id is not null as is_incomplete

from weeks

inner join messages as first_messages
    on weeks.partner_id = first_messages.partner_id and weeks.first_statement_number = first_messages.statement_number

inner join messages as last_messages
    on weeks.partner_id = last_messages.partner_id and weeks.last_statement_number = last_messages.statement_number

left join incomplete_places
    on
        weeks.partner_id = incomplete_places.partner_id
        and weeks.location_id = incomplete_places.location_id
        and weeks.week_start_date = incomplete_places.week_start_date
