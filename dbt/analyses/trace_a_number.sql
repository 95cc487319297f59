-- Where does a number of Gold come from? Each value that speaks of one row of gold.fct_sell_through_performance, as it
-- stands in the text of its message: file, message, line, field, span and the characters themselves. What became of the
-- line is there as well, so that what was superseded or replaced shows why it does not count.
--
--     dbt compile --select trace_a_number --vars '{partner_id: PRAIRIEMART, item_id: "00614141100019", ...}'
--     psql -f target/compiled/tillroll/analyses/trace_a_number.sql
--
-- It reads bronze and silver, which analysts do not see: an engineer asks. The row is named by its key; stock that was
-- carried forward is traced to the snapshot that it comes from.

with

gold_row as (

    select * from {{ ref('fct_sell_through_performance') }}

    where
        partner_id = '{{ var("partner_id", "9501101900011") }}'
        and item_id_type = '{{ var("item_id_type", "gtin") }}'
        and item_id = '{{ var("item_id", "09501101000018") }}'
        and location_id = '{{ var("location_id", "9501101910010") }}'
        and unit = '{{ var("unit", "EA") }}'
        and week_start_date = '{{ var("week_start_date", "2026-01-05") }}'

),

line_fates as (

    select * from {{ ref('int_line_fates') }}

),

outcomes as (

    select * from {{ source('silver', 'outcomes') }}

),

messages as (

    select * from {{ source('bronze', 'messages') }}

),

interchanges as (

    select * from {{ source('bronze', 'interchanges') }}

),

lines as (

    select line_fates.*

    from line_fates

    inner join gold_row
        on
            line_fates.partner_id = gold_row.partner_id
            and line_fates.item_id_type = gold_row.item_id_type
            and line_fates.item_id = gold_row.item_id
            and line_fates.location_id = gold_row.location_id
            and line_fates.unit = gold_row.unit
            and (
                line_fates.end_date between gold_row.week_start_date and gold_row.week_end_date
                or (
                    line_fates.end_date = gold_row.on_hand_as_of_date
                    and line_fates.measure = gold_row.on_hand_measure
                )
            )

)

select
    interchanges.file_name,
    messages.received_at,
    messages.position as message_position,
    messages.reference as message_reference,
    messages.message_id,
    lines.line_position,
    compiled_line.content ->> 'line_number' as line_number,
    lines.measure,
    lines.quantity,
    lines.end_date,
    lines.fate,
    source.field,
    (source.span ->> 0)::integer as span_start,
    (source.span ->> 1)::integer as span_end,
    substr(
        messages.raw, (source.span ->> 0)::integer + 1, (source.span ->> 1)::integer - (source.span ->> 0)::integer
    ) as text_as_sent

from lines

inner join outcomes on lines.message_id = outcomes.message_id

cross join
    lateral ( -- noqa: ST05
        select outcomes.document -> 'lines' -> (lines.line_position - 1) as content
    ) as compiled_line

inner join messages on lines.message_id = messages.message_id

inner join interchanges on messages.interchange_id = interchanges.interchange_id

left join lateral jsonb_each(compiled_line.content -> 'source') as source (field, span) on true

order by
    messages.received_at, interchanges.file_name, messages.position, lines.line_position, source.field
