"""The corpus: an endless seeded stream of chunks with their right answers, from partners that are drawn anew.

A partner is a dialect and a way of writing. Whether it may be learnt or is held out for the exam is decided by its
layout alone: vices are gone when a prompt is made, so a layout that taught under one vice would be known under all.
"""

import random
import zlib
from collections.abc import Iterator
from pathlib import Path

from udf.language.answers import encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import MARKERS, Bundles
from udf.train.corpus.drafts import Draft, chunk_draft
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.labels import read_labels
from udf.train.corpus.rendering import TAUGHT_VICES, Writing, draw_writing
from udf.train.corpus.x12 import X12Partner

TURNED = 0.15
"""Share of examples whose markers do not begin at the first, so that the last ones are learnt too. At inference they
always do; turned in every example, pointing had not emerged after 6.5 M tokens."""
TAUGHT = 0.1
"""Share of a teacher's labels among the examples, where there are any: they are few and repeat."""
Example = tuple[Bundles, list[int]]
"""A prompt and the tokens of its right answer."""
Dialect = EdifactPartner | X12Partner
MIX = (("SLSRPT", 24), ("INVRPT", 24), ("852", 26), ("846", 18), ("867", 10))
HELD_OUT_SHARE = 8
"""One layout in so many is held out."""


def draw_partner(r: random.Random) -> Dialect:
    """A dialect with a message type in the proportions of `MIX`."""
    (message_type,) = r.choices([name for name, _ in MIX], [weight for _, weight in MIX])
    return X12Partner(r, message_type) if message_type.isdigit() else EdifactPartner(r, message_type)


def is_held_out(dialect: Dialect) -> bool:
    """True for the layouts that no training example comes from."""
    return zlib.crc32(repr(dialect.layout).encode()) % HELD_OUT_SHARE == 0


def draw_written(
    r: random.Random, held_out: bool = False, vices: tuple[str, ...] = TAUGHT_VICES
) -> tuple[Dialect, Writing]:
    """A partner that may be learnt or one that is held out; vices that are never taught make it the latter."""
    while True:
        dialect = draw_partner(r)
        writing = draw_writing(r, dialect.message_type, vices)
        if writing.vices if vices is not TAUGHT_VICES else is_held_out(dialect) == held_out:
            return dialect, writing


def draw_examples(
    seed: int, markers_turn: bool = True, held_out: bool = False, taught: Path | None = None
) -> Iterator[Example]:
    """Prompts and their answers, endlessly; equal prompts of one message come once, since they teach the same.

    `taught` is a file of labels from `udf.train.corpus.teach`, which are mixed in.
    """
    r = random.Random(seed)
    labels = read_labels(taught) if taught else []
    while True:
        while labels and r.random() < TAUGHT:
            yield r.choice(labels).example(r.randrange(MARKERS) if markers_turn and r.random() < TURNED else 0)
        dialect, _ = draw_written(r, held_out)
        yield from draft_examples(dialect.draft(r), r if markers_turn else None)


def draft_examples(draft: Draft, r: random.Random | None = None) -> Iterator[Example]:
    """The examples of one draft; `r` turns the markers."""
    seen: set[Bundles] = set()
    for chunk, records in chunk_draft(draft):
        plain, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
        if plain in seen:
            continue
        seen.add(plain)
        offset = r.randrange(MARKERS) if r and r.random() < TURNED else 0
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, offset)
        shown = set(positions)
        if any(position not in shown for record in records for position in record.values()):
            continue  # cut off by MAX_COMPONENTS
        yield prompt, encode_answer(records, draft.message_type, chunk.segments, positions, offset)
