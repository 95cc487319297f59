"""The corpus: an endless seeded stream of chunks with their right answers, from partners that may be learnt."""

import random
from collections.abc import Iterator
from pathlib import Path

from udf.language.answers import encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import MARKERS, Bundles
from udf.train.corpus.drafts import Draft, chunk_draft
from udf.train.corpus.labels import read_labels
from udf.train.corpus.partners import draw_written

TURNED = 0.15
"""Share of examples whose markers do not begin at the first, so that the last ones are learnt too. At inference they
always do; turned in every example, pointing had not emerged after 6.5 M tokens."""
LABELLED = 0.1
"""Share of a teacher's labels among the examples, where there are any: they are few and repeat."""
Example = tuple[Bundles, list[int]]
"""A prompt and the tokens of its right answer."""


def draw_examples(
    seed: int, markers_turn: bool = True, held_out: bool = False, teacher_labels: Path | None = None
) -> Iterator[Example]:
    """Prompts and their answers, endlessly; equal prompts of one message come once, since they are the same example.

    `teacher_labels` is a file of `udf.train.corpus.teach`, whose labels are mixed in.
    """
    r = random.Random(seed)
    labels = read_labels(teacher_labels) if teacher_labels else []
    while True:
        while labels and r.random() < LABELLED:
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
