-- A line that is neither sales nor stock nor visibly unmapped has been dropped without a word.
-- Dagster shows a test of several tables beside one of them.
{{ config(meta={'dagster': {'ref': {'name': 'base_compiled_lines'}}}) }}

with

headers as (

    select * from {{ ref('stg_compiled_headers') }}

),

lines as (

    select message_id from {{ ref('stg_compiled_slsrpt') }}

    union all

    select message_id from {{ ref('stg_compiled_stckrpt') }}

    union all

    select message_id from {{ ref('stg_compiled_unmapped') }}

),

counted as (

    select
        message_id,
        count(*) as line_count

    from lines

    group by message_id

)

select
    headers.message_id,
    headers.line_count,
    counted.line_count as staged_line_count

from headers

full outer join counted on headers.message_id = counted.message_id

where headers.line_count is distinct from coalesce(counted.line_count, 0)
