-- depends_on: {{ ref('int_tested_inputs') }}
{{ config(
    announces=['dim_location', 'dim_partner', 'dim_calendar'],
    announced_rows='build_problem is null',
) }}

with

stg_messages as (

    select * from {{ ref('stg_messages') }}

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

int_messages as (

    select * from {{ ref('int_messages') }}

),

message_places as (

    select * from {{ ref('int_message_places') }}

),

-- Those that int_message_places leaves out: what keeps them out is always their own message's.
other_lines as (

    select
        message_id,
        location_id,
        week_start_date,
        message_fate as fate

    from {{ ref('int_judged_lines') }}

    where item_id is null or week_start_date is null

),

partners as (

    select * from {{ ref('partners') }}

),

file_schedules as (

    select * from {{ ref('file_schedules') }}

),

unfinished_builds as (

    select * from {{ ref('int_unfinished_builds') }}

),

stated as (

    select
        stg_messages.*,
        coalesce(message_partners.partner_id, stg_messages.sender_id) as partner_id,
        coalesce({{ setting('week_calendar') }}, 'iso') as week_calendar,
        coalesce(int_messages.is_resend, false) as is_resend,
        coalesce(int_messages.period_end_date, int_messages.period_start_date) as period_end_date,
        {{ time_in_utc(stated_at('stg_messages.prepared_at', 'stg_messages.received_at')) }} as stated_at

    from stg_messages

    left join int_messages on stg_messages.message_id = int_messages.message_id

    left join message_partners on stg_messages.message_id = message_partners.message_id

    {{ join_settings('coalesce(message_partners.partner_id, stg_messages.sender_id)') }}

),

-- What says no week itself goes to the week of its header's period, else to that in which it was made.
messages as (

    select
        *,
        {{ week_start_date('coalesce(period_end_date, stated_at::date)', 'week_calendar') }} as message_week_start_date

    from stated

),

lines_of_places as (

    select
        message_id,
        location_id,
        week_start_date,
        line_count,
        counted_line_count,
        restated_line_count,
        redundant_line_count,
        unmapped_line_count

    from message_places

    union all

    select
        message_id,
        coalesce(location_id, 'unknown') as location_id,
        week_start_date,
        1 as line_count,
        0 as counted_line_count,
        (fate in ('replaced', 'cancelled'))::integer as restated_line_count,
        0 as redundant_line_count,
        (fate = 'unmapped')::integer as unmapped_line_count

    from other_lines

),

-- Lines without a date come to the message's own week, where the same place may have others.
places_of_messages as (

    select
        messages.message_id,
        lines_of_places.location_id,
        coalesce(lines_of_places.week_start_date, messages.message_week_start_date) as week_start_date,
        -- Whole numbers: sums of larger ones are numeric, and took a tenth of this table's time.
        sum(lines_of_places.line_count::integer)::integer as line_count,
        sum(lines_of_places.counted_line_count::integer)::integer as counted_line_count,
        sum(lines_of_places.restated_line_count::integer)::integer as restated_line_count,
        sum(lines_of_places.redundant_line_count::integer)::integer as redundant_line_count,
        sum(lines_of_places.unmapped_line_count::integer)::integer as unmapped_line_count

    from lines_of_places

    inner join messages on lines_of_places.message_id = messages.message_id

    group by
        messages.message_id,
        lines_of_places.location_id,
        coalesce(lines_of_places.week_start_date, messages.message_week_start_date)

),

place_counts as (

    select
        places_of_messages.message_id,
        count(*) as place_count,
        min(places_of_messages.location_id) as location_id,
        min(places_of_messages.week_start_date) as week_start_date

    from places_of_messages

    inner join messages on places_of_messages.message_id = messages.message_id

    where messages.rejected_line_count > 0

    group by places_of_messages.message_id

),

-- A row for each message at each place and week that it speaks of; a message without lines speaks of no known place.
spoken as (

    select
        messages.*,
        coalesce(places_of_messages.location_id, 'unknown') as location_id,
        coalesce(places_of_messages.week_start_date, messages.message_week_start_date) as week_start_date,
        coalesce(places_of_messages.line_count, 0) as line_count,
        coalesce(places_of_messages.counted_line_count, 0) as counted_line_count,
        coalesce(places_of_messages.restated_line_count, 0) as restated_line_count,
        coalesce(places_of_messages.redundant_line_count, 0) as redundant_line_count,
        coalesce(places_of_messages.unmapped_line_count, 0) as unmapped_line_count

    from messages

    left join places_of_messages on messages.message_id = places_of_messages.message_id

),

-- A rejected line belongs to the only place of its message; where there are several, it may be any place's.
rejected as (

    select
        messages.partner_id,
        messages.week_calendar,
        case when place_counts.place_count = 1 then place_counts.location_id else 'unknown' end as location_id,
        case
            when place_counts.place_count = 1 then place_counts.week_start_date
            else messages.message_week_start_date
        end as week_start_date,
        sum(messages.rejected_line_count) as rejected_line_count

    from messages

    left join place_counts on messages.message_id = place_counts.message_id

    where messages.rejected_line_count > 0

    group by
        messages.partner_id,
        messages.week_calendar,
        case when place_counts.place_count = 1 then place_counts.location_id else 'unknown' end,
        case
            when place_counts.place_count = 1 then place_counts.week_start_date
            else messages.message_week_start_date
        end

),

-- Who falls silent is missing as long as others report. A week that had not begun when it came is a mistyped year.
last_reports as {{ materialized() }} (

    select max(week_start_date + 6) as last_date

    from spoken

    where
        is_valid and not is_test and not is_resend and line_count > 0
        and week_start_date <= {{ day_in_utc('received_at') }}

),

files_by_type as (

    select
        partner_id,
        week_calendar,
        location_id,
        week_start_date,
        message_type,
        count(distinct interchange_id) as files_arrived,
        min(week_start_date) over (
            partition by partner_id, location_id, message_type
            order by week_start_date
            rows between 1 following and 1 following
        ) as next_week_start_date,
        max(max(week_start_date)) over (partition by partner_id) as last_week_start_date

    from spoken

    where
        is_valid and not is_test and not is_resend and line_count > 0
        and partner_id in (select file_schedules.partner from file_schedules)

    group by partner_id, week_calendar, location_id, week_start_date, message_type

),

-- A place is expected in the files of a type from the first of them on, as long as anybody reports, until it has been
-- silent for some weeks.
expected as (

    select
        files_by_type.partner_id,
        files_by_type.week_calendar,
        files_by_type.location_id,
        expected_week.week_start_date,
        sum(file_schedules.files_per_week) as files_expected,
        sum(
            greatest(
                file_schedules.files_per_week - case
                    when expected_week.week_start_date = files_by_type.week_start_date
                        then files_by_type.files_arrived
                    else 0
                end,
                0
            )
        ) as files_missing

    from files_by_type

    inner join file_schedules
        on
            files_by_type.partner_id = file_schedules.partner
            and files_by_type.message_type = file_schedules.message_type

    cross join last_reports

    {{ join_weeks(
        'files_by_type.week_start_date',
        'least(
            coalesce(
                files_by_type.next_week_start_date - 7,
                greatest(files_by_type.last_week_start_date, last_reports.last_date - 6)
            ),
            files_by_type.week_start_date + 7 * ' ~ var('weeks_until_silent') ~ '
        )',
        'expected_week',
    ) }}

    group by
        files_by_type.partner_id,
        files_by_type.week_calendar,
        files_by_type.location_id,
        expected_week.week_start_date

),

late as (

    select
        spoken.partner_id,
        spoken.location_id,
        spoken.week_start_date,
        count(distinct spoken.interchange_id) filter (
            where spoken.stated_at::date > spoken.week_start_date + 6 + file_schedules.days_until_late
        ) as files_late

    from spoken

    inner join file_schedules
        on spoken.partner_id = file_schedules.partner and spoken.message_type = file_schedules.message_type

    where spoken.is_valid and not spoken.is_test and not spoken.is_resend and spoken.line_count > 0

    group by spoken.partner_id, spoken.location_id, spoken.week_start_date

),

arrived as (

    select
        partner_id,
        week_calendar,
        location_id,
        week_start_date,
        count(distinct interchange_id) filter (where is_valid and not is_test and not is_resend) as files_arrived,
        count(*) as message_count,
        count(*) filter (where not is_compiled) as pending_message_count,
        count(*) filter (where is_compiled and not is_valid) as invalid_message_count,
        count(*) filter (where is_valid and not is_complete) as incomplete_message_count,
        count(*) filter (where is_test) as test_message_count,
        count(*) filter (where is_resend) as resend_message_count,
        sum(line_count) as line_count,
        sum(counted_line_count) as counted_line_count,
        sum(restated_line_count) as restated_line_count,
        sum(redundant_line_count) as redundant_line_count,
        sum(unmapped_line_count) as unmapped_line_count,
        count(*) filter (where route = 'plan') as plan_message_count,
        count(*) filter (where route = 'model') as model_message_count,
        count(*) filter (where route = 'review') as review_message_count,
        count(*) filter (where route = 'mixed') as mixed_message_count,
        count(*) filter (where route is null) as unread_message_count,
        {{ list_of('model_version') }} as model_versions,
        {{ list_of('compiler_version') }} as compiler_versions,
        max(received_at) as last_received_at

    from spoken

    group by partner_id, week_calendar, location_id, week_start_date

),

grains as (

    select
        partner_id,
        week_calendar,
        location_id,
        week_start_date

    from arrived

    union

    select
        partner_id,
        week_calendar,
        location_id,
        week_start_date

    from rejected

    union

    select
        partner_id,
        week_calendar,
        location_id,
        week_start_date

    from expected

    union

    select
        partner_id,
        week_calendar,
        location_id,
        week_start_date

    from unfinished_builds

)

select
    grains.partner_id,
    grains.location_id,
    grains.week_start_date,
    grains.week_calendar,
    {{ location_key('grains') }} as location_key,

    expected.files_expected::integer as files_expected,
    coalesce(arrived.files_arrived, 0)::integer as files_arrived,
    expected.files_missing::integer as files_missing,
    late.files_late::integer as files_late,

    coalesce(arrived.message_count, 0)::integer as message_count,
    coalesce(arrived.pending_message_count, 0)::integer as pending_message_count,
    coalesce(arrived.invalid_message_count, 0)::integer as invalid_message_count,
    coalesce(arrived.incomplete_message_count, 0)::integer as incomplete_message_count,
    coalesce(arrived.test_message_count, 0)::integer as test_message_count,
    coalesce(arrived.resend_message_count, 0)::integer as resend_message_count,

    coalesce(arrived.line_count, 0)::bigint as line_count,
    coalesce(arrived.counted_line_count, 0)::bigint as counted_line_count,
    coalesce(arrived.restated_line_count, 0)::bigint as restated_line_count,
    coalesce(arrived.redundant_line_count, 0)::bigint as told_otherwise_line_count,
    coalesce(arrived.unmapped_line_count, 0)::bigint as unmapped_line_count,
    coalesce(rejected.rejected_line_count, 0)::bigint as rejected_line_count,

    coalesce(arrived.plan_message_count, 0)::integer as plan_message_count,
    coalesce(arrived.model_message_count, 0)::integer as model_message_count,
    coalesce(arrived.review_message_count, 0)::integer as review_message_count,
    coalesce(arrived.mixed_message_count, 0)::integer as mixed_message_count,
    coalesce(arrived.unread_message_count, 0)::integer as unread_message_count,
    arrived.model_versions,
    arrived.compiler_versions,

    coalesce(arrived.incomplete_message_count, 0) > 0 or coalesce(rejected.rejected_line_count, 0) > 0 as is_incomplete,
    coalesce(arrived.restated_line_count, 0) > 0 as is_restated,
    expected.files_missing > 0 as is_missing,
    late.files_late > 0 as is_late,
    grains.location_id = 'unknown' as is_location_unknown,
    arrived.last_received_at,
    unfinished_builds.build_problem

from grains

left join arrived
    on
        grains.partner_id = arrived.partner_id
        and grains.location_id = arrived.location_id
        and grains.week_start_date = arrived.week_start_date

left join rejected
    on
        grains.partner_id = rejected.partner_id
        and grains.location_id = rejected.location_id
        and grains.week_start_date = rejected.week_start_date

left join expected
    on
        grains.partner_id = expected.partner_id
        and grains.location_id = expected.location_id
        and grains.week_start_date = expected.week_start_date

left join late
    on
        grains.partner_id = late.partner_id
        and grains.location_id = late.location_id
        and grains.week_start_date = late.week_start_date

left join unfinished_builds
    on
        grains.partner_id = unfinished_builds.partner_id
        and grains.location_id = unfinished_builds.location_id
        and grains.week_start_date = unfinished_builds.week_start_date
