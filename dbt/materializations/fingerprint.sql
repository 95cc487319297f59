{#
    SQL for a hash of what a table is made of, apart from the rows of maintained parents, whose versions are noted.

    Of the model's SQL both forms count as they are sent, with what macros say in them: rows that a table has grown by are
    as wrong as others where a macro was. What macros say in views before it, the definitions of those tell.
#}
{% macro fingerprint_of(sql, growing_sql) %}
    {%- set told = [sql, growing_sql, list_changes(), create_needed_tables(), model.constraints] -%}
    {%- for column in model.columns.values() -%}
        {%- do told.append([column.name, column.data_type, column.constraints]) -%}
        {#- Of a table that is made anew in no time, also what is only told of it and who may read it. -#}
        {%- if config.get('maintained_by') == 'rows' -%}{%- do told.append(column.description) -%}{%- endif -%}
    {%- endfor -%}
    {%- if config.get('maintained_by') == 'rows' -%}{%- do told.append([model.description, config.get('grants')]) -%}{%- endif -%}
    -- An array, since a function takes no more than a hundred arguments and some views meet many of the others.
    md5(array_to_string(array[
        '{{ local_md5(told | string) }}'
        {%- for part in describe_parents(model) | unique %},
        {{ part }}
        {%- endfor %}
    ], ' '))
{%- endmacro %}

{% macro describe_parents(node) %}
    {%- set parts = [] -%}
    {%- for name in node.depends_on.nodes | sort if is_read(name) -%}
        {%- set parent = graph.nodes[name] -%}
        {%- set relation = name_of(parent) -%}
        {%- if parent.resource_type == 'seed' -%}
            {%- do parts.append("(select md5(string_agg(row::text, ' ' order by row::text)) from " ~ relation ~ ' as row)') -%}
        {%- elif parent.config.materialized == 'maintained' -%}
            {%- do parts.append('(select build_id::text from ' ~ notes('maintained_tables') ~ " where relation = '" ~ relation ~ "')") -%}
        {%- elif parent.config.materialized in ('view', 'maintained_view', 'ephemeral') -%}
            {%- do parts.append("(select md5(pg_get_viewdef(to_regclass('" ~ relation ~ "'))))") -%}
            {%- do parts.extend(describe_parents(parent)) -%}
        {%- else -%}
            {#- Nobody notes what has changed in it: what reads it is built as a whole in each run. -#}
            {%- do parts.append('gen_random_uuid()::text') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parts) }}
{% endmacro %}

{# Names of the maintained tables that a model reads, through views too. #}
{% macro list_maintained_parents(node) %}
    {%- set found = [] -%}
    {%- for name in node.depends_on.nodes | sort if is_read(name) -%}
        {%- set parent = graph.nodes[name] -%}
        {%- if parent.config.materialized == 'maintained' -%}
            {%- do found.append(name_of(parent)) -%}
        {%- elif parent.resource_type == 'model' -%}
            {%- do found.extend(list_maintained_parents(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{% macro name_of(node) -%}
    {{ return(node.schema ~ '.' ~ (node.alias or node.name)) }}
{%- endmacro %}

{# Whether it is a table or view of ours from which rows are read. #}
{% macro is_read(name) -%}
    {{ return(name in graph.nodes and not graph.nodes[name].config.get('is_order_alone')) }}
{%- endmacro %}
