{#
    When a message was made, by the clock of its sender; a time a day or more after its receipt is a wrong clock, and
    receipt then stands in for it.
#}
{% macro stated_at(prepared_at, received_at) -%}
    case
        when {{ prepared_at }} <= {{ a_day_after(received_at) }} then {{ prepared_at }}
        else {{ received_at }}
    end
{%- endmacro %}
