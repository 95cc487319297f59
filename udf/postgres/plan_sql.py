"""The statements by which plans are kept in silver.plans, for Dagster's workers and for the door alike.

They are written with PostgreSQL's own parameters ($1), which PL/Python and psycopg's RawCursor both take. Plans are
read before a batch and written with its outcomes, in its transaction.
"""

import hashlib
import json
from typing import Any

from udf.plans.rows import ArrangementRow, PlanRow

_JSON = ("delimiters", "records", "customs")
_COLUMNS = ", ".join(PlanRow._fields)

# A transaction that began earlier may commit later: a little is read twice rather than never.
READ_PLANS = f"""
    select {", ".join(f"{name}::text" if name in _JSON else name for name in PlanRow._fields)}, changed_at
    from silver.plans
    where compiler_version = $1 and changed_at > $2::timestamptz - interval '5 minutes'
    order by changed_at
"""

READ_ARRANGEMENTS = """
    select header, first, last, trailer, pairs, plans, proved_at
    from silver.arrangements
    where compiler_version = $1 and proved_at > $2::timestamptz - interval '5 minutes'
    order by proved_at
"""
LONG_AGO = "-infinity"

# Two workers may learn the same plan: the proofs of both are of the same kind, so the greater number holds. What an
# operator decided stands; only a revocation by the compiler goes over a candidate.
WRITE_PLAN = f"""
    insert into silver.plans (compiler_version, {_COLUMNS})
    values ($1, {", ".join(f"${number}" for number in range(2, len(PlanRow._fields) + 2))})
    on conflict (plan_id, compiler_version) do update set
        proofs = greatest(plans.proofs, excluded.proofs),
        confidence = least(plans.confidence, excluded.confidence),
        status = case
            when plans.status = 'revoked' or excluded.status = 'revoked' then 'revoked' else plans.status
        end,
        reason = case when plans.reason = '' then excluded.reason else plans.reason end,
        customs = excluded.customs,
        changed_at = clock_timestamp()
"""

WRITE_ARRANGEMENT = """
    insert into silver.arrangements (
        arrangement_id, compiler_version, header, first, last, trailer, pairs, plans
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing
"""

# A revocation takes back every outcome that is stored by then, and must not miss one that another worker is about to
# store: so they wait for each other, and plans are looked at once more behind the lock. It is taken exclusively from
# the beginning by whoever is going to revoke, since two who want more of it wait for ever.
LOCK = "select pg_advisory_xact_lock_shared(hashtext('tillroll.plans'))"
LOCK_TO_REVOKE = "select pg_advisory_xact_lock(hashtext('tillroll.plans'))"

FIND_REVOKED = """
    select plan_id from silver.plans where compiler_version = $1 and status = 'revoked' and plan_id = any($2)
"""

REQUEUE = "delete from silver.outcomes where plans && $1 and compiler_version = $2"

REPORT = """
    insert into silver.disagreements (compiler_version, content_sha256, plans, detail, requeued)
    values ($1, $2, $3, $4, $5)
"""


def arrangement_values(row: ArrangementRow, version: str) -> tuple[Any, ...]:
    """An arrangement as the parameters of `WRITE_ARRANGEMENT`, named after what it holds."""
    name = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]
    return name, version, row.header, row.first, row.last, row.trailer, list(row.order), list(row.plans)
