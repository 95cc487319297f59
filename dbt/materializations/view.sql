{#
    Views that stay as they are until their SQL, descriptions or grants change; else dbt's own materialization.

    That one makes each of them anew in each run, and drops what reads it meanwhile: a reader waits, or finds nothing.
    A table that was built anew took the views behind it along: then there is none of the noted number.
#}
{% materialization view, adapter='postgres' %}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append([column.name, column.description]) -%}
    {%- endfor -%}
    {%- set fingerprint = local_md5(sql ~ model.description ~ columns ~ config.get('grants')) -%}
    {%- set held -%}
        select 1 as is_held from intermediate.refreshes
        where
            relation = '{{ this.schema }}.{{ this.identifier }}'
            and relation_oid = to_regclass('{{ this }}')::oid
            and fingerprint = '{{ fingerprint }}'
    {%- endset -%}
    {% if not should_full_refresh() and run_query(held).rows | length > 0 %}
        {% call statement('main') -%}
            select
        {%- endcall %}
        {% do adapter.commit() %}
        {{ return({'relations': [this.incorporate(type='view')]}) }}
    {% endif %}
    {%- set made = dbt.materialization_view_default() -%}
    {#- In a transaction of its own, as that one has ended: without the note the view is made again, no more. -#}
    {% call statement('note', auto_begin=True) -%}
        {{ note_refresh("'" ~ fingerprint ~ "'", none, 'gen_random_uuid()') }}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return(made) }}
{% endmaterialization %}
