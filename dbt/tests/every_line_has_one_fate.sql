-- From document to Gold no line may get lost and none may count twice.
-- Dagster shows a test of several tables beside one of them.
{{ config(meta={'dagster': {'ref': {'name': 'int_line_fates'}}}) }}

with

staged as (

    select compiled_line_id from {{ ref('base_compiled_lines') }}

),

fates as (

    select
        compiled_line_id,
        count(*) as fate_count,
        max(fate) as fate

    from {{ ref('int_line_fates') }}

    group by compiled_line_id

)

select
    staged.compiled_line_id,
    fates.fate_count,
    fates.fate

from staged

full outer join fates on staged.compiled_line_id = fates.compiled_line_id

where fates.fate_count is distinct from 1 or fates.fate is null or staged.compiled_line_id is null
