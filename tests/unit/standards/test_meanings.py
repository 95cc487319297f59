"""What INV and PTD say of a quantity beside its code."""

import pytest

from tests.small_messages import resale, stock
from udf.standards.codes import codes_of, read_list
from udf.train.attack.rules_engine import compile_by_rules

LIN = "LIN+1++4006381333931:EN"


def measures(text: str) -> list[str]:
    outcome = compile_by_rules(text)
    assert outcome.is_valid, outcome.problems
    assert outcome.document is not None
    return [line.measure for line in outcome.document.lines]


@pytest.mark.parametrize(
    ("state", "measure"),
    [("1", "on_hand"), ("2", "damaged"), ("3", "in_bond"), ("4", "reserved"), ("5", "on_hold"), ("9", "unmapped")],
)
def test_a_stock_is_in_the_state_that_inv_7491_gives_it(state: str, measure: str) -> None:
    assert measures(stock(f"{LIN} QTY+145:5:PCE INV++{state}")) == [measure]


def test_the_state_of_a_stock_says_nothing_of_what_is_ordered() -> None:
    assert measures(stock(f"{LIN} QTY+21:5:PCE INV++2")) == ["on_order"]


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        ("SS", "sold"), ("SD", "sold"), ("BN", "returned"), ("RU", "returned"), ("RV", "returned_to_vendor"),
        ("IA", "adjustment"), ("SA", "adjustment"), ("BJ", "transferred"), ("IB", "transferred"), ("RC", "received"),
        # a summary beside its details, an adjusted price and a sample are none of our measures
        ("SU", "unmapped"), ("PA", "unmapped"), ("SM", "unmapped"),
    ],
)  # fmt: skip
def test_a_transfer_is_of_the_kind_that_ptd01_names(kind: str, measure: str) -> None:
    assert measures(resale(f"PTD*{kind} N1*ST*A*92*0012 QTY*32*5*EA LIN**UP*036000291452")) == [measure]


def test_a_message_with_a_quantity_of_no_known_meaning_is_incomplete() -> None:
    assert not compile_by_rules(stock(f"{LIN} QTY+222:5:PCE")).is_complete
    assert not compile_by_rules(resale("PTD*SU QTY*32*5*EA LIN**UP*036000291452")).is_complete


def test_every_state_is_listed_and_every_meaning_is_of_a_listed_code() -> None:
    assert codes_of("7491") == {"1", "2", "3", "4", "5"}
    assert {row["code"] for row in read_list("521") if row["meaning"]} <= codes_of("521")
