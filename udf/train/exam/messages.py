"""The exam's messages, split by what they examine, with what they state.

A held-out partner shares its layout with no partner of the corpus; a held-out quirk is one that the corpus does not
know at all; damaged messages hold every kind that a reader has to notice (`udf.train.attack.kinds`).
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from udf.train.attack.kinds import KINDS
from udf.train.attack.sound import SoundMessage, draw_sound_messages
from udf.train.corpus.drafts import Draft
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import HELD_OUT_QUIRKS, TRAINED_QUIRKS, render_interchange
from udf.train.corpus.truth import Essence, Header, expected_groups, expected_header

KNOWN, HELD_OUT, QUIRKS = "known partners", "held-out partners", "held-out quirks"
SPLITS = (KNOWN, HELD_OUT, QUIRKS)
_SEEDS = {QUIRKS: "held-out vices"}
"""What a split is drawn by, where it was called otherwise before: its messages stay those of earlier exams."""


@dataclass(frozen=True, slots=True)
class ExamMessage:
    """One file of the exam: its bytes, what each line group and the document state, the lines without a quantity."""

    split: str
    data: bytes
    groups: list[Counter[Essence]]
    gaps: int
    header: Header
    draft: Draft

    @property
    def lines(self) -> Counter[Essence]:
        return sum(self.groups, Counter())


def draw_messages(split: str, seed: int) -> Iterator[ExamMessage]:
    """Files of one message of drawn partners, endlessly."""
    r = random.Random(f"{_SEEDS.get(split, split)}:{seed}")
    quirks = HELD_OUT_QUIRKS if split == QUIRKS else TRAINED_QUIRKS
    while True:
        dialect, writing = draw_written(r, held_out=split == HELD_OUT, quirks=quirks)
        draft = dialect.draft(r)
        data = render_interchange(draft, writing, r)
        yield ExamMessage(split, data, expected_groups(draft), draft.gaps, expected_header(draft), draft)


def draw_damaged(seed: int) -> Iterator[tuple[str, SoundMessage, str]]:
    """(kind, sound message, damaged text), endlessly, of known and held-out partners in turn.

    Kinds that no reader could notice are left out.
    """
    r = random.Random(f"damaged:{seed}")
    kinds = [kind for kind in KINDS if not kind.unprovable]
    sounds = cycle((draw_sound_messages(r, held_out=False), draw_sound_messages(r, held_out=True)))
    while True:
        _, _, sound = next(next(sounds))
        for kind in r.sample(kinds, 4):
            text = kind.alter(r, sound)
            if text is not None and text != sound.text:
                yield kind.name, sound, text
