-- An activity report leaves out what did not move, and places where nothing did: absence is not zero, so the last on
-- hand is carried forward, marked, up to an age. Only into weeks in which the partner reported something at all.
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=grain_of_series('week_start_date'),
    looks_back=weeks_that_stock_is_carried(),
    cluster_by=['partner_id', 'week_start_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

weeks as (

    select * from {{ needed_rows(ref('int_item_location_weeks')) }}

),

stock as (

    select * from {{ needed_rows(ref('int_stock_by_week')) }}

),

reported as (

    select
        weeks.series_key,
        {{ series_columns('weeks') }},
        weeks.week_start_date,
        weeks.week_calendar,
        stock.on_hand_units,
        stock.on_hand_as_of_date,
        stock.on_hand_measure,
        stock.opening_units,
        coalesce(stock.is_ledger, false) as is_ledger

    from weeks

    left join stock
        on {{ is_same_week('weeks', 'stock') }}

),

stated as (

    select
        *,
        -- Rows of one number have one last snapshot, that of the first of them.
        count(on_hand_as_of_date) over series as snapshot_number,
        lead(week_start_date) over series as next_week_start_date

    from reported

    window series as (
        partition by series_key, {{ series_columns() }}
        order by week_start_date
    )

),

last_snapshots as (

    select
        *,
        first_value(on_hand_units) over snapshot as last_units,
        first_value(on_hand_as_of_date) over snapshot as last_as_of_date,
        first_value(on_hand_measure) over snapshot as last_measure

    from stated

    window snapshot as (
        partition by series_key, {{ series_columns() }}, snapshot_number
        order by week_start_date
    )

),

begun as (

    select
        *,
        lag(last_units) over series as units_before,
        lag(last_as_of_date) over series as as_of_date_before

    from last_snapshots

    window series as (
        partition by series_key, {{ series_columns() }}
        order by week_start_date
    )

),

reported_weeks as (

    select distinct
        partner_id,
        week_start_date

    from weeks

),

-- The weeks between two rows of an item, as far as the age allows.
silent_weeks as (

    select
        begun.series_key,
        begun.partner_id,
        begun.item_id_type,
        begun.item_id,
        begun.location_id,
        begun.unit,
        silent.week_start_date,
        begun.week_calendar,
        begun.last_units,
        begun.last_as_of_date,
        begun.last_measure

    from begun

    {{ join_weeks(
        'begun.week_start_date + 7',
        'least(begun.next_week_start_date - 7, begun.last_as_of_date + ' ~ var('on_hand_max_age_days') ~ ' - 6)',
        'silent',
    ) }}

    where begun.snapshot_number > 0

),

filled as (

    select
        series_key,
        partner_id,
        item_id_type,
        item_id,
        location_id,
        unit,
        week_start_date,
        week_calendar,
        true as is_stated,
        on_hand_as_of_date is not null as is_stock_stated,
        last_units,
        last_as_of_date,
        last_measure,
        units_before,
        as_of_date_before,
        opening_units,
        is_ledger

    from begun

    union all

    select
        silent_weeks.series_key,
        silent_weeks.partner_id,
        silent_weeks.item_id_type,
        silent_weeks.item_id,
        silent_weeks.location_id,
        silent_weeks.unit,
        silent_weeks.week_start_date,
        silent_weeks.week_calendar,
        false as is_stated,
        false as is_stock_stated,
        silent_weeks.last_units,
        silent_weeks.last_as_of_date,
        silent_weeks.last_measure,
        -- What a silent week carries, the week before it held.
        silent_weeks.last_units as units_before,
        silent_weeks.last_as_of_date as as_of_date_before,
        null::numeric as opening_units,
        false as is_ledger

    from silent_weeks

    inner join reported_weeks
        on
            silent_weeks.partner_id = reported_weeks.partner_id
            and silent_weeks.week_start_date = reported_weeks.week_start_date

),

aged as (

    select
        *,
        last_as_of_date >= week_start_date + 6 - {{ var('on_hand_max_age_days') }} as is_young_enough

    from filled

)

select
    series_key,
    partner_id,
    item_id_type,
    item_id,
    location_id,
    unit,
    week_start_date,
    week_calendar,
    is_stated,
    case when is_young_enough then last_units end as on_hand_units,
    case when is_young_enough then last_as_of_date end as on_hand_as_of_date,
    case when is_young_enough then last_measure end as on_hand_measure,
    coalesce(is_young_enough and not is_stock_stated, false) as is_on_hand_carried,
    case
        when opening_units is not null then opening_units
        when as_of_date_before >= week_start_date - 1 - {{ var('on_hand_max_age_days') }} then units_before
    end as beginning_on_hand_units,
    is_ledger

from aged
