{# A share of something: null where the denominator is unknown, zero or negative, as no share of that has a meaning. #}
{% macro ratio(numerator, denominator) -%}
    case when {{ denominator }} > 0 then ({{ numerator }}) / ({{ denominator }}) end::numeric(30, 6)
{%- endmacro %}

{# By which share something grew, under the same terms. #}
{% macro change(value, previous_value) -%}
    {{ ratio(value ~ ' - ' ~ previous_value, previous_value) }}
{%- endmacro %}
