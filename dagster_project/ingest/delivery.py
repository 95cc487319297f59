"""Files become interchanges: each file is a delivery, and its bytes, where they are new, an interchange in parts.

Nothing a file holds, or fails to hold, is an exception here; a file need not fit into memory.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import psycopg

from dagster_project.ingest.known import KnownFiles
from dagster_project.ingest.landing import LandingFile
from udf.edi.encoding import Pieces

# Bytes are kept in rows of this size: PostgreSQL holds a value in memory as a whole, several times over.
PART_BYTES = 1 << 20
# Files of a transaction. Each commit waits for the disk, which took most of the time of a folder of small files.
FILES_AT_ONCE = 100

Delivery = Literal["loaded", "repeated", "ignored", "known", "unfinished", "unreadable"]


class _Before(NamedTuple):
    """The interchange that a path held when it was last delivered."""

    interchange_id: str
    size: int


def deliver_all(
    connection: psycopg.Connection[Any], files: Iterable[LandingFile], known: KnownFiles | None = None
) -> Iterator[Delivery]:
    """Record the files, the small ones some at a time: what became of each, in order. `known` is told of them."""
    small: list[LandingFile] = []
    for file in files:
        if file.size is None or file.size <= PART_BYTES:
            small.append(file)
            if len(small) < FILES_AT_ONCE:
                continue
            large = []
        else:
            large = [file]
        yield from _deliver_together(connection, small, known)
        small = []
        for one in large:
            yield from _deliver_together(connection, [one], known)
    yield from _deliver_together(connection, small, known)


def _deliver_together(
    connection: psycopg.Connection[Any], files: list[LandingFile], known: KnownFiles | None
) -> list[Delivery]:
    with connection.transaction():
        before = _find_before(connection, [file.path for file in files])
        done = [_deliver(connection, file, before.get(file.path)) for file in files]
        if known:
            taken = zip(files, done, strict=True)
            known.remember(file for file, what in taken if what not in {"unfinished", "unreadable"})
    return done


def deliver(connection: psycopg.Connection[Any], file: LandingFile) -> Delivery:
    """Record one file, and its bytes if they are new, in one transaction.

    Returns what became of it: `known` when this file with these bytes was recorded before, `unfinished` (and nothing
    recorded) when it changed while it was read, `unreadable` when it could not be opened.
    """
    (done,) = _deliver_together(connection, [file], None)
    return done


def _find_before(connection: psycopg.Connection[Any], paths: list[str]) -> dict[str, _Before]:
    rows = connection.execute(
        """
        select distinct on (deliveries.path) deliveries.path, interchanges.interchange_id, interchanges.size_bytes
        from bronze.deliveries
        inner join bronze.interchanges on interchanges.interchange_id = deliveries.interchange_id
        where deliveries.path = any(%s)
        order by deliveries.path, deliveries.delivery_id desc
        """,
        (paths,),
    )
    return {path: _Before(interchange_id, size) for path, interchange_id, size in rows}


class _ChangedError(Exception):
    """The file is not what it was when its digest was taken."""


def _deliver(connection: psycopg.Connection[Any], file: LandingFile, before: _Before | None) -> Delivery:
    if file.ignored is not None:
        return _record_delivery(connection, file, None, "ignored", file.ignored)
    try:
        interchange_id, parts, is_continued = _examine(file, before)
    except OSError as error:
        _record_delivery(connection, file, None, "ignored", f"cannot be read: {error.strerror}")
        return "unreadable"
    except _ChangedError:
        return "unfinished"
    continues = before.interchange_id if before and is_continued else None
    try:
        with connection.transaction():
            added = connection.execute(
                """
                insert into bronze.interchanges (interchange_id, file_name, size_bytes)
                values (%s, %s, %s)
                on conflict do nothing
                """,
                (interchange_id, file.path.rpartition("/")[2], file.size),
            ).rowcount
            if added:
                _keep(connection, interchange_id, parts())
            status: Literal["loaded", "repeated"] = "loaded" if added else "repeated"
            delivery = _record_delivery(connection, file, interchange_id, status, None, continues)
            changed = {continues} if added or delivery == "known" else {continues, interchange_id}
            _mark_withdrawn(connection, [identity for identity in changed if identity])
            return delivery
    except (OSError, _ChangedError):
        return "unfinished"


def _examine(file: LandingFile, before: _Before | None) -> tuple[str, Pieces, bool]:
    """Digest and bytes of the file, and whether they go on where those of before ended, all of which come first.

    Raises _ChangedError where the file is not as it was listed, and OSError.
    """
    digest, size, part, is_continued = hashlib.sha256(), 0, b"", False
    for part in _read(file.location):
        if before and size <= before.size < size + len(part):
            beginning = digest.copy()
            beginning.update(part[: before.size - size])
            is_continued = beginning.hexdigest() == before.interchange_id
        digest.update(part)
        size += len(part)
    if (size, os.stat(file.location).st_mtime_ns) != (file.size, file.modified_ns):
        raise _ChangedError
    # A small one is read once, a large one again while it is written.
    if size <= PART_BYTES:
        return digest.hexdigest(), lambda: [part], is_continued
    return digest.hexdigest(), lambda: _read(file.location), is_continued


def _read(location: str) -> Iterator[bytes]:
    with open(location, "rb") as file:
        while part := file.read(PART_BYTES):
            yield part


def _mark_withdrawn(connection: psycopg.Connection[Any], interchange_ids: list[str]) -> None:
    """Say of the interchanges whether under each of their names a file came that goes on where they end."""
    if not interchange_ids:
        return
    connection.execute(
        """
        update bronze.interchanges
        set is_withdrawn = not is_withdrawn
        where interchange_id = any(%s)
            and is_withdrawn = exists (
                select
                from bronze.deliveries as delivery
                where delivery.interchange_id = interchanges.interchange_id
                    and not exists (
                        select
                        from bronze.deliveries as later
                        where later.path = delivery.path and later.continues = interchanges.interchange_id
                    )
            )
        """,
        (interchange_ids,),
    )


def _keep(connection: psycopg.Connection[Any], interchange_id: str, parts: Iterable[bytes]) -> None:
    digest = hashlib.sha256()
    for number, part in enumerate(parts, 1):
        digest.update(part)
        connection.execute(
            "insert into bronze.interchange_parts (interchange_id, part, content) values (%s, %s, %b)",
            (interchange_id, number, part),
        )
    if digest.hexdigest() != interchange_id:
        raise _ChangedError


def _record_delivery(
    connection: psycopg.Connection[Any],
    file: LandingFile,
    interchange_id: str | None,
    status: Literal["loaded", "repeated", "ignored"],
    reason: str | None,
    continues: str | None = None,
) -> Delivery:
    added = connection.execute(
        """
        insert into bronze.deliveries (path, interchange_id, status, reason, size_bytes, continues)
        values (%s, %s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (file.path, interchange_id, status, reason, file.size, continues),
    ).rowcount
    return status if added else "known"
