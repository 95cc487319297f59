{#
    Names of items and places that one column holds, for BI tools that join by one.

    A GTIN is the same item everywhere, any other number means something beside its partner and type only. Of places even
    GLNs are kept by partner: a partner's own code may have thirteen digits too, and two places must never become one.
#}
{% macro item_key(relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    case
        when {{ prefix }}item_id_type = 'gtin' then {{ prefix }}item_id
        else {{ prefix }}partner_id || ':' || {{ prefix }}item_id_type || ':' || {{ prefix }}item_id
    end
{%- endmacro %}

{% macro location_key(relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ prefix }}partner_id || ':' || {{ prefix }}location_id
{%- endmacro %}
