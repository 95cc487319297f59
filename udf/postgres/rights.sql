-- Who may call what. PostgreSQL gives everybody the right to execute a new function; here nobody has it who is not named.

revoke all on all routines in schema udf from public;

grant usage on schema udf to analyst, tillroll_dbt, tillroll_loader;

grant execute on function
    udf.compile_edi(text, jsonb),
    udf.compile_edi_batch(text[], jsonb[]),
    udf.explain(text, jsonb),
    udf.lines(text, jsonb),
    udf.problems(text, jsonb),
    udf.segments(text),
    udf.split_interchange(bytea),
    udf.version()
to analyst, tillroll_dbt, tillroll_loader;

grant execute on procedure udf.compile_pending(integer, double precision) to tillroll_loader;
