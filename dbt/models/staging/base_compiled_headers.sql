-- A table, because each read of a header unpacks the whole document.
{{ config(materialized='incremental', growth='outcomes') }}

with

outcomes as (

    select
        outcomes.*,
        -- Each write gives a row another one, whatever it changes.
        outcomes.xmin::text::bigint as outcome_version

    from {{ source('silver', 'outcomes') }} as outcomes

    where
        outcomes.is_valid
        {% if is_incremental() %}
        and outcomes.message_id = any(array(select changed_outcomes.message_id from changed_outcomes))
        {% endif %}

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

    header.document_date,
    header.period_start as period_start_date,
    header.period_end as period_end_date,

    coalesce(header.is_test, false) as is_test,
    outcomes.is_complete,

    jsonb_array_length(coalesce(header.lines, '[]'::jsonb)) as line_count,
    jsonb_array_length(coalesce(outcomes.rejected_lines, '[]'::jsonb)) as rejected_line_count,

    outcomes.route,
    outcomes.compiler_version,
    outcomes.model_version,
    outcomes.verification_hash,
    outcomes.compiled_at

from outcomes

-- Unpacked in one go: every -> would unpack it again.
cross join
    lateral jsonb_to_record(outcomes.document) as header (
        standard text,
        message_type text,
        version text,
        message_reference text,
        document_number text,
        function text,
        currency text,
        document_date date,
        period_start date,
        period_end date,
        is_test boolean,
        lines jsonb
    )
