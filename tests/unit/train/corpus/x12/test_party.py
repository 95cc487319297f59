"""Parties with their details, with short numbers and beside the place: none of it is a place."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from udf.train.corpus.drafts import Draft
from udf.train.corpus.x12 import X12Partner
from udf.train.corpus.x12.dialect import AGENTS, PARTIES

Drawn = Callable[..., Iterator[tuple[X12Partner, Draft]]]


def test_what_stands_below_a_party_follows_the_order_of_the_sets(draw_with: Drawn) -> None:
    order = ["N1", "N2", "N3", "N4", "N9", "REF", "PER"]
    for _, draft in draw_with(lambda partner: partner.details, 40):
        tags = [segment.tag for segment in draft.segments]
        below = [pair for pair in pairwise(tags) if set(pair) <= set(order[:4]) and pair[1] != "N1"]
        assert all(order.index(first) < order.index(second) for first, second in below)
        assert "PER" not in [after for before, after in pairwise(tags) if before == "LIN"]


def test_a_vendor_with_the_number_of_a_store_is_no_place(draw_with: Drawn) -> None:
    for _, draft in draw_with(lambda partner: partner.short_numbers or partner.agents, 60):
        places = [segment for name, (segment, _, _) in draft.statements if name == "location"]
        roles = {segment.elements[0][0] for segment in places if segment.tag == "N1"}
        assert not roles & {role for role in (*PARTIES, *AGENTS) if role != "BY"}
