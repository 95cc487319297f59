"""The plans of the compiler in silver.plans: read before a batch, written with its outcomes, in its transaction.

What an operator says of a plan there (approved, pinned, revoked) is heard by every worker with its next batch.
"""

import datetime
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from udf.compiler import load_compiler
from udf.planbook import ArrangementRow, PlanBook, PlanRow

_BEGINNING = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_COLUMNS = ", ".join(PlanRow._fields)
_JSON = ("delimiters", "records")

_READ_PLANS = f"""
    select {", ".join(f"{name}::text" if name in _JSON else name for name in PlanRow._fields)}, changed_at
    from silver.plans
    where compiler_version = %s and changed_at > %s
    order by changed_at
"""

# Two workers may learn the same plan: the proofs of both are of the same kind, so the greater number holds. What an
# operator decided stands; only a revocation by the compiler goes over a candidate.
_WRITE_PLAN = f"""
    insert into silver.plans (compiler_version, {_COLUMNS})
    values (%(compiler_version)s, {", ".join(f"%({name})s" for name in PlanRow._fields)})
    on conflict (plan_id, compiler_version) do update set
        proofs = greatest(plans.proofs, excluded.proofs),
        confidence = least(plans.confidence, excluded.confidence),
        status = case
            when plans.status = 'revoked' or excluded.status = 'revoked' then 'revoked' else plans.status
        end,
        reason = case when plans.reason = '' then excluded.reason else plans.reason end,
        changed_at = clock_timestamp()
"""

_WRITE_ARRANGEMENT = """
    insert into silver.arrangements (
        arrangement_id, compiler_version, header, first, last, trailer, pairs, plans
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s)
    on conflict do nothing
"""

_REQUEUE = "delete from silver.outcomes where plans && %s and compiler_version = %s"


@dataclass(slots=True)
class PlanStore:
    """One worker's plans and how far it has read the table."""

    book: PlanBook
    compiler_version: str
    seen: datetime.datetime = _BEGINNING
    arranged: datetime.datetime = _BEGINNING

    def read(self, connection: psycopg.Connection[Any]) -> None:
        """Take what others have learnt or decided since the last time."""
        plans = connection.execute(_READ_PLANS, (self.compiler_version, self.seen)).fetchall()
        self.book.load(PlanRow(*row[:-1]) for row in plans)
        arrangements = connection.execute(
            """
            select header, first, last, trailer, pairs, plans, proved_at
            from silver.arrangements
            where compiler_version = %s and proved_at > %s
            order by proved_at
            """,
            (self.compiler_version, self.arranged),
        ).fetchall()
        self.book.load_arrangements(
            ArrangementRow(header, first, last, trailer, tuple(pairs), tuple(plans_of))
            for header, first, last, trailer, pairs, plans_of, _ in arrangements
        )
        # A transaction that began earlier may commit later: a little is read twice rather than never.
        overlap = datetime.timedelta(minutes=5)
        if plans:
            self.seen = plans[-1][-1] - overlap
        if arrangements:
            self.arranged = arrangements[-1][-1] - overlap

    def settle(self, connection: psycopg.Connection[Any], used: Collection[str]) -> set[str]:
        """Take the right to store outcomes of these plans, until the transaction ends; which are revoked by now.

        A revocation takes back every outcome that is stored by then, and must not miss one that another worker is
        about to store: so they wait for each other, and plans are looked at once more behind the lock. It is taken
        exclusively from the beginning by whoever is going to revoke, since two who want more of it wait for ever.
        """
        lock = "pg_advisory_xact_lock" if self.book.has_disagreements else "pg_advisory_xact_lock_shared"
        connection.execute(f"select {lock}(hashtext('tillroll.plans'))")
        if not used:
            return set()
        revoked = connection.execute(
            "select plan_id from silver.plans where compiler_version = %s and status = 'revoked' and plan_id = any(%s)",
            (self.compiler_version, list(used)),
        ).fetchall()
        return {plan_id for (plan_id,) in revoked}

    def write(self, connection: psycopg.Connection[Any]) -> int:
        """Store what was learnt; revoke what disagreed and take back its outcomes. Returns how many were taken back."""
        version = self.compiler_version
        with connection.cursor() as cursor:
            # Both in the order of their names: workers who write the same ones wait, and never in a circle.
            changed = self.book.take_changed()
            if changed:
                cursor.executemany(_WRITE_PLAN, [row._asdict() | {"compiler_version": version} for row in changed])
            proved = sorted(_arrangement(row, version) for row in self.book.take_proved())
            if proved:
                cursor.executemany(_WRITE_ARRANGEMENT, proved)
            requeued = 0
            for found in self.book.take_disagreements():
                cursor.execute(_REQUEUE, (list(found.revoked), version))
                requeued += cursor.rowcount
                cursor.execute(
                    "insert into silver.disagreements (compiler_version, content_sha256, plans, detail, requeued)"
                    " values (%s, %s, %s, %s, %s)",
                    (version, found.content_sha256, list(found.plans), found.detail, cursor.rowcount),
                )
        return requeued


@cache
def load_plan_store() -> PlanStore | None:
    """The store of this process's compiler; None for a compiler without plans."""
    compiler = load_compiler()
    return PlanStore(compiler.plans, compiler.version) if compiler.plans is not None else None


def _arrangement(row: ArrangementRow, version: str) -> tuple[Any, ...]:
    name = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]
    return name, version, row.header, row.first, row.last, row.trailer, list(row.order), list(row.plans)
