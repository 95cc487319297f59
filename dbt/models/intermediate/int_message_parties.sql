-- Parties of the header that may be who reports, and between which places the message speaks: a retailer speaks of its
-- stores, a store of itself. A message that names none has one row all the same, by which it is known to be read.
-- Whether numbers other than GTINs stand alone in it is asked here too, once: of few partners one must know more.
-- depends_on: {{ ref('base_outcomes') }}
{{ config(
    materialized='maintained',
    maintained_by='messages',
    versions='base_outcomes',
    version='outcome_version',
    one_row_a_message='party_number = 1',
    grain=['message_id', 'party_number'],
    indexes=[{'columns': ['message_id']}],
    partial_indexes=['(message_id, outcome_version) where party_number = 1'],
) }}

with

headers as (

    select * from {{ needed_rows(ref('stg_compiled_headers'), as_table=true) }}

),

lines as (

    select * from {{ needed_rows(ref('base_compiled_lines')) }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

reporting_roles as (

    select * from {{ ref('reporting_roles') }}

),

stated as (

    select
        headers.message_id,
        named.role,
        nullif(trim(named.id), '') as id,
        named.id_type,
        nullif(upper(trim(named.name)), '') as name

    from headers

    {{ unpack_json_list('headers.parties', 'named', {
        'role': 'text',
        'id': 'text',
        'id_type': 'text',
        'name': 'text',
    }) }}

    union all

    select
        message_id,
        'group' as role,
        group_sender_id as id,
        null as id_type,
        null as name

    from headers

),

-- What several retailers may call themselves, a head office, is told apart by their names.
named as (

    select
        message_id,
        role,
        id,
        case
            when id_type in ('1', '9', '16', 'UL') or {{ is_gln('id') }} then id
            else nullif(concat_ws(' ', id, name), '')
        end as party

    from stated

),

places as (

    select
        lines.message_id,
        min(coalesce(lines.location_id, 'unknown')) as first_location_id,
        max(coalesce(lines.location_id, 'unknown')) as last_location_id,
        -- The compiler takes a GTIN before any other number.
        bool_or(lines.item_id is not null and coalesce(item_id_types.namespace, 'other') != 'gtin') as has_lone_numbers

    from lines

    left join item_id_types on lines.item_id_type = item_id_types.item_id_type

    group by lines.message_id

),

own_places as (

    select distinct
        named.message_id,
        named.party

    from named

    inner join lines on named.message_id = lines.message_id and named.id = lines.location_id

),

reporting as (

    select
        headers.message_id,
        named.role,
        named.party,
        min(reporting_roles.preference) as preference

    from headers

    inner join named on headers.message_id = named.message_id

    inner join reporting_roles
        on
            headers.standard = reporting_roles.standard
            and headers.message_type = coalesce(reporting_roles.message_type, headers.message_type)
            and named.role = reporting_roles.role

    left join named as beside
        on named.message_id = beside.message_id and reporting_roles.beside = beside.role

    left join own_places on named.message_id = own_places.message_id and named.party = own_places.party

    where
        named.party is not null
        and named.id is distinct from headers.recipient_id
        and (reporting_roles.beside is null or beside.message_id is not null)
        and own_places.message_id is null

    group by headers.message_id, named.role, named.party

)

select
    headers.message_id,
    headers.outcome_version,
    headers.sender_id,
    headers.message_type,
    headers.is_test,
    reporting.role,
    reporting.party,
    places.first_location_id,
    places.last_location_id,
    coalesce(places.has_lone_numbers, false) as has_lone_numbers,
    row_number() over (
        partition by headers.message_id
        order by reporting.preference, reporting.role, reporting.party
    )::integer as party_number

from headers

left join places on headers.message_id = places.message_id

left join reporting on headers.message_id = reporting.message_id
