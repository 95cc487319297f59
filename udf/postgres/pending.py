"""Bronze to Silver inside the warehouse: the same rows that the asset silver/outcomes writes, without Dagster.

A batch is a transaction. A message is compiled by whoever holds the lock of its row in Bronze, so any number of these
procedures and of Dagster's workers share the work; what is killed loses its open batch, which is pending again.
"""

import time
from functools import partial
from typing import Any

from udf.outcome import Attempt, CompiledRow, Problem, dump_problems
from udf.plans.book import PlanBook
from udf.postgres.answers import count_rows
from udf.postgres.plan_table import PlanTable
from udf.postgres.session import PLAIN_MESSAGE, Desk

# A batch ends at this many bytes of text too, unless its first message is larger: what is lost with a killed session,
# and held in memory.
_BATCH_BYTES = 1_000_000
# No setting limits what arrived; the compiler's own limit holds.
_NO_LIMIT = 1 << 62
_CUT = Problem(
    code="message-too-large", severity="error", detail="Bronze holds the beginning of this message only; it is cut."
)
# What PostgreSQL says of a value that it cannot hold: data exceptions, broken constraints, limits of its own.
_UNSTORABLE = ("22", "23", "54")

# From one batch to the next the ids rise, so that the anti-join never walks twice over what is done.
_CLAIM = """
    select messages.message_id, octet_length(messages.raw) as bytes
    from bronze.messages
    where messages.message_id > $2
        and not exists (
            select
            from silver.outcomes
            where outcomes.message_id = messages.message_id and outcomes.compiler_version = $1
        )
    order by messages.message_id
    limit $3
    for update of messages skip locked
"""

# Locked rows need not be pending any more: another session may have finished between our look and our lock. Its
# outcomes are seen by a new statement only.
_READ = """
    select
        messages.message_id,
        messages.raw,
        messages.envelope::text as envelope,
        messages.message_type,
        messages.problems @> '[{"code": "message-too-large"}]' as is_cut
    from bronze.messages
    where messages.message_id = any($2)
        and not exists (
            select
            from silver.outcomes
            where outcomes.message_id = messages.message_id and outcomes.compiler_version = $1
        )
    order by messages.message_id
"""

_STORE = """
    insert into silver.outcomes (
        message_id, compiler_version, model_version, message_type, is_valid, is_complete,
        document, rejected_lines, problems, route, attempts, verification_hash, compile_ms, plans
    )
    select
        message_id, $2, nullif(model_version, ''), message_type, is_valid, is_complete,
        document::jsonb, rejected_lines::jsonb, problems::jsonb, route, attempts, nullif(verification_hash, ''),
        compile_ms, plans::text[]
    from unnest($1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as compiled (
        message_id, model_version, message_type, is_valid, is_complete,
        document, rejected_lines, problems, route, attempts, verification_hash, compile_ms, plans
    )
    on conflict (message_id) do update set
        compiler_version = excluded.compiler_version,
        model_version = excluded.model_version,
        message_type = excluded.message_type,
        is_valid = excluded.is_valid,
        is_complete = excluded.is_complete,
        document = excluded.document,
        rejected_lines = excluded.rejected_lines,
        problems = excluded.problems,
        route = excluded.route,
        attempts = excluded.attempts,
        verification_hash = excluded.verification_hash,
        compile_ms = excluded.compile_ms,
        plans = excluded.plans,
        compiled_at = excluded.compiled_at
"""
_STORE_TYPES = [
    "text[]", "text", "text[]", "text[]", "boolean[]", "boolean[]", "text[]", "text[]", "text[]", "text[]", "integer[]",
    "text[]", "numeric[]", "text[]",
]  # fmt: skip

_LOG = """
    insert into silver.attempts (
        message_id, compiler_version, attempt, chunk, route, reading, output, problems, compile_ms
    )
    select message_id, $2, attempt, chunk, route, reading, output, problems::jsonb, compile_ms
    from unnest($1, $3, $4, $5, $6, $7, $8, $9) as tried (
        message_id, attempt, chunk, route, reading, output, problems, compile_ms
    )
"""
_LOG_TYPES = ["text[]", "text", "integer[]", "text[]", "text[]", "text[]", "text[]", "text[]", "numeric[]"]


def compile_pending(desk: Desk, batch_size: int, max_seconds: float) -> None:
    """Compile what has no outcome of this compiler, a batch a transaction, until nothing is pending that no other
    session holds, or the seconds are over. A batch that has begun is finished."""
    if batch_size < 1:
        desk.plpy.error("batch_size must be at least 1", sqlstate="22023")
    work = _Work(desk)
    outcomes = invalid = 0
    began = time.monotonic()
    left = "nothing is left that no other session holds"
    while claimed := work.claim(batch_size):
        rows = work.compile(claimed)
        outcomes += len(rows)
        invalid += sum(not row.is_valid for row in rows)
        work.commit()
        if time.monotonic() - began >= max_seconds:
            left = "the seconds are over, and there may be more"
            break
    desk.plpy.notice(f"{outcomes} outcomes, {invalid} of them invalid; {left}")


class _Work:
    """One call's statements and the place that it has reached."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.plpy = desk, desk.plpy
        self.version = desk.versions()[0]
        self.last_id = ""
        self.plans = PlanTable(self.plpy, self.version)

    def claim(self, batch_size: int) -> list[str]:
        """Ids of messages that are now ours until the end of the transaction; none when nothing is left."""
        plan = self.plpy.prepare(_CLAIM, ["text", "text", "integer"])
        found = self.plpy.execute(plan, [self.version, self.last_id, batch_size])
        claimed: list[str] = []
        size = 0
        for row in found:
            if claimed and size + row["bytes"] > _BATCH_BYTES:
                break
            claimed.append(row["message_id"])
            size += row["bytes"]
        if claimed:
            self.last_id = claimed[-1]
        return claimed

    def compile(self, claimed: list[str]) -> list[CompiledRow]:
        """Compile and store; what another session has finished in the meantime is left out."""
        plan = self.plpy.prepare(_READ, ["text", "text[]"])
        messages = list(self.plpy.execute(plan, [self.version, claimed]))
        if not messages:
            return []
        book = self.desk.load().plans
        if book is not None:
            self.plans.read(book)

        def read() -> list[CompiledRow]:
            rows = self.compile_messages(messages)
            if any(map(is_fault, rows)) and is_fault(self.desk.compile_rows([PLAIN_MESSAGE])[0]):
                self.plpy.error("The compiler fails on the plainest message too: nothing is stored.")
            return rows

        rows = self.desk.serve(count_characters(messages), read, count_rows)
        if book is not None:
            rows = self.renew(book, messages, rows)
        ids = [message["message_id"] for message in messages]
        try:
            self.store(ids, rows)
        except self.plpy.SPIError as error:
            if (error.sqlstate or "")[:2] not in _UNSTORABLE:
                raise
            rows = [self.store_one(id_, row) for id_, row in zip(ids, rows, strict=True)]
        if book is not None:
            self.plans.write(book)
        return rows

    def renew(self, book: PlanBook, messages: list[Any], rows: list[CompiledRow]) -> list[CompiledRow]:
        """The rows with those made anew whose plans were revoked meanwhile; from here on none is, until they stand."""
        while revoked := self.plans.settle(book, {plan for row in rows for plan in row.plans}):
            self.plans.read(book)
            doubtful = [number for number, row in enumerate(rows) if revoked.intersection(row.plans)]
            chosen = [messages[number] for number in doubtful]
            again = self.desk.serve(count_characters(chosen), partial(self.compile_messages, chosen), calls=0)
            if any(revoked.intersection(row.plans) for row in again):
                self.plpy.error(f"revoked plans still run: {', '.join(sorted(revoked))}")
            for number, row in zip(doubtful, again, strict=True):
                rows[number] = row
        return rows

    def compile_messages(self, messages: list[Any]) -> list[CompiledRow]:
        """A row for each message; of one that Bronze holds the beginning of there is nothing to be made."""
        whole = [message for message in messages if not message["is_cut"]]
        compiled = iter(
            self.desk.compile_rows(
                [message["raw"] for message in whole], [message["envelope"] for message in whole], _NO_LIMIT
            )
        )
        rows = [self.desk.refuse(_CUT) if message["is_cut"] else next(compiled) for message in messages]
        return [
            row._replace(message_type=message["message_type"]) if message["is_cut"] or is_fault(row) else row
            for row, message in zip(rows, messages, strict=True)
        ]

    def store_one(self, message_id: str, row: CompiledRow) -> CompiledRow:
        """Store the row, or `internal-error` where PostgreSQL cannot hold it, which is a bug of ours."""
        try:
            self.store([message_id], [row])
        except self.plpy.SPIError as error:
            if (error.sqlstate or "")[:2] not in _UNSTORABLE:
                raise
            self.plpy.warning(f"the outcome of message {message_id} cannot be stored: {error}")
            row = self.desk.fail(error)
            self.store([message_id], [row])
        return row

    def store(self, ids: list[str], rows: list[CompiledRow]) -> None:
        """Write outcomes and attempts, all or none."""
        attempts = [(id_, attempt) for id_, row in zip(ids, rows, strict=True) for attempt in row.attempt_log]
        with self.plpy.subtransaction():
            self.plpy.execute(self.plpy.prepare(_STORE, _STORE_TYPES), [
                ids, self.version, [row.model_version for row in rows], [row.message_type for row in rows],
                [row.is_valid for row in rows], [row.is_complete for row in rows], [row.document for row in rows],
                [row.rejected_lines for row in rows], [row.problems for row in rows], [row.route for row in rows],
                [row.attempts for row in rows], [row.verification_hash for row in rows],
                [row.compile_ms for row in rows], [f"{{{','.join(row.plans)}}}" for row in rows],
            ])  # fmt: skip
            if attempts:
                tried: list[Attempt] = [attempt for _, attempt in attempts]
                self.plpy.execute(self.plpy.prepare(_LOG, _LOG_TYPES), [
                    [id_ for id_, _ in attempts], self.version, [one.attempt for one in tried],
                    [one.chunk for one in tried], [one.route for one in tried], [one.reading for one in tried],
                    [one.output for one in tried], [dump_problems(one.problems) for one in tried],
                    [one.compile_ms for one in tried],
                ])  # fmt: skip

    def commit(self) -> None:
        """End the batch's transaction; where the caller has begun one of his own, all batches are part of it."""
        try:
            self.plpy.commit()
        except self.plpy.SPIError as error:
            if error.sqlstate != "2D000":
                raise


def count_characters(messages: list[Any]) -> int:
    """How much text it is."""
    return sum(len(message["raw"]) for message in messages)


def is_fault(row: CompiledRow) -> bool:
    """Whether the compiler failed on the message."""
    return '"code":"internal-error"' in row.problems
