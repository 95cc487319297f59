{#
    Settings of a partner in a query that has `partners`: those of its own row, and of a retailer behind a mailbox that has
    none, those of the mailbox.
#}
{% macro join_settings(partner_id) -%}
    left join partners as own_settings on {{ partner_id }} = own_settings.partner

    left join partners as mailbox_settings on split_part({{ partner_id }}, ':', 1) = mailbox_settings.partner
{%- endmacro %}

{% macro setting(name) -%}
    case when own_settings.partner is not null then own_settings.{{ name }} else mailbox_settings.{{ name }} end
{%- endmacro %}
