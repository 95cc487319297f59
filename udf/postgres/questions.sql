-- The questions that anybody with the right may ask: text in, outcome out. Applied by python -m udf.install, which gives
-- each body its beginning: there `functions` come from.
--
-- Invoker's rights: the functions touch no table, so there is nothing that a definer's rights would be needed for.
-- search_path is pinned all the same, since PL/Python's own statements would follow it. Stable, not immutable: another
-- compiler gives another outcome, and compile_ms another number. Parallel safe: they write nothing that PostgreSQL knows
-- of, begin no subtransaction, and each worker loads its own compiler. The cost is what was measured (November 2026): a
-- message of one line took 2 ms, a page from memory, which is cost 1 or 400 operators, some 10 microseconds.

create or replace function udf.compile_edi(raw text, envelope jsonb default 'null')
returns jsonb
language plpython3u stable strict parallel safe cost 80000
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.compile_edi(raw, envelope)
$python$;

comment on function udf.compile_edi(text, jsonb) is 'The outcome of one message (UNH to UNT, ST to SE, with its interchange around it or without) as a JSON object: verdict, document, rejected lines, problems; the same as in silver.outcomes. The envelope is what its interchange said, as in bronze.messages or of udf.split_interchange. Bad input is an outcome too, never an error.';

create or replace function udf.compile_edi_batch(raws text[], envelopes jsonb[] default '{}')
returns setof jsonb
language plpython3u stable strict parallel safe cost 800000 rows 100
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.compile_edi_batch(raws, envelopes)
$python$;

comment on function udf.compile_edi_batch(text[], jsonb[]) is 'The outcome of each message, in the order of the array, null for null; with its envelope or null, in an array of the same length. Messages that are compiled together share the work.';

create or replace function udf.explain(raw text, envelope jsonb default 'null')
returns table (
    line integer,
    field text,
    value text,
    source text,
    span_start integer,
    span_end integer,
    segment integer,
    tag text,
    is_valid boolean,
    route text,
    plan text
)
language plpython3u stable strict parallel safe cost 100000 rows 200
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.explain(raw, envelope)
$python$;

comment on function udf.explain(text, jsonb) is 'One row per field of each line: its value, the piece of the message it was taken from (null where a table or a rule gave it) with its segment and span, the route that made it and, where plans did, the plan of that piece (silver.plans), which only an envelope gives a partner to. is_valid false: the message is refused and its lines count nowhere.';

create or replace function udf.segments(raw text)
returns table (segment integer, tag text, span_start integer, span_end integer, source text, elements jsonb)
language plpython3u stable strict parallel safe cost 10000 rows 100
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.segments(raw)
$python$;

comment on function udf.segments(text) is 'One row per segment of a message as the compiler reads it. segment counts from UNH or ST, as problems do, and is null before it; elements is a list of lists of components; spans count characters from 0, the end exclusive.';

create or replace function udf.split_interchange(content bytea)
returns table (
    "position" integer,
    raw text,
    message_type text,
    reference text,
    envelope jsonb,
    problems jsonb
)
language plpython3u stable strict parallel safe cost 10000 rows 100
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.split_interchange(content)
$python$;

comment on function udf.split_interchange(bytea) is 'One row per message of a file, in whatever encoding, with what its envelope says: what bronze.messages holds. A file without a message is one row of no type.';

create or replace function udf.lines(raw text, envelope jsonb default 'null')
returns table (
    line integer,
    line_number text,
    item_id text,
    item_id_type text,
    location_id text,
    location_id_type text,
    measure text,
    qualifier text,
    quantity numeric,
    unit text,
    price numeric,
    price_type text,
    currency text,
    period_start date,
    period_end date,
    as_of_date date,
    item_ids jsonb,
    attributes jsonb,
    source jsonb,
    price_unit text,
    price_quantity numeric,
    parent_line text,
    prices jsonb
)
language plpython3u stable strict parallel safe cost 100000 rows 25
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.lines(raw, envelope)
$python$;

comment on function udf.lines(text, jsonb) is 'One row per proved line of a valid message, typed. A refused message has no lines: udf.problems says why.';

create or replace function udf.problems(raw text, envelope jsonb default 'null')
returns table (
    code text,
    severity text,
    segment integer,
    span_start integer,
    span_end integer,
    source text,
    detail text
)
language plpython3u stable strict parallel safe cost 100000 rows 5
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return functions.problems(raw, envelope)
$python$;

comment on function udf.problems(text, jsonb) is 'One row per problem of a message, errors and warnings, with the place that it speaks of: what udf.compile_edi found.';

create or replace function udf.version()
returns table (compiler_version text, model_version text, python text)
language plpython3u stable parallel safe cost 10000 rows 1
set search_path = pg_catalog, pg_temp
as $python$
__FUNCTIONS__
return [functions.version()]
$python$;

comment on function udf.version() is 'Versions of the compiler and the model that this session works with, and of the interpreter.';
