{{ config(
    materialized='incremental',
    growth='weeks',
    grain=grain_of_series('week_start_date'),
    indexes=[
        {'columns': ['series_key', 'week_start_date']},
        {'columns': ['partner_id', 'week_start_date']},
    ],
) }}

with

line_fates as (

    select * from {{ ref('int_line_fates') }}

    where
        fate in ('counted', 'superseded', 'replaced', 'cancelled')
        and ({{ is_about_a_week() }})
        and {{ is_touched() if is_incremental() else 'true' }}

),

messages as not materialized (

    select * from {{ ref('int_messages') }}

),

lines as (

    select
        line_fates.*,
        messages.statement_number,
        messages.received_at

    from line_fates

    inner join messages on line_fates.message_id = messages.message_id

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
        bool_or(fate != 'counted') as is_restated,
        bool_or((received_at at time zone 'UTC')::date > end_date + {{ var('days_until_late') }})
        filter (where fate = 'counted') as is_late

    from lines

    group by series_key, partner_id, week_calendar, item_id_type, item_id, location_id, unit, week_start_date

    having bool_or(fate = 'counted')

),

-- A rejected line may be any item's, so its whole place and week may miss something.
{% if is_incremental() -%}
touched_places as materialized (

    select distinct
        (series_key >> 32) << 32 as first_series_key,
        partner_id,
        location_id,
        week_start_date

    from touched_weeks

),

-- Place by place, as a look-up: a join would read every line of every incomplete message first.
incomplete_places as materialized (

    select incomplete_place.*

    from touched_places

    cross join
        lateral (
            select distinct
                line_fates.partner_id,
                line_fates.location_id,
                line_fates.week_start_date

            from {{ ref('int_line_fates') }} as line_fates

            where
                line_fates.series_key between touched_places.first_series_key
                and touched_places.first_series_key + 4294967295
                and line_fates.week_start_date = touched_places.week_start_date
                and line_fates.partner_id = touched_places.partner_id
                and line_fates.location_id = touched_places.location_id
                and not line_fates.is_complete
                and line_fates.fate = 'counted'
                and ({{ is_about_a_week('line_fates') }})
        ) as incomplete_place

)
{%- else -%}
incomplete_places as materialized (

    select distinct
        partner_id,
        location_id,
        week_start_date

    from {{ ref('int_line_fates') }}

    where
        not is_complete
        and fate = 'counted'
        and ({{ is_about_a_week() }})

)
{%- endif %}

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
{%- if not is_incremental() %}

-- A day looks back on whole weeks of partners: a row here and a row there would be a page for each.
order by weeks.partner_id, weeks.week_start_date
{%- endif %}
