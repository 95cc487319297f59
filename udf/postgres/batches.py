"""Which messages are pending, and how they are cut into batches.

Settled is a message whose outcome is of the compiler's version and was made under what is decided for its partner now
(silver.settled_outcomes).
"""

from collections.abc import Iterable, Iterator

PENDING = """
    select messages.message_id, octet_length(messages.raw)
    from bronze.messages
    where not exists (
        select
        from silver.settled_outcomes
        where settled_outcomes.message_id = messages.message_id and settled_outcomes.compiler_version = $1
    )
"""
"""Ids and bytes of the messages that are not settled for the compiler $1."""


def cut(pending: Iterable[tuple[str, int]], batch_size: int, batch_bytes: int) -> Iterator[list[str]]:
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
