-- The days for which partners state sales and receipts: what is said of some depends on others that share days with
-- them, in whichever week those end.
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=['partner_id', 'start_date', 'end_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

lines as (

    select * from {{ needed_rows(ref('int_judged_lines')) }}

    where item_id is not null and (is_sales or measure = 'received')

)

select
    partner_id,
    start_date,
    end_date,
    week_start_date

from lines

where week_start_date is not null

group by partner_id, start_date, end_date, week_start_date
