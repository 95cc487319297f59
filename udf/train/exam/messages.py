"""The exam's messages, split by what they examine, with what they state.

A held-out partner shares its layout with no partner of the corpus; a held-out vice is one that the corpus does not know
at all; damaged messages hold every kind that a reader has to notice (`udf.train.attack.kinds`).
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

from udf.outcome import Line
from udf.standards.reference import load_reference
from udf.train.attack.adversary import draw_sounds
from udf.train.attack.damage import Sound
from udf.train.attack.kinds import KINDS
from udf.train.corpus.drafts import Draft
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import HELD_OUT_VICES, TAUGHT_VICES, render_interchange
from udf.train.corpus.truth import Essence, Header, expected_groups, expected_header

KNOWN, HELD_OUT, VICES = "known partners", "held-out partners", "held-out vices"
SPLITS = (KNOWN, HELD_OUT, VICES)


@dataclass(frozen=True, slots=True)
class Paper:
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


def draw_papers(split: str, seed: int) -> Iterator[Paper]:
    """Files of one message of drawn partners, endlessly."""
    r = random.Random(f"{split}:{seed}")
    vices = HELD_OUT_VICES if split == VICES else TAUGHT_VICES
    tables = load_reference()
    while True:
        dialect, writing = draw_written(r, held_out=split == HELD_OUT, vices=vices)
        draft = dialect.draft(r)
        data = render_interchange(draft, writing, r)
        yield Paper(split, data, expected_groups(draft, tables), draft.gaps, expected_header(draft), draft)


def draw_damaged(seed: int) -> Iterator[tuple[str, Sound, str]]:
    """(kind, sound message, damaged text), endlessly, of known and held-out partners in turn.

    Kinds that no reader could notice are left out.
    """
    r = random.Random(f"damaged:{seed}")
    kinds = [kind for kind in KINDS if not kind.unprovable]
    sounds = cycle((draw_sounds(r, held_out=False), draw_sounds(r, held_out=True)))
    while True:
        _, _, sound = next(next(sounds))
        for kind in r.sample(kinds, 4):
            text = kind.alter(r, sound)
            if text is not None and text != sound.text:
                yield kind.name, sound, text


Checked = tuple[Any, ...]


def read_samples(folder: Path) -> Iterator[tuple[Path, Counter[Checked]]]:
    """Interchanges with hand-checked records: the file and what it states."""
    for path in sorted(folder.rglob("*.expected.json")):
        records = json.loads(path.read_text())
        yield path.with_name(path.name.replace(".expected.json", ".edi")), Counter(map(_checked, records))


def _checked(record: dict[str, Any]) -> Checked:
    sales = record["record_type"] == "sales"
    dates = (record["period_start"], record["period_end"]) if sales else (record["report_date"],) * 2
    return (
        record["item_id"], record["item_id_type"], record["location_id"], record["qualifier"].split()[1],
        Decimal(record["quantity"]), record["unit"], *dates,
    )  # fmt: skip


def checked(line: Line) -> Checked:
    """A compiled line as the hand-checked records state theirs."""
    start, end = (line.period_start, line.period_end) if line.measure == "sold" else (line.as_of_date,) * 2
    return (
        line.item_id, line.item_id_type, line.location_id, line.qualifier, line.quantity, line.unit,
        start and start.isoformat(), end and end.isoformat(),
    )  # fmt: skip
