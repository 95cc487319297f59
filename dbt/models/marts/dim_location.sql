-- Nothing but an order: a member goes when all that speaks of it has been written (materializations/members.sql).
-- depends_on: {{ ref('fct_sales') }}
-- depends_on: {{ ref('fct_stock') }}
-- depends_on: {{ ref('fct_sell_through_by_location') }}
{{ config(announced_as={
    'location_key': 'location_key',
    'partner_id': 'partner_id',
    'location_id': 'location_id',
    'location_name': 'location_id',
    'location_kind': "'unknown'",
    'is_described': 'false',
    'is_location_unknown': "location_id = 'unknown'",
}) }}

with

quality as (

    select * from {{ ref('mart_data_quality') }}

    where build_problem is null

),

locations as (

    select * from {{ ref('locations') }}

),

-- It speaks of every place that any line does.
members as (

    select distinct
        location_key,
        partner_id,
        location_id

    from quality

)

select
    members.location_key,
    members.partner_id,
    members.location_id,
    coalesce(locations.name, members.location_id) as location_name,
    case when {{ is_gln('members.location_id') }} then members.location_id end as gln,
    coalesce(locations.kind, 'unknown') as location_kind,
    locations.name is not null as is_described,
    members.location_id = 'unknown' as is_location_unknown

from members

left join locations on members.partner_id = locations.partner and members.location_id = locations.location_id
