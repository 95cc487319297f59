-- What messages say of places, counted: the lines themselves are ten or a hundred times as many. Lines without item or
-- week touch no week when they change, and are few: mart_data_quality reads them where they are.
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=['message_id', 'partner_id', 'location_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

line_fates as (

    select * from {{ needed_rows(ref('int_line_fates')) }}

    where item_id is not null and week_start_date is not null

)

select
    message_id,
    partner_id,
    location_id,
    week_start_date,
    count(*) as line_count,
    count(*) filter (where fate = 'counted') as counted_line_count,
    count(*) filter (where fate in ('superseded', 'replaced', 'cancelled')) as restated_line_count,
    count(*) filter (where fate = 'redundant') as redundant_line_count,
    count(*) filter (where fate = 'unmapped') as unmapped_line_count

from line_fates

group by message_id, partner_id, location_id, week_start_date
