{#
    SQL for the names that rows of a table have in `columns`, each once. The columns begin an index of the table, so each is
    one look-up behind the one before, where reading all rows would take seconds.
#}
{% macro list_distinct(relation, columns) -%}
    select * from (
        with recursive

        found as (
            (
                select {{ columns | join(', ') }} from {{ relation }}
                order by {{ columns | join(', ') }}
                limit 1
            )

            union all

            select next_row.*
            from found
            cross join
                lateral (
                    select {{ columns | join(', ') }} from {{ relation }}
                    where ({{ columns | join(', ') }}) > (found.{{ columns | join(', found.') }})
                    order by {{ columns | join(', ') }}
                    limit 1
                ) as next_row
        )

        select * from found
    ) as names
{%- endmacro %}

{# Joins the last row of a relation with the same `columns`, in descending `order`: a look-up for each. #}
{% macro join_last_row(relation, alias, name, columns, order) -%}
    cross join
        lateral (
            select * from {{ relation }} as each_row
            where
                {%- for column in columns %}
                {{ 'and ' if not loop.first }}each_row.{{ column }} = {{ name }}.{{ column }}
                {%- endfor %}
            order by
                {%- for column in columns + order %}
                each_row.{{ column }} desc{{ ',' if not loop.last }}
                {%- endfor %}
            limit 1
        ) as {{ alias }}
{%- endmacro %}
