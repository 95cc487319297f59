{#
    A number by which rows of one item at one place are found: 32 bits for the place of a partner, 32 for the item.

    Two of them may share a number, so it finds and sorts but never groups: what belongs together is told by the names
    themselves. hashtextextended, because PostgreSQL promises it to partitioned tables from version to version.
#}
{% macro series_key(partner_id, location_id, item_id_type, item_id, unit) -%}
    (
        ({{ hash_of(partner_id ~ " || ' ' || " ~ location_id) }} << 32)
        | (
            {{ hash_of("coalesce(" ~ item_id ~ ", '') || ' ' || " ~ item_id_type ~ " || ' ' || " ~ unit) }}
            & 4294967295
        )
    )
{%- endmacro %}

{# The columns that name a series: what is said of one item at one place in one unit. #}
{% macro series_columns(alias=none) -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    {{ prefix }}partner_id, {{ prefix }}item_id_type, {{ prefix }}item_id, {{ prefix }}location_id, {{ prefix }}unit
{%- endmacro %}

{# Condition that two rows speak of one week of one series. The number finds them, the names prove it. #}
{% macro is_same_week(one, other) -%}
    {{ one }}.series_key = {{ other }}.series_key
    and {{ one }}.week_start_date = {{ other }}.week_start_date
    and {{ one }}.partner_id = {{ other }}.partner_id
    and {{ one }}.item_id_type = {{ other }}.item_id_type
    and {{ one }}.item_id = {{ other }}.item_id
    and {{ one }}.location_id = {{ other }}.location_id
    and {{ one }}.unit = {{ other }}.unit
{%- endmacro %}

{# The grain of a table in which a series has a row for each value of `varargs`. #}
{% macro grain_of_series() %}
    {{ return(['series_key', 'partner_id', 'item_id_type', 'item_id', 'location_id', 'unit'] + varargs | list) }}
{% endmacro %}
