{#
    First day of a fiscal year of the NRF's 4-5-4 calendar: the Sunday after the Saturday nearest to 31 January, which is
    the Sunday of the week that holds 4 February. Years that begin on 29 January, or on the 30th before a leap day, have
    53 weeks; https://nrf.com/resources/4-5-4-calendar.
#}
{% macro retail_year_start_date(year) -%}
    ({{ week_start_date("make_date(" ~ year ~ ", 2, 4)", "'4-5-4'") }})
{%- endmacro %}
