-- The journal: what has changed since the lines were last judged, and which weeks of which series that concerns. Tables
-- behind it compute those anew, each when its time comes: one that failed finds here what it has missed.
{{ config(
    materialized='incremental',
    growth='journal',
    holds='int_lines_restated',
    indexes=[{'columns': ['batch']}],
) }}

with recursive

verdicts as (

    select * from {{ ref('int_verdicts') }}

),

lines as not materialized (

    select * from {{ ref('int_lines') }}
    {% if is_incremental() %}
        -- As an array it becomes a look-up in each table behind the view; a join would read all lines first.
        where message_id = any(array(select message_id from changed_messages))
    {% endif %}
),

messages as not materialized (

    select * from {{ ref('int_messages') }}

){% if is_incremental() %},

-- What the table further down holds, which is no reference: it would be a circle.
held_lines as not materialized (

    select * from {{ target_table('int_lines_restated') }}

),

-- What changed messages say, and what they said before.
changed_lines as materialized (

    select
        lines.series_key,
        {{ series_columns('lines') }},
        lines.is_sales,
        lines.is_sales or lines.measure = 'received' as is_of_a_period,
        lines.start_date,
        lines.end_date,
        lines.week_start_date,
        messages.is_complete

    from changed_messages

    inner join lines on changed_messages.message_id = lines.message_id

    inner join messages on changed_messages.message_id = messages.message_id

    where lines.item_id is not null and lines.end_date is not null

    union

    select
        held_lines.series_key,
        {{ series_columns('held_lines') }},
        held_lines.is_sales,
        held_lines.is_sales or held_lines.measure = 'received' as is_of_a_period,
        held_lines.start_date,
        held_lines.end_date,
        held_lines.week_start_date,
        held_lines.is_complete

    from changed_messages

    inner join held_lines on changed_messages.message_id = held_lines.message_id

    where held_lines.item_id is not null and held_lines.end_date is not null

),

-- Periods that follow one another are one stretch of days: a year of days asks once what it meets, not each of them.
stretches as (

    select
        series_key,
        is_sales,
        min(start_date) as first_date,
        max(end_date) as last_date

    from (
        select
            *,
            count(*) filter (where is_first) over (
                partition by series_key, is_sales
                order by start_date, end_date
            ) as stretch_number

        from (
            select
                series_key,
                is_sales,
                start_date,
                end_date,
                coalesce(
                    start_date > 1 + max(end_date) over (
                        partition by series_key, is_sales
                        order by start_date, end_date
                        rows between unbounded preceding and 1 preceding
                    ),
                    true
                ) as is_first

            from changed_lines

            where is_of_a_period
        ) as periods
    ) as numbered

    group by series_key, is_sales, stretch_number

),

-- Whether sales or receipts of a period count depends on which others share days with it, in whichever week those end;
-- and whether those count, on the ones that share days with them. All that hang together so leave no day out between
-- them: a span, which grows until it meets no other.
reached as (

    select
        series_key,
        is_sales,
        first_date as stretch_date,
        first_date,
        last_date

    from stretches

    union all

    select
        reached.series_key,
        reached.is_sales,
        reached.stretch_date,
        least(reached.first_date, met.first_date) as first_date,
        greatest(reached.last_date, met.last_date) as last_date

    from reached

    cross join
        lateral (
            select
                min(restated.start_date) as first_date,
                max(restated.end_date) as last_date

            from held_lines as restated

            where
                restated.series_key = reached.series_key
                and restated.is_sales = reached.is_sales
                and (restated.is_sales or restated.measure = 'received')
                and {{ reaches("reached") }}
        ) as met

    where met.first_date < reached.first_date or met.last_date > reached.last_date

),

neighbours as (

    select
        restated.series_key,
        {{ series_columns('restated') }},
        restated.week_start_date

    from (
        select
            series_key,
            is_sales,
            min(first_date) as first_date,
            max(last_date) as last_date

        from reached

        group by series_key, is_sales, stretch_date
    ) as spans

    inner join held_lines as restated
        on
            spans.series_key = restated.series_key
            and spans.is_sales = restated.is_sales
            and (restated.is_sales or restated.measure = 'received')
            and {{ reaches("spans") }}

),

-- A table of their own, that the look-ups below are made of once.
touched_by_others as materialized (

    select
        series_key,
        week_start_date

    from changed_lines

    union

    select
        series_key,
        week_start_date

    from neighbours

),

-- A message with rejected lines marks all items of its places and weeks, and so does its going.
incomplete_places as (

    select distinct
        (touched.series_key >> 32) << 32 as first_series_key,
        touched.partner_id,
        touched.location_id,
        touched.week_start_date

    from changed_lines as touched

    where not touched.is_complete

    union

    -- Its lines may as well be superseded now, or count again.
    select distinct
        (held_lines.series_key >> 32) << 32 as first_series_key,
        held_lines.partner_id,
        held_lines.location_id,
        held_lines.week_start_date

    from held_lines

    where
        not held_lines.is_complete
        -- As arrays they become look-ups; then the pairs.
        and held_lines.series_key = any(array(select touched_by_others.series_key from touched_by_others))
        and held_lines.week_start_date = any(
            array(select distinct touched_by_others.week_start_date from touched_by_others)
        )
        and (held_lines.series_key, held_lines.week_start_date) in (
            select
                touched_by_others.series_key,
                touched_by_others.week_start_date
            from touched_by_others
        )

),

-- Place by place, as a look-up: a join would sort all lines first.
items_of_incomplete_places as (

    select items.*

    from incomplete_places

    cross join
        lateral (
            select distinct
                held_lines.series_key,
                {{ series_columns('held_lines') }},
                held_lines.week_start_date

            from held_lines

            where
                held_lines.series_key between incomplete_places.first_series_key
                and incomplete_places.first_series_key + 4294967295
                and held_lines.week_start_date = incomplete_places.week_start_date
                and held_lines.partner_id = incomplete_places.partner_id
                and held_lines.location_id = incomplete_places.location_id
                and held_lines.item_id is not null
        ) as items

),

touched_weeks as (

    select
        series_key,
        {{ series_columns() }},
        week_start_date

    from changed_lines

    union

    select
        series_key,
        {{ series_columns() }},
        week_start_date

    from neighbours

    union

    select * from items_of_incomplete_places

)

select
    {{ last_batch_of_parents() }} as batch,
    message_id,
    verdict,
    null::bigint as series_key,
    null::text as partner_id,
    null::text as item_id_type,
    null::text as item_id,
    null::text as location_id,
    null::text as unit,
    null::date as week_start_date

from changed_messages

union all

select
    {{ last_batch_of_parents() }} as batch,
    null as message_id,
    null as verdict,
    series_key,
    {{ series_columns() }},
    week_start_date

from touched_weeks
{%- else %}

-- Nothing is held yet, so everything is made as a whole, and nothing needs to be told. The joins name the columns.
select
    null::bigint as batch,
    verdicts.message_id,
    verdicts.verdict,
    lines.series_key,
    {{ series_columns('lines') }},
    lines.week_start_date

from verdicts

inner join messages on verdicts.message_id = messages.message_id

inner join lines on messages.message_id = lines.message_id

where false
{%- endif %}
