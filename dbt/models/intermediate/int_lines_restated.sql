{{ config(
    materialized='incremental',
    growth='lines',
    grain=['compiled_line_id'],
    indexes=[{'columns': ['message_id']}, {'columns': ['series_key', 'week_start_date']}],
    partial_indexes=[
        '(message_id, verdict) where line_position = 1',
        '(series_key, week_start_date) where not is_complete',
        '(message_id) where item_id is null or week_start_date is null',
    ],
) }}

-- depends_on: {{ ref('int_touched') }}

with

messages as not materialized (

    select * from {{ ref('int_messages') }}

),

verdicts as (

    select * from {{ ref('int_verdicts') }}

    {% if is_incremental() %}
    -- Of the others nothing is asked here, and to compare them all takes as long as all else.
    where
        message_id = any(array(
            select touched_messages.message_id
            from touched_messages
            where touched_messages.is_present
        ))
    {% endif %}

),

lines as not materialized (

    select * from {{ ref('int_lines') }}

    {% if is_incremental() %}
    -- As an array it becomes a look-up in each table behind the view; a join would read all lines first.
    where
        message_id = any(array(
            select touched_messages.message_id
            from touched_messages
            where touched_messages.is_present
        ))
    {% endif %}

),

withdrawn_places as (

    select * from {{ ref('int_withdrawn_places') }}

),

-- A total beside its split by place, of one message: the split is the statement, the total only checks it.
totals as (

    select
        total_lines.message_id,
        total_lines.compiled_line_id

    from lines as total_lines

    inner join lines as split_lines
        on
            total_lines.message_id = split_lines.message_id
            and total_lines.item_id_type = split_lines.item_id_type
            and total_lines.item_id = split_lines.item_id
            and total_lines.unit = split_lines.unit
            and total_lines.measure = split_lines.measure
            and total_lines.qualifier is not distinct from split_lines.qualifier
            and total_lines.start_date = split_lines.start_date
            and total_lines.end_date = split_lines.end_date
            and split_lines.location_id != 'unknown'

    where total_lines.location_id = 'unknown'

    group by total_lines.message_id, total_lines.compiled_line_id, total_lines.exact_quantity

    having count(*) > 1 and sum(split_lines.exact_quantity) = total_lines.exact_quantity

),

judged as (

    select
        lines.*,
        verdicts.verdict,
        messages.is_complete,
        messages.document_function,
        messages.statement_number,
        case
            when messages.is_test then 'test_traffic'
            when messages.is_resend then 'resend'
            when withdrawn_places.is_cancelled then 'cancelled'
            when withdrawn_places.message_id is not null then 'replaced'
            when lines.measure = 'unmapped' then 'unmapped'
            when lines.item_id is null then 'without_item'
            when lines.end_date is null then 'undated'
            -- Fifteen digits are the most that a quantity has in either standard; more is not a count of units.
            when coalesce(abs(lines.quantity) >= 1e15, true) then 'without_quantity'
            when totals.compiled_line_id is not null then 'total_of_split'
        end as message_fate

    from lines

    inner join messages on lines.message_id = messages.message_id

    inner join verdicts on lines.message_id = verdicts.message_id

    left join withdrawn_places
        on lines.message_id = withdrawn_places.message_id and lines.location_id = withdrawn_places.location_id

    left join totals
        on lines.message_id = totals.message_id and lines.compiled_line_id = totals.compiled_line_id

),

stated as materialized (

    select
        compiled_line_id,
        message_id,
        verdict,
        is_complete,
        document_function,
        statement_number,
        partner_id,
        week_calendar,
        line_position,
        is_sales,
        series_key,
        item_id,
        item_id_type,
        location_id,
        unit,
        is_unit_assumed,
        is_unit_converted,
        measure,
        qualifier,
        quantity,
        line_value,
        currency,
        is_priced_at_cost,
        start_date,
        end_date,
        week_start_date,
        message_fate

    from judged

    {% if is_incremental() %}
    union all

    -- What other messages say of the same weeks, as it was judged before.
    select
        held.compiled_line_id,
        held.message_id,
        held.verdict,
        held.is_complete,
        messages.document_function,
        messages.statement_number,
        held.partner_id,
        held.week_calendar,
        held.line_position,
        held.is_sales,
        held.series_key,
        held.item_id,
        held.item_id_type,
        held.location_id,
        held.unit,
        held.is_unit_assumed,
        held.is_unit_converted,
        held.measure,
        held.qualifier,
        held.quantity,
        held.line_value,
        held.currency,
        held.is_priced_at_cost,
        held.start_date,
        held.end_date,
        held.week_start_date,
        held.message_fate

    from {{ this }} as held

    -- A message that has gone since is not journaled yet: what it said stays until it is.
    left join messages on held.message_id = messages.message_id

    where
        {{ is_touched('held') }}
        and held.message_id not in (select touched_messages.message_id from touched_messages)
    {% endif %}

),

-- Few statements are made twice, so few need to be compared: those of several messages, or by several codes.
contested as (

    select
        series_key,
        measure,
        start_date,
        end_date

    from stated

    where message_fate is null

    group by series_key, measure, start_date, end_date

    having
        min(message_id) != max(message_id)
        or min(coalesce(qualifier, '')) != max(coalesce(qualifier, ''))

),

-- One statement is what a partner says about one measure of one item at one place in one period. Where several
-- messages make it, the last one is true; a copy (function duplicate) speaks only where nothing else does. Lines of
-- that one message all count: registers and receipts repeat equal lines. Lines that are out already make no statement.
by_code as (

    select
        stated.*,
        abs(sum(stated.quantity) over (
            partition by
                stated.series_key, stated.measure, stated.start_date, stated.end_date, {{ series_columns('stated') }},
                stated.message_id, stated.qualifier
        )) as units_of_code

    from stated

    inner join contested
        on
            stated.series_key = contested.series_key
            and stated.measure = contested.measure
            and stated.start_date = contested.start_date
            and stated.end_date = contested.end_date

    where stated.message_fate is null

),

compared as (

    select
        compiled_line_id,
        message_id,
        first_value(message_id) over latest as standing_message_id,
        first_value(qualifier) over latest as standing_qualifier

    from by_code

    window latest as (
        partition by series_key, measure, start_date, end_date, {{ series_columns() }}
        order by
            document_function = 'duplicate' asc,
            statement_number desc nulls last,
            units_of_code desc,
            line_position asc
    )

)

select
    stated.compiled_line_id,
    stated.message_id,
    stated.verdict,
    stated.is_complete,
    stated.line_position,
    stated.partner_id,
    stated.week_calendar,
    stated.is_sales,
    stated.series_key,
    stated.item_id,
    stated.item_id_type,
    stated.location_id,
    stated.unit,
    stated.is_unit_assumed,
    stated.is_unit_converted,
    stated.measure,
    stated.qualifier,
    stated.quantity,
    stated.line_value,
    stated.currency,
    stated.is_priced_at_cost,
    stated.start_date,
    stated.end_date,
    stated.week_start_date,
    stated.message_fate,
    case
        when stated.message_fate is not null then stated.message_fate
        when stated.message_id != compared.standing_message_id then 'superseded'
        when stated.document_function = 'cancellation' then 'cancelled'
        -- Two codes for one measure (QTY 17 with 145, QTY 153 with 26) are two views of the same goods, the lesser a
        -- part of the greater, never a sum.
        when
            compared.compiled_line_id is not null
            and (stated.qualifier is distinct from compared.standing_qualifier)
            then 'other_view'
        else 'counted'
    end as fate

from stated

left join compared
    on stated.message_id = compared.message_id and stated.compiled_line_id = compared.compiled_line_id
