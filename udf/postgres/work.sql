-- What moves data: for the loader.

-- A procedure, because it commits batch by batch. Invoker's rights and no search_path of its own, with either of which
-- PostgreSQL would not let it commit; all names in its statements are qualified, and what reads the path besides,
-- operators, belongs to a caller who may write Silver anyway.
create or replace procedure udf.compile_pending(
    in batch_size integer default 200,
    in max_seconds double precision default 3600
)
language plpython3u
as $python$
__FUNCTIONS__
functions.compile_pending(batch_size, max_seconds)
$python$;

comment on procedure udf.compile_pending(integer, double precision) is 'Bronze to Silver inside the warehouse: compiles messages that have no outcome of this compiler, a batch a transaction, safe beside Dagster and itself. A notice says what was done and whether anything is left. What a plan had compiled that is found wrong meanwhile is pending again, for the next call.';
