"""Which messages are pending, and how they are cut into batches."""

from collections.abc import Iterable, Iterator

PENDING = """
    select messages.message_id, octet_length(messages.raw)
    from bronze.messages
    where not exists (
        select
        from silver.outcomes
        where outcomes.message_id = messages.message_id and outcomes.compiler_version = $1
    )
"""
"""Ids and bytes of the messages that have no outcome of the compiler $1."""


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
