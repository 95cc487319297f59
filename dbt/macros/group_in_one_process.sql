{#
    For models whose groups are nearly as many as their rows: several processes would each make half of every group and
    hand them over to be joined, which took twice as long (November 2026).
#}
{% macro group_in_one_process() -%}
    set local max_parallel_workers_per_gather = 0
{%- endmacro %}
