"""The compiler's plans in silver.plans, for the session that compiles what is pending.

It is the same table that Dagster's workers share. What an operator says of a plan there is heard here too.
"""

from collections.abc import Collection
from typing import Any

from udf.plans.book import PlanBook
from udf.plans.rows import ArrangementRow, PlanRow
from udf.postgres import plan_sql

_TYPES = {"delimiters": "jsonb", "records": "jsonb", "confidence": "numeric", "proofs": "integer", "customs": "jsonb"}


class PlanTable:
    """How far this session has read the table."""

    def __init__(self, plpy: Any, compiler_version: str) -> None:
        self.plpy, self.version = plpy, compiler_version
        self.seen = self.arranged = plan_sql.LONG_AGO

    def read(self, book: PlanBook) -> None:
        """Take what others have learnt or decided since the last time."""
        plans = self._execute(plan_sql.READ_PLANS, ["text", "timestamptz"], self.version, self.seen)
        book.load(PlanRow(*(row[name] for name in PlanRow._fields)) for row in plans)
        arrangements = self._execute(plan_sql.READ_ARRANGEMENTS, ["text", "timestamptz"], self.version, self.arranged)
        book.load_arrangements(
            ArrangementRow(
                row["header"], row["first"], row["last"], row["trailer"], tuple(row["pairs"]), tuple(row["plans"])
            )
            for row in arrangements
        )
        self.seen = plans[-1]["changed_at"] if len(plans) else self.seen
        self.arranged = arrangements[-1]["proved_at"] if len(arrangements) else self.arranged

    def settle(self, book: PlanBook, used: Collection[str]) -> set[str]:
        """Take the right to store outcomes of these plans, until the transaction ends; which are revoked by now."""
        self.plpy.execute(plan_sql.LOCK_TO_REVOKE if book.has_disagreements else plan_sql.LOCK)
        if not used:
            return set()
        return {
            row["plan_id"] for row in self._execute(plan_sql.FIND_REVOKED, ["text", "text[]"], self.version, list(used))
        }

    def write(self, book: PlanBook) -> None:
        """Store what was learnt; revoke what disagreed and make its outcomes pending again."""
        types = ["text", *(_TYPES.get(name, "text") for name in PlanRow._fields)]
        # Both in the order of their names: workers who write the same ones wait, and never in a circle.
        for plan in book.take_changed():
            self._execute(plan_sql.WRITE_PLAN, types, self.version, *plan)
        for values in sorted(plan_sql.arrangement_values(row, self.version) for row in book.take_proved()):
            self._execute(plan_sql.WRITE_ARRANGEMENT, [*["text"] * 6, "text[]", "text[]"], *values)
        for found in book.take_disagreements():
            requeued = self._execute(
                plan_sql.REQUEUE, ["text[]", "text"], list(found.revoked), self.version
            ).nrows()  # fmt: skip
            self._execute(
                plan_sql.REPORT, ["text", "text", "text[]", "text", "integer"],
                self.version, found.content_sha256, list(found.plans), found.detail, requeued,
            )  # fmt: skip

    def _execute(self, query: str, types: list[str], *values: Any) -> Any:
        return self.plpy.execute(self.plpy.prepare(query, types), values)
