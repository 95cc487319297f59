-- Nothing but an order: marts begin when all that they are made of stands and has passed its tests. So what fails
-- before that changes nothing that is read, and they change within one short stretch of a build.
-- depends_on: {{ ref('int_line_fates') }}
-- depends_on: {{ ref('int_item_location_weeks') }}
-- depends_on: {{ ref('int_message_places') }}
-- depends_on: {{ ref('int_on_hand_by_week') }}
-- depends_on: {{ ref('int_receipts_by_week') }}
-- depends_on: {{ ref('int_sales_by_week') }}
-- depends_on: {{ ref('int_stock_by_week') }}
-- depends_on: {{ ref('int_unfinished_builds') }}
-- depends_on: {{ ref('stg_compiled_item_ids') }}
{{ config(is_order_alone=true) }}

select true as is_tested
