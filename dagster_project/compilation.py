"""What one worker does with a batch of pending messages: claim, compile and store it, in one transaction.

A killed worker loses its open batch and no more. Neither dagster nor dbt is imported: workers start in a moment.
"""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg

import udf
from dagster_project.plan_store import PlanStore, load_plan_store
from dagster_project.storable import storable_json, storable_text
from udf.arguments import load_envelope
from udf.outcome import Attempt, CompiledRow, Envelope, Outcome, Problem, dump_problems, make_row

# What any splitter and any compiler must survive. Where this fails too, the fault lies with them and not with a file.
PLAIN_MESSAGE = b"UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+1'"
TOO_LARGE = "message-too-large"

PENDING = """
    select messages.message_id, octet_length(messages.raw)
    from bronze.messages
    where not exists (
        select
        from silver.outcomes
        where outcomes.message_id = messages.message_id and outcomes.compiler_version = %(compiler_version)s
    )
"""

# An outcome's columns in the order of `_columns`, without compiled_at, which is the moment of writing.
COLUMNS = (
    "message_id, compiler_version, model_version, message_type, is_valid, is_complete, document, rejected_lines,"
    " problems, route, attempts, verification_hash, compile_ms, plans"
)
ATTEMPT_COLUMNS = "message_id, compiler_version, attempt, chunk, route, reading, output, problems, compile_ms"

Log = Any


class Claim(NamedTuple):
    """A pending message that this worker holds; `is_repeated` where an older compiler's outcome must give way."""

    message_id: str
    raw: str
    message_type: str | None
    envelope: str
    is_too_large: bool
    is_repeated: bool


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


@contextmanager
def list_pending(
    connection: psycopg.Connection[Any], compiler_version: str
) -> Iterator[tuple[int, Iterator[tuple[str, int]]]]:
    """How many messages are pending, and their ids and bytes, in the order in which they happen to lie.

    The server keeps the list, so that millions of ids take no memory here, and one anti-join serves all batches.
    """
    with connection.cursor("pending", scrollable=True, withhold=True) as cursor:
        with connection.transaction():
            cursor.execute(PENDING, {"compiler_version": compiler_version})
            count = connection.execute("move forward all in pending").rowcount
            connection.execute("move absolute 0 in pending")
        yield count, read_held(connection, cursor)


def read_held(
    connection: psycopg.Connection[Any], cursor: psycopg.ServerCursor[Any], page_size: int = 1000
) -> Iterator[Any]:
    """The rows of a cursor that outlives its transaction, and none of ours is open while one of them is in use.

    Iterating over the cursor itself would open one, and what looked like a batch's transaction was a part of it.
    """
    while True:
        with connection.transaction():
            rows = cursor.fetchmany(page_size)
        if not rows:
            return
        yield from rows


def cut(pending: Iterator[tuple[str, int]], batch_size: int, batch_bytes: int) -> Iterator[list[str]]:
    """Batches of ids, in order: at most batch_size messages, and batch_bytes unless a single message is larger."""
    batch: list[str] = []
    size_of_batch = 0
    for message_id, size in pending:
        if batch and (len(batch) >= batch_size or size_of_batch + size > batch_bytes):
            yield batch
            batch, size_of_batch = [], 0
        batch.append(message_id)
        size_of_batch += size
    if batch:
        yield batch


def compile_batch(
    connection: psycopg.Connection[Any], message_ids: Sequence[str], compiler_version: str, log: Log
) -> Progress:
    """Compile and store those of the messages that are still pending and that nobody else holds."""
    with connection.transaction():
        claims = _claim(connection, message_ids, compiler_version)
        if not claims:
            return Progress()
        store = load_plan_store()
        if store:
            store.read(connection)
        compiled = list(zip(claims, compile_claims(claims, compiler_version, log), strict=True))
        if store:
            compiled = _renew(connection, store, compiled, compiler_version, log)
        compiled = _store(connection, compiled, compiler_version, log)
        if store and (requeued := store.write(connection)):
            log.warning("the model disagreed with plans: they are revoked, %d outcomes are compiled again", requeued)
    return Progress(
        outcomes=len(compiled),
        invalid=sum(not row.is_valid for _, row in compiled),
        attempts=sum(len(row.attempt_log) for _, row in compiled),
        faults=sum(is_fault(row) for _, row in compiled),
        compile_ms=sum(row.compile_ms for _, row in compiled),
    )


def _renew(
    connection: psycopg.Connection[Any], store: PlanStore, compiled: "Compiled", compiler_version: str, log: Log
) -> "Compiled":
    """The rows with those compiled anew whose plans were revoked meanwhile; from here on none is, until they stand."""
    while revoked := store.settle(connection, {plan for _, row in compiled for plan in row.plans}):
        store.read(connection)
        doubtful = [claim for claim, row in compiled if revoked.intersection(row.plans)]
        again = dict(zip(doubtful, compile_claims(doubtful, compiler_version, log), strict=True))
        if any(revoked.intersection(row.plans) for row in again.values()):
            raise RuntimeError(f"revoked plans still run: {', '.join(sorted(revoked))}")
        compiled = [(claim, again.get(claim, row)) for claim, row in compiled]
    return compiled


def _claim(connection: psycopg.Connection[Any], message_ids: Sequence[str], compiler_version: str) -> list[Claim]:
    locked = connection.execute(
        "select message_id from bronze.messages where message_id = any(%s) order by message_id for update skip locked",
        (list(message_ids),),
    ).fetchall()
    # The lock alone does not say that the message is still pending: another worker may have finished it between the
    # listing and the lock. A new statement sees what was committed before it, so the anti-join is asked again.
    claimed = connection.execute(
        """
        select
            messages.message_id,
            messages.raw,
            messages.message_type,
            messages.envelope::text,
            messages.problems @> %(too_large)s::jsonb,
            outcomes.message_id is not null
        from bronze.messages
        left join silver.outcomes on outcomes.message_id = messages.message_id
        where messages.message_id = any(%(message_ids)s)
            and outcomes.compiler_version is distinct from %(compiler_version)s
        order by messages.received_at, messages.interchange_id, messages.position
        """,
        {
            "message_ids": [message_id for (message_id,) in locked],
            "compiler_version": compiler_version,
            "too_large": f'[{{"code": "{TOO_LARGE}"}}]',
        },
    ).fetchall()
    return [Claim(*row) for row in claimed]


def compile_claims(claims: Sequence[Claim], compiler_version: str, log: Log) -> list[CompiledRow]:
    """One row a message, in order. A message on which the compiler fails becomes an outcome `internal-error`.

    Raises MemoryError and OSError, which speak of the machine (no memory, no model file), and whatever the compiler
    raises for a plain message: it is not the messages' fault, and they must stay pending.
    """
    rows = iter(_compile([claim for claim in claims if not claim.is_too_large], compiler_version, log))
    return [_too_large(claim, compiler_version) if claim.is_too_large else next(rows) for claim in claims]


def _compile(claims: Sequence[Claim], compiler_version: str, log: Log) -> list[CompiledRow]:
    texts = [claim.raw for claim in claims]
    envelopes = [_envelope(claim.envelope) for claim in claims]
    try:
        return _checked(udf.compile_rows(texts, envelopes), len(claims))
    except (MemoryError, OSError):
        raise
    except Exception:
        log.warning("a batch of %d messages failed, its messages follow one by one", len(claims))
    rows = []
    for claim, text, envelope in zip(claims, texts, envelopes, strict=True):
        try:
            rows += _checked(udf.compile_rows([text], [envelope]), 1)
        except (MemoryError, OSError):
            raise
        except Exception as fault:
            # Raises when the plainest message fails too: then it is the compiler, and nothing is recorded.
            _checked(udf.compile_rows([PLAIN_MESSAGE.decode()], [Envelope()]), 1)
            log.error("the compiler failed on message %s\n%s", claim.message_id, traceback.format_exc())
            rows.append(_fault_row(claim, compiler_version, fault))
    return rows


@lru_cache(maxsize=1024)
def _envelope(dumped: str) -> Envelope:
    """The envelope, which is the same for all messages of an interchange."""
    return load_envelope(dumped)


def _checked(rows: list[CompiledRow], expected: int) -> list[CompiledRow]:
    if len(rows) != expected:
        raise RuntimeError(f"compile_rows gave {len(rows)} rows for {expected} messages")
    return rows


def _fault_row(claim: Claim, compiler_version: str, fault: Exception) -> CompiledRow:
    # The class alone: an exception's text may quote the message or tell of the machine. The log has all of it.
    detail = f"The compiler failed on this message ({type(fault).__name__}); the run's log has the details."
    return _refusal(claim, compiler_version, "internal-error", detail)


def _too_large(claim: Claim, compiler_version: str) -> CompiledRow:
    return _refusal(claim, compiler_version, TOO_LARGE, "Bronze holds the beginning of this message only; it is cut.")


def _refusal(claim: Claim, compiler_version: str, code: str, detail: str) -> CompiledRow:
    outcome = Outcome(
        message_type=claim.message_type,
        is_valid=False,
        is_complete=False,
        problems=[Problem(code=code, severity="error", detail=detail)],
        compiler_version=compiler_version,
    )
    return make_row(outcome, None)


def is_fault(row: CompiledRow) -> bool:
    return '"internal-error"' in row.problems


# Storing -----------------------------------------------------------------------------------------------------------

REFUSALS = (
    ValueError,
    psycopg.errors.DataError,
    psycopg.errors.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
)

Compiled = list[tuple[Claim, CompiledRow]]


def _store(connection: psycopg.Connection[Any], compiled: Compiled, compiler_version: str, log: Log) -> Compiled:
    """What was stored: the rows, with `internal-error` for each that PostgreSQL refused."""
    try:
        with connection.transaction():
            _write(connection, compiled, compiler_version)
    except REFUSALS:
        # One row that Silver cannot hold stops the whole COPY: each for itself then. Whoever wrote an outcome without
        # holding its message must give way, too.
        return [
            _store_one(connection, claim._replace(is_repeated=True), row, compiler_version, log)
            for claim, row in compiled
        ]
    return compiled


def _store_one(
    connection: psycopg.Connection[Any], claim: Claim, row: CompiledRow, compiler_version: str, log: Log
) -> tuple[Claim, CompiledRow]:
    try:
        with connection.transaction():
            _write(connection, [(claim, row)], compiler_version)
    except REFUSALS as fault:
        # An outcome that Silver cannot hold is our own bug, found here rather than in Gold.
        log.error("the outcome of message %s cannot be stored\n%s", claim.message_id, traceback.format_exc())
        row = _fault_row(claim, compiler_version, fault)
        _write(connection, [(claim, row)], compiler_version)
    return claim, row


def _write(connection: psycopg.Connection[Any], compiled: Compiled, compiler_version: str) -> None:
    # COPY knows no `on conflict`. We hold the messages' locks, so that nobody else writes their outcomes meanwhile.
    repeated = [claim.message_id for claim, _ in compiled if claim.is_repeated]
    if repeated:
        connection.execute("delete from silver.outcomes where message_id = any(%s)", (repeated,))
    with connection.cursor() as cursor:
        with cursor.copy(f"copy silver.outcomes ({COLUMNS}) from stdin") as copy:
            for claim, row in compiled:
                if len(row.document or "") <= _SLICE:
                    copy.write_row(_columns(claim.message_id, compiler_version, row))
        for claim, row in compiled:
            if len(row.document or "") > _SLICE:
                # psycopg would hold it three times over.
                with cursor.copy(f"copy silver.outcomes ({COLUMNS}) from stdin") as copy:
                    for part in _write_long(_columns(claim.message_id, compiler_version, row)):
                        copy.write(part)
        if any(row.attempt_log for _, row in compiled):
            with cursor.copy(f"copy silver.attempts ({ATTEMPT_COLUMNS}) from stdin") as copy:
                for claim, row in compiled:
                    for attempt in row.attempt_log:
                        copy.write_row(_attempt_columns(claim.message_id, compiler_version, attempt))


_SLICE = 1 << 20
"""Characters of a document that are sent at once."""
_COPIED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _write_long(columns: Sequence[Any]) -> Iterator[str]:
    """A row in COPY's text format, in pieces."""
    for number, value in enumerate(columns):
        if number:
            yield "\t"
        if value is None:
            yield r"\N"
        elif isinstance(value, bool):
            yield str(value).lower()
        elif isinstance(value, list):  # of plans, whose names are hexadecimal
            yield "{" + ",".join(value) + "}"
        else:
            text = str(value)
            for start in range(0, len(text), _SLICE):
                yield text[start : start + _SLICE].translate(_COPIED)
    yield "\n"


def _columns(message_id: str, compiler_version: str, row: CompiledRow) -> tuple[Any, ...]:
    return (
        message_id,
        # The version that was asked for, whatever the row says: it is what the anti-join looks for.
        compiler_version,
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
        list(row.plans),
    )


def _attempt_columns(message_id: str, compiler_version: str, attempt: Attempt) -> tuple[Any, ...]:
    return (
        message_id,
        compiler_version,
        attempt.attempt,
        attempt.chunk and storable_text(attempt.chunk),
        attempt.route,
        storable_text(attempt.reading),
        attempt.output and storable_text(attempt.output),
        storable_json(dump_problems(attempt.problems)),
        attempt.compile_ms,
    )
