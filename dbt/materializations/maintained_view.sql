{#
    Views that are made anew only where their definition has become another one. dbt's own `view` is made anew in each run,
    for which the run waits for everybody who has read it, and whoever comes behind waits for the run.
#}
{% materialization maintained_view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set new_view = this.identifier ~ '__stated' -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('main') -%}
        create temporary view {{ new_view }} as
        {{ sql }}
    {%- endcall %}
    {%- set same = run_query(
        "select pg_get_viewdef('" ~ new_view ~ "'::regclass) = pg_get_viewdef(to_regclass('" ~ this ~ "')) as is_same"
    ) -%}
    {% do run_query('drop view ' ~ new_view) %}
    {% if not same.rows[0][0] %}
        {{ drop_relation_if_exists(load_cached_relation(this)) }}
        {% do run_query('create view ' ~ this ~ ' as ' ~ sql) %}
    {% endif %}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=true) %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
