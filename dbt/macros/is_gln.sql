{#
    True where a code is a GLN: thirteen digits, the last of them the check digit (GS1 General Specifications 7.9: from
    the left the weights are 1, 3, 1, 3 …).
#}
{% macro is_gln(code) -%}
    case
        when {{ code }} ~ '^[0-9]{13}$'
            then (
                {%- for place in range(1, 14) %}
                {{ '+ ' if not loop.first }}{{ 1 if loop.index is odd else 3 }} * substr({{ code }}, {{ place }}, 1)::integer
                {%- endfor %}
            ) % 10 = 0
        else false
    end
{%- endmacro %}
