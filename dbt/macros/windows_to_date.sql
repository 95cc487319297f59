{#
    Windows over which sell-through is told, each as its kind, the SQL of its name and that of its first day, over a row of
    dim_calendar. Seasons are halves of the retail year, as buyers plan: spring from February, autumn from August.
#}
{% macro windows_to_date() %}
    {%- set quarter_start = 'retail_year_start_date + 91 * (retail_quarter - 1)' -%}
    {{ return([
        ('month', 'month_name', 'month_start_date'),
        ('quarter', "year || '-Q' || (month + 2) / 3", "date_trunc('quarter', calendar_date)::date"),
        (
            'retail month',
            "'FY' || retail_year || ' ' || retail_month_name",
            quarter_start ~ ' + case retail_month % 3 when 1 then 0 when 2 then 28 else 63 end',
        ),
        ('retail quarter', "'FY' || retail_year || '-Q' || retail_quarter", quarter_start),
        (
            'retail season',
            "'FY' || retail_year || case when retail_quarter <= 2 then ' spring' else ' autumn' end",
            'retail_year_start_date + 182 * ((retail_quarter - 1) / 2)',
        ),
        ('since launch', "'since launch'", "date '0001-01-01'"),
    ]) }}
{% endmacro %}
