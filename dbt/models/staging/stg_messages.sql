with

messages as (

    select * from {{ source('bronze', 'messages') }}

),

interchanges as (

    select * from {{ source('bronze', 'interchanges') }}

),

outcomes as (

    select * from {{ source('silver', 'outcomes') }}

),

arrived as (

    select
        messages.message_id,
        messages.interchange_id,
        interchanges.file_name,
        messages.position as message_position,
        coalesce(nullif(trim(messages.envelope ->> 'sender'), ''), 'unknown') as partner_id,
        coalesce(outcomes.message_type, messages.message_type) as message_type,

        outcomes.message_id is not null as is_compiled,
        coalesce(outcomes.is_valid, false) as is_valid,
        coalesce(outcomes.is_complete, false) as is_complete,
        coalesce((messages.envelope ->> 'is_test')::boolean, false)
        or coalesce((outcomes.document ->> 'is_test')::boolean, false) as is_test,
        case
            when outcomes.is_valid then jsonb_array_length(coalesce(outcomes.rejected_lines, '[]'::jsonb))
            else 0
        end as rejected_line_count,

        outcomes.route,
        outcomes.model_version,
        outcomes.compiler_version,

        (messages.envelope ->> 'prepared_at')::timestamp at time zone 'UTC' as prepared_at,
        messages.received_at,
        outcomes.compiled_at

    from messages

    inner join interchanges on messages.interchange_id = interchanges.interchange_id

    left join outcomes on messages.message_id = outcomes.message_id

)

select * from arrived
