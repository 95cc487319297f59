{# The different values of a group in one text, in order. #}
{% macro list_of(value) -%}
    string_agg(distinct {{ value }}, ', ' order by {{ value }})
{%- endmacro %}

{# All values of a group in one text, in an order of their own. #}
{% macro joined(value, separator, order) -%}
    string_agg({{ value }}, '{{ separator }}' order by {{ order }})
{%- endmacro %}

{# The different values of a group as an array, in order. #}
{% macro array_of(value) -%}
    array_agg(distinct {{ value }} order by {{ value }})
{%- endmacro %}

{# The values of an array in one text. #}
{% macro list_of_array(array) -%}
    array_to_string({{ array }}, ', ')
{%- endmacro %}

{# Joins a row for each value of an array. #}
{% macro unpack_array(array, alias, name) -%}
    cross join lateral unnest({{ array }}) as {{ alias }} ({{ name }})
{%- endmacro %}

{# A number without noughts behind its decimal mark. #}
{% macro without_trailing_noughts(number) -%}
    trim_scale({{ number }})
{%- endmacro %}

{# The number that a text of digits writes, null where it is anything else or has more than eighteen of them. #}
{% macro whole_number(text) -%}
    case when {{ text }} ~ '^[0-9]{1,18}$' then ({{ text }})::bigint end
{%- endmacro %}

{# The number that a text writes with a decimal point or comma, null where it is anything else. #}
{% macro decimal_number(text) -%}
    case when {{ text }} ~ '^-?[0-9]{1,15}([.,][0-9]{1,6})?$' then replace({{ text }}, ',', '.')::numeric end
{%- endmacro %}

{# A number of 64 bits for a text, the same in each version of the database. #}
{% macro hash_of(text) -%}
    hashtextextended({{ text }}, 0)
{%- endmacro %}
