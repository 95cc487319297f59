with

held_messages as (

    select * from {{ ref('base_held_messages') }}

)

select
    message_id,
    document,
    rejected_lines,
    is_complete,
    route,
    compiler_version,
    model_version,
    verification_hash,
    compiled_at,
    {{ row_version() }} as outcome_version

-- As it is, also in a dry run: a subquery has no version of its rows.
from {{ source('silver', 'outcomes').render() }}

where is_valid and message_id not in (select held_messages.message_id from held_messages)
