"""The compiler's plans in silver.plans, for the session that compiles what is pending.

Read before a batch and written with its outcomes, it is the same table that Dagster's workers share. What an operator
says of a plan there is heard here too.
"""

import hashlib
import json
from typing import Any

from udf.planbook import ArrangementRow, PlanBook, PlanRow

_COLUMNS = ", ".join(PlanRow._fields)
_LONG_AGO = "-infinity"

# A transaction that began earlier may commit later: a little is read twice rather than never.
_READ_PLANS = f"""
    select {", ".join(f"{name}::text" if name in ("delimiters", "records") else name for name in PlanRow._fields)},
        changed_at
    from silver.plans
    where compiler_version = $1 and changed_at > $2 - interval '5 minutes'
    order by changed_at
"""

_READ_ARRANGEMENTS = """
    select header, first, last, trailer, pairs, plans, proved_at
    from silver.arrangements
    where compiler_version = $1 and proved_at > $2 - interval '5 minutes'
    order by proved_at
"""

# Two workers may learn the same plan: the proofs of both are of the same kind, so the greater number holds. What an
# operator decided stands; only a revocation by the compiler goes over a candidate.
_WRITE_PLAN = f"""
    insert into silver.plans (compiler_version, {_COLUMNS})
    values ($1, {", ".join(f"${number}" for number in range(2, len(PlanRow._fields) + 2))})
    on conflict (plan_id, compiler_version) do update set
        proofs = greatest(plans.proofs, excluded.proofs),
        confidence = least(plans.confidence, excluded.confidence),
        status = case
            when plans.status = 'revoked' or excluded.status = 'revoked' then 'revoked' else plans.status
        end,
        reason = case when plans.reason = '' then excluded.reason else plans.reason end,
        changed_at = clock_timestamp()
"""
_TYPES = {"delimiters": "jsonb", "records": "jsonb", "confidence": "numeric", "proofs": "integer"}

_WRITE_ARRANGEMENT = """
    insert into silver.arrangements (
        arrangement_id, compiler_version, header, first, last, trailer, pairs, plans
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing
"""

_REQUEUE = "delete from silver.outcomes where plans && $1 and compiler_version = $2"

_REPORT = """
    insert into silver.disagreements (compiler_version, content_sha256, plans, detail, requeued)
    values ($1, $2, $3, $4, $5)
"""


class PlanTable:
    """How far this session has read the table."""

    def __init__(self, plpy: Any, compiler_version: str) -> None:
        self.plpy, self.version = plpy, compiler_version
        self.seen = self.arranged = _LONG_AGO

    def read(self, book: PlanBook) -> None:
        """Take what others have learnt or decided since the last time."""
        plans = self._execute(_READ_PLANS, ["text", "timestamptz"], self.version, self.seen)
        book.load(PlanRow(*(row[name] for name in PlanRow._fields)) for row in plans)
        arrangements = self._execute(_READ_ARRANGEMENTS, ["text", "timestamptz"], self.version, self.arranged)
        book.load_arrangements(
            ArrangementRow(
                row["header"], row["first"], row["last"], row["trailer"], tuple(row["pairs"]), tuple(row["plans"])
            )
            for row in arrangements
        )
        self.seen = plans[-1]["changed_at"] if len(plans) else self.seen
        self.arranged = arrangements[-1]["proved_at"] if len(arrangements) else self.arranged

    def write(self, book: PlanBook) -> None:
        """Store what was learnt; revoke what disagreed and make its outcomes pending again."""
        types = ["text", *(_TYPES.get(name, "text") for name in PlanRow._fields)]
        for plan in book.take_changed():
            self._execute(_WRITE_PLAN, types, self.version, *plan)
        for row in book.take_proved():
            name = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]
            values = (row.header, row.first, row.last, row.trailer, list(row.order), list(row.plans))
            self._execute(_WRITE_ARRANGEMENT, [*["text"] * 6, "text[]", "text[]"], name, self.version, *values)
        for found in book.take_disagreements():
            requeued = self._execute(_REQUEUE, ["text[]", "text"], list(found.revoked), self.version).nrows()
            self._execute(
                _REPORT, ["text", "text", "text[]", "text", "integer"],
                self.version, found.content_sha256, list(found.plans), found.detail, requeued,
            )  # fmt: skip

    def _execute(self, query: str, types: list[str], *values: Any) -> Any:
        return self.plpy.execute(self.plpy.prepare(query, types), values)
