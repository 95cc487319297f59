with

lines as (

    select * from {{ ref('base_compiled_lines') }}

),

stock_lines as (

    select
        compiled_line_id,
        message_id,
        line_position,
        line_number,
        parent_line,

        item_id,
        item_id_type,
        location_id,
        location_id_type,

        measure,
        qualifier,
        quantity,
        unit,

        period_start_date,
        period_end_date,
        as_of_date

    from lines

    where measure not in {{ sql_list(var('sales_measures')) }} and measure != 'unmapped'

)

select * from stock_lines
