with

headers as (

    select * from {{ ref('base_compiled_headers') }}

),

messages as (

    select * from {{ source('bronze', 'messages') }}

),

interchanges as (

    select * from {{ source('bronze', 'interchanges') }}

)

select
    headers.message_id,
    messages.interchange_id,
    interchanges.file_name,
    messages.position as message_position,
    messages.content_sha256,

    coalesce(nullif(trim({{ json_text('messages.envelope', 'sender') }}), ''), 'unknown') as sender_id,
    {{ json_text('messages.envelope', 'sender_qualifier') }} as sender_id_type,
    nullif(trim({{ json_text('messages.envelope', 'group_sender') }}), '') as group_sender_id,
    {{ json_text('messages.envelope', 'recipient') }} as recipient_id,
    {{ json_text('messages.envelope', 'control_reference') }} as control_reference,

    headers.standard,
    headers.message_type,
    headers.version,
    headers.message_reference,
    headers.document_number,
    headers.document_function,
    headers.currency,
    headers.parties,

    headers.document_date,
    headers.period_start_date,
    headers.period_end_date,

    -- Either witness is enough: a test flag that one reader missed must not turn test traffic into sales.
    coalesce(({{ json_text('messages.envelope', 'is_test') }})::boolean, false) or headers.is_test as is_test,
    headers.is_complete,

    headers.line_count,
    headers.rejected_line_count,

    headers.route,
    headers.outcome_version,
    headers.compiler_version,
    headers.model_version,
    headers.verification_hash,

    -- An envelope states local time without a zone: good enough to order one partner's own messages.
    {{ moment_in_utc(json_text('messages.envelope', 'prepared_at')) }} as prepared_at,
    messages.received_at,
    headers.compiled_at

from headers

inner join messages on headers.message_id = messages.message_id

inner join interchanges on messages.interchange_id = interchanges.interchange_id
