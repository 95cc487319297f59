-- What moves data or looks at those who ask: for the loader and for operators.

-- A procedure, because it commits batch by batch. Invoker's rights and no search_path of its own, with either of which
-- PostgreSQL would not let it commit; all names in its statements are qualified, and what reads the path besides,
-- operators, belongs to a caller who may write Silver anyway.
create or replace procedure udf.compile_pending(
    in batch_size integer default 200,
    in max_seconds double precision default 3600
)
language plpython3u
as $python$
__OPEN_DOOR__
door.compile_pending(batch_size, max_seconds)
$python$;

comment on procedure udf.compile_pending(integer, double precision) is 'Bronze to Silver inside the warehouse: compiles messages that have no outcome of this compiler, a batch a transaction, safe beside Dagster and itself. A notice says what was done and whether anything is left. What a plan had compiled that is found wrong meanwhile is pending again, for the next call.';

create or replace function udf.read_calls()
returns table (
    role_id oid,
    hour bigint,
    calls bigint,
    messages bigint,
    lines bigint,
    rejected_lines bigint,
    refused_messages bigint,
    attempts bigint,
    by_plan bigint,
    by_model bigint,
    by_both bigint,
    interrupted_calls bigint,
    microseconds bigint,
    characters bigint
)
language plpython3u
set search_path = pg_catalog, pg_temp
as $python$
__OPEN_DOOR__
return door.read_calls()
$python$;

comment on function udf.read_calls() is 'What udf.calls adds up: one row per session, role and hour, hours counted from 1970.';

create or replace view udf.calls as
select
    to_timestamp(call.hour * 3600) as called_hour,
    coalesce(pg_roles.rolname, call.role_id::text) as role_name,
    sum(call.calls)::bigint as calls,
    sum(call.messages)::bigint as messages,
    sum(call.lines)::bigint as lines,
    sum(call.rejected_lines)::bigint as rejected_lines,
    sum(call.refused_messages)::bigint as refused_messages,
    sum(call.attempts)::bigint as attempts,
    sum(call.by_plan)::bigint as messages_by_plan,
    sum(call.by_model)::bigint as messages_by_model,
    sum(call.by_both)::bigint as messages_by_both,
    sum(call.interrupted_calls)::bigint as interrupted_calls,
    sum(call.characters)::bigint as characters,
    round(sum(call.microseconds) / 1000, 3) as ms
from udf.read_calls() as call
left join pg_catalog.pg_roles on pg_roles.oid = call.role_id
group by 1, 2;

comment on view udf.calls is 'One row per hour and role that has called the compiler through SQL, in the last thirty days: how often, with what result, and for how long.';
