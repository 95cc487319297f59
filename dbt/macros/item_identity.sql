{#
    The name by which an item meets itself in other messages: a GTIN as 14 digits wherever one can be derived, else the
    number as sent. `namespace` is the one that reference.item_id_types gives to the type.
#}
{% macro gtin_of(item_id, item_id_type, namespace) -%}
    case when {{ namespace }} = 'gtin' then {{ gtin_14(item_id, item_id_type) }} end
{%- endmacro %}

{# A masked or mistyped GTIN identifies nothing outside its partner, so its type is `other`. `gtin`: as derived above. #}
{% macro canonical_item_id_type(gtin, namespace) -%}
    case
        when {{ gtin }} is not null then 'gtin'
        when {{ namespace }} in ('vendor', 'buyer') then {{ namespace }}
        else 'other'
    end
{%- endmacro %}
