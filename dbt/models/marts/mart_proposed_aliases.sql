-- depends_on: {{ ref('int_tested_inputs') }}
-- A view: it is read when somebody wonders who or what is one, and a day need not pay for that.
{{ config(materialized='maintained_view') }}

with

weeks as (

    select * from {{ ref('fct_sell_through_performance') }}

    where last_message_id is not null and not is_location_unknown

),

partners as (

    select * from {{ ref('dim_partner') }}

),

parties as (

    select * from {{ ref('int_message_parties') }}

    where party is not null and not is_test

),

message_partners as (

    select * from {{ ref('int_message_partners') }}

),

partner_aliases as (

    select * from {{ ref('partner_aliases') }}

),

item_names as (

    select * from {{ ref('int_item_names') }}

    where item_id is not null

),

item_aliases as (

    select * from {{ ref('int_item_aliases') }}

),

places as (

    select distinct
        partner_id,
        location_id,
        {{ whole_number('location_id') }} as location_number,
        {{ is_gln('location_id') }} as is_gln

    from weeks

),

-- Senders that name one GLN, which is one place whoever names it: he who sends less is the alias.
partner_pairs as (

    select
        'gln' as reason,
        aliases.partner_id as alias,
        targets.partner_id as stands_for,
        alias_places.location_id as alias_location_id,
        target_places.location_id as target_location_id

    from places as alias_places

    inner join places as target_places
        on alias_places.location_id = target_places.location_id and alias_places.partner_id != target_places.partner_id

    inner join partners as aliases on alias_places.partner_id = aliases.partner_id

    inner join partners as targets on target_places.partner_id = targets.partner_id

    where
        alias_places.is_gln
        and (
            aliases.message_count < targets.message_count
            or (aliases.message_count = targets.message_count and aliases.partner_id > targets.partner_id)
        )
        and aliases.sender_ids != targets.sender_ids

    union all

    -- Parties behind one mailbox that name the same places: retailers, unless nothing is ever said by two of them.
    select
        'mailbox' as reason,
        aliases.partner_id as alias,
        targets.partner_id as stands_for,
        alias_places.location_id as alias_location_id,
        target_places.location_id as target_location_id

    from places as alias_places

    inner join places as target_places
        on alias_places.location_id = target_places.location_id and alias_places.partner_id > target_places.partner_id

    inner join partners as aliases on alias_places.partner_id = aliases.partner_id

    inner join partners as targets on target_places.partner_id = targets.partner_id

    where aliases.sender_ids = targets.sender_ids and aliases.reporting_parties != targets.reporting_parties

    union all

    -- Numbers of places that are one without their noughts.
    select
        'noughts' as reason,
        alias_places.partner_id as alias,
        target_places.partner_id as stands_for,
        alias_places.location_id as alias_location_id,
        target_places.location_id as target_location_id

    from places as alias_places

    inner join places as target_places
        on
            alias_places.partner_id = target_places.partner_id
            and alias_places.location_number = target_places.location_number
            and length(alias_places.location_id) < length(target_places.location_id)

),

-- Weeks in which both speak of an item; two numbers for one thing are a contradiction.
said_of_both as (

    select
        partner_pairs.reason,
        partner_pairs.alias,
        partner_pairs.stands_for,
        case when partner_pairs.reason = 'noughts' then partner_pairs.alias_location_id end as alias_location_id,
        case when partner_pairs.reason = 'noughts' then partner_pairs.target_location_id end as target_location_id,
        count(distinct partner_pairs.alias_location_id) as place_count,
        count(distinct own.week_start_date) as week_count,
        count(distinct own.week_start_date) filter (
            where own.item_key = other.item_key and own.unit = other.unit
        ) as common_week_count,
        count(distinct own.week_start_date) filter (
            where own.item_key = other.item_key and own.unit = other.unit
            and (
                (
                    own.net_units_sold != other.net_units_sold
                    and not own.is_implied_zero and not other.is_implied_zero
                )
                or (
                    own.on_hand_units != other.on_hand_units
                    and not own.is_stock_missing and not other.is_stock_missing
                )
            )
        ) as contradicting_week_count

    from partner_pairs

    inner join weeks as own
        on partner_pairs.alias = own.partner_id and partner_pairs.alias_location_id = own.location_id

    left join weeks as other
        on
            partner_pairs.stands_for = other.partner_id
            and partner_pairs.target_location_id = other.location_id
            and own.week_start_date = other.week_start_date

    group by
        partner_pairs.reason,
        partner_pairs.alias,
        partner_pairs.stands_for,
        case when partner_pairs.reason = 'noughts' then partner_pairs.alias_location_id end,
        case when partner_pairs.reason = 'noughts' then partner_pairs.target_location_id end

),

from_places as (

    select
        'partner_aliases' as reference_table,
        partners.sender_ids as partner,
        coalesce(partners.reporting_parties, partners.sender_ids) as alias,
        said_of_both.stands_for,
        said_of_both.common_week_count - said_of_both.contradicting_week_count as supporting_count,
        said_of_both.contradicting_week_count as contradicting_count,
        'Both name ' || said_of_both.place_count || ' places by the same GLN; in ' || said_of_both.common_week_count
        || ' of ' || said_of_both.week_count || ' weeks they speak of the same items there, in '
        || said_of_both.contradicting_week_count || ' with different numbers for the same.' as evidence,
        concat_ws(
            ',', partners.sender_ids, coalesce(partners.reporting_parties, ''), said_of_both.stands_for, ''
        ) as csv_row

    from said_of_both

    inner join partners on said_of_both.alias = partners.partner_id

    where said_of_both.reason = 'gln' and said_of_both.common_week_count > 2 * said_of_both.contradicting_week_count

    union all

    select
        'partner_aliases' as reference_table,
        partners.sender_ids as partner,
        partners.sender_ids as alias,
        partners.sender_ids as stands_for,
        sum(said_of_both.week_count)::bigint as supporting_count,
        sum(said_of_both.contradicting_week_count)::bigint as contradicting_count,
        'Parties that name the same places are told apart behind this mailbox, and in '
        || sum(said_of_both.week_count) || ' weeks none of them speaks of an item there of which another does.'
            as evidence,
        concat_ws(',', partners.sender_ids, '', partners.sender_ids, '') as csv_row

    from said_of_both

    inner join partners on said_of_both.alias = partners.partner_id

    where said_of_both.reason = 'mailbox'

    group by partners.sender_ids

    having sum(said_of_both.common_week_count) = 0

    union all

    select
        'location_aliases' as reference_table,
        alias as partner,
        alias_location_id as alias,
        target_location_id as stands_for,
        week_count - contradicting_week_count as supporting_count,
        contradicting_week_count as contradicting_count,
        'They are the same number without leading noughts; in ' || common_week_count || ' of ' || week_count
        || ' weeks both speak of the same items, in ' || contradicting_week_count
        || ' with different numbers for the same.' as evidence,
        concat_ws(',', alias, alias_location_id, target_location_id, '') as csv_row

    from said_of_both

    where reason = 'noughts' and week_count > 2 * contradicting_week_count

),

-- Where a message names different parties in one role, and each has one place of its own, they are taken for places.
party_places as (

    select
        parties.sender_id,
        parties.message_type,
        parties.role,
        parties.party,
        count(*) as message_count

    from parties

    inner join message_partners on parties.message_id = message_partners.message_id

    where message_partners.reporting_party is null

    group by parties.sender_id, parties.message_type, parties.role, parties.party

),

from_parties as (

    select
        'partner_aliases' as reference_table,
        party_places.sender_id as partner,
        party_places.party as alias,
        party_places.sender_id || ':' || party_places.party as stands_for,
        sum(party_places.message_count)::bigint as supporting_count,
        0::bigint as contradicting_count,
        sum(party_places.message_count) || ' messages name this party as ' || party_places.role
        || ', and others of the same sender name others. Each names one place, and each another one, so they are taken '
        || 'for stores of one partner.' as evidence,
        concat_ws(
            ',', party_places.sender_id, party_places.party, party_places.sender_id || ':' || party_places.party, ''
        ) as csv_row

    from party_places

    inner join party_places as others
        on
            party_places.sender_id = others.sender_id
            and party_places.message_type = others.message_type
            and party_places.role = others.role
            and party_places.party != others.party

    left join partner_aliases on party_places.sender_id = partner_aliases.sender

    where partner_aliases.sender is null

    group by party_places.sender_id, party_places.role, party_places.party

),

-- A place that only sells and one that only holds stock: one place, where the stock falls by what is sold.
sold as (

    select
        *,
        bool_or(not is_stock_missing) over (partition by partner_id, location_id) as is_place_stocked

    from weeks

),

moved as (

    select
        *,
        beginning_on_hand_units + coalesce(units_received, 0) - on_hand_units as units_gone,
        bool_or(net_units_sold is not null and not is_implied_zero) over (partition by partner_id, location_id)
            as is_place_selling

    from weeks

),

following as (

    select
        sold.partner_id,
        sold.location_id as alias,
        moved.location_id as stands_for,
        count(*) as match_count

    from sold

    inner join moved
        on
            sold.partner_id = moved.partner_id
            and sold.item_key = moved.item_key
            and sold.unit = moved.unit
            and sold.week_start_date = moved.week_start_date
            and sold.net_units_sold = moved.units_gone

    where not sold.is_place_stocked and not moved.is_place_selling and sold.net_units_sold > 0

    group by sold.partner_id, sold.location_id, moved.location_id

    having count(*) >= {{ var('weeks_until_proposed') }}

),

contradicted as (

    select
        following.partner_id,
        following.alias,
        following.stands_for,
        following.match_count,
        count(*) - following.match_count as miss_count

    from following

    inner join sold on following.partner_id = sold.partner_id and following.alias = sold.location_id

    inner join moved
        on
            following.partner_id = moved.partner_id
            and following.stands_for = moved.location_id
            and sold.item_key = moved.item_key
            and sold.unit = moved.unit
            and sold.week_start_date = moved.week_start_date

    where sold.net_units_sold > 0 and moved.units_gone is not null

    group by following.partner_id, following.alias, following.stands_for, following.match_count

),

from_stock as (

    select
        'location_aliases' as reference_table,
        partner_id as partner,
        alias,
        stands_for,
        match_count as supporting_count,
        miss_count as contradicting_count,
        'The one only sells and the other only holds stock, which fell by what was sold in ' || match_count || ' of '
        || (match_count + miss_count) || ' weeks of items.' as evidence,
        concat_ws(',', partner_id, alias, stands_for, '') as csv_row

    from contradicted

    where match_count > miss_count

),

-- A number that stands alone, and elsewhere beside GTINs that do not agree on what it is.
paired as (

    select
        message_partners.partner_id,
        item_names.item_id_type,
        item_names.item_id,
        item_names.gtin,
        count(*) as message_count

    from item_names

    inner join message_partners on item_names.message_id = message_partners.message_id

    group by message_partners.partner_id, item_names.item_id_type, item_names.item_id, item_names.gtin

),

preferred as (

    select
        *,
        sum(message_count) filter (where gtin is null) over number as lone_count,
        sum(message_count) filter (where gtin is not null) over number as pair_count,
        row_number() over (
            partition by partner_id, item_id_type, item_id
            order by gtin is null asc, message_count desc, gtin asc
        ) as preference

    from paired

    window number as (partition by partner_id, item_id_type, item_id)

),

from_items as (

    select
        'item_aliases' as reference_table,
        preferred.partner_id as partner,
        preferred.item_id as alias,
        preferred.gtin as stands_for,
        preferred.message_count as supporting_count,
        (preferred.pair_count - preferred.message_count)::bigint as contradicting_count,
        preferred.lone_count || ' messages name it alone, ' || preferred.message_count || ' beside this GTIN and '
        || (preferred.pair_count - preferred.message_count)
        || ' beside others; or this GTIN stands beside other numbers too.' as evidence,
        concat_ws(',', preferred.partner_id, preferred.item_id_type, preferred.item_id, 'gtin', preferred.gtin, '')
            as csv_row

    from preferred

    left join item_aliases
        on
            preferred.partner_id = item_aliases.partner_id
            and preferred.item_id_type = item_aliases.item_id_type
            and preferred.item_id = item_aliases.item_id

    where
        preferred.preference = 1 and preferred.gtin is not null and preferred.lone_count > 0
        and item_aliases.item_id is null

)

select * from from_places

union all

select * from from_parties

union all

select * from from_stock

union all

select * from from_items
