{#
    Condition, to be put in brackets, for lines of which the weeks of an item at a place are made: sales, stock on hand and
    what was received.
#}
{% macro is_about_a_week(alias=none) -%}
    {%- set name = alias ~ '.measure' if alias else 'measure' -%}
    {%- set sales, on_hand = sql_list(var('counted_sales_measures')), sql_list(var('on_hand_measures')) -%}
    {{ name }} in {{ sales }} or {{ name }} in {{ on_hand }} or {{ name }} = 'received'
{%- endmacro %}
