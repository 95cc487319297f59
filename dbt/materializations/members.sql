{#
    Members of dimensions that a table speaks of: those that are new are written in the transaction that writes its rows, so
    that nobody who reads meets a row without its item, place, partner or day. A table says in `announces` of which
    dimensions.

    The dimension itself is computed behind all tables that speak of it, and so no member goes while one of them does. What
    it says of a new member besides its key and number follows then.
#}
{% macro announce_members(is_growing) %}
    {%- for dimension in config.get('announces', []) -%}
    {%- set members = generate_schema_name('gold', none) | trim ~ '.' ~ dimension -%}
    {%- set stated = stated_of_members(dimension) %}
    do $do$
    begin
        -- A run that makes the dimension for the first time, or in another shape, is none in which somebody reads it.
        if (
            select count(*) from pg_attribute
            where attrelid = to_regclass('{{ members }}') and attname in ('{{ stated.keys() | join("', '") }}')
        ) < {{ stated | length }} then
            return;
        end if;
        insert into {{ members }} ({{ stated.keys() | join(', ') }})
        select {% for name, value in stated.items() %}{{ value }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
        from (
            {{ rows_of_members(dimension, rows_to_announce(is_growing)) }}
        ) as told
        -- Two tables are written at once: in one order, neither waits for what the other holds while that waits for it.
        order by 1
        on conflict do nothing;
    end
    $do$;
    {%- endfor %}
{% endmacro %}

{# All of a new table, what was written of one that grows. #}
{% macro rows_to_announce(is_growing) -%}
    {%- if is_growing -%}
    (select * from {{ this.identifier }}__computed where ctid = any(array(select computed_row from differing_rows)))
    {%- else -%}
    {{ this }}
    {%- endif -%}
{%- endmacro %}

{# Column by column, the key first; what cannot be null is as of a member that nobody has described. #}
{% macro stated_of_members(dimension) %}
    {{ return({
        'dim_item': {
            'item_key': item_key(),
            'item_id_type': 'item_id_type',
            'item_id': 'item_id',
            'partner_id': "case when item_id_type != 'gtin' then partner_id end",
            'gtin': "case when item_id_type = 'gtin' then item_id end",
            'item_description': 'item_id',
            'is_described': 'false',
        },
        'dim_location': {
            'location_key': location_key(),
            'partner_id': 'partner_id',
            'location_id': 'location_id',
            'location_name': 'location_id',
            'location_kind': "'unknown'",
            'is_described': 'false',
            'is_location_unknown': "location_id = 'unknown'",
        },
        'dim_partner': {
            'partner_id': 'partner_id',
            'partner_name': 'partner_id',
            'week_calendar': 'week_calendar',
            'is_registered': 'false',
            'message_count': '0',
        },
        'dim_calendar': {'calendar_date': 'calendar_date'},
    }[dimension]) }}
{% endmacro %}

{# One row for each member, or few. #}
{% macro rows_of_members(dimension, rows) -%}
    {%- set is_news = " and build_problem is null" if 'build_problem' in model.columns else '' -%}
    {%- if dimension == 'dim_calendar' -%}
    {%- for day in ['week_start_date', 'period_start_date', 'period_end_date', 'as_of_date'] if day in model.columns -%}
    {{ 'union ' if not loop.first }}select {{ day }} as calendar_date from {{ rows }} as written where {{ day }} is not null
    {% endfor -%}
    {%- else -%}
    {%- set columns = {
        'dim_item': 'partner_id, item_id_type, item_id',
        'dim_location': 'partner_id, location_id',
        'dim_partner': 'partner_id, week_calendar',
    }[dimension] -%}
    select distinct {{ columns }} from {{ rows }} as written where true{{ is_news }}
    {%- endif -%}
{%- endmacro %}
