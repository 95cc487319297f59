"""Prices with what they are for, and parties with their addresses and contacts."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from udf.train.corpus.drafts import Draft
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.truth import ESSENTIAL, expected_lines

Drawn = Callable[..., Iterator[tuple[EdifactPartner, Draft]]]


def test_a_price_states_the_units_that_it_is_for(draw_with: Drawn) -> None:
    unit, number, price = (ESSENTIAL.index(name) for name in ("price_unit", "price_quantity", "price"))
    for partner, draft in draw_with(lambda partner: partner.price_basis and not partner.sparse_prices, 30):
        for line in expected_lines(draft):
            if line[price] is not None:
                assert (line[unit], line[number]) == (partner.price_unit, Decimal(partner.price_basis))


def test_the_address_of_a_party_stands_behind_its_number(draw_with: Drawn) -> None:
    for _, draft in draw_with(lambda partner: partner.addresses and partner.parties, 20):
        full = [s for s in draft.segments if s.tag == "NAD" and len(s.elements) > 4]
        assert all(len(s.elements) == 9 and not s.elements[2][0] for s in full)  # D.96A NAD: C058 between C082, C080


def test_a_contact_stands_below_a_party(draw_with: Drawn) -> None:
    for _, draft in draw_with(lambda partner: partner.contacts, 20):
        tags = [s.tag for s in draft.segments]
        assert all(tags[n - 1] == "NAD" for n, tag in enumerate(tags) if tag == "CTA")
        assert all(tags[n - 1] in ("CTA", "COM") for n, tag in enumerate(tags) if tag == "COM")
