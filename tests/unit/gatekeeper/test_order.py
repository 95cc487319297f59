"""One order of places, prices and dates in all lines of a message passes, and two are an error."""

import pytest

from tests.small_messages import inventory, message, sales, stock
from tests.unit.gatekeeper.test_controls import errors
from udf.train.attack.rules_engine import compile_by_rules

A, B = "4006381333931", "4006381333948"
ONE, OTHER = f"LIN+1++{A}:EN", f"LIN+2++{B}:EN"
BARE = "BGM+73E+S1+9"
PRICE, PLACE, DATE = "PRI+AAA:9.99", "LOC+162+S1", "DTM+356:20260107:102"


@pytest.mark.parametrize("what", [PRICE, PLACE, DATE])
def test_one_order_of_segments_passes_and_two_are_an_error(what: str) -> None:
    before, behind = f"{what} QTY+153:1", f"QTY+153:1 {what}"
    for order in (before, behind):
        assert compile_by_rules(message("INVRPT", f"{BARE} {ONE} {order} {OTHER} {order}")).is_complete, order
    assert "order-mixed" in errors(message("INVRPT", f"{BARE} {ONE} {before} {OTHER} {behind}"))
    assert "order-mixed" in errors(message("INVRPT", f"{BARE} {ONE} {behind} {OTHER} {before}"))


def test_a_line_without_what_the_others_have_is_no_second_order() -> None:
    assert compile_by_rules(sales(f"{ONE} {PRICE} QTY+153:1 {OTHER} QTY+153:1")).is_complete


def test_items_in_two_forms_are_an_error_and_items_in_pia_are_none() -> None:
    assert "order-mixed" in errors(sales(f"LIN+1+{A}:EN QTY+153:1 {OTHER} QTY+153:1"))
    assert "order-mixed" in errors(sales(f"LIN+1++5 PIA+5+{A}:EN QTY+153:1 LIN+2 PIA+5+{B}:EN QTY+153:2"))
    assert compile_by_rules(sales(f"{ONE} QTY+153:1 LIN+2 PIA+5+AB1:SA QTY+153:2")).is_complete


@pytest.mark.parametrize("mark", ["DTM+356:20260107:102", "CUX+2:EUR"])
def test_what_stands_above_the_first_line_and_behind_others_opens_the_lines_below_it(mark: str) -> None:
    lines = [f"LIN+{n}++{A}:EN QTY+153:{n} {mark}" for n in (1, 2)]
    assert "order-mixed" in errors(message("SLSRPT", f"{BARE} {mark} {' '.join(lines)} {ONE} QTY+153:3"))


def test_a_date_of_the_header_behind_the_first_place_may_have_moved() -> None:
    lines = f"{ONE} QTY+153:1 LOC+162+S2::9 {OTHER} QTY+153:2"
    assert "order-mixed" in errors(message("SLSRPT", f"{BARE} LOC+162+S1::9 CUX+2:EUR {DATE} {lines}"))
    assert "order-mixed" not in errors(message("SLSRPT", f"{BARE} {DATE} CUX+2:EUR LOC+162+S1::9 {lines}"))


def test_a_period_in_a_line_without_a_quantity_may_be_that_of_the_lines_below() -> None:
    # D.96A SLSRPT has no date below LIN, D.98B has
    text = sales(f"LIN+1++{A}:EN DTM+356:20260103:102 LIN+2++{A}:EN QTY+153:5")
    assert "period-missing" in errors(text)
    assert "period-missing" not in errors(text.replace("D:96A", "D:98B"))
    assert "period-missing" not in errors(sales(f"LIN+1++{A}:EN LIN+2++{A}:EN QTY+153:5"))


def test_a_date_below_one_quantity_of_a_stock_is_its_own() -> None:
    # D.96A INVRPT, group 11: QTY with its DTM; the report's date stands above the parties
    line = f"LIN+1++{A}:EN QTY+145:5 DTM+366:20260105:102 LIN+2++4006381333948:EN QTY+145:6"
    assert compile_by_rules(stock(line)).is_complete
    opening = message("INVRPT", f"BGM+35+I1+9 NAD+SN+S1::9 DTM+366:20260107:102 {line}")
    assert "order-mixed" in errors(opening)


def test_of_two_places_one_may_state_its_own_period() -> None:
    # CONTRACT: the nearest statement wins
    month, own = "DTM+356:202601:610", "DTM+356:20260107:102"
    text = f"{BARE} {month} LOC+162+S1 {own} LIN+1++{A}:EN QTY+153:1 LOC+162+S2 LIN+2++{A}:EN QTY+153:2"
    assert compile_by_rules(message("SLSRPT", text)).is_complete


def test_a_place_or_a_line_that_lost_its_period_does_not_take_the_header_s() -> None:
    week, own = "DTM+356:202601:610", "DTM+356:20260107:102"
    groups = [f"LOC+162+S{n} {own if n != 2 else '{}'} LIN+{n}++{A}:EN QTY+153:{n}" for n in (1, 2, 3)]
    text = f"{BARE} {week} " + " ".join(groups)
    assert "period-missing" in errors(message("SLSRPT", text.format("")))
    assert compile_by_rules(message("SLSRPT", text.format(own))).is_complete
    lines = " ".join(f"LIN+{n}++{A}:EN QTY+153:{n} {own if n != 3 else ''}" for n in (1, 2, 3))
    assert "period-missing" in errors(sales(lines))
    bare = lines.replace("QTY+153:3", "")
    assert "period-missing" not in errors(sales(bare))  # a line without a quantity says so itself


def test_a_unit_stands_above_the_quantities_of_all_lines_or_behind_those_of_all() -> None:
    # X12 846: a UIT that is one place too far is of one quantity alone, and the other has lost it
    above, behind = "UIT*EA QTY*33*5 QTY*20*2", "QTY*33*5 UIT*EA QTY*20*2"
    assert "order-mixed" in errors(inventory(f"LIN**UP*{A} {above} LIN**UP*{B} {behind}"))
    assert "order-mixed" not in errors(inventory(f"LIN**UP*{A} {above} LIN**UP*{B} {above}"))
    assert "order-mixed" not in errors(inventory(f"LIN**UP*{A} {behind} LIN**UP*{B} {behind}"))


@pytest.mark.parametrize(
    ("lines", "is_refused"),
    [
        (f"{ONE} QTY+153:1 QTY+153:4 RFF+AAK:7 {OTHER}", True), (f"{ONE} {OTHER} QTY+153:1 QTY+61:4", False),
        (f"{ONE} {OTHER} QTY+153:1 QTY+61:4 LIN+3++4012345000047:EN QTY+153:3", True),
        (f"{ONE} {OTHER} QTY+153:1 QTY+61:4 LIN+3++4012345000047:EN QTY+153:3 QTY+61:1", False),
        (f"{ONE} {OTHER} QTY+153:1", False), (f"{ONE} QTY+153:1 QTY+61:4 {OTHER} QTY+153:1", False),
        (f"{ONE} QTY+153:1 RFF+AAK:7 QTY+153:4 RFF+AAK:8 {OTHER}", False),  # of two delivery notes
        # what an item did in each of three stores, and another in none
        (f"{ONE} QTY+153:1 LOC+162+S1::92 QTY+153:2 LOC+162+S2::92 QTY+153:4 LOC+162+S3::92 {OTHER}", False),
    ],
)  # fmt: skip
def test_a_line_that_has_the_quantity_of_the_line_beside_it_is_refused(lines: str, is_refused: bool) -> None:
    assert ("item-order" in errors(sales(lines))) == is_refused
