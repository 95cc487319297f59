"""Every message that has no outcome of the current compiler: listed, cut into batches, compiled until none is left.

Neither dagster nor dbt is imported: worker processes start in a moment.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice
from typing import Any, NamedTuple

import psycopg
from psycopg.raw_cursor import RawServerCursor

import udf
from dagster_project.compile.connection import PsycopgDatabase
from dagster_project.compile.pool import share, usable_cores
from dagster_project.warehouse.connection import read_held
from udf.outcome import CompiledRow, Envelope
from udf.postgres.batches import PENDING, cut
from udf.postgres.worker import Log, Progress, Worker

# Plans finish a batch in a fifth of a second, and nobody reads five lines a second.
SECONDS_BETWEEN_REMARKS = 2.0


class Cut(NamedTuple):
    """How pending messages are cut into batches, each a transaction, and how many processes share them."""

    batch_size: int = 200
    # A batch is what a killed worker loses, and what it holds in memory.
    batch_bytes: int = 250_000
    # 0: a process for each core that the run may use, and no process of its own for work that fits into one batch.
    workers: int = 0


def compile_pending(connection: psycopg.Connection[Any], how: Cut, log: Log) -> Progress:
    """Compile every message that has no outcome of the current compiler, batch by batch.

    Returns when none is pending. Safe beside other workers: a message is compiled by whoever holds its row, and
    messages that others hold are waited for, since they come back if the other worker dies.
    """
    compiler_version = udf.compiler_version()
    progress = Progress()
    started = remarked = time.monotonic()
    while True:
        before = progress.outcomes
        with list_pending(connection, compiler_version) as (count, pending):
            batches = cut(pending, how.batch_size, how.batch_bytes)
            with closing(_compile(connection, batches, how.workers, compiler_version, log)) as done:
                for more in done:
                    progress = progress.plus(more)
                    now, total = time.monotonic(), before + count
                    if now - remarked >= SECONDS_BETWEEN_REMARKS or progress.outcomes == total:
                        rate = progress.outcomes / (now - started)
                        log.info("compiled %d of %d messages (%.1f a second)", progress.outcomes, total, rate)
                        remarked = now
        if not count:
            return progress
        if progress.outcomes == before:
            log.info("waiting for %d messages that another worker holds", count)
            time.sleep(1)


def _compile(
    connection: psycopg.Connection[Any], batches: Iterator[list[str]], workers: int, compiler_version: str, log: Log
) -> Generator[Progress]:
    """What came of each batch, by this process or by several others."""
    first = list(islice(batches, workers or usable_cores()))
    batches = chain(first, batches)
    if len(first) > 1:
        yield from share(batches, len(first), compiler_version, log)
    elif first:
        worker = open_worker(connection, compiler_version, log)
        for batch in batches:
            with connection.transaction():
                done = worker.work(batch)
            yield done


def open_worker(connection: psycopg.Connection[Any], compiler_version: str, log: Log) -> Worker:
    """A worker with this process's compiler, for as long as the connection lasts; it works by what is decided there."""
    from udf.compiler import load_compiler

    compiler = load_compiler()
    database = PsycopgDatabase(connection)
    return Worker(database, _compile_rows, compiler_version, compiler.reference, compiler.plans, log)


def _compile_rows(texts: Sequence[str], envelopes: Sequence[Envelope | None]) -> list[CompiledRow]:
    return udf.compile_rows(texts, envelopes)


@contextmanager
def list_pending(
    connection: psycopg.Connection[Any], compiler_version: str
) -> Iterator[tuple[int, Iterator[tuple[str, int]]]]:
    """How many messages are pending, and their ids and bytes, in the order in which they happen to lie.

    The server keeps the list, so that millions of ids take no memory here, and one anti-join serves all batches.
    """
    with RawServerCursor(connection, "pending", scrollable=True, withhold=True) as cursor:
        with connection.transaction():
            cursor.execute(PENDING.encode(), (compiler_version,))
            count = connection.execute("move forward all in pending").rowcount
            connection.execute("move absolute 0 in pending")
        yield count, read_held(connection, cursor)
