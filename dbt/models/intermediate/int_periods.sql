-- The days for which sales and receipts of a place are stated: what is said of some depends on others that share days
-- with them, in whichever week those end. By place, since places report by weeks that begin on days of their own.
{{ config(
    materialized='maintained',
    maintained_by='weeks',
    grain=['partner_id', 'location_id', 'start_date', 'end_date'],
    indexes=[{'columns': ['partner_id', 'week_start_date']}],
) }}

with

lines as (

    select * from {{ needed_rows(ref('int_judged_lines')) }}

    where item_id is not null and (is_sales or measure = 'received')

)

select
    partner_id,
    location_id,
    start_date,
    end_date,
    week_start_date

from lines

where week_start_date is not null

group by partner_id, location_id, start_date, end_date, week_start_date
