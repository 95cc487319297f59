"""The verdict, both ways: a good message passes with its values, a damaged one never does, whatever the answer."""

import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.small_messages import activity, inventory, message, resale, sales, stock
from udf.contract import Outcome
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.headers import judge_part
from udf.gatekeeper.lines import judge_line
from udf.language.prompts import encode_chunk
from udf.message import gather_line
from udf.outcome import Envelope
from udf.readers.rules import read_line, read_part
from udf.reading import FIELDS, TYPES, Position, Record
from udf.standards.chunks import Chunk
from udf.standards.dates import bind_periods
from udf.standards.edifact import EDIFACT
from udf.standards.message_types import standard_of
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.structure import split_message
from udf.train.attack.rules_engine import compile_by_rules
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.rendering import draw_writing, render_message
from udf.train.corpus.x12 import X12Partner

A, B = "4006381333931", "4006381333948"
LIN_A, LIN_B = f"LIN+1++{A}:EN", f"LIN+2++{B}:EN"
UP_A, UP_B = "LIN*1*UP*036000291452", "LIN*2*UP*012345678905"


def codes(outcome: Outcome) -> set[str]:
    return {problem.code for problem in outcome.problems}


def quantities(text: str) -> list[tuple[str | None, str | None, int]]:
    """(place, qualifier, quantity) of each line; the message has to be complete."""
    outcome = compile_by_rules(text)
    assert outcome.is_complete, outcome.problems
    assert outcome.document is not None
    return [(line.location_id, line.qualifier, int(line.quantity)) for line in outcome.document.lines]


def refusal(text: str) -> set[str]:
    """The problem codes of a message that is not complete; every line that goes on is another test's matter."""
    outcome = compile_by_rules(text)
    assert not outcome.is_complete, outcome.document
    return codes(outcome)


def test_a_line_without_quantities_has_no_periods_to_bind() -> None:
    segments = read_segments(message("SLSRPT", f"BGM+73E+S1+9 {LIN_A} DTM+366:20260106:102"))
    setting = Setting(EDIFACT, "SLSRPT", "D:96A:UN:EAN004", "", None, load_reference())
    assert bind_periods(segments, 2, 4, [], setting) == ({}, [])


def test_a_sales_report_by_store_passes() -> None:
    text = message(
        "SLSRPT", f"BGM+73E+S1+9 LOC+162+S1 {LIN_A} QTY+153:1:PCE LOC+162+S2 {LIN_A} QTY+153:2:PCE {LIN_B} QTY+153:3"
    )
    assert quantities(text) == [("S1", "153", 1), ("S2", "153", 2), ("S2", "153", 3)]


def test_one_item_with_its_stores_below_it_passes() -> None:
    first, second = "LOC+162+S1 QTY+153:1 LOC+162+S2 QTY+153:2", "LOC+162+S1 QTY+153:3"
    text = message("SLSRPT", f"BGM+73E+S1+9 {LIN_A} {first} {LIN_B} {second}")
    assert quantities(text) == [("S1", "153", 1), ("S2", "153", 2), ("S1", "153", 3)]


def test_equal_lines_of_a_sales_report_are_all_kept() -> None:
    assert len(quantities(sales(f"{LIN_A} QTY+153:1:PCE LIN+2++{A}:EN QTY+153:1:PCE"))) == 2


def test_equal_quantities_with_different_receipts_are_all_kept() -> None:
    assert len(quantities(sales(f"{LIN_A} QTY+153:1 RFF+AAK:R1 QTY+153:1 RFF+AAK:R2"))) == 2


def test_a_stock_report_with_several_codes_passes() -> None:
    assert [q[1] for q in quantities(stock(f"{LIN_A} QTY+145:5:PCE QTY+198:2:PCE {LIN_B} QTY+145:0:PCE"))] == [
        "145", "198", "145",
    ]  # fmt: skip


def test_stock_at_several_places_of_one_line_passes() -> None:
    text = message("INVRPT", f"BGM+35+I1+9 {LIN_A} QTY+145:5 LOC+18+W1 QTY+145:6 LOC+18+W2")
    assert quantities(text) == [("W1", "145", 5), ("W2", "145", 6)]


def test_a_split_by_store_replaces_its_total() -> None:
    text = activity(f"{UP_A} ZA*QS*12*EA SDQ*EA*92*0001*5*0002*7 ZA*QA SDQ*EA*92*0001*3 CTT*1")
    assert quantities(text) == [("0001", "QS", 5), ("0002", "QS", 7), ("0001", "QA", 3)]


def test_quantities_of_a_split_may_begin_with_noughts_as_the_places_do() -> None:
    text = activity(f"{UP_A} ZA*QS SDQ*EA*92*0001*0005*0102*0012*1234*0007")
    assert [number for _, _, number in quantities(text)] == [5, 12, 7]


def test_counts_of_documents_are_no_quantities() -> None:
    assert quantities(activity(f"{UP_A} ZA*QS*12*EA QTY*N4*3")) == [(None, "QS", 12)]


def test_an_inventory_with_a_warehouse_behind_each_quantity_passes() -> None:
    text = inventory(f"{UP_A} QTY*33*5*EA N1*WH**92*W1 {UP_B} QTY*33*6*EA N1*WH**92*W2 CTT*2")
    assert quantities(text) == [("W1", "33", 5), ("W2", "33", 6)]


def test_a_resale_with_the_quantity_before_its_item_passes() -> None:
    text = resale(f"PTD*SS N1*ST**92*1 QTY*32*5*EA {UP_A} PTD*SS N1*ST**92*2 QTY*32*6*EA {UP_B} CTT*2")
    assert quantities(text) == [("1", "32", 5), ("2", "32", 6)]


def test_negative_quantities_and_totals_keep_their_sign() -> None:
    assert quantities(activity(f"{UP_A} ZA*QS*-2*EA SDQ*EA*92*0001*-5*0002*3")) == [
        ("0001", "QS", -5), ("0002", "QS", 3),
    ]  # fmt: skip


def test_a_buyer_alone_is_no_store() -> None:
    text = message("SLSRPT", f"BGM+73E+S1+9 NAD+BY+4012345000016::9 {LIN_A} QTY+153:1")
    assert quantities(text) == [(None, "153", 1)]
    assert "location-not-stated" in codes(compile_by_rules(text))


def test_a_price_before_the_quantity_is_its_price() -> None:
    outcome = compile_by_rules(sales(f"{LIN_A} PRI+AAA:9.99 QTY+153:1"))
    assert outcome.document is not None
    assert outcome.document.lines[0].price == Decimal("9.99")


def test_several_prices_of_different_types_are_read_as_the_first() -> None:
    for prices in ("PRI+AAA:9.99 PRI+INV:8", "PRI+AAA:9.99::RTP PRI+AAA:8::NTP"):
        outcome = compile_by_rules(sales(f"{LIN_A} {prices} QTY+153:1"))
        assert outcome.is_complete, outcome.problems
        assert outcome.document is not None
        assert outcome.document.lines[0].price == Decimal("9.99")


def test_a_place_of_every_line_wins_over_the_header_s() -> None:
    text = message("INVRPT", f"BGM+35+I1+9 LOC+14+S1 {LIN_A} LOC+14+S2 QTY+145:1 {LIN_B} LOC+14+S3 QTY+145:2")
    assert quantities(text) == [("S2", "145", 1), ("S3", "145", 2)]


def test_units_in_segments_of_their_own_pass() -> None:
    assert quantities(inventory(f"{UP_A} QTY*33*5 UIT*EA QTY*20*6 UIT*LB")) == [(None, "33", 5), (None, "20", 6)]


def test_places_of_a_loop_are_the_places_of_their_quantities() -> None:
    text = inventory(f"{UP_A} QTY*33*12*EA LS*REF REF*LU*W1*5 REF*LU*W2*7 LE*REF")
    assert quantities(text) == [("W1", "33", 5), ("W2", "33", 7)]


def test_an_amount_is_never_a_price() -> None:
    outcome = compile_by_rules(sales(f"{LIN_A} MOA+203:99 QTY+153:1"))
    assert outcome.is_complete
    assert outcome.document is not None
    assert outcome.document.lines[0].price is None


def test_a_substitute_is_not_the_item() -> None:
    outcome = compile_by_rules(sales(f"LIN+1++OWN1:SA PIA+3+{B}:EN QTY+153:1"))
    assert outcome.document is not None
    assert outcome.document.lines[0].item_id == "OWN1"


def test_numbers_of_lines_that_skip_or_repeat_are_a_warning_at_most() -> None:
    skipped = sales(" ".join(f"LIN+{n}++{A}:EN QTY+153:{n}" for n in (1, 2, 3, 5, 6)))
    assert "line-number-gap" in codes(compile_by_rules(skipped))
    assert len(quantities(skipped)) == 5
    repeated = sales(f"{LIN_A} QTY+153:1 LIN+1++{B}:EN QTY+153:2")
    assert "line-number-repeated" in codes(compile_by_rules(repeated))
    assert len(quantities(repeated)) == 2


DAMAGE = {
    "the LIN of the second line is lost": (sales(f"{LIN_A} QTY+153:1 QTY+153:2"), "repeated-quantity"),
    "the LIN of the second line is lost, its PIA kept": (
        sales(f"{LIN_A} QTY+153:1 PIA+5+X:SA QTY+145:2"), "item-order",
    ),
    "the first LIN is lost": (sales(f"QTY+153:1 {LIN_B} QTY+153:2"), "quantity-outside-line"),
    "the first LIN is lost, its PIA kept": (sales(f"PIA+5+X:SA {LIN_B} QTY+153:2"), "item-outside-line"),
    "PIA comes before LIN": (
        sales("PIA+5+X:SA LIN+1 QTY+153:1 PIA+5+Y:SA LIN+2 QTY+153:2"), "item-outside-line",
    ),
    "a QTY is sent twice": (sales(f"{LIN_A} QTY+153:1:PCE QTY+153:1:PCE"), "repeated-quantity"),
    "a QTY moved to the next line": (sales(f"{LIN_A} {LIN_B} QTY+153:1 QTY+153:2"), "line-without-quantity"),
    "a QTY is sent twice, what stood behind it once": (
        sales(f"{LIN_A} QTY+153:1:PCE QTY+153:1:PCE RFF+AAK:R1"),
        "repeated-quantity",
    ),
    "a dated stock is sent twice, its date once": (
        stock(f"{LIN_A} QTY+145:1:PCE QTY+145:1:PCE DTM+366:20260106:102"),
        "repeated-quantity",
    ),
    "the LIN of the second line is lost, its GIN kept": (
        sales(f"{LIN_A} GIN+BN+X QTY+153:1 GIN+BN+Y QTY+153:2"),
        "repeated-quantity",
    ),
    "the LIN of the second line is lost, its description kept": (
        activity(f"{UP_A} PID*F****MUG ZA*QS*5*EA PID*F****CUP ZA*QA*7*EA"),
        "item-order",
    ),
    "an activity with its total is sent twice before its split": (
        activity(f"{UP_A} ZA*QS*12*EA ZA*QS*12*EA SDQ*EA*92*0001*5*0002*7"),
        "repeated-quantity",
    ),
    "a LIN is sent twice": (sales(f"{LIN_A} {LIN_A} QTY+153:1"), "line-without-quantity"),
    "a line has no identifier": (sales("LIN+1 QTY+153:1"), "line-without-item"),
    "two QTY are one segment": (sales(f"{LIN_A} QTY+153:1:PCE+145:2:PCE"), "unread-data"),
    "two ZA are one segment": (activity(f"{UP_A} ZA*QS*5*EA***Z*ZA*QA*7*EA"), "unread-data"),
    "thousands are separated": (sales(f"{LIN_A} QTY+153:1,234"), "number-ambiguous"),
    "thousands are separated twice": (sales(f"{LIN_A} QTY+153:1,234,567"), "quantity-not-a-number"),
    "a quantity is empty": (sales(f"{LIN_A} QTY+153: QTY+145:2"), "quantity-empty"),
    "an activity has no quantity": (activity(f"{UP_A} ZA*QS ZA*QA*7*EA"), "quantity-empty"),
    "a split has an odd number of elements": (activity(f"{UP_A} ZA*QS SDQ*EA*92*0001*5*0002"), "part-incomplete"),
    "a store of a split has no quantity": (activity(f"{UP_A} ZA*QS SDQ*EA*92*0001**0002*5"), "part-incomplete"),
    "a quantity of a split has no store": (activity(f"{UP_A} ZA*QS SDQ*EA*92**5*0002*5"), "part-incomplete"),
    "a split has eleven pairs": (
        activity(f"{UP_A} ZA*QS SDQ*EA*92{''.join(f'*{n}*1' for n in range(11))}"), "unread-data",
    ),
    "a split names a store twice": (activity(f"{UP_A} ZA*QS SDQ*EA*92*0001*5*0001*7"), "repeated-quantity"),
    "places and quantities of a split change places": (
        activity(f"{UP_A} ZA*QS SDQ*EA*92*5*0001*12*0102"), "part-swapped",
    ),
    "a place and a quantity of a split change places": (
        activity(f"{UP_A} ZA*QS SDQ*EA*92*5*0001*0102*12"), "part-swapped",
    ),
    "the parts do not add up": (activity(f"{UP_A} ZA*QS*13*EA SDQ*EA*92*0001*5*0002*7"), "split-total-mismatch"),
    "the parts are in cases, their total in pieces": (
        activity(f"{UP_A} ZA*QS*12*EA SDQ*CA*92*0001*5*0002*7"), "split-total-mismatch",
    ),
    "a split has no activity": (activity(f"{UP_A} SDQ*EA*92*0001*5"), "split-without-activity"),
    "LIN01 is lost": (activity("LIN*UP*036000291452*VN*AB1 ZA*QS*5*EA"), "item-type-invalid"),
    "a store has no code": (message("852", f"XQ*H*20260101 N1*ST**92 {UP_A} ZA*QS*5*EA"), "place-empty"),
    "a place of the line has no code": (inventory(f"{UP_A} QTY*33*5*EA N1*WH**92"), "place-empty"),
    "a LOC has an unknown role": (sales(f"{LIN_A} LOC+99+X QTY+153:1"), "place-misplaced"),
    # D.96A SLSRPT has NAD below QTY, and LOC for the places; an INVRPT may name them by either
    "a NAD of the line has an unknown role": (stock(f"{LIN_A} QTY+145:1 NAD+ZZZ+X"), "place-misplaced"),
    "a total comes before its parts by code": (
        stock(f"{LIN_A} QTY+145:300 QTY+145:200 QTY+145:100"), "repeated-quantity",
    ),
    "a total comes before its parts by place": (
        inventory(f"{UP_A} QTY*33*100*EA QTY*33*60*EA N1*WH**92*A QTY*33*40*EA N1*WH**92*B"), "place-order",
    ),
    "movements come with a running balance": (
        stock(f"{LIN_A} QTY+156:5 QTY+145:105 QTY+156:-3 QTY+145:102"), "repeated-quantity",
    ),
    "the same stock stands in two lines": (stock(f"{LIN_A} QTY+145:5 LIN+2++{A}:EN QTY+145:5"), "repeated-stock"),
    "the place of the first group is lost, the others would shift": (
        message("INVRPT", f"BGM+35+I1+9 {LIN_A} QTY+145:1 LOC+14+B {LIN_B} QTY+145:2 LOC+14+C LIN+3++{A}:EN QTY+145:3"),
        "ambiguous-structure",
    ),
    "the place of the first group of a sales report is lost": (
        message(
            "SLSRPT", f"BGM+73E+S1+9 {LIN_A} QTY+153:1 LOC+162+B {LIN_B} QTY+153:2 LOC+162+C LIN+3++{A}:EN QTY+153:3"
        ),
        "ambiguous-structure",
    ),
    "a place between two quantities is lost": (
        message("SLSRPT", f"BGM+73E+S1+9 {LIN_A} LOC+162+S1 QTY+153:1 QTY+153:2 LOC+162+S3 QTY+153:3"),
        "place-lost",
    ),
    "the last line behind a second place is lost": (
        message("INVRPT", f"BGM+35+I1+9 NAD+SN+S1 {LIN_A} QTY+145:1 NAD+SN+S2"), "ambiguous-structure",
    ),
    "a resale lost the LIN of its second quantity": (
        resale(f"QTY*32*5*EA {UP_A} QTY*76*6*EA QTY*32*7*EA {UP_B}"), "item-order",
    ),
    "a period states its start only": (
        message("SLSRPT", f"BGM+73E+S1+9 DTM+90:20260101:102 {LIN_A} QTY+153:1"), "period-half-stated",
    ),
    "a period is of another century": (
        message("SLSRPT", f"BGM+73E+S1+9 DTM+356:19260101:102 {LIN_A} QTY+153:1"), "date-invalid",
    ),
    "a period ends before it starts": (
        message("SLSRPT", f"BGM+73E+S1+9 DTM+90:20260107:102 DTM+91:20260101:102 {LIN_A} QTY+153:1"),
        "period-reversed",
    ),
    "two periods are stated": (
        message("SLSRPT", f"BGM+73E+S1+9 DTM+356:20260107:102 DTM+356:20260108:102 {LIN_A} QTY+153:1"),
        "date-ambiguous",
    ),
    "two stores are in the header": (
        message("INVRPT", f"BGM+35+I1+9 NAD+SN+S1 NAD+ST+S2 {LIN_A} QTY+145:1"), "place-ambiguous",
    ),
    "two currencies are in the header": (
        message("SLSRPT", f"BGM+73E+S1+9 CUX+2:EUR:10 CUX+2:USD:10 {LIN_A} QTY+153:1"), "currency-ambiguous",
    ),
    "a price stands before and behind the quantity": (
        sales(f"{LIN_A} PRI+AAA:1 QTY+153:1 PRI+AAA:2"), "price-ambiguous",
    ),
    "a price follows another of its type": (
        sales(f"{LIN_A} QTY+153:1 QTY+61:2 PRI+AAA:1 PRI+AAA:2"), "price-ambiguous",
    ),
    "two quantities' prices stand together": (
        inventory(f"{UP_A} QTY*33*5 QTY*20*6 CTP**WHL*1 CTP**UCP*2 CTP**WHL*3 CTP**UCP*4"), "price-ambiguous",
    ),
    "a price of another type stands behind the second quantity": (
        sales(f"{LIN_A} QTY+153:1 PRI+AAA:1 QTY+61:2 PRI+INV:3 PRI+AAA:2"), "price-ambiguous",
    ),
    "a place of a loop has no quantity": (
        inventory(f"{UP_A} QTY*33*5*EA LS*REF REF*WS*W1*5 REF*WS*W2 LE*REF"), "part-incomplete",
    ),
    "a quantity is sent twice, its unit once": (inventory(f"{UP_A} QTY*33*5 QTY*33*5 UIT*EA"), "repeated-quantity"),
    "a price stands in the summary": (sales(f"{LIN_A} QTY+153:1 UNS+S PRI+AAA:9.99"), "unread-data"),
    "a unit stands before its quantity": (
        inventory(f"{UP_A} QTY*33*5 UIT*EA UIT*LB QTY*20*6"), "unread-data",
    ),
    "the place of a second group stands in a line": (
        message("INVRPT", f"BGM+35+I1+9 LOC+14+S1 {LIN_A} LOC+14+S2 QTY+145:1 {LIN_B} QTY+145:2"),
        "ambiguous-structure",
    ),
    "the beginning of a loop is damaged": (
        inventory(f"{UP_A} QTY*33*5*EA XX*REF REF*ZZ*W1*5 LE*REF"), "part-incomplete",
    ),
    "the type of a unit price moved on": (resale(f"QTY*32*5*EA {UP_A} UIT*EA*9.99**CT"), "unread-data"),
    "a transfer lost its LIN": (
        resale(f"PTD*SS {UP_A} QTY*32*5*EA PTD*SS QTY*32*6*EA CTT*2"), "ambiguous-structure",
    ),
    "the place of all transfers moved into the first": (
        resale(f"PTD*SS N1*ST**92*1 {UP_A} QTY*32*5*EA PTD*SS {UP_B} QTY*32*6*EA"), "place-missing",
    ),
    "the document's date moved into a group": (
        message("SLSRPT", f"BGM+73E+S1+9 LOC+162+S1 DTM+137:20260108:102 {LIN_A} QTY+153:1"), "header-field-misplaced",
    ),
    "the place of a transfer stands before it": (
        resale(f"PTD*SS N1*ST**92*1 QTY*32*5*EA {UP_A} N1*ST**92*2 PTD*SS QTY*32*6*EA {UP_B}"), "ambiguous-structure",
    ),
    "the date of a group stands before its place": (
        message(
            "INVRPT",
            f"BGM+35+I1+9 LOC+14+S1 DTM+366:20260106:102 {LIN_A} QTY+145:1 DTM+366:20260107:102 LOC+14+S2 "
            f"{LIN_B} QTY+145:2",
        ),
        "order-mixed",
    ),
    "a part of a loop stands behind it": (
        inventory(f"{UP_A} QTY*33*5*EA LS*REF REF*ZZ*W1*5 LE*REF REF*ZZ*W2*0"), "part-incomplete",
    ),
    "a price stands between a transfer and its quantity": (
        resale(f"PTD*SS CTP**RTL*9.99 QTY*32*5*EA {UP_A}"), "price-misplaced",
    ),
    "a place between two lines is damaged": (
        message("SLSRPT", f"BGM+73E+S1+9 LOC+162+S1 {LIN_A} QTY+153:1 LOC+162S2 {LIN_B} QTY+153:2"),
        "segment-malformed",
    ),
    "the code of a place between two lines is damaged": (
        message("INVRPT", f"BGM+35+I1+9 LOC+14+S1 {LIN_A} QTY+145:1 LOC+1X+S2 {LIN_B} QTY+145:2"),
        "ambiguous-structure",
    ),
    "the place of the next group stands before the last quantity": (
        message("SLSRPT", f"BGM+73E+S1+9 LOC+7+S1 {LIN_A} QTY+153:1 LOC+7+S2 {LIN_B} LOC+7+S3 QTY+153:2"),
        "ambiguous-structure",
    ),
    "a loop of places lost its parts": (inventory(f"{UP_A} QTY*33*5*EA LS*REF LE*REF"), "part-incomplete"),
    "a price is no number": (sales(f"{LIN_A} PRI+AAA:1.OO QTY+153:1"), "price-not-a-number"),
    "the lines are to be deleted": (message("SLSRPT", f"BGM+73E+S1+3 {LIN_A} QTY+153:1"), "unsupported-function"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_no_answer_gets_damage_past_the_gatekeeper(damage: str) -> None:
    text, code = DAMAGE[damage]
    assert code in refusal(text)


def test_a_component_separator_inside_a_quantity_is_not_cut_off() -> None:
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260108*0800*U*00401*000000001*0*P*.~"
    body = "GS*PD*A*B*20260108*0800*1*X*004010~" + activity(f"{UP_A} ZA*QS*12.5*EA") + "GE*1*1~IEA*1*000000001~"
    outcome = compile_by_rules(head + body)
    assert "number-ambiguous" in codes(outcome)
    assert not outcome.is_complete


def test_a_comma_that_was_announced_is_a_decimal_mark() -> None:
    text = sales(f"{LIN_A} QTY+153:1,234:KGM")
    outcome = compile_by_rules(text, Envelope(decimal_mark=","))
    assert outcome.document is not None
    assert outcome.document.lines[0].quantity == Decimal("1.234")


def test_the_digits_that_nothing_repeats_are_the_limit() -> None:
    assert quantities(sales(f"{LIN_A} QTY+153:1 {LIN_B} QTY+153:2")) != quantities(
        sales(f"{LIN_A} QTY+153:2 {LIN_B} QTY+153:1")
    )


def meanings(segments: list[Segment], chunk: Chunk, records: list[Record]) -> list[list[tuple[str, str]]]:
    """What an answer says, as values: two answers that say the same are the same."""
    found = [
        sorted((name, segments[chunk.indices[s]].elements[e][c]) for name, (s, e, c) in record.items())
        for record in records
    ]  # fmt: skip
    return sorted(meaning for meaning in found if meaning)


def lies(records: list[Record], positions: list[Position]) -> Iterator[list[Record]]:
    """Every field of the first two records pointed everywhere and dropped; records dropped, doubled, added, swapped."""
    for n, record in enumerate(records[:2]):
        before, after = records[:n], records[n + 1 :]
        for field in FIELDS:
            yield [*before, {name: position for name, position in record.items() if name != field}, *after]
            yield from ([*before, record | {field: position}, *after] for position in positions)
        yield [*before, *after]
        yield [*before, record, record, *after]
        yield from ([*records, record | {"quantity": position}] for position in positions)
    for field in FIELDS if len(records) > 1 else ():
        one, other = dict(records[0]), dict(records[1])
        mine, theirs = one.pop(field, None), other.pop(field, None)
        one |= {field: theirs} if theirs else {}
        other |= {field: mine} if mine else {}
        yield [one, other, *records[2:]]


@pytest.mark.parametrize("message_type", TYPES)
def test_no_changed_meaning_is_ever_proved(message_type: str) -> None:
    r = random.Random(message_type)
    seen: set[tuple[int, ...]] = set()
    for _ in range(12):
        partner = X12Partner(r, message_type) if message_type.isdigit() else EdifactPartner(r, message_type)
        draft = partner.draft(r)
        text = render_message(draft, draw_writing(r, message_type))
        segments = read_segments(text, find_delimiters(text))
        setting = Setting(standard_of(message_type), message_type, "", "", None, load_reference())
        chunks = list(split_message(segments, message_type))
        windows = Counter(chunk.line for chunk in chunks)
        for chunk, (_, records) in zip(chunks, chunk_draft(draft), strict=True):
            prompt, positions = encode_chunk(chunk.kind, message_type, chunk.segments)
            if tuple(prompt) in seen or (chunk.kind == "line" and windows[chunk.line] > 1):
                continue
            seen.add(tuple(prompt))
            if judge(segments, chunk, records, setting):
                continue
            right = meanings(segments, chunk, records)
            for lie in lies(records or ([{}] if chunk.kind != "line" else []), positions):
                if meanings(segments, chunk, lie) != right:
                    assert judge(segments, chunk, lie, setting), (text, records, lie)


def judge(segments: list[Segment], chunk: Chunk, records: list[Record], setting: Setting) -> list[Finding]:
    if chunk.kind == "line":
        reading = read_line(segments, chunk.first, chunk.last, setting)
        return judge_line(segments, gather_line([(chunk, records)]), reading, setting)
    return judge_part(segments, chunk, records, read_part(segments, chunk, setting), setting)


@pytest.mark.parametrize("name", ["TOTAL", "Subtotal", "Grand_Total", "SUMME"])
def test_a_line_that_sums_up_the_others_is_refused_by_its_name_and_they_go_on(name: str) -> None:
    outcome = compile_by_rules(activity(f"LIN*1*UP*036000291452 ZA*QS*5*EA LIN*2*SK*{name} ZA*QS*5*EA"))
    assert [[p.code for p in line.problems] for line in outcome.rejected_lines] == [["total-line"]]
    assert outcome.document
    assert [line.item_id for line in outcome.document.lines] == ["036000291452"]


def test_an_article_whose_name_begins_like_a_total_is_one() -> None:
    assert compile_by_rules(activity("LIN*1*SK*TOTAL-01 ZA*QS*5*EA LIN*2*SK*SUMO ZA*QS*5*EA")).is_complete
