{#
    What a week is compared with: its last weeks and the days that their sales are of, the week before it and the same one a year before. Frames go by the
    calendar and not by rows, since weeks of which nothing is known have no row. `key` and the week name one row.

    Days are counted as integers: with dates and intervals the frames took twice as long (November 2026).
#}
{% macro compared_weeks() -%}
    count(net_units_sold) over recent_weeks as trailing_weeks_stated,
    sum(net_units_sold) over recent_weeks as trailing_net_units,
    sum(sales_days) over recent_weeks as trailing_sales_days,
    count(on_hand_units) over recent_weeks as trailing_weeks_of_stock,
    sum(on_hand_units) over recent_weeks as trailing_on_hand_units,
    case
        when lag(week_start_date) over recent_weeks = week_start_date - 7 then lag(net_units_sold) over recent_weeks
    end as previous_week_net_units_sold,
    max(net_units_sold) over a_year_before as previous_year_net_units_sold
{%- endmacro %}

{% macro frames_of_weeks(key) -%}
    recent_weeks as (
        partition by {{ key }}
        order by week_start_date - date '2000-01-01'
        range between {{ 7 * (var('earlier_weeks') | int) }} preceding and current row
    ),
    a_year_before as (
        partition by {{ key }}
        order by week_start_date - date '2000-01-01'
        range between 364 preceding and 364 preceding
    )
{%- endmacro %}

{#
    The measures that come of the comparison: `units_to_sell` is the stock on hand, null where it is below zero.

    Each divides once, by sums and not by averages: an average over three weeks is cut off somewhere, and what is
    divided by it was rounded down where the quotient ends in exactly half a millionth.
#}
{% macro measures_of_compared_weeks() -%}
    trailing_weeks_stated::integer as trailing_weeks_stated,
    trailing_sales_days::integer as trailing_sales_days,
    {{ ratio('7 * trailing_net_units', 'trailing_sales_days') }} as average_weekly_net_units,
    {{ ratio('units_to_sell * trailing_sales_days', '7 * trailing_net_units') }} as weeks_of_supply,
    {{ ratio('units_to_sell * trailing_sales_days', 'trailing_net_units') }} as stock_cover_days,
    {{ ratio('52 * 7 * trailing_net_units * trailing_weeks_of_stock', 'trailing_sales_days * trailing_on_hand_units') }}
        as stock_turn,

    previous_week_net_units_sold::numeric(30, 3) as previous_week_net_units_sold,
    {{ change('net_units_sold', 'previous_week_net_units_sold') }} as net_units_change_wow,
    previous_year_net_units_sold::numeric(30, 3) as previous_year_net_units_sold,
    {{ change('net_units_sold', 'previous_year_net_units_sold') }} as net_units_change_yoy
{%- endmacro %}
