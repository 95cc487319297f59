"""The date of an inventory, and the period that a store's group states."""

from collections.abc import Callable, Iterator

from udf.train.corpus.drafts import Draft
from udf.train.corpus.x12 import X12Partner

Drawn = Callable[..., Iterator[tuple[X12Partner, Draft]]]


def test_the_date_of_the_inventory_goes_before_that_of_the_document(draw_with: Drawn) -> None:
    for partner, draft in draw_with(lambda partner: partner.period == "inventory", 20):
        assert partner.message_type == "846"
        dates = {record["end"][0].elements[0][0] for record in draft.whole}
        assert dates <= {"184"}  # X12 374: inventory
        assert draft.header["document_date"][0].tag == "BIA"


def test_the_period_of_a_store_goes_before_the_day_of_the_report(draw_with: Drawn) -> None:
    for _, draft in draw_with(lambda partner: partner.group_period and not partner.activity_date, 20):
        assert {record["start"][0].elements[0][0] for record in draft.whole} <= {"090"}
        assert {record["end"][0].elements[0][0] for record in draft.whole} <= {"091"}
        assert draft.header["start"][0].tag == "XQ"
