"""The plans of the compiler in silver.plans: read before a batch, written with its outcomes, in its transaction.

What an operator says of a plan there (approved, pinned, revoked) is heard by every worker with its next batch.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from udf.compiler import load_compiler
from udf.plans.book import PlanBook
from udf.plans.rows import ArrangementRow, PlanRow
from udf.postgres import plan_sql


@dataclass(slots=True)
class PlanStore:
    """One worker's plans and how far it has read the table."""

    book: PlanBook
    compiler_version: str
    seen: datetime.datetime | str = plan_sql.LONG_AGO
    arranged: datetime.datetime | str = plan_sql.LONG_AGO

    def read(self, connection: psycopg.Connection[Any]) -> None:
        """Take what others have learnt or decided since the last time."""
        with psycopg.RawCursor(connection) as cursor:
            plans = cursor.execute(plan_sql.READ_PLANS, (self.compiler_version, self.seen)).fetchall()
            arrangements = cursor.execute(plan_sql.READ_ARRANGEMENTS, (self.compiler_version, self.arranged)).fetchall()
        self.book.load(PlanRow(*row[:-1]) for row in plans)
        self.book.load_arrangements(
            ArrangementRow(header, first, last, trailer, tuple(pairs), tuple(plans_of))
            for header, first, last, trailer, pairs, plans_of, _ in arrangements
        )
        self.seen = plans[-1][-1] if plans else self.seen
        self.arranged = arrangements[-1][-1] if arrangements else self.arranged

    def settle(self, connection: psycopg.Connection[Any], used: Collection[str]) -> set[str]:
        """Take the right to store outcomes of these plans, until the transaction ends; which are revoked by now."""
        with psycopg.RawCursor(connection) as cursor:
            cursor.execute(plan_sql.LOCK_TO_REVOKE if self.book.has_disagreements else plan_sql.LOCK)
            if not used:
                return set()
            cursor.execute(plan_sql.FIND_REVOKED, (self.compiler_version, list(used)))
            return {plan_id for (plan_id,) in cursor.fetchall()}

    def write(self, connection: psycopg.Connection[Any]) -> int:
        """Store what was learnt; revoke what disagreed and take back its outcomes. Returns how many were taken back."""
        version = self.compiler_version
        requeued = 0
        with psycopg.RawCursor(connection) as cursor:
            # Both in the order of their names: workers who write the same ones wait, and never in a circle.
            changed = [(version, *row) for row in self.book.take_changed()]
            proved = sorted(plan_sql.arrangement_values(row, version) for row in self.book.take_proved())
            for statement, rows in ((plan_sql.WRITE_PLAN, changed), (plan_sql.WRITE_ARRANGEMENT, proved)):
                if rows:
                    cursor.executemany(statement, rows)
            for found in self.book.take_disagreements():
                cursor.execute(plan_sql.REQUEUE, (list(found.revoked), version))
                taken_back = cursor.rowcount
                requeued += taken_back
                cursor.execute(
                    plan_sql.REPORT, (version, found.content_sha256, list(found.plans), found.detail, taken_back)
                )
        return requeued


@cache
def load_plan_store() -> PlanStore | None:
    """The store of this process's compiler; None for a compiler without plans."""
    compiler = load_compiler()
    return PlanStore(compiler.plans, compiler.version) if compiler.plans is not None else None
