"""Bronze to Silver by Dagster: pending messages, shared among processes that each run a udf.postgres.worker."""
