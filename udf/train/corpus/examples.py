"""The corpus: an endless seeded stream of chunks with their right answers, from partners that may be learnt."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from udf.language.answers import encode_answer
from udf.language.meanings import STATES, TAUGHT, TRANSFERS, encode_meaning, write_meaning
from udf.language.outline import cut_by_outline, spread_of
from udf.language.prompts import encode_chunk
from udf.language.spread import Spread
from udf.language.vocabulary import MARKERS, Bundles
from udf.reading import Record
from udf.standards.chunks import Chunk
from udf.train.corpus.drafts import Draft, chunk_draft, label
from udf.train.corpus.labels import read_labels
from udf.train.corpus.measures import measure_of, refine_measure
from udf.train.corpus.outsiders import add_habits
from udf.train.corpus.partners import draw_written
from udf.train.corpus.strangers import draw_stranger

TURNED = 0.15
"""Share of examples whose markers do not begin at the first, so that the last ones are learnt too. At inference they
always do; turned in every example, pointing had not emerged after 6.5 M tokens."""
LABELLED = 0.1
"""Share of a teacher's labels among the examples, where there are any: they are few and repeat."""
STRANGE = 0.2
"""Share of partners beyond the standard: of what the standards decide there is always most."""
MEANINGS = 2
"""Codes of which the meaning is asked, for each draft: a few positions each."""
OPEN = 0.05
"""Share of ordinary partners that are shown as if the standards decided nothing: a proposal may be of one."""
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
        for _ in range(MEANINGS):
            yield draw_meaning(r)
        turn = r if markers_turn else None
        if (mode := r.random()) < STRANGE:
            yield from open_examples(_draft_stranger(r, held_out), turn)
        else:
            draft = draw_written(r, held_out)[0].draft(r)
            add_habits(draft, r)
            yield from open_examples(draft, turn) if mode < STRANGE + OPEN else draft_examples(draft, turn)


def draw_meaning(r: random.Random) -> Example:
    """What a code means, in a message type and with what stands beside it."""
    message_type, tag = r.choice(list(TAUGHT))
    code = r.choice(TAUGHT[message_type, tag])
    state = r.choice(["", *STATES.get(message_type, ())])
    transfer = r.choice(["", *TRANSFERS.get(message_type, ())])
    measure = refine_measure(message_type, measure_of(message_type, tag, code, ""), state, transfer)
    prompt = encode_meaning(message_type, tag, code, state, transfer)
    if prompt is None:
        raise ValueError(f"{message_type} {tag} {code} has no prompt")
    return prompt, write_meaning(measure)


def _draft_stranger(r: random.Random, held_out: bool) -> Draft:
    while True:
        try:
            return draw_stranger(r, held_out).draft(r)
        except ValueError:  # another message of that partner has nothing that its invention could be made of
            continue


def draft_examples(draft: Draft, r: random.Random | None = None) -> Iterator[Example]:
    """The examples of one draft; `r` turns the markers."""
    return _make_examples(draft, chunk_draft(draft), None, r)


def open_examples(draft: Draft, r: random.Random | None = None) -> Iterator[Example]:
    """The examples of one draft as it is shown where the standards do not decide; none where its outline hides it."""
    chunks = cut_by_outline(draft.segments, draft.message_type)
    above = {id(segment) for chunk in (chunks.header, *chunks.groups) for segment in chunk.segments}
    if any(id(reference[0]) not in above for _, reference in draft.statements):
        return iter(())
    spread = spread_of(draft.segments, chunks)
    return _make_examples(draft, [(chunk, label(draft, chunk)) for chunk in chunks], spread, r)


def _make_examples(
    draft: Draft, chunks: Sequence[tuple[Chunk, list[Record]]], spread: Spread | None, r: random.Random | None
) -> Iterator[Example]:
    seen: set[Bundles] = set()
    for chunk, records in chunks:
        plain, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, spread=spread)
        if plain in seen:
            continue
        seen.add(plain)
        offset = r.randrange(MARKERS) if r and r.random() < TURNED else 0
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, offset, spread)
        shown = set(positions)
        if any(position not in shown for record in records for position in record.values()):
            continue  # cut off by MAX_COMPONENTS
        yield prompt, encode_answer(records, draft.message_type, chunk.segments, positions, offset)
