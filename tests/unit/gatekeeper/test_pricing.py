"""Prices: for all quantities of a line or for each, in one order, and of a code of quantities all or none."""

from tests.small_messages import activity, message, sales
from tests.unit.gatekeeper.test_controls import errors
from udf.train.attack.rules_engine import compile_by_rules

A, B = "4006381333931", "4006381333948"
ONE, OTHER = f"LIN+1++{A}:EN", f"LIN+2++{B}:EN"
BARE = "BGM+73E+S1+9"
PRICE = "PRI+AAA:9.99"
UP = "LIN*1*UP*036000291452"


def test_a_price_for_all_quantities_or_for_each_passes_and_both_are_an_error() -> None:
    last, first = f"QTY+145:1 QTY+198:2 {PRICE}", f"QTY+145:1 {PRICE} QTY+198:2"
    each = f"{first} {PRICE}"
    for order in (last, first, each):
        assert compile_by_rules(message("SLSRPT", f"{BARE} {ONE} {order} {OTHER} {order}")).is_complete, order
    assert compile_by_rules(message("SLSRPT", f"{BARE} {ONE} {each} {OTHER} QTY+145:1 QTY+198:2")).is_complete
    for order in (last, each):
        assert "order-mixed" in errors(message("SLSRPT", f"{BARE} {ONE} {order} {OTHER} {first}"))


def test_two_prices_in_one_order_pass_and_in_two_are_an_error() -> None:
    two, turned = "PRI+AAA:9 PRI+INV:8 QTY+145:1", "PRI+INV:8 PRI+AAA:9 QTY+145:1"
    assert compile_by_rules(message("INVRPT", f"{BARE} {ONE} {two} {OTHER} {two}")).is_complete
    # One may be lost: all of them are kept, and which of them is the price depends on it.
    assert "order-mixed" in errors(message("INVRPT", f"{BARE} {ONE} {two} {OTHER} PRI+INV:8 QTY+145:1"))
    assert "order-mixed" in errors(message("INVRPT", f"{BARE} {ONE} {two} {OTHER} {turned}"))


def test_a_line_without_a_price_beside_one_with_two_has_lost_it_to_its_neighbour() -> None:
    two = f"{PRICE} PIA+1+AB1:SA {PRICE}"
    assert "order-mixed" in errors(sales(f"{ONE} QTY+153:1 {OTHER} {two} QTY+153:1"))


def test_a_code_of_quantities_has_a_price_in_all_lines_that_state_prices_or_in_none() -> None:
    both = f"{UP} ZA*QS*5*EA CTP**RTL*9 ZA*QA*3*EA"
    assert "order-mixed" not in errors(activity(f"{both} {both}"))
    assert "order-mixed" in errors(activity(f"{both} {UP} ZA*QS*5*EA ZA*QA*3*EA CTP**RTL*9"))


def test_a_code_has_prices_of_its_own_in_all_lines_or_that_of_the_line_in_all() -> None:
    own, inherited = (
        "CTP**DIS*10 ZA*QS*5*EA CTP**DIS*9 ZA*QA*3*EA CTP**DIS*8",
        "CTP**DIS*10 ZA*QS*5*EA CTP**DIS*9 ZA*QA*3*EA",
    )
    other = "LIN*2*UP*036000291469"
    for order in (own, inherited):
        assert compile_by_rules(activity(f"{UP} {order} {other} {order}")).is_complete, order
    # The second price of one line is lost: the quantity would have the price above it.
    assert "order-mixed" in errors(activity(f"{UP} {inherited} {other} {own}"))
