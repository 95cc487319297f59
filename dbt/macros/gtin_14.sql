{#
    A GTIN of any length as 14 digits, null where the identifier is no GTIN (GS1 General Specifications 7.12).

    UI is the 11-digit UPC without its check digit (X12 element 235), so the digit is computed here. Eight digits are a
    GTIN-8 only where the code is the EAN's: under UP they may be a zero-suppressed UPC-E.
#}
{% macro gtin_14(item_id, item_id_type) -%}
    case
        when {{ item_id_type }} = 'UI' and {{ item_id }} ~ '^[0-9]{11}$'
            then '00' || {{ item_id }} || {{ check_digit_of_11(item_id) }}
        when {{ item_id }} ~ '^[0-9]{12,14}$'
            then lpad({{ item_id }}, 14, '0')
        when {{ item_id_type }} in ('EN', 'EAN', 'SRV') and {{ item_id }} ~ '^[0-9]{8}$'
            then lpad({{ item_id }}, 14, '0')
    end
{%- endmacro %}

{# Modulo-10 check digit: odd positions of eleven digits weigh three. #}
{% macro check_digit_of_11(digits) -%}
    (
        (
            10 - (
                {%- for place in range(1, 12) %}
                {{ '+ ' if not loop.first }}{{ 3 if loop.index is odd else 1 }} * substr({{ digits }}, {{ place }}, 1)::integer
                {%- endfor %}
            ) % 10
        ) % 10
    )::text
{%- endmacro %}
