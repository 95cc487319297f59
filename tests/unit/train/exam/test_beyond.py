"""The exam beyond the standard: a proposal is right as a whole or not at all."""

import datetime
from decimal import Decimal
from itertools import islice

from udf.compiler import Compiler
from udf.outcome import Line
from udf.train.corpus.drafts import DraftSegment
from udf.train.corpus.inventions import HELD_OUT
from udf.train.exam.beyond import count_wrong, draw_strange, examine_beyond, stated_row

DAY = datetime.date(2026, 1, 17)


def line(**changed: object) -> Line:
    fields: dict[str, object] = {
        "line_number": None, "item_id": "4", "item_id_type": "EN", "item_ids": {}, "location_id": "12",
        "location_id_type": None, "measure": "sold", "qualifier": "153", "quantity": Decimal(5), "unit": "PCE",
        "price": None, "price_type": None, "currency": None, "period_start": DAY, "period_end": DAY,
        "as_of_date": None, "attributes": {}, "source": {},
    }  # fmt: skip
    return Line(**(fields | changed))  # type: ignore[arg-type]


ROW = ("4", "12", "153", Decimal(5), "PCE", DAY, DAY)


def test_each_line_has_to_be_there_once_with_all_of_its_values() -> None:
    assert count_wrong([ROW], [line()]) == 0
    assert count_wrong([ROW], [line(location_id="13")]) == 1
    assert count_wrong([ROW, ROW], [line()]) == 1
    assert count_wrong([ROW], [line(), line()]) == 1


def test_a_stock_is_of_the_last_day_that_is_stated() -> None:
    stock = line(measure="on_hand", period_start=None, period_end=None, as_of_date=DAY, source={"as_of_date": (0, 8)})
    assert count_wrong([ROW], [stock]) == 0
    assert count_wrong([(*ROW[:6], DAY + datetime.timedelta(1))], [stock]) == 1


def test_a_date_outside_of_its_segment_is_the_same_day() -> None:
    quantity = DraftSegment("QTY", [["153", "5"]])
    for text in ("20260117", "202601170830", "2026011720260117", "20260117-20260117"):
        reference = DraftSegment("RFF", [["Z1", text]])
        row = stated_row({"quantity": (quantity, 0, 1), "start": (reference, 0, 1), "end": (reference, 0, 1)})
        assert row[-2:] == (DAY, DAY)


def test_its_partners_have_inventions_that_were_never_taught() -> None:
    for message in islice(draw_strange(1), 20):
        assert set(message.stranger.kinds) & set(HELD_OUT)


def test_rules_propose_nothing() -> None:
    facts = examine_beyond(Compiler(None), 6, seed=1)
    assert facts["among_three"] == facts["read_rightly"] / 6
