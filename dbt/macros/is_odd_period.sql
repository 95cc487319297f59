{# True where a day lies outside the calendar; word for word the condition of the facts' indexes. #}
{% macro is_odd_period(first_date, last_date) -%}
    ({{ first_date }} < '{{ var("calendar_first_date") }}' or {{ last_date }} > '{{ var("calendar_last_date") }}')
{%- endmacro %}
