"""The corpus: an endless seeded stream of chunks with their right answers, from partners that are drawn anew."""

import random
from collections.abc import Iterator
from pathlib import Path

from udf.codec import MARKERS, encode_answer, encode_chunk
from udf.train.drafts import Draft, chunk_draft
from udf.train.edifact import EdifactPartner
from udf.train.taught import read_labels
from udf.train.x12 import X12Partner

TURNED = 0.15
"""Share of examples whose markers do not begin at the first, so that the last ones are learnt too. At inference they
always do; turned in every example, pointing had not emerged after 6.5 M tokens."""
TAUGHT = 0.1
"""Share of a teacher's labels among the examples, where there are any: they are few and repeat."""
Partner = EdifactPartner | X12Partner
MIX = (("SLSRPT", 24), ("INVRPT", 24), ("852", 26), ("846", 18), ("867", 8))


def draw_partner(r: random.Random) -> Partner:
    """A partner with a message type in the proportions of `MIX`."""
    (message_type,) = r.choices([name for name, _ in MIX], [weight for _, weight in MIX])
    return X12Partner(r, message_type) if message_type.isdigit() else EdifactPartner(r, message_type)


def draw_examples(
    seed: int, markers_turn: bool = True, taught: Path | None = None
) -> Iterator[tuple[list[int], list[int]]]:
    """Prompt and answer tokens, endlessly; equal prompts of one message come once, since they teach the same.

    `taught` is a file of labels from `udf.train.teach`, which are mixed in.
    """
    r = random.Random(seed)
    labels = read_labels(taught) if taught else []
    while True:
        while labels and r.random() < TAUGHT:
            yield r.choice(labels).example(r.randrange(MARKERS) if markers_turn and r.random() < TURNED else 0)
        draft = draw_partner(r).draft(r)
        yield from draft_examples(draft, r if markers_turn else None)


def draft_examples(draft: Draft, r: random.Random | None = None) -> Iterator[tuple[list[int], list[int]]]:
    """The examples of one draft; `r` turns the markers."""
    seen: set[tuple[int, ...]] = set()
    for chunk, records in chunk_draft(draft):
        plain, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
        if tuple(plain) in seen:
            continue
        seen.add(tuple(plain))
        offset = r.randrange(MARKERS) if r and r.random() < TURNED else 0
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, offset)
        shown = set(positions)
        if any(position not in shown for record in records for position in record.values()):
            continue  # cut off by MAX_COMPONENTS
        yield prompt, encode_answer(records, draft.message_type, chunk.segments, positions, offset)
