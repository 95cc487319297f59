"""The plans of a compiler in silver.plans: read before a batch, written with its outcomes, in its transaction.

What an operator says of a plan there (approved, pinned, revoked) is heard by every worker with its next batch.
"""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from udf.plans.book import PlanBook
from udf.plans.rows import ArrangementRow, PlanRow
from udf.postgres.database import Database, Statement

_COLUMNS = {  # of a PlanRow, in its order
    "plan_id": "text", "partner": "text", "standard": "text", "message_type": "text", "version": "text",
    "decimal_mark": "text", "una": "text", "delimiters": "jsonb", "kind": "text", "shape": "text", "records": "jsonb",
    "mapping": "text", "confidence": "numeric", "proofs": "integer", "status": "text", "reason": "text",
    "profile": "jsonb", "decisions": "bigint[]",
}  # fmt: skip
_LONG_AGO = "-infinity"

# A transaction that began earlier may commit later: a little is read twice rather than never.
_READ_PLANS = Statement(
    f"""
    select {", ".join(f"{name}::text" if kind == "jsonb" else name for name, kind in _COLUMNS.items())}, changed_at
    from silver.plans
    where compiler_version = $1 and changed_at > $2::timestamptz - interval '5 minutes'
    order by changed_at
    """,
    ("text", "timestamptz"),
)
_READ_ARRANGEMENTS = Statement(
    """
    select header, first, last, trailer, pairs, plans, proved_at
    from silver.arrangements
    where compiler_version = $1 and proved_at > $2::timestamptz - interval '5 minutes'
    order by proved_at
    """,
    ("text", "timestamptz"),
)

# Two workers may learn the same plan: the proofs of both are of the same kind, so the greater number holds. What an
# operator decided stands; only a revocation by the compiler goes over a candidate.
_WRITE_PLAN = Statement(
    f"""
    insert into silver.plans (compiler_version, {", ".join(_COLUMNS)})
    values ($1, {", ".join(f"${number}" for number in range(2, len(_COLUMNS) + 2))})
    on conflict (plan_id, compiler_version) do update set
        proofs = greatest(plans.proofs, excluded.proofs),
        confidence = least(plans.confidence, excluded.confidence),
        status = case
            when plans.status = 'revoked' or excluded.status = 'revoked' then 'revoked' else plans.status
        end,
        reason = case when plans.reason = '' then excluded.reason else plans.reason end,
        profile = excluded.profile,
        changed_at = clock_timestamp()
    """,
    ("text", *_COLUMNS.values()),
)
_WRITE_ARRANGEMENT = Statement(
    """
    insert into silver.arrangements (arrangement_id, compiler_version, header, first, last, trailer, pairs, plans)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing
    """,
    (*["text"] * 6, "text[]", "text[]"),
)

# A revocation takes back every outcome that is stored by then, and must not miss one that another worker is about to
# store: so they wait for each other, and plans are looked at once more behind the lock. It is taken exclusively from
# the beginning by whoever is going to revoke, since two who want more of it wait for ever.
_LOCK = Statement("select pg_advisory_xact_lock_shared(hashtext('tillroll.plans'))")
_LOCK_TO_REVOKE = Statement("select pg_advisory_xact_lock(hashtext('tillroll.plans'))")
_FIND_REVOKED = Statement(
    "select plan_id from silver.plans where compiler_version = $1 and status = 'revoked' and plan_id = any($2)",
    ("text", "text[]"),
)
_TAKE_BACK = Statement(
    "delete from silver.outcomes where plans && $1 and compiler_version = $2", ("text[]", "text")
)  # fmt: skip
_REPORT = Statement(
    """
    insert into silver.disagreements (compiler_version, content_sha256, plans, detail, requeued)
    values ($1, $2, $3, $4, $5)
    """,
    ("text", "text", "text[]", "text", "integer"),
)


class PlanStore:
    """The plans of one compiler, and how far it has read the table."""

    def __init__(self, database: Database, book: PlanBook, compiler_version: str) -> None:
        self.database, self.book, self.version = database, book, compiler_version
        self._seen: Any = _LONG_AGO
        self._arranged: Any = _LONG_AGO
        self._told: set[tuple[str, str]] = set()
        """Rows that could not be read, with the reason."""

    def forget(self, partners: Collection[str]) -> None:
        """Have the plans of these partners read anew, for whom other decisions hold from now on."""
        if partners:
            self.book.forget(partners)
            self._seen = self._arranged = _LONG_AGO

    def read(self) -> list[tuple[str, str]]:
        """Take what others have learnt or decided since the last time; ids of plans that cannot be read, with why.

        Those that were told are not told again.
        """
        plans = self.database.fetch(_READ_PLANS, self.version, self._seen)
        unreadable = set(self.book.load(PlanRow(*row[:-1]) for row in plans)) - self._told
        self._told |= unreadable
        arrangements = self.database.fetch(_READ_ARRANGEMENTS, self.version, self._arranged)
        self.book.load_arrangements(
            ArrangementRow(header, first, last, trailer, tuple(pairs), tuple(ids))
            for header, first, last, trailer, pairs, ids, _ in arrangements
        )
        self._seen = plans[-1][-1] if plans else self._seen
        self._arranged = arrangements[-1][-1] if arrangements else self._arranged
        return sorted(unreadable)

    def settle(self, used: Collection[str]) -> set[str]:
        """Take the right to store outcomes of these plans, until the transaction ends; which are revoked by now."""
        self.database.fetch(_LOCK_TO_REVOKE if self.book.has_disagreements else _LOCK)
        if not used:
            return set()
        return {plan_id for (plan_id,) in self.database.fetch(_FIND_REVOKED, self.version, list(used))}

    def write(self) -> int:
        """Store what was learnt; revoke what disagreed and take back its outcomes. Returns how many were taken back."""
        # Both in the order of their names: workers who write the same ones wait, and never in a circle.
        self.database.change_each(_WRITE_PLAN, [(self.version, *row) for row in self.book.take_changed()])
        proved = sorted(_name_arrangement(row, self.version) for row in self.book.take_proved())
        self.database.change_each(_WRITE_ARRANGEMENT, proved)
        taken_back = 0
        for found in self.book.take_disagreements():
            requeued = self.database.change(_TAKE_BACK, list(found.revoked), self.version)
            self.database.change(
                _REPORT, self.version, found.content_sha256, list(found.plans), found.detail, requeued
            )  # fmt: skip
            taken_back += requeued
        return taken_back


def _name_arrangement(row: ArrangementRow, version: str) -> tuple[Any, ...]:
    """The arrangement as values of its statement, named after what it holds."""
    name = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]
    return name, version, row.header, row.first, row.last, row.trailer, list(row.order), list(row.plans)
