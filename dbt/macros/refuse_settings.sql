{#
    Nothing, or an error that says what to do instead: asked before each run, since Gold would be wrong afterwards.

    What int_sales does with each measure of sales is written there: of another one it would lose every unit.
#}
{% macro refuse_settings() -%}
    {%- set known = ['sold', 'returned', 'total_sold', 'net_sold'] -%}
    {%- for measure in var('counted_sales_measures') if execute and measure not in known -%}
        {{ exceptions.raise_compiler_error(
            'counted_sales_measures names ' ~ measure ~ ', which int_sales cannot add up: in quantity_meanings.csv say '
            ~ 'which of ' ~ known | join(', ') ~ ' the code means.'
        ) }}
    {%- endfor -%}
    {%- if execute and (var('earlier_weeks') | int) < 1 -%}
        {{ exceptions.raise_compiler_error('earlier_weeks is ' ~ var('earlier_weeks') ~ ': a pace needs one at least.') }}
    {%- endif -%}
{%- endmacro %}
