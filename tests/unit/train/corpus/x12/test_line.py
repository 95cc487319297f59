"""Prices below LIN and below ZA, units with exponents, and each quantity in a unit of its own."""

from collections.abc import Callable, Iterator

from udf.train.corpus.drafts import Draft
from udf.train.corpus.truth import ESSENTIAL, expected_lines
from udf.train.corpus.x12 import X12Partner

Drawn = Callable[..., Iterator[tuple[X12Partner, Draft]]]


def test_the_price_of_an_activity_goes_before_that_of_its_line(draw_with: Drawn) -> None:
    for partner, draft in draw_with(lambda partner: partner.price_above, 30):
        order = {id(segment): n for n, segment in enumerate(draft.segments)}
        for record in draft.records:
            own = order[id(record["price"][0])] > order[id(record["qualifier"][0])]
            is_plain = record["qualifier"][0].tag == "QTY"  # below LIN, as the price of the line
            code = record["qualifier"][0].elements[0][0]
            assert own == (not is_plain and (not partner.sparse_prices or code == partner.codes[0]))


def test_a_unit_with_an_exponent_is_that_unit(draw_with: Drawn) -> None:
    unit = ESSENTIAL.index("unit")
    for partner, draft in draw_with(lambda partner: partner.composite_unit and not partner.unit_segment, 30):
        composite = [s.elements[2] for s in draft.segments if s.tag == "QTY" and len(s.elements) > 2]
        assert all(element == [partner.unit, "1"] for element in composite)  # C001: 355, 1018
        assert {line[unit] for line in expected_lines(draft)} <= {partner.unit}


def test_each_quantity_has_the_unit_that_stands_behind_it(draw_with: Drawn) -> None:
    for partner, draft in draw_with(lambda partner: partner.own_units, 30):
        assert partner.message_type == "846"
        assert len(partner.codes) > 2
        order = {id(segment): n for n, segment in enumerate(draft.segments)}
        for record in draft.records:  # 004010 846: QTY UIT
            assert order[id(record["unit"][0])] == order[id(record["qualifier"][0])] + 1
