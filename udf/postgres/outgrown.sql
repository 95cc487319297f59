-- What earlier packages installed and this one does without: functions of one argument, where a default now gives the
-- other (a call would find the old one first), counters of calls, which pg_stat_user_functions keeps, and udf.lines
-- without the prices and the parent of a line, since no function can be replaced by one of other columns.

drop function if exists udf.compile_edi(text);
drop function if exists udf.compile_edi_batch(text[]);
drop function if exists udf.explain(text);
drop function if exists udf.lines(text);
drop function if exists udf.problems(text);
drop view if exists udf.calls;
drop function if exists udf.read_calls();

do $$
begin
    if exists (
        select from pg_catalog.pg_proc
        where oid = to_regprocedure('udf.lines(text, jsonb)') and 'parent_line' <> all (proargnames)
    ) then
        drop function udf.lines(text, jsonb);
    end if;
end
$$;
