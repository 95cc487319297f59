"""Interchanges become messages; a file need not fit into memory.

Nothing a file holds, or fails to hold, is an exception here.
"""

import hashlib
import traceback
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from types import MappingProxyType
from typing import Any

import psycopg

from dagster_project.ingest.delivery import PART_BYTES
from dagster_project.ingest.landing import type_of_folder
from dagster_project.warehouse.connection import read_held
from udf.edi.encoding import Pieces
from udf.edi.interchange import Amendment, InterchangeMessage, Portion
from udf.edi.split import InterchangeStream
from udf.edi.window import BEGINNING_LENGTH
from udf.outcome import Envelope, Problem, dump_envelope, dump_problems
from udf.postgres.faults import PLAIN_MESSAGE
from udf.postgres.storable import storable_json, storable_text
from udf.postgres.worker import Log


def read_parts(connection: psycopg.Connection[Any], interchange_id: str) -> Iterator[bytes]:
    """The bytes of an interchange as they were received, piece by piece."""
    for number in count(1):
        row = connection.execute(
            "select content from bronze.interchange_parts where interchange_id = %s and part = %s",
            (interchange_id, number),
            binary=True,
        ).fetchone()
        if row is None:
            return
        yield bytes(row[0])


def split_pending(
    connection: psycopg.Connection[Any], log: Log, message_types: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, int]:
    """Split each interchange that has no messages yet, one transaction an interchange: (interchanges, messages).

    `message_types` says of folders of the landing folder what bodies without service segments in them are.
    A killed run leaves whole interchanges done and whole ones undone; a second worker skips what the first one holds.
    """
    interchange_count = message_count = 0
    with connection.cursor("unsplit", withhold=True) as unsplit:
        with connection.transaction():
            unsplit.execute(
                "select interchange_id from bronze.interchanges where message_count is null"
                " order by received_at, interchange_id"
            )
        for (interchange_id,) in read_held(connection, unsplit):
            with connection.transaction():
                added = _split(connection, interchange_id, log, message_types)
            interchange_count += added > 0
            message_count += added
    return interchange_count, message_count


def _split(connection: psycopg.Connection[Any], interchange_id: str, log: Log, message_types: Mapping[str, str]) -> int:
    # message_count is this row's own, so that PostgreSQL looks at it again once it holds the lock: another worker's
    # split is seen even when it was committed while this statement waited.
    claimed = connection.execute(
        """
        select size_bytes, received_at
        from bronze.interchanges
        where interchange_id = %s and message_count is null
        for update skip locked
        """,
        (interchange_id,),
    ).fetchone()
    if claimed is None:
        return 0
    size, received_at = claimed
    read: Pieces = lambda: read_parts(connection, interchange_id)  # noqa: E731
    if size <= PART_BYTES:
        content = b"".join(read())
        read = lambda: [content]  # noqa: E731
    encoding = encoding_source = None
    store = MessageStore(connection, interchange_id, received_at)
    store.named_type = _name_type(connection, interchange_id, message_types)
    try:
        with connection.transaction():
            stream = InterchangeStream(read)
            for portion in stream.portions():
                store.add(portion)
    except (MemoryError, OSError, psycopg.Error):
        # The machine's fault and not the file's: it stays pending.
        raise
    except Exception as fault:
        # Nor is it the file's when the plainest one fails too: raises, and the file stays pending.
        list(InterchangeStream(lambda: [PLAIN_MESSAGE.encode()]).portions())
        log.error("interchange %s could not be split\n%s", interchange_id, traceback.format_exc())
        detail = f"The interchange could not be split: {type(fault).__name__}."
        problems = [Problem(code="internal-error", severity="error", detail=detail)]
        # ISO 8859-1 gives every byte a character: the text is there for a person, with nothing lost.
        text = next(iter(read()), b"").decode("iso-8859-1")
        text = text if size <= PART_BYTES else text[:BEGINNING_LENGTH]
        store.add(Portion([InterchangeMessage(1, text, None, None, Envelope(), problems)], []))
        message_count = 1
    else:
        encoding, encoding_source = stream.encoding.name, stream.encoding.source
        problems, message_count = stream.problems.listed(), stream.count
    connection.execute(
        """
        update bronze.interchanges
        set encoding = %s, encoding_source = %s, problems = %s, message_count = %s
        where interchange_id = %s
        """,
        (encoding, encoding_source, storable_json(dump_problems(problems)), message_count, interchange_id),
    )
    return message_count


def _name_type(
    connection: psycopg.Connection[Any], interchange_id: str, message_types: Mapping[str, str]
) -> str | None:
    """What the folder of the file that first brought these bytes says of a body without service segments."""
    if not message_types:
        return None
    found = connection.execute(
        "select path from bronze.deliveries where interchange_id = %s order by delivery_id limit 1", (interchange_id,)
    ).fetchone()
    return type_of_folder(found[0], message_types) if found else None


class MessageStore:
    """Writes the messages of one interchange."""

    def __init__(self, connection: psycopg.Connection[Any], interchange_id: str, received_at: datetime) -> None:
        self.connection = connection
        self.interchange_id = interchange_id
        self.received_at = received_at
        self.named_type: str | None = None
        """What a message is said to be that does not say its type itself."""
        # All messages of an envelope share it.
        self._envelope: Envelope | None = None
        self._dumped = ""

    def add(self, portion: Portion) -> None:
        with (
            self.connection.cursor() as cursor,
            cursor.copy(
                "copy bronze.messages (message_id, interchange_id, position, raw, content_sha256, message_type,"
                " reference, envelope, problems, received_at) from stdin"
            ) as copy,
        ):
            for message in portion.messages:
                copy.write_row(self._columns(message))
        for amendment in portion.amendments:
            self._amend(amendment)

    def _columns(self, message: InterchangeMessage) -> tuple[Any, ...]:
        raw = storable_text(message.text)
        if message.envelope is not self._envelope:
            self._envelope = message.envelope
            said = message.envelope
            if message.message_type is None:
                said = said._replace(message_type=self.named_type)
            self._dumped = storable_json(dump_envelope(said))
        return (
            mint_message_id(self.interchange_id, message.position),
            self.interchange_id,
            message.position,
            raw,
            hashlib.sha256(raw.encode()).hexdigest(),
            message.message_type and storable_text(message.message_type),
            message.reference and storable_text(message.reference),
            self._dumped,
            storable_json(dump_problems(message.problems)),
            self.received_at,
        )

    def _amend(self, amendment: Amendment) -> None:
        self.connection.execute(
            """
            update bronze.messages
            set problems = %s::jsonb || problems
            where interchange_id = %s and position between %s and %s
            """,
            (
                storable_json(dump_problems(amendment.problems)),
                self.interchange_id,
                amendment.first,
                amendment.last,
            ),
        )


def mint_message_id(interchange_id: str, position: int) -> str:
    """The name of a message from Bronze to Gold: SHA-256 of "<interchange_id>:<position>"."""
    return hashlib.sha256(f"{interchange_id}:{position}".encode()).hexdigest()
