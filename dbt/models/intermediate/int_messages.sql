{{ config(
    materialized='maintained',
    maintained_by='rows',
    grain=['message_id'],
    indexes=[{'columns': ['message_id']}],
) }}

with

headers as (

    select * from {{ ref('stg_compiled_headers') }}

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

partners as (

    select * from {{ ref('partners') }}

),

-- The sender's clock orders its statements, and of one moment its control numbers: of a backlog that lands at once, the
-- order of receipt is that of the file names. A time after receipt is a wrong clock, and receipt then stands in for it.
stated as (

    select
        headers.*,
        coalesce(message_partners.partner_id, headers.sender_id) as partner_id,
        {{ stated_at('headers.prepared_at', 'headers.received_at') }} as stated_at,
        {{ whole_number('headers.control_reference') }} as control_number

    from headers

    left join message_partners on headers.message_id = message_partners.message_id

),

numbered as (

    select
        *,
        row_number() over (
            partition by partner_id
            order by stated_at, control_number, received_at, prepared_at, interchange_id, message_position
        ) as statement_number

    from stated

),

turned as (

    select
        *,
        document_number is not null
        and (document_function = 'cancellation') != lag(document_function = 'cancellation') over document as is_turned

    from numbered

    window document as (
        partition by partner_id, message_type, document_number, period_start_date, period_end_date, is_test
        order by statement_number
    )

),

-- How often a document had been cancelled and stated again.
counted as (

    select
        *,
        count(*) filter (where is_turned) over (
            partition by partner_id, message_type, document_number, period_start_date, period_end_date, is_test
            order by statement_number
        ) as turn_number

    from turned

),

-- The same text says nothing new, unless what it says was cancelled in between.
resends_marked as (

    select
        *,
        row_number() over (
            partition by partner_id, content_sha256, is_test
            order by statement_number
        ) > 1 as is_said_again,
        row_number() over (
            partition by partner_id, content_sha256, is_test, turn_number
            order by statement_number
        ) > 1 as is_resend

    from counted

)

select
    resends_marked.message_id,
    resends_marked.interchange_id,
    resends_marked.partner_id,
    coalesce({{ setting('week_calendar') }}, 'iso') as week_calendar,
    {{ setting('price_basis') }} as price_basis,
    coalesce({{ setting('stock_lag_days') }}, 0) as stock_lag_days,

    resends_marked.message_type,
    resends_marked.document_number,
    resends_marked.document_function,
    resends_marked.currency,
    resends_marked.period_start_date,
    resends_marked.period_end_date,

    resends_marked.is_test,
    resends_marked.is_resend,
    resends_marked.is_said_again,
    resends_marked.is_complete,
    resends_marked.line_count,

    resends_marked.statement_number,
    resends_marked.stated_at,
    resends_marked.control_number,
    resends_marked.received_at,
    resends_marked.outcome_version

from resends_marked

{{ join_settings('resends_marked.partner_id') }}
