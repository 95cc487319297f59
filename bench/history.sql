-- A history drawn inside the server: what Bronze and Silver would hold after so many days of reports. Same numbers,
-- same rows. Parameters: first and last day of the reports, items of a daily partner, stores of each partner.
--
-- Partners 1 to 4 report each day what each store sold and on Sundays what it holds; partners 5 to 8 report both once a
-- week, each store on a weekday of its own, with four times the items. Of a hundred messages about one is restated in
-- part later, half of one is replaced, a quarter of one cancelled, one sent again, and a few are tests or incomplete.

create temporary table drawn on commit drop as

with

reports as (

    select
        day::date as end_date,
        partner,
        store,
        partner > 4 as is_weekly,
        kind,
        case when kind = 'INVRPT' or partner <= 4 then day::date else day::date - 6 end as start_date,
        hashtextextended(concat_ws(':', partner, store, kind, day::date), 0) & 1023 as chance
    from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
    cross join generate_series(1, 8) as partner
    cross join generate_series(1, %(stores)s::integer) as store
    cross join (values ('SLSRPT'), ('INVRPT')) as kinds (kind)
    where
        case
            when partner > 4 then kind = 'SLSRPT' and extract(isodow from day) = 1 + store %% 7
            else kind = 'SLSRPT' or extract(isodow from day) = 7
        end

),

variants as (

    select *, 'original' as variant, 0 as days_later from reports
    union all
    select *, 'restated', 3 from reports where chance between 0 and 9
    union all
    select *, 'replacement', 2 from reports where chance between 10 and 14
    union all
    select *, 'cancellation', 2 from reports where chance between 15 and 17
    union all
    select *, 'resent', 1 from reports where chance between 18 and 27

)

select
    *,
    case partner
        when 1 then '9501101900011' when 2 then 'PRAIRIEMART' when 5 then '9501101920019'
        else 'RETAILER' || partner
    end as partner_id,
    '95011019' || lpad((partner * 1000 + store)::text, 5, '0') as location_id,
    case when is_weekly then 4 else 1 end * %(items)s::integer as items,
    chance between 28 and 29 as is_test,
    chance not between 30 and 34 as is_complete,
    concat_ws('-', kind, partner, store, end_date) as document_number,
    encode(sha256(concat_ws(':', partner, store, kind, end_date, variant)::bytea), 'hex') as interchange_id,
    encode(sha256(concat_ws(':', partner, store, kind, end_date, nullif(variant, 'resent'))::bytea), 'hex') as content,
    (end_date + days_later + 1 + interval '6 hours' + store * interval '1 minute') at time zone 'UTC' as prepared_at
from variants
-- What is corrected later has not arrived yet.
where end_date + days_later <= %(last)s::date or %(first)s::date = %(last)s::date;

-- Of a single day: the corrections that arrive on it, not those of its own reports.
delete from drawn where days_later > 0 and %(first)s::date = %(last)s::date;

update drawn set content = encode(sha256(concat_ws(':', partner, store, kind, end_date, 'original')::bytea), 'hex')
where variant in ('original', 'resent');

insert into bronze.interchanges (interchange_id, file_name, size_bytes, received_at, message_count)
select interchange_id, document_number || '-' || variant || '.edi', 1000, prepared_at + interval '5 minutes', 1
from drawn;

insert into bronze.messages (
    message_id, interchange_id, position, raw, content_sha256, message_type, reference, envelope, problems, received_at
)
select
    encode(sha256((interchange_id || ':1')::bytea), 'hex'),
    interchange_id,
    1,
    'drawn',
    content,
    kind,
    '1',
    jsonb_build_object(
        'standard', 'EDIFACT', 'sender', partner_id, 'control_reference', left(interchange_id, 8),
        'prepared_at', to_char(prepared_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'), 'is_test', is_test
    ),
    '[]',
    prepared_at + interval '5 minutes'
from drawn;

insert into silver.outcomes (
    message_id, compiler_version, model_version, message_type, is_valid, is_complete, document, rejected_lines, problems,
    route, attempts, compile_ms
)
select
    encode(sha256((drawn.interchange_id || ':1')::bytea), 'hex'),
    'drawn',
    'drawn',
    drawn.kind,
    true,
    drawn.is_complete,
    jsonb_build_object(
        'standard', 'EDIFACT', 'message_type', drawn.kind, 'version', 'D:96A:UN:EAN004', 'message_reference', '1',
        'document_number', drawn.document_number,
        'function', case when drawn.variant in ('replacement', 'cancellation') then drawn.variant else 'original' end,
        'is_test', drawn.is_test, 'document_date', drawn.end_date + 1,
        'period_start', drawn.start_date, 'period_end', drawn.end_date, 'currency', 'EUR',
        'parties', '[]'::jsonb, 'lines', coalesce(stated.lines, '[]'::jsonb)
    ),
    case when drawn.is_complete then '[]'::jsonb else '[{"text": ""}]'::jsonb end,
    '[]',
    'plan',
    0,
    1
from drawn
cross join lateral (
    select jsonb_agg(
        jsonb_build_object(
            'line_number', item.number::text,
            'item_id', '95' || lpad((drawn.partner * 100000 + item.number)::text, 11, '0'),
            'item_id_type', 'EN',
            'item_ids', jsonb_build_object('EN', '95' || lpad((drawn.partner * 100000 + item.number)::text, 11, '0')),
            'location_id', drawn.location_id,
            'location_id_type', '9',
            'measure', counted.measure,
            'qualifier', case counted.measure when 'sold' then '153' else '145' end,
            'quantity', case counted.measure
                when 'sold' then case when chance.number %% 50 = 0 then -1 else chance.number %% 9 end
                else chance.number %% 60
            end,
            'unit', 'PCE',
            'price', case when counted.measure = 'sold' then 1 + chance.number %% 1000 / 100.0 end,
            'price_type', case when counted.measure = 'sold' then 'AAA' end,
            'currency', 'EUR',
            'period_start', case when counted.measure = 'sold' then drawn.start_date end,
            'period_end', case when counted.measure = 'sold' then drawn.end_date end,
            'as_of_date', case when counted.measure != 'sold' then drawn.end_date end,
            'attributes', '{}'::jsonb,
            'source', jsonb_build_object(
                'item_id', jsonb_build_array(200 + item.number * 60, 213 + item.number * 60),
                'location_id', jsonb_build_array(150, 163),
                'quantity', jsonb_build_array(230 + item.number * 60, 232 + item.number * 60),
                'qualifier', jsonb_build_array(226 + item.number * 60, 229 + item.number * 60)
            )
        )
        order by item.number, counted.measure desc
    ) as lines
    from generate_series(1, drawn.items) as item (number)
    cross join (values ('sold'), ('on_hand')) as counted (measure)
    cross join lateral (
        select abs(hashtextextended(
            concat_ws(':', drawn.content, item.number, counted.measure), 1
        ) %% 100000) as number
    ) as chance
    where
        drawn.variant != 'cancellation'
        and (drawn.is_weekly or counted.measure = case drawn.kind when 'SLSRPT' then 'sold' else 'on_hand' end)
        -- A restatement concerns a part of the items.
        and (drawn.variant != 'restated' or item.number %% 3 = 0)
) as stated;
