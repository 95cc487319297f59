"""Which of several prices goes before the others, by the corpus's own statement."""

from decimal import Decimal

from udf.train.corpus.drafts import Draft, DraftSegment, chunk_draft
from udf.train.corpus.prices import choose_price, price_of, run_of


def pri(kind: str, price: str, *more: str) -> DraftSegment:
    return DraftSegment("PRI", [[kind, price, *more]])


def test_what_consumers_pay_goes_before_what_the_trade_pays() -> None:
    trade, consumer = pri("AAA", "5", "", "NTP"), pri("AAA", "9.95", "", "RTP")
    assert choose_price([trade, consumer], None) is consumer


def test_a_price_for_another_unit_goes_behind() -> None:
    case, piece = pri("AAA", "90", "", "RTP", "", "CT"), pri("AAB", "10", "", "", "", "PCE")
    assert choose_price([case, piece], "EA") is piece


def test_two_equals_that_differ_are_none() -> None:
    assert choose_price([pri("AAA", "1"), pri("AAA", "2")], None) is None


def test_a_run_is_what_stands_together() -> None:
    one, two, other = pri("AAA", "1"), pri("AAB", "2"), pri("INV", "3")
    quantity = DraftSegment("QTY", [["153", "5"]])
    assert run_of([one, two, quantity, other], 1) == [one, two]
    assert price_of(other) == (Decimal(3), "INV", None, None)


def test_a_label_points_at_the_price_that_goes_before_the_others() -> None:
    draft = Draft("SLSRPT")
    draft.add("BGM", "73E", "1")
    lin = draft.add("LIN", "1", "", ["4006381333931", "EN"])
    quantity = draft.add("QTY", ["153", "5"])
    first, second = draft.add("PRI", ["AAA", "5", "", "NTP"]), draft.add("PRI", ["AAA", "9.95", "", "RTP"])
    record = {"item": (lin, 2, 0), "qualifier": (quantity, 0, 0), "quantity": (quantity, 0, 1)}
    draft.add_line([record | {"price": (first, 0, 1), "price_type": (first, 0, 0)}])
    (chunk, (label,)) = chunk_draft(draft)[1]
    assert chunk.segments[label["price"][0]] is second
    assert chunk.segments[label["price_type"][0]] is second
