-- depends_on: {{ ref('int_lines_restated') }}
-- What messages say of places, counted: the lines themselves are ten or a hundred times as many. Lines without item or
-- week touch no week when they change, and are few: mart_data_quality reads them where they are.
{{ config(
    materialized='incremental',
    growth='weeks',
    grain=['message_id', 'partner_id', 'location_id', 'week_start_date'],
    grown_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

{% if is_incremental() -%}
spoken_messages as materialized (

    select restated.message_id

    from touched_weeks

    inner join {{ ref('int_lines_restated') }} as restated
        on
            touched_weeks.series_key = restated.series_key
            and touched_weeks.week_start_date = restated.week_start_date

    union

    select message_id from {{ this }}

    where {{ is_week_touched() }}

),
{%- endif %}

line_fates as (

    select * from {{ ref('int_line_fates') }}

    where
        item_id is not null
        and week_start_date is not null
        {% if is_incremental() %}
        -- As an array it becomes a look-up in the table behind the view; a join would read all lines first.
        and message_id = any(array(select spoken_messages.message_id from spoken_messages))
        and {{ is_week_touched() }}
        {% endif %}

)

select
    message_id,
    partner_id,
    location_id,
    week_start_date,
    count(*) as line_count,
    count(*) filter (where fate = 'counted') as counted_line_count,
    count(*) filter (where fate in ('superseded', 'replaced', 'cancelled')) as restated_line_count,
    count(*) filter (where fate = 'told_otherwise') as told_otherwise_line_count,
    count(*) filter (where fate = 'unmapped') as unmapped_line_count

from line_fates

group by message_id, partner_id, location_id, week_start_date
