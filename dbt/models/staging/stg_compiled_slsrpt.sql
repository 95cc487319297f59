with

lines as (

    select * from {{ ref('base_compiled_lines') }}

),

sales_lines as (

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

        price,
        price_type,
        currency,
        coalesce(
            {%- for name in var('line_amounts') %}
            {{ decimal_number(json_text('attributes', name)) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as amount,

        period_start_date,
        period_end_date

    from lines

    where measure in {{ sql_list(var('sales_measures')) }}

)

select * from sales_lines
