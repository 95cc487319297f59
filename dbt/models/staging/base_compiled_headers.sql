-- A table, because each read of a header unpacks the whole document.
{{ config(
    materialized='maintained',
    maintained_by='messages',
    versions='base_outcomes',
    version='outcome_version',
    grain=['message_id'],
    indexes=[{'columns': ['message_id']}],
) }}

with

outcomes as (

    select * from {{ needed_rows(ref('base_outcomes')) }}

)

select
    outcomes.message_id,
    outcomes.outcome_version,

    header.standard,
    header.message_type,
    header.version,
    header.message_reference,
    nullif(trim(header.document_number), '') as document_number,
    coalesce(header.function, 'original') as document_function,
    header.currency,
    header.parties,

    header.document_date,
    header.period_start as period_start_date,
    header.period_end as period_end_date,

    coalesce(header.is_test, false) as is_test,
    outcomes.is_complete,

    {{ json_array_length('header.lines') }} as line_count,
    {{ json_array_length('outcomes.rejected_lines') }} as rejected_line_count,

    outcomes.route,
    outcomes.compiler_version,
    outcomes.model_version,
    outcomes.verification_hash,
    outcomes.compiled_at

from outcomes

{{ unpack_json('outcomes.document', 'header', {
    'standard': 'text',
    'message_type': 'text',
    'version': 'text',
    'message_reference': 'text',
    'document_number': 'text',
    'function': 'text',
    'currency': 'text',
    'parties': 'jsonb',
    'document_date': 'date',
    'period_start': 'date',
    'period_end': 'date',
    'is_test': 'boolean',
    'lines': 'jsonb',
}) }}
