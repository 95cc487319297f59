-- Every query that the dashboard sends when it is opened, as tests/browser/test_bi.py finds them; bench/dashboard.py times them.

SELECT item_description AS item_description
FROM gold.dim_item GROUP BY item_description ORDER BY item_description ASC
 LIMIT 1000;

SELECT item_description AS item_description, item_id AS item_id, partner_name AS partner_name, case when min(unit) = max(unit) then sum(net_units_sold) end AS net_sold, case when min(item_key || partner_id) = max(item_key || partner_id) and min(unit) = max(unit) then (max(array[week - date '2000-01-01', on_hand_units, sell_through_rate, weeks_of_supply]))[3] end AS last_sell_through, case when min(item_key || partner_id) = max(item_key || partner_id) and min(unit) = max(unit) then (max(array[week - date '2000-01-01', on_hand_units, sell_through_rate, weeks_of_supply]))[2] end AS last_on_hand, case when min(item_key || partner_id) = max(item_key || partner_id) and min(unit) = max(unit) then (max(array[week - date '2000-01-01', on_hand_units, sell_through_rate, weeks_of_supply]))[4] end AS last_supply_weeks, max(week) AS last_week
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY item_description, item_id, partner_name ORDER BY coalesce(case when min(unit) = max(unit) then sum(net_units_sold) end, '-infinity') DESC
 LIMIT 25;

SELECT partner_name AS partner_name
FROM gold.dim_partner GROUP BY partner_name ORDER BY partner_name ASC
 LIMIT 1000;

SELECT partner_name AS partner_name, sum(line_count) AS lines, sum(counted_line_count) AS counted, sum(restated_line_count) AS restated, sum(rejected_line_count + unmapped_line_count) AS not_understood, 1 - sum(rejected_line_count + unmapped_line_count)::numeric / nullif(sum(line_count + rejected_line_count), 0) AS understood
FROM (select
    facts.*,
    facts.week_start_date + case when facts.week_calendar = 'iso' then 0 else 1 end as week,
    dim_partner.partner_name,
    dim_location.location_name,
    nullif(concat_ws(
        ', ',
        case when facts.files_missing > 0 then 'files missing: ' || facts.files_missing end,
        case when facts.files_late > 0 then 'files late: ' || facts.files_late end,
        case when facts.invalid_message_count > 0 then 'messages refused: ' || facts.invalid_message_count end,
        case when facts.rejected_line_count > 0 then 'lines not understood: ' || facts.rejected_line_count end,
        case when facts.unmapped_line_count > 0 then 'lines of unknown meaning: ' || facts.unmapped_line_count end,
        case when facts.restated_line_count > 0 then 'lines restated: ' || facts.restated_line_count end
    ), '') as finding
from gold.mart_data_quality as facts
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_location on facts.location_key = dim_location.location_key
) AS virtual_table GROUP BY partner_name ORDER BY lines DESC
 LIMIT 50;

SELECT place AS place, partner_name AS partner_name, case when min(unit) = max(unit) then sum(net_units_sold) end AS net_sold, case when min(location_key) = max(location_key) and min(unit) = max(unit) then (max(array[week - date '2000-01-01', sell_through_rate, in_stock_share, out_of_stock_item_count]))[2] end AS last_sell_through, case when min(location_key) = max(location_key) and min(unit) = max(unit) then (max(array[week - date '2000-01-01', sell_through_rate, in_stock_share, out_of_stock_item_count]))[3] end AS last_in_stock, case when min(location_key) = max(location_key) and min(unit) = max(unit) then (max(array[week - date '2000-01-01', sell_through_rate, in_stock_share, out_of_stock_item_count]))[4] end AS last_out_of_stock, max(week) AS last_week
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_location.location_name,
    dim_location.location_kind,
    case when dim_location.is_described then dim_location.location_name else dim_partner.partner_name || ' · ' || dim_location.location_name end as place
from gold.fct_sell_through_by_location as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_location on facts.location_key = dim_location.location_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY place, partner_name ORDER BY coalesce(case when min(unit) = max(unit) then sum(net_units_sold) end, '-infinity') DESC
 LIMIT 25;

SELECT unit AS unit
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_location.location_name,
    dim_location.location_kind,
    case when dim_location.is_described then dim_location.location_name else dim_partner.partner_name || ' · ' || dim_location.location_name end as place
from gold.fct_sell_through_by_location as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_location on facts.location_key = dim_location.location_key
) AS virtual_table GROUP BY unit ORDER BY unit ASC
 LIMIT 1000;

SELECT week AS week, case when min(unit) = max(unit) then sum(net_units_sold) end AS net_sold
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week
 LIMIT 50000;

SELECT week AS week, case when min(week) = max(week) and min(unit) = max(unit) and sum(sell_through_base_units) > 0 then sum(sell_through_net_units) / sum(sell_through_base_units) end AS sell_through
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week
 LIMIT 50000;

SELECT week AS week, case when min(week) = max(week) and min(unit) = max(unit) then sum(on_hand_units) end AS on_hand
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week
 LIMIT 50000;

SELECT week AS week, case when min(week) = max(week) and min(unit) = max(unit) then sum(on_hand_units) filter (where on_hand_units >= 0 and average_weekly_net_units > 0) / sum(average_weekly_net_units) filter (where on_hand_units >= 0 and average_weekly_net_units > 0) end AS supply_weeks
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week
 LIMIT 50000;

SELECT week AS week, case when min(week) = max(week) then count(distinct location_key) filter (where net_units_sold is not null) end AS reporting_places
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_location.location_name,
    dim_location.location_kind,
    case when dim_location.is_described then dim_location.location_name else dim_partner.partner_name || ' · ' || dim_location.location_name end as place
from gold.fct_sell_through_by_location as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_location on facts.location_key = dim_location.location_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week
 LIMIT 50000;

SELECT week AS week, case when min(week) = max(week) then sum(in_stock_location_count)::numeric / nullif(sum(stock_known_location_count), 0) end AS in_stock
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week
 LIMIT 50000;

SELECT week AS week, item_description AS item_description, location_name AS location_name, partner_name AS partner_name, average_weekly_net_units AS average_weekly_net_units, on_hand_units AS on_hand_units, on_hand_as_of_date AS on_hand_as_of_date
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    facts.average_weekly_net_units is null as is_demand_unknown,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_location.location_name
from gold.fct_sell_through_performance as facts
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
left join gold.dim_location on facts.location_key = dim_location.location_key
where facts.is_out_of_stock
) AS virtual_table
WHERE unit IN ('EA') ORDER BY week DESC, is_demand_unknown ASC, average_weekly_net_units DESC
 LIMIT 100;

SELECT week AS week, partner_name AS partner_name, location_name AS location_name, finding AS finding
FROM (select
    facts.*,
    facts.week_start_date + case when facts.week_calendar = 'iso' then 0 else 1 end as week,
    dim_partner.partner_name,
    dim_location.location_name,
    nullif(concat_ws(
        ', ',
        case when facts.files_missing > 0 then 'files missing: ' || facts.files_missing end,
        case when facts.files_late > 0 then 'files late: ' || facts.files_late end,
        case when facts.invalid_message_count > 0 then 'messages refused: ' || facts.invalid_message_count end,
        case when facts.rejected_line_count > 0 then 'lines not understood: ' || facts.rejected_line_count end,
        case when facts.unmapped_line_count > 0 then 'lines of unknown meaning: ' || facts.unmapped_line_count end,
        case when facts.restated_line_count > 0 then 'lines restated: ' || facts.restated_line_count end
    ), '') as finding
from gold.mart_data_quality as facts
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_location on facts.location_key = dim_location.location_key
) AS virtual_table
WHERE finding IS NOT NULL ORDER BY week DESC, partner_name ASC
 LIMIT 100;

SELECT week_name AS week_name, case when min(unit) = max(unit) then sum(net_units_sold) end AS net_sold
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week_name ORDER BY net_sold DESC
 LIMIT 10000;

SELECT week_name AS week_name, case when min(week) = max(week) and min(unit) = max(unit) and sum(sell_through_base_units) > 0 then sum(sell_through_net_units) / sum(sell_through_base_units) end AS sell_through
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_item.item_description,
    dim_item.item_category
from gold.fct_sell_through_by_item as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_item on facts.item_key = dim_item.item_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week_name ORDER BY sell_through DESC
 LIMIT 10000;

SELECT week_name AS week_name, place AS place, case when min(week) = max(week) and min(unit) = max(unit) and sum(sell_through_base_units) > 0 then sum(sell_through_net_units) / sum(sell_through_base_units) end AS sell_through
FROM (select
    facts.*,
    facts.iso_week_start_date as week,
    dim_calendar.iso_week_name as week_name,
    dim_partner.partner_name,
    dim_location.location_name,
    dim_location.location_kind,
    case when dim_location.is_described then dim_location.location_name else dim_partner.partner_name || ' · ' || dim_location.location_name end as place
from gold.fct_sell_through_by_location as facts
left join gold.dim_calendar on facts.iso_week_start_date = dim_calendar.calendar_date
left join gold.dim_partner on facts.partner_id = dim_partner.partner_id
left join gold.dim_location on facts.location_key = dim_location.location_key
) AS virtual_table
WHERE unit IN ('EA') GROUP BY week_name, place ORDER BY week_name ASC, place DESC
 LIMIT 10000;
