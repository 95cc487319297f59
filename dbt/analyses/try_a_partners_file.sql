-- What would Tillroll make of a partner's last files? Compiled here and now, whatever silver.outcomes holds: for trying
-- a new partner, or a new compiler before the night's run. `dbt compile`, then paste target/compiled/... into psql.

with

messages as (

    select
        messages.message_id,
        messages.position,
        messages.raw,
        messages.envelope,
        interchanges.file_name
    from {{ source('bronze', 'messages') }} as messages
    inner join {{ source('bronze', 'interchanges') }} as interchanges
        on messages.interchange_id = interchanges.interchange_id
    where messages.envelope ->> 'sender' = '{{ var("partner", "9501101900011") }}'
    order by messages.received_at desc, messages.position asc
    limit 20

),

compiled as (

    select
        messages.*,
        {{ compile_edi('messages.raw', 'messages.envelope') }} as outcome
    from messages

)

select
    compiled.file_name,
    compiled.position,
    compiled.outcome ->> 'message_type' as message_type,
    (compiled.outcome ->> 'is_valid')::boolean as is_valid,
    line.line_number,
    line.item_id,
    line.location_id,
    line.measure,
    line.quantity,
    line.period_start,
    line.period_end,
    line.as_of_date,
    jsonb_path_query_array(compiled.outcome, '$.problems[*].code') as problems
from compiled
left join lateral udf.lines(compiled.raw, compiled.envelope) as line on true
order by compiled.file_name, compiled.position, line.line
