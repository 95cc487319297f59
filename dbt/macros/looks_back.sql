{# Weeks before its own of which a row of a table needs something, as `looks_back` in its config. #}

{# Of stock: a snapshot may be as old at the end of the week before, which is where the week begins. #}
{% macro weeks_that_stock_is_carried() %}
    {{ return(range(1, (var('on_hand_max_age_days') | int) // 7 + 2) | list) }}
{% endmacro %}

{# Of sales: the pace looks some weeks back, and a week is compared with the same one a year before. #}
{% macro weeks_compared_with() %}
    {{ return(range(1, (var('earlier_weeks') | int) + 1) | list + [52]) }}
{% endmacro %}
