-- The messages of documents that were replaced or cancelled. A table, so that the planner knows how few they are.
{{ config(materialized='maintained', maintained_by='rows', grain=['message_id']) }}

with

messages as (

    select * from {{ ref('int_messages') }}

    where not is_test and not is_resend

),

withdrawn_documents as (

    select distinct
        partner_id,
        message_type,
        document_number

    from messages

    where document_function in ('replacement', 'cancellation')

)

select
    messages.message_id,
    messages.interchange_id,
    messages.partner_id,
    messages.message_type,
    messages.document_number,
    messages.document_function,
    messages.statement_number,
    messages.stated_at,
    messages.control_number,
    messages.is_said_again,
    messages.period_start_date,
    messages.period_end_date,
    messages.line_count = 0 and messages.is_complete as is_empty

from messages

inner join withdrawn_documents using (partner_id, message_type, document_number)
