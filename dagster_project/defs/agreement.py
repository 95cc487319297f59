"""The compiler in SQL answers as Silver says: a sample of outcomes is compiled again through its functions."""

import json
import secrets
from typing import Any

import dagster as dg
import psycopg

import udf
from dagster_project.defs.bronze import FOLLOW
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.silver import OUTCOMES
from udf.install import is_installed
from udf.outcome import CompiledRow

# A sample that takes a second at most. Ids are digests, so those that follow one drawn by chance are drawn by chance,
# and many runs see many messages. A message of 100,000 lines would take a minute.
SAMPLE = """
    select
        messages.message_id,
        messages.raw,
        messages.envelope,
        to_jsonb(outcomes) as stored
    from silver.outcomes
    inner join bronze.messages on messages.message_id = outcomes.message_id
    where outcomes.message_id >= %s
        and outcomes.compiler_version = %s
        and octet_length(messages.raw) < 100000
        -- A person's correction is nobody's answer, and of these two Bronze or the machine is the reason. Callers may
        -- claim any sender, so the functions know nothing of what is decided for one.
        and outcomes.route is distinct from 'review'
        and outcomes.decisions = '{}'
        and not outcomes.problems @> '[{"code": "internal-error"}]'
        and not messages.problems @> '[{"code": "message-too-large"}]'
    order by outcomes.message_id
    limit %s
"""
SAMPLE_SIZE = 20

# How long it took, and which way it went: what a process has learnt so far says whether a plan or the model reads, and
# only who reads has proposals.
OF_THE_PROCESS = ("compile_ms", "route", "attempts", "attempt_log", "plans", "proposals")
COMPARED = tuple(name for name in CompiledRow._fields if name not in OF_THE_PROCESS)


@dg.asset_check(
    name="sql_agrees_with_silver",
    asset=OUTCOMES,
    automation_condition=FOLLOW,
    description="A sample of messages has the same outcome through udf.compile_edi() in SQL as in silver.outcomes.",
)
def agreement_check(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Skipped, and says so, where the SQL functions are not installed or are those of another compiler."""
    with warehouse.connect() as connection:
        if not is_installed(connection):
            return _skip("the SQL functions are not installed here: make up says why")
        version = connection.execute("select compiler_version from udf.version()").fetchone()
        if version != (udf.compiler_version(),):
            return _skip(f"the SQL functions are of compiler {version and version[0]}: python -m udf.install")
        compared, different = compare_with_sql(connection)
    return dg.AssetCheckResult(
        passed=not different,
        metadata={"messages compared": compared, "different": len(different), "examples": different[:20]},
    )


def compare_with_sql(connection: psycopg.Connection[Any]) -> tuple[int, list[str]]:
    """How many messages were compared, and the ids of those whose outcomes differ."""
    version = udf.compiler_version()
    # What Silver holds is to be compared however long it is.
    connection.execute("select set_config('tillroll.max_outcome_bytes', '1GB', false)")
    sample = connection.execute(SAMPLE.encode(), (secrets.token_hex(32), version, SAMPLE_SIZE)).fetchall()
    sample += connection.execute(SAMPLE.encode(), ("", version, SAMPLE_SIZE - len(sample))).fetchall()
    different = []
    for message_id, raw, envelope, stored in sample:
        row = connection.execute("select udf.compile_edi(%s, %s)", (raw, json.dumps(envelope))).fetchone()
        if row is None or _comparable(row[0]) != _comparable(stored):
            different.append(message_id)
    return len(sample), different


def _comparable(outcome: dict[str, Any]) -> dict[str, Any]:
    return {name: outcome[name] for name in COMPARED}


def _skip(reason: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True, metadata={"skipped": reason})
