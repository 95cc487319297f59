"""The procedure udf.compile_pending: Bronze to Silver inside the warehouse, without Dagster."""

import time
from collections.abc import Sequence
from typing import Any

from udf.outcome import CompiledRow, Envelope
from udf.postgres.batches import PENDING, cut
from udf.postgres.database import Statement
from udf.postgres.schema_version import describe_mismatch, read_schema_version
from udf.postgres.session import Session
from udf.postgres.spi import SpiDatabase
from udf.postgres.worker import Progress, Worker

# A batch ends at this many bytes of text too, unless its first message is larger: what is lost with a killed session,
# and held in memory.
_BATCH_BYTES = 1_000_000

# From one batch to the next the ids rise, so that the anti-join never walks twice over what is done.
_NEXT = Statement(
    f"{PENDING} and messages.message_id > $2 order by messages.message_id limit $3", ("text", "text", "integer")
)


def compile_pending(session: Session, batch_size: int, max_seconds: float) -> None:
    """Compile what has no outcome of this compiler, a batch a transaction, until nothing is pending that no other
    session holds, or the seconds are over. A batch that has begun is finished."""
    plpy = session.plpy
    if batch_size < 1:
        plpy.error("batch_size must be at least 1", sqlstate="22023")

    def compile_rows(texts: Sequence[str], envelopes: Sequence[Envelope | None]) -> list[CompiledRow]:
        rows: list[CompiledRow] = session.load_worker().compile_rows(texts, envelopes)
        return rows

    database = SpiDatabase(plpy)
    if complaint := describe_mismatch(read_schema_version(lambda query: database.fetch(Statement(query)))):
        plpy.error(complaint, sqlstate="55000")
    version, _ = session.versions()
    compiler = session.load_worker()
    worker = Worker(
        database, compile_rows, version, compiler.reference, compiler.plans, _Notices(plpy), session.serve
    )  # fmt: skip
    progress, last_id = Progress(), ""
    began = time.monotonic()
    left = "nothing is left that no other session holds"
    while found := database.fetch(_NEXT, version, last_id, batch_size):
        batch = next(cut(((message_id, size) for message_id, size in found), batch_size, _BATCH_BYTES))
        last_id = batch[-1]
        progress = progress.plus(worker.work(batch))
        _commit(plpy)
        if time.monotonic() - began >= max_seconds:
            left = "the seconds are over, and there may be more"
            break
    plpy.notice(f"{progress.outcomes} outcomes, {progress.invalid} of them invalid; {left}")


class _Notices:
    """A log whose records go to the caller and into the server's log."""

    def __init__(self, plpy: Any) -> None:
        self.plpy = plpy

    def info(self, text: str, *values: object) -> None:
        self.plpy.info(text % values)

    def warning(self, text: str, *values: object) -> None:
        self.plpy.warning(text % values)

    error = warning  # plpy.error would end the call


def _commit(plpy: Any) -> None:
    """End the batch's transaction; where the caller has begun one of his own, all batches are part of it."""
    try:
        plpy.commit()
    except plpy.SPIError as error:
        if error.sqlstate != "2D000":
            raise
