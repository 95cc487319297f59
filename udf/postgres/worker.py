"""Bronze to Silver: what one worker does with a batch of pending messages, in a transaction of its caller's.

Dagster's processes and the procedure udf.compile_pending both work like this, so that any number of them share the
work: a message is compiled by whoever holds the lock of its row in Bronze, and a killed worker loses its open batch and
no more.
"""

import traceback
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol

from udf.outcome import Attempt, CompiledRow, Envelope, Problem, dump_problems
from udf.plans.book import PlanBook
from udf.postgres.database import Database, Statement, Table, is_refusal
from udf.postgres.decisions import read_decisions
from udf.postgres.faults import (
    PLAIN_MESSAGE,
    CompileRows,
    compile_each,
    describe_fault,
    is_fault,
    refuse,
    understand_envelope,
)
from udf.postgres.plan_store import PlanStore
from udf.postgres.storable import storable_json, storable_text
from udf.standards.reference import Reference

TOO_LARGE = "message-too-large"
_CUT = Problem(code=TOO_LARGE, severity="error", detail="Bronze holds the beginning of this message only; it is cut.")

_LOCK = Statement(
    "select message_id from bronze.messages where message_id = any($1) order by message_id for update skip locked",
    ("text[]",),
)
# The lock alone does not say that the message is still pending: another worker may have finished it between the
# listing and the lock. A new statement sees what was committed before it, so the anti-join is asked again.
_CLAIM = Statement(
    f"""
    select
        messages.message_id,
        messages.raw,
        messages.message_type,
        messages.envelope::text as envelope,
        messages.problems @> '[{{"code": "{TOO_LARGE}"}}]' as is_cut,
        outcomes.message_id is not null as is_repeated
    from bronze.messages
    left join silver.outcomes on outcomes.message_id = messages.message_id
    where messages.message_id = any($1)
        and not exists (
            select
            from silver.settled_outcomes
            where settled_outcomes.message_id = messages.message_id and settled_outcomes.compiler_version = $2
        )
    order by messages.received_at, messages.interchange_id, messages.position
    """,
    ("text[]", "text"),
)
_REMOVE = Statement("delete from silver.outcomes where message_id = any($1)", ("text[]",))

# Without compiled_at, which is the moment of writing.
_OUTCOMES = Table(
    "silver.outcomes",
    {
        "message_id": "text", "compiler_version": "text", "model_version": "text", "message_type": "text",
        "is_valid": "boolean", "is_complete": "boolean", "document": "jsonb", "rejected_lines": "jsonb",
        "problems": "jsonb", "route": "text", "attempts": "integer", "verification_hash": "text",
        "compile_ms": "numeric", "plans": "text[]", "partner": "text", "decisions": "bigint[]",
        "proposals": "jsonb",
    },
)  # fmt: skip
_ATTEMPTS = Table(
    "silver.attempts",
    {
        "message_id": "text", "compiler_version": "text", "attempt": "integer", "chunk": "text", "route": "text",
        "reading": "text", "output": "text", "problems": "jsonb", "compile_ms": "numeric",
    },
)  # fmt: skip


class Log(Protocol):
    """Where a person looks for what went wrong."""

    def info(self, text: str, *values: object) -> None: ...

    def warning(self, text: str, *values: object) -> None: ...

    def error(self, text: str, *values: object) -> None: ...


class Claim(NamedTuple):
    """A pending message that this worker holds; `is_repeated` where an older compiler's outcome must give way."""

    message_id: str
    raw: str
    message_type: str | None
    envelope: str
    is_cut: bool
    is_repeated: bool


Compiled = list[tuple[Claim, CompiledRow]]


class Progress(NamedTuple):
    """What was done so far."""

    outcomes: int = 0
    invalid: int = 0
    attempts: int = 0
    faults: int = 0
    compile_ms: float = 0.0

    def plus(self, more: "Progress") -> "Progress":
        return Progress(
            self.outcomes + more.outcomes,
            self.invalid + more.invalid,
            self.attempts + more.attempts,
            self.faults + more.faults,
            self.compile_ms + more.compile_ms,
        )


Work = Callable[[], list[CompiledRow]]
Serve = Callable[[int, Work], list[CompiledRow]]
"""Does a piece of work that is about so many characters."""


class Worker:
    """A compiler with its plans, and the connection through which it claims and stores."""

    def __init__(
        self, database: Database, compile_rows: CompileRows, compiler_version: str, reference: Reference,
        book: PlanBook | None, log: Log, serve: Serve = lambda _, work: work(),
    ) -> None:  # fmt: skip
        """`reference` and `book` are the compiler's tables and plans, none for a compiler without plans.

        `serve` watches over it while it works.
        """
        self.database, self.compile_rows, self.version, self.log = database, compile_rows, compiler_version, log
        self.serve = serve
        self.reference = reference
        self.plans = None if book is None else PlanStore(database, book, compiler_version)

    def work(self, message_ids: Sequence[str]) -> Progress:
        """Compile and store those of the messages that are still pending and that nobody else holds.

        Raises whatever speaks of the machine or of a broken compiler: the transaction is to be taken back then, and the
        messages stay pending.
        """
        locked = [message_id for (message_id,) in self.database.fetch(_LOCK, list(message_ids))]
        claims = [Claim(*row) for row in self.database.fetch(_CLAIM, locked, self.version)]
        if not claims:
            return Progress()
        changed = self.reference.decide(read_decisions(self.database))
        if self.plans:
            self.plans.forget(changed)
            self._read(self.plans)
        compiled = list(zip(claims, self.compile(claims), strict=True))
        if self.plans:
            compiled = self._renew(self.plans, compiled)
        compiled = self._store(compiled)
        if self.plans and (taken_back := self.plans.write()):
            self.log.warning(
                "the model disagreed with plans: they are revoked, %d outcomes are compiled again", taken_back
            )
        return Progress(
            outcomes=len(compiled),
            invalid=sum(not row.is_valid for _, row in compiled),
            attempts=sum(len(row.attempt_log) for _, row in compiled),
            faults=sum(is_fault(row) for _, row in compiled),
            compile_ms=sum(row.compile_ms for _, row in compiled),
        )

    def compile(self, claims: Sequence[Claim]) -> list[CompiledRow]:
        """One row a message, in order. A message on which the compiler fails becomes an outcome `internal-error`."""
        envelopes = [_CUT if claim.is_cut else _understand(claim.envelope) for claim in claims]
        wanted = [number for number, found in enumerate(envelopes) if not isinstance(found, Problem)]

        def fail(place: int, fault: Exception) -> CompiledRow:
            # Raises where the plainest message fails too: then it is the compiler, and nothing is recorded.
            self.compile_rows([PLAIN_MESSAGE], [Envelope()])
            return self._fail(claims[wanted[place]], fault, "the compiler failed on message %s\n%s")

        texts = [claims[number].raw for number in wanted]
        known = [envelopes[number] for number in wanted]
        # Around all of it: that PostgreSQL ends the call must not be taken for a fault of the compiler.
        work = partial(compile_each, self.compile_rows, texts, known, fail)  # type: ignore[arg-type]
        rows = iter(self.serve(sum(map(len, texts)), work))
        return [
            self._refuse(claim, found) if isinstance(found, Problem) else next(rows)
            for claim, found in zip(claims, envelopes, strict=True)
        ]

    def _refuse(self, claim: Claim, problem: Problem) -> CompiledRow:
        return refuse(problem, self.version, message_type=claim.message_type)

    def _fail(self, claim: Claim, fault: Exception, text: str) -> CompiledRow:
        self.log.error(text, claim.message_id, "".join(traceback.format_exception(fault)))
        return self._refuse(claim, describe_fault(fault))

    def _read(self, plans: PlanStore) -> None:
        for plan_id, reason in plans.read():
            self.log.warning("the plan %s of silver.plans cannot be read and is left out (%s)", plan_id, reason)

    def _renew(self, plans: PlanStore, compiled: Compiled) -> Compiled:
        """The rows with those compiled anew whose plans were revoked meanwhile; from here on none is, until they
        stand."""
        while revoked := plans.settle({plan for _, row in compiled for plan in row.plans}):
            self._read(plans)
            doubtful = [claim for claim, row in compiled if revoked.intersection(row.plans)]
            again = dict(zip(doubtful, self.compile(doubtful), strict=True))
            if any(revoked.intersection(row.plans) for row in again.values()):
                raise RuntimeError(f"revoked plans still run: {', '.join(sorted(revoked))}")
            compiled = [(claim, again.get(claim, row)) for claim, row in compiled]
        return compiled

    def _store(self, compiled: Compiled) -> Compiled:
        """What was stored: the rows, with `internal-error` for each that PostgreSQL refused."""
        if self._is_written(compiled, lambda _: None):
            return compiled
        # One row that Silver cannot hold stops all of them: each for itself then. Whoever wrote an outcome without
        # holding its message must give way, too.
        return [self._store_one(claim._replace(is_repeated=True), row) for claim, row in compiled]

    def _store_one(self, claim: Claim, row: CompiledRow) -> tuple[Claim, CompiledRow]:
        faults: list[Exception] = []
        if not self._is_written([(claim, row)], faults.append):
            # An outcome that Silver cannot hold is our own bug, found here rather than in Gold.
            row = self._fail(claim, faults[0], "the outcome of message %s cannot be stored\n%s")
            self._write([(claim, row)])
        return claim, row

    def _is_written(self, compiled: Compiled, hear: Callable[[Exception], None]) -> bool:
        """Whether the rows could be written, all or none; `hear` is told why not."""
        try:
            with self.database.savepoint():
                self._write(compiled)
        except Exception as error:
            if not is_refusal(error):
                raise
            hear(error)
            return False
        return True

    def _write(self, compiled: Compiled) -> None:
        # We hold the messages' locks, so that nobody else writes their outcomes meanwhile.
        if repeated := [claim.message_id for claim, _ in compiled if claim.is_repeated]:
            self.database.change(_REMOVE, repeated)
        self.database.fill(_OUTCOMES, (self._write_row(claim, row) for claim, row in compiled))
        if any(row.attempt_log for _, row in compiled):
            self.database.fill(
                _ATTEMPTS,
                (
                    self._write_attempt(claim.message_id, attempt)
                    for claim, row in compiled
                    for attempt in row.attempt_log
                ),
            )

    def _write_row(self, claim: Claim, row: CompiledRow) -> tuple[Any, ...]:
        envelope = _understand(claim.envelope)
        partner = storable_text((isinstance(envelope, Envelope) and envelope.sender) or "")
        decisions = self.reference.find_decisions(partner, row.message_type)
        return (
            claim.message_id,
            # The version that was asked for, whatever the row says: it is what the anti-join looks for.
            self.version,
            row.model_version or None,
            row.message_type and storable_text(row.message_type),
            row.is_valid,
            row.is_complete,
            row.document and storable_json(row.document),
            storable_json(row.rejected_lines),
            storable_json(row.problems),
            row.route,
            row.attempts,
            row.verification_hash or None,
            row.compile_ms,
            f"{{{','.join(row.plans)}}}",  # names are hexadecimal
            partner,
            f"{{{','.join(str(decision.review_id) for decision in decisions)}}}",
            storable_json(row.proposals),
        )

    def _write_attempt(self, message_id: str, attempt: Attempt) -> tuple[Any, ...]:
        return (
            message_id,
            self.version,
            attempt.attempt,
            attempt.chunk and storable_text(attempt.chunk),
            attempt.route,
            storable_text(attempt.reading),
            attempt.output and storable_text(attempt.output),
            storable_json(dump_problems(attempt.problems)),
            attempt.compile_ms,
        )


# All messages of an interchange have the same.
_understand = lru_cache(maxsize=1024)(understand_envelope)
