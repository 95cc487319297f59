with

messages as (

    select * from {{ ref('int_messages') }}

),

sales_lines as (

    select * from {{ ref('stg_compiled_slsrpt') }}

),

stock_lines as (

    select * from {{ ref('stg_compiled_stckrpt') }}

),

units as (

    select * from {{ ref('units') }}

),

item_id_types as (

    select * from {{ ref('item_id_types') }}

),

pack_factors as (

    select * from {{ ref('pack_factors') }}

),

location_aliases as (

    select * from {{ ref('location_aliases') }}

),

item_aliases as (

    select * from {{ ref('int_item_aliases') }}

),

unmapped_lines as (

    select * from {{ ref('stg_compiled_unmapped') }}

),

lines as (

    select
        compiled_line_id,
        message_id,
        line_position,
        line_number,
        parent_line,
        item_id,
        item_id_type,
        location_id,
        measure,
        qualifier,
        quantity,
        unit,
        price,
        price_type,
        currency,
        amount,
        period_start_date,
        period_end_date,
        null::date as as_of_date,
        true as is_sales

    from sales_lines

    union all

    select
        compiled_line_id,
        message_id,
        line_position,
        line_number,
        parent_line,
        item_id,
        item_id_type,
        location_id,
        measure,
        qualifier,
        quantity,
        unit,
        null::numeric as price,
        null::text as price_type,
        null::text as currency,
        null::numeric as amount,
        period_start_date,
        period_end_date,
        as_of_date,
        false as is_sales

    from stock_lines

    union all

    select
        compiled_line_id,
        message_id,
        line_position,
        line_number,
        parent_line,
        item_id,
        item_id_type,
        location_id,
        'unmapped' as measure,
        qualifier,
        quantity,
        unit,
        null::numeric as price,
        null::text as price_type,
        null::text as currency,
        null::numeric as amount,
        period_start_date,
        period_end_date,
        as_of_date,
        false as is_sales

    from unmapped_lines

),

-- The nearest statement wins: the line's own dates, else the header's. A document date is never one of them.
dated as (

    select
        lines.*,
        messages.partner_id,
        messages.week_calendar,
        messages.price_basis,
        lines.is_sales or lines.measure = 'received' as is_of_a_period,
        -- At whose end it was there: of a count of the next morning, the day before.
        lines.as_of_date - case when lines.measure = 'opening_balance' then 0 else messages.stock_lag_days end
            as counted_date,
        coalesce(lines.period_start_date, lines.period_end_date) as first_date,
        coalesce(lines.period_end_date, lines.period_start_date) as last_date,
        coalesce(messages.period_start_date, messages.period_end_date) as header_first_date,
        coalesce(messages.period_end_date, messages.period_start_date) as header_last_date,
        coalesce(lines.currency, messages.currency) as stated_currency

    from lines

    inner join messages on lines.message_id = messages.message_id

),

identified as (

    select
        dated.*,
        item_id_types.namespace,
        coalesce(units.unit_of_measure, upper(dated.unit), 'EA') as unit_of_measure

    from dated

    left join item_id_types on dated.item_id_type = item_id_types.item_id_type

    left join units on upper(dated.unit) = units.unit

),

named as (

    select
        identified.*,
        coalesce(item.gtin, identified.item_id) as canonical_item_id,
        {{ canonical_item_id_type('item.gtin', 'identified.namespace') }} as canonical_item_id_type,
        coalesce(location_aliases.stands_for, identified.location_id, 'unknown') as canonical_location_id

    from identified

    {{ join_value(
        gtin_of('identified.item_id', 'identified.item_id_type', 'identified.namespace'), 'item', 'gtin'
    ) }}

    left join location_aliases
        on
            identified.partner_id = location_aliases.partner
            and coalesce(identified.location_id, 'unknown') = location_aliases.location_id

),

renamed as (

    select
        named.*,
        coalesce(item_aliases.stands_for_id, named.canonical_item_id) as known_item_id,
        coalesce(item_aliases.stands_for_type, named.canonical_item_id_type) as known_item_id_type

    from named

    left join item_aliases
        on
            named.partner_id = item_aliases.partner_id
            and named.canonical_item_id_type = item_aliases.item_id_type
            and named.canonical_item_id = item_aliases.item_id

),

-- A case of known content is so many pieces; without a factor it stays a case. The partner's own factor wins.
packed as (

    select
        renamed.*,
        coalesce(own_packs.contained_units, common_packs.contained_units) as contained_units,
        case
            when own_packs.contained_units is not null then own_packs.contained_item_id
            else common_packs.contained_item_id
        end as contained_item_id

    from renamed

    left join pack_factors as own_packs
        on
            renamed.partner_id = own_packs.partner
            and renamed.known_item_id_type = own_packs.item_id_type
            and renamed.known_item_id = own_packs.item_id
            and renamed.unit_of_measure = own_packs.unit

    left join pack_factors as common_packs
        on
            common_packs.partner is null
            and renamed.known_item_id_type = common_packs.item_id_type
            and renamed.known_item_id = common_packs.item_id
            and renamed.unit_of_measure = common_packs.unit

),

converted as (

    select
        *,
        coalesce(contained_item_id, known_item_id) as series_item_id,
        case when contained_units is not null then 'EA' else unit_of_measure end as series_unit,
        quantity * coalesce(contained_units, 1) as exact_quantity,
        case
            when is_of_a_period then coalesce(first_date, as_of_date, header_first_date)
            else coalesce(counted_date, last_date, header_last_date)
        end as stated_start_date,
        case
            when is_of_a_period then coalesce(last_date, as_of_date, header_last_date)
            else coalesce(counted_date, last_date, header_last_date)
        end as stated_end_date

    from packed

),

-- The compiler refuses a period that ends before it begins. Did one come, it would be of no days: what shares days with
-- it nobody could say.
timed as (

    select
        *,
        case when stated_start_date <= stated_end_date then stated_start_date end as start_date,
        case when stated_start_date <= stated_end_date then stated_end_date end as end_date

    from converted

)

select
    compiled_line_id,
    message_id,
    partner_id,
    week_calendar,
    line_position,
    line_number,
    parent_line,
    is_sales,

    {{ series_key('partner_id', 'canonical_location_id', 'known_item_id_type', 'series_item_id', 'series_unit') }}
        as series_key,
    series_item_id as item_id,
    known_item_id_type as item_id_type,
    canonical_location_id as location_id,
    series_unit as unit,
    unit is null as is_unit_assumed,
    contained_units is not null as is_unit_converted,

    measure,
    qualifier,
    -- To the thousandths that Gold has: else its rates and flags would not be those of its own columns.
    round(exact_quantity, 3) as quantity,
    exact_quantity,
    -- A price is for what was stated, so before any conversion.
    case price_basis
        when 'unit' then price * quantity
        when 'line' then abs(price) * sign(quantity)
    end as line_value,
    amount,
    stated_currency as currency,
    upper(coalesce(price_type, '')) in {{ sql_list(var('cost_price_types')) }} as is_priced_at_cost,

    start_date,
    end_date,
    {{ week_start_date('end_date', 'week_calendar') }} as week_start_date

from timed
