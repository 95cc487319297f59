"""Partners: each draws its dialect once, and its layout decides whether it is held out."""

import random
from collections import Counter

import pytest

from udf.train.corpus.drafts import stands
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.partners import HELD_OUT_SHARE, MIX, draw_partner, draw_written, is_held_out
from udf.train.corpus.x12 import X12Partner


def test_message_types_come_in_their_shares() -> None:
    r = random.Random(1)
    counts = Counter(draw_partner(r).message_type for _ in range(1000))
    whole = sum(part for _, part in MIX)
    assert all(abs(counts[name] / 1000 - part / whole) < 0.04 for name, part in MIX)


def test_a_partner_is_held_out_as_asked() -> None:
    r = random.Random(2)
    for held_out in (True, False):
        assert all(is_held_out(draw_written(r, held_out)[0]) == held_out for _ in range(30))


def test_one_layout_in_so_many_is_held_out() -> None:
    r = random.Random(3)
    layouts = {dialect.layout: is_held_out(dialect) for dialect in (draw_partner(r) for _ in range(1500))}
    assert 0.5 < sum(layouts.values()) / len(layouts) * HELD_OUT_SHARE < 1.5


@pytest.mark.parametrize("message_type", [name for name, _ in MIX])
def test_the_same_seed_draws_the_same_partner_and_message(message_type: str) -> None:
    kind = X12Partner if message_type.isdigit() else EdifactPartner
    texts = []
    for _ in range(2):
        r = random.Random(4)
        draft = kind(r, message_type).draft(r)
        texts.append([(segment.tag, segment.elements) for segment in draft.segments])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("message_type", [name for name, _ in MIX])
def test_every_line_states_an_item_and_a_quantity_that_stand_in_the_message(message_type: str) -> None:
    r = random.Random(5)
    kind = X12Partner if message_type.isdigit() else EdifactPartner
    for _ in range(60):
        draft = kind(r, message_type).draft(r)
        segments = {id(segment) for segment in draft.segments}
        for record in draft.whole:
            assert {"item", "quantity", "qualifier"} <= record.keys()
            assert all(stands(at) and id(at[0]) in segments for at in record.values())
