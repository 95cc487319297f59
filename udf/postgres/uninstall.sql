-- Leaves nothing behind but the schema, which warehouse.sql has made.

drop procedure if exists udf.compile_pending(integer, double precision);
drop function if exists udf.version();
drop function if exists udf.problems(text, jsonb);
drop function if exists udf.lines(text, jsonb);
drop function if exists udf.split_interchange(bytea);
drop function if exists udf.segments(text);
drop function if exists udf.explain(text, jsonb);
drop function if exists udf.compile_edi_batch(text[], jsonb[]);
drop function if exists udf.compile_edi(text, jsonb);
revoke all on schema udf from analyst, tillroll_dbt, tillroll_loader;
