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

headers as (

    select * from {{ ref('base_compiled_headers') }}

),

arrived as (

    select
        messages.message_id,
        messages.interchange_id,
        interchanges.file_name,
        messages.position as message_position,
        coalesce(nullif(trim({{ json_text('messages.envelope', 'sender') }}), ''), 'unknown') as sender_id,
        coalesce(outcomes.message_type, messages.message_type) as message_type,

        outcomes.message_id is not null as is_compiled,
        coalesce(outcomes.is_valid, false) as is_valid,
        coalesce(outcomes.is_complete, false) as is_complete,
        coalesce(({{ json_text('messages.envelope', 'is_test') }})::boolean, false)
        or coalesce(headers.is_test, false) as is_test,
        coalesce(headers.rejected_line_count, 0) as rejected_line_count,

        outcomes.route,
        outcomes.model_version,
        outcomes.compiler_version,

        {{ moment_in_utc(json_text('messages.envelope', 'prepared_at')) }} as prepared_at,
        messages.received_at,
        outcomes.compiled_at

    from messages

    inner join interchanges on messages.interchange_id = interchanges.interchange_id

    left join outcomes on messages.message_id = outcomes.message_id

    -- Of valid messages alone: a document that is read here is unpacked for every reader.
    left join headers on messages.message_id = headers.message_id

    -- What was wrong with half an upload is of no interest once the whole has come.
    where not (interchanges.is_withdrawn and not coalesce(outcomes.is_valid, false))

)

select * from arrived
