-- Leaves nothing behind but the schema, which warehouse.sql has made.

drop view if exists udf.calls;
drop procedure if exists udf.compile_pending(integer, double precision);
drop function if exists udf.read_calls();
drop function if exists udf.version();
drop function if exists udf.problems(text);
drop function if exists udf.problems(text, jsonb);
drop function if exists udf.lines(text);
drop function if exists udf.lines(text, jsonb);
drop function if exists udf.split_interchange(bytea);
drop function if exists udf.segments(text);
drop function if exists udf.explain(text, jsonb);
drop function if exists udf.explain(text);
drop function if exists udf.compile_edi_batch(text[], jsonb[]);
drop function if exists udf.compile_edi_batch(text[]);
drop function if exists udf.compile_edi(text, jsonb);
drop function if exists udf.compile_edi(text);
revoke all on schema udf from analyst, tillroll_dbt, tillroll_loader;
