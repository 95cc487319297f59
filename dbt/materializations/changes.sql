{#
    What has changed since a maintained table was computed, as temporary tables of its run:

    changed_messages   by messages: those whose version is another one, new ones and gone ones
    changed_weeks      by weeks: a partner's weeks of which a table that it reads has another version
    computed_weeks     those, and the weeks that look back on them: which are computed anew
    read_weeks         what is read for that: the computed weeks, and those on which they look back
#}
{% macro list_changes() %}
    {%- set kind = config.get('maintained_by') -%}
    {%- if kind == 'messages' -%}
        {{ list_changed_messages() }}
    {%- elif kind == 'weeks' -%}
        {{ list_versions_of_parents() }}
        {{ list_changed_weeks() }}
    {%- endif -%}
{% endmacro %}

{% macro list_changed_messages() %}
    {%- set version = config.get('version') %}
    create temporary table changed_messages on commit drop as
    select coalesce(current.message_id, held.message_id) as message_id
    from (select message_id, {{ version }} from {{ ref(config.get('versions')) }}) as current
    full outer join (
        select message_id, {{ version }} from {{ this }} where {{ config.get('one_row_a_message', 'true') }}
    ) as held
        on current.message_id = held.message_id
    where current.{{ version }} is distinct from held.{{ version }};
    analyze changed_messages;
{% endmacro %}

{# Read before the rows are: rows that are newer than the versions noted are computed once more, which is no harm. #}
{% macro list_versions_of_parents() %}
    {%- if config.get('maintained_by') == 'weeks' %}
    create temporary table parent_weeks on commit drop as
    select
        partner_id,
        week_start_date,
        md5(string_agg(relation || ' ' || version, ',' order by relation)) as parent_versions
    from {{ notes('maintained_weeks') }}
    where relation in ('{{ list_maintained_parents(model) | unique | join("', '") }}')
    group by partner_id, week_start_date;
    analyze parent_weeks;
    {%- endif %}
{% endmacro %}

{% macro list_changed_weeks() %}
    {%- set weeks_back = config.get('looks_back', []) %}
    create temporary table changed_weeks on commit drop as
    select
        parents.partner_id,
        parents.week_start_date,
        parents.parent_versions
    from parent_weeks as parents
    left join {{ notes('maintained_weeks') }} as held
        on
            held.relation = {{ own_name() }}
            and parents.partner_id = held.partner_id
            and parents.week_start_date = held.week_start_date
    where parents.parent_versions is distinct from held.parent_versions;

    create temporary table computed_weeks on commit drop as
    select partner_id, week_start_date from changed_weeks
    {%- if weeks_back %}
    union
    select
        later.partner_id,
        later.week_start_date
    from changed_weeks as changed
    cross join unnest(array{{ weeks_back }}) as back (weeks)
    inner join parent_weeks as later
        on changed.partner_id = later.partner_id and changed.week_start_date + 7 * back.weeks = later.week_start_date
    {%- endif %}
    {%- if config.get('periods') %}
    union
    {{ weeks_of_periods_that_meet('changed_weeks', 'start_date - 6', 'end_date') }}
    {%- endif %};
    analyze computed_weeks;

    create temporary table read_weeks on commit drop as
    select partner_id, week_start_date from computed_weeks
    {%- if weeks_back %}
    union
    select
        computed.partner_id,
        computed.week_start_date - 7 * back.weeks
    from computed_weeks as computed
    cross join unnest(array{{ weeks_back }}) as back (weeks)
    {%- endif %}
    {%- if config.get('periods') %}
    union
    {{ weeks_of_periods_that_meet('computed_weeks', 'week_start_date', 'week_start_date') }}
    {%- endif %};
    analyze read_weeks;
{% endmacro %}

{#
    SQL for the weeks of periods of one place that share days with periods of `weeks`, or with others that do, and so on.
    Periods of `weeks` are those with a week between their `first` and their `last`.
#}
{% macro weeks_of_periods_that_meet(weeks, first, last) %}
    select * from (
        with recursive

        met as (
            select distinct
                periods.partner_id,
                periods.location_id,
                periods.start_date,
                periods.end_date,
                periods.week_start_date
            from {{ ref(config.get('periods')) }} as periods
            inner join {{ weeks }} as weeks
                on
                    periods.partner_id = weeks.partner_id
                    and weeks.week_start_date between periods.{{ first }} and periods.{{ last }}

            union

            select
                periods.partner_id,
                periods.location_id,
                periods.start_date,
                periods.end_date,
                periods.week_start_date
            from met
            inner join {{ ref(config.get('periods')) }} as periods
                on
                    met.partner_id = periods.partner_id
                    and met.location_id = periods.location_id
                    and met.end_date >= periods.start_date
                    and met.start_date <= periods.end_date
        )

        select distinct
            partner_id,
            week_start_date
        from met
    ) as weeks_of_periods
{% endmacro %}

{#
    Condition for rows of what is computed anew, or read for it: by look-ups in an index where it is read. A row that is
    there already would be compared with each value of an array, one after another.
#}
{% macro is_among(what) -%}
    {%- set kind = config.get('maintained_by') -%}
    {%- if kind == 'messages' and what == 'read' -%}
        message_id = any(array(select changed_messages.message_id from changed_messages))
    {%- elif kind == 'messages' -%}
        message_id in (select changed_messages.message_id from changed_messages)
    {%- elif kind == 'weeks' -%}
        partner_id = any(array(select distinct weeks.partner_id from {{ what }}_weeks as weeks))
        and week_start_date = any(array(select distinct weeks.week_start_date from {{ what }}_weeks as weeks))
        and (partner_id, week_start_date) in (
            select weeks.partner_id, weeks.week_start_date from {{ what }}_weeks as weeks
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# What `needed_rows` was asked for as tables; of wide rows only those columns are counted by which they are joined. #}
{% macro create_needed_tables() %}
    {%- for relation in model.needed_tables %}
    create temporary table {{ name_of_needed(relation) }} on commit drop as
    select * from {{ select_needed(relation) }} as needed;
    analyze {{ name_of_needed(relation) }} (
        {{- 'message_id' if config.get('maintained_by') == 'messages' else 'partner_id, week_start_date' -}}
    );
    {%- endfor %}
{% endmacro %}

{# Whether so much has changed that all rows are computed, by the SQL for that; written are those that differ. #}
{% macro has_mostly_changed() %}
    {%- set kind = config.get('maintained_by') -%}
    {%- if kind == 'rows' -%}{{ return(true) }}{%- endif -%}
    {% set counted %}
        select changed_count > {{ var('computed_whole_from') }} * all_count from (
            {%- if kind == 'messages' %}
            select
                changed_count,
                changed_count + (
                    select count(*) from {{ this }} where {{ config.get('one_row_a_message', 'true') }}
                ) as all_count
            from (select count(*) as changed_count from changed_messages) as changed
            {%- else %}
            select
                count(read_weeks.partner_id) as changed_count,
                count(*) as all_count
            from parent_weeks
            left join read_weeks using (partner_id, week_start_date)
            {%- endif %}
        ) as counted
    {% endset %}
    {{ return(run_query(counted).rows[0][0]) }}
{% endmacro %}

{% macro create_table_of_computed_rows(sql, is_whole) %}
    create temporary table {{ this.identifier }}__computed on commit drop as
    select * from (
        {{ sql }}
    ) as computed
    {%- if not is_whole %}
    where {{ is_among('computed') }}
    {%- endif %}
{% endmacro %}

{# Leaves in `differing_rows` what was written. #}
{% macro write_differing_rows(is_whole) %}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='quoted') | list -%}
    {%- set computed = this.identifier ~ '__computed' %}
    analyze {{ computed }};
    create temporary table differing_rows on commit drop as
    select
        held.held_row,
        computed.computed_row
    from (
        select ctid as held_row, * from {{ this }} {{- ' where ' ~ is_among('computed') if not is_whole }}
    ) as held
    full join (select ctid as computed_row, * from {{ computed }}) as computed
        on {% for column in grain() %}{{ ' and ' if not loop.first }}held.{{ column }} = computed.{{ column }}{% endfor %}
    where
        (held.{{ columns | join(', held.') }}) is distinct from (computed.{{ columns | join(', computed.') }});
    {{ list_written_weeks() }}
    delete from {{ this }} where ctid = any(array(select held_row from differing_rows));
    insert into {{ this }} ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from {{ computed }}
    where ctid = any(array(select computed_row from differing_rows));
{% endmacro %}

{# What reads a table in this run must not take it for as small as it was: autovacuum comes a minute later. #}
{% macro count_anew_what_has_grown() %}
    {% set written = run_query(
        "select 10 * (select count(*) from differing_rows) > reltuples from pg_class where oid = '" ~ this ~ "'::regclass"
    ) %}
    {%- if written.rows[0][0] -%}
        {% do run_query('analyze ' ~ this) %}
    {%- endif -%}
{% endmacro %}
