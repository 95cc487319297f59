-- What the report of data quality leaves out, nobody looks at.
-- Dagster shows a test of several tables beside one of them.
{{ config(meta={'dagster': {'ref': {'name': 'mart_data_quality'}}}) }}

with

messages as (

    select * from {{ ref('stg_messages') }}

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

line_fates as (

    select * from {{ ref('int_line_fates') }}

),

quality as (

    select * from {{ ref('mart_data_quality') }}

    where build_problem is null

),

stated_lines as (

    select
        partner_id,
        count(*) as line_count,
        count(*) filter (where fate = 'counted') as counted_line_count

    from line_fates

    group by partner_id

),

stated_messages as (

    select
        message_partners.partner_id,
        sum(messages.rejected_line_count) as rejected_line_count,
        count(*) as message_count

    from messages

    inner join message_partners on messages.message_id = message_partners.message_id

    group by message_partners.partner_id

),

reported as (

    select
        partner_id,
        sum(line_count) as line_count,
        sum(counted_line_count) as counted_line_count,
        sum(rejected_line_count) as rejected_line_count,
        -- One that speaks of several places counts at each.
        sum(message_count) as message_count

    from quality

    group by partner_id

)

select
    partner_id,
    stated_lines.line_count,
    reported.line_count as reported_line_count,
    stated_lines.counted_line_count,
    reported.counted_line_count as reported_counted_line_count,
    stated_messages.rejected_line_count,
    reported.rejected_line_count as reported_rejected_line_count,
    stated_messages.message_count,
    reported.message_count as reported_message_count

from stated_messages

left join stated_lines using (partner_id)

full outer join reported using (partner_id)

where
    coalesce(stated_lines.line_count, 0) is distinct from reported.line_count
    or coalesce(stated_lines.counted_line_count, 0) is distinct from reported.counted_line_count
    or stated_messages.rejected_line_count is distinct from reported.rejected_line_count
    or stated_messages.message_count > reported.message_count
