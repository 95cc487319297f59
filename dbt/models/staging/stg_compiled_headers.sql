with

outcomes as (

    select * from {{ source('silver', 'outcomes') }}

    where is_valid

),

messages as (

    select * from {{ source('bronze', 'messages') }}

),

interchanges as (

    select * from {{ source('bronze', 'interchanges') }}

),

headers as (

    select
        outcomes.message_id,
        messages.interchange_id,
        interchanges.file_name,
        messages.position as message_position,
        messages.content_sha256,

        coalesce(nullif(trim(messages.envelope ->> 'sender'), ''), 'unknown') as partner_id,
        messages.envelope ->> 'sender_qualifier' as partner_id_type,
        messages.envelope ->> 'recipient' as recipient_id,
        messages.envelope ->> 'control_reference' as control_reference,

        outcomes.document ->> 'standard' as standard,
        outcomes.document ->> 'message_type' as message_type,
        outcomes.document ->> 'version' as version,
        outcomes.document ->> 'message_reference' as message_reference,
        nullif(trim(outcomes.document ->> 'document_number'), '') as document_number,
        coalesce(outcomes.document ->> 'function', 'original') as document_function,
        outcomes.document ->> 'currency' as currency,

        (outcomes.document ->> 'document_date')::date as document_date,
        (outcomes.document ->> 'period_start')::date as period_start_date,
        (outcomes.document ->> 'period_end')::date as period_end_date,

        -- Either witness is enough: a test flag that one reader missed must not turn test traffic into sales.
        coalesce((messages.envelope ->> 'is_test')::boolean, false)
        or coalesce((outcomes.document ->> 'is_test')::boolean, false) as is_test,
        outcomes.is_complete,

        jsonb_array_length(coalesce(outcomes.document -> 'lines', '[]'::jsonb)) as line_count,
        jsonb_array_length(coalesce(outcomes.rejected_lines, '[]'::jsonb)) as rejected_line_count,

        outcomes.route,
        outcomes.compiler_version,
        outcomes.model_version,
        outcomes.verification_hash,

        -- An envelope states local time without a zone: good enough to order one partner's own messages.
        (messages.envelope ->> 'prepared_at')::timestamp at time zone 'UTC' as prepared_at,
        messages.received_at,
        outcomes.compiled_at

    from outcomes

    inner join messages on outcomes.message_id = messages.message_id

    inner join interchanges on messages.interchange_id = interchanges.interchange_id

)

select * from headers
