"""Partners beyond the standard: the same in each message, with whole kinds of invention held out."""

import random

from udf.train.corpus.inventions import HELD_OUT
from udf.train.corpus.strangers import count_kinds, draw_stranger, expected_proposals


def test_a_partner_that_may_be_learnt_has_no_kind_that_is_held_out() -> None:
    r = random.Random(1)
    assert set(count_kinds(draw_stranger(r) for _ in range(60))).isdisjoint(HELD_OUT)


def test_a_held_out_partner_has_one() -> None:
    r = random.Random(2)
    for stranger in (draw_stranger(r, held_out=True) for _ in range(40)):
        assert set(stranger.kinds) & set(HELD_OUT)


def test_an_invention_is_the_same_in_each_message_of_a_partner() -> None:
    r = random.Random(3)
    stranger = next(s for s in iter(lambda: draw_stranger(r), None) if s.kinds == ("place: own role",))
    codes = set()
    for _ in range(3):
        draft = stranger.draft(r)
        places = [record["location"][0] for record in draft.whole if "location" in record]
        codes |= {place.elements[0][0] for place in places if place.tag in ("NAD", "LOC", "N1")}
    assert len(codes) == 1


def test_a_proposal_has_a_row_for_each_quantity_with_its_values_as_sent() -> None:
    r = random.Random(4)
    draft = draw_stranger(r).draft(r)
    rows = expected_proposals(draft)
    assert rows.total() == len(draft.whole)
    assert all(row[0] and row[3] for row in rows)
