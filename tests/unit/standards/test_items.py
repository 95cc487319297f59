"""Identifiers of items: where they stand, which goes before which, and their check digits."""

import csv

import pytest

from tests.small_messages import activity, sales
from tests.unit.gatekeeper.test_syntax import errors
from udf.compiler import Compiler
from udf.edi.reader import read_segments
from udf.standards.edifact import EDIFACT
from udf.standards.items import (
    BUYER_TYPES,
    GTIN_TYPES,
    VENDOR_TYPES,
    choose_identifier,
    has_check_digit,
    is_gs1_key,
    item_class,
    line_identifiers,
    prefer_items,
)
from udf.standards.reference import FOLDER
from udf.standards.setting import value_at
from udf.standards.standard import Standard
from udf.standards.x12 import X12


def test_the_identifiers_of_edifact_stand_in_lin_and_pia() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'PIA+1+AB1:SA+CD2:IN'PIA+3+ZZ9:SA'LIN+2++77'LIN+3+88:EN'"
    segments = read_segments(text)
    assert line_identifiers(segments, 1, len(segments), EDIFACT) == [
        ("EN", (1, 2, 0), (1, 2, 1)), ("SA", (2, 1, 0), (2, 1, 1)), ("IN", (2, 2, 0), (2, 2, 1)),
        ("", (4, 2, 0), None), ("EN", (5, 1, 0), (5, 1, 1)),
    ]  # fmt: skip


def test_the_identifiers_of_x12_stand_in_pairs_of_lin() -> None:
    segments = read_segments("ST*852*0001~LIN*1*UP*036000291452*VN*AB1**X*SK~")
    assert line_identifiers(segments, 1, 2, X12) == [("UP", (1, 2, 0), (1, 1, 0)), ("VN", (1, 4, 0), (1, 3, 0))]


def chosen(text: str, standard: Standard = X12, in_cases: bool = False) -> tuple[str, str] | None:
    segments = read_segments(text)
    found = choose_identifier(segments, 1, len(segments), standard, in_cases)
    return found and (found[0], value_at(segments, found[1]))


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("LIN**IN*7*VN*8*UP*036000291452~ZA*QS*5*EA~", ("UP", "036000291452")),
        ("LIN**IN*7*VN*8~ZA*QS*5*EA~", ("VN", "8")),
        # within a class the contract's order, and not the first
        ("LIN**UK*10012345678902*UP*036000291452~ZA*QS*5*EA~", ("UP", "036000291452")),
        # a placeholder is no article
        ("LIN**UP*000000000000*VN*8~ZA*QS*5*EA~", ("VN", "8")),
        ("LIN**EN*9999999999999*SK*8~ZA*QS*5*EA~", ("SK", "8")),
        ("LIN**EN*9999999999994*SK*8~ZA*QS*5*EA~", ("SK", "8")),  # with its check digit
        ("LIN**UP*4.1E+11*SK*8~ZA*QS*5*EA~", ("SK", "8")),  # what a spreadsheet has left of a UPC
        ("LIN**VN*4.1E+11*SK*8~ZA*QS*5*EA~", ("VN", "4.1E+11")),
        ("LIN**UP*000000000000~ZA*QS*5*EA~", None),
        # 235: the manufacturer, a skill, a size and a lot are no articles
        ("LIN**MF*ACME*VN*8~ZA*QS*5*EA~", ("VN", "8")),
        ("LIN**MF*ACME~ZA*QS*5*EA~", None),
        ("LIN**EU*12345678~ZA*QS*5*EA~", None),
        ("LIN**SZ*XL*IZ*42*LT*L1*ZZ*77~ZA*QS*5*EA~", ("ZZ", "77")),
    ],
)
def test_the_item_of_an_x12_line_is_the_first_of_the_contract_s_order(line: str, item: tuple[str, str] | None) -> None:
    assert chosen("ST*852*0001~" + line) == item


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("LIN+1++4711'PIA+1+4006381333931:EN'QTY+153:1'", ("EN", "4006381333931")),
        ("LIN+1++4006381333931'PIA+1+4711:SA'QTY+153:1'", ("", "4006381333931")),
        ("LIN+1++0000000000000:EN'PIA+1+4711:SA'QTY+153:1'", ("SA", "4711")),
        # C829: line 2 is a part of line 1
        ("LIN+2+++1:1'PIA+5+0140449272:IB'QTY+153:1'", ("IB", "0140449272")),
        ("LIN+2++4006381333931:EN+1:1'QTY+153:1'", ("EN", "4006381333931")),
        # 7143: batch and serial numbers are no articles
        ("LIN+1'PIA+1+B77:NB+S1:SN'QTY+153:1'", None),
    ],
)  # fmt: skip
def test_the_item_of_an_edifact_line_is_no_sub_line_and_no_batch(line: str, item: tuple[str, str] | None) -> None:
    assert chosen("UNH+1+SLSRPT:D:96A:UN'" + line, EDIFACT) == item


def test_a_type_is_of_one_of_four_classes() -> None:
    assert [item_class(kind) for kind in ("IN", "SA", "EN", "ZZ", None)] == [2, 1, 0, 3, 3]


def test_only_a_recognised_identifier_gives_way_to_the_best_one() -> None:
    segments = read_segments("ST*852*0001~LIN*1*VN*AB1*UP*036000291452~ZA*QS*5*EA~")
    told = {"quantity": (2, 1, 0), "item": (1, 2, 0), "item_type": (1, 1, 0)}
    elsewhere = {"quantity": (2, 1, 0), "item": (2, 1, 0)}
    best = {"item": (1, 4, 0), "item_type": (1, 3, 0)}
    assert prefer_items(segments, 1, 3, [told, elsewhere], X12) == [told | best, elsewhere]


@pytest.mark.parametrize(
    ("identifier", "is_key"),
    [
        ("4006381333931", True), ("4006381333932", False), ("036000291452", True), ("96385074", True),
        ("10012345678902", True), ("400638133393", False), ("40063813339A1", False),
    ],
)  # fmt: skip
def test_a_gs1_key_ends_with_its_check_digit(identifier: str, is_key: bool) -> None:
    assert is_gs1_key(identifier) == is_key


def test_types_of_eleven_digits_promise_no_check_digit() -> None:
    assert {kind for kind in GTIN_TYPES if not has_check_digit(kind)} == {"UI", "UA", "UD", "UX"}


def test_the_reference_table_puts_each_type_where_the_compiler_does() -> None:
    with (FOLDER / "item_id_types.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["item_id_type"]: row["namespace"] for row in csv.DictReader(file)}
    known = (
        dict.fromkeys(GTIN_TYPES, "gtin") | dict.fromkeys(VENDOR_TYPES, "vendor") | dict.fromkeys(BUYER_TYPES, "buyer")
    )
    assert listed.items() <= known.items()
    # known to the compiler, and of no namespace in Gold yet
    assert known.keys() - listed.keys() == {"UA", "UX", "MN", "PN"}


def test_a_quantity_in_cases_is_of_the_case_s_own_number() -> None:
    line = "ST*852*0001~LIN**UP*036000291452*UK*10012345678902~ZA*QS*5*EA~ZA*QP*2*CA~"
    assert chosen(line, in_cases=True) == ("UK", "10012345678902")
    assert chosen(line) == ("UP", "036000291452")


def test_each_quantity_of_a_line_has_the_number_of_its_unit() -> None:
    (outcome,) = Compiler(None).compile_batch(
        [activity("LIN*1*UP*036000291452*UK*10036000291459 ZA*QS*5*EA ZA*QP*2*CA")]
    )
    assert outcome.document is not None
    assert [(line.unit, line.item_id) for line in outcome.document.lines] == [
        ("EA", "036000291452"), ("CA", "10036000291459"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        activity("LIN*1*UP*036000291452*UP*036000291469 ZA*QS*5*EA"),
        activity("LIN*1*VN*A-1*VN*A-2 ZA*QS*5*EA"),
        sales("LIN+1 PIA+5+4006381333931:EN+4006381333948:EN QTY+153:5"),
        sales("LIN+1++4006381333931:EN PIA+5+4006381333948:EN QTY+153:5"),
    ],
)
def test_two_numbers_of_one_type_name_no_item(line: str) -> None:
    assert "item-ambiguous" in errors(line)


@pytest.mark.parametrize(
    "line",
    [
        activity("LIN*1*UP*036000291452*UP*036000291452 ZA*QS*5*EA"),
        activity("LIN*1*UP*036000291452*VN*A-1*VN*A-2 ZA*QS*5*EA"),  # the item has a GTIN
        sales("LIN+1++4006381333931:EN PIA+1+4006381333948:EN QTY+153:5"),  # 4347 1: said of it besides
    ],
)
def test_a_number_that_comes_again_or_says_no_more_than_the_better_one_is_no_doubt(line: str) -> None:
    assert "item-ambiguous" not in errors(line)
