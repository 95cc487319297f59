-- What earlier packages installed and this one does without: functions of one argument, where a default now gives the
-- other (a call would find the old one first), and counters of calls, which pg_stat_user_functions keeps.

drop function if exists udf.compile_edi(text);
drop function if exists udf.compile_edi_batch(text[]);
drop function if exists udf.explain(text);
drop function if exists udf.lines(text);
drop function if exists udf.problems(text);
drop view if exists udf.calls;
drop function if exists udf.read_calls();
