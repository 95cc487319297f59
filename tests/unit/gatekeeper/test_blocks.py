"""The same lines again, and one place that has the sums of all others."""

import pytest

from tests.small_messages import activity, message, resale, sales
from tests.unit.gatekeeper.test_controls import errors
from udf.train.attack.rules_engine import compile_by_rules

A, B, C = "4006381333931", "4006381333948", "4006381333955"
LIN, UP = f"LIN+1++{A}:EN", "LIN*1*UP*036000291452"
SOLD = "PTD*SS REF*IV*I1 N1*ST**92*S{0} QTY*32*{2}*EA LIN*{1}*UP*036000291452"
HEAD = "BGM+73E+S1+9 DTM+356:20260107:102 NAD+SE+4012345000009::9"


def group(place: str, *lines: tuple[str, int], first: int = 1) -> str:
    rows = [f"LIN+{n}++{item}:EN QTY+153:{quantity}:PCE" for n, (item, quantity) in enumerate(lines, first)]
    return " ".join((f"LOC+162+{place}::9", *rows))


def found(*groups: str) -> set[str]:
    return errors(message("SLSRPT", " ".join((HEAD, *groups)))) & {"repeated-block", "total-beside-parts", "place-lost"}


ONE, TWO, THREE = group("S1", (A, 1), (B, 2)), group("S2", (A, 3), (B, 4)), group("S3", (A, 5), (B, 6))


def test_a_place_that_comes_again_with_the_same_lines_is_named() -> None:
    assert found(ONE, TWO, ONE) == {"repeated-block"}
    assert found(ONE, TWO, group("S1", (A, 1), (B, 2), first=3)) == {"repeated-block"}


def test_a_place_that_comes_again_with_other_lines_or_one_line_is_none() -> None:
    assert found(ONE, TWO, group("S1", (A, 1), (B, 3))) == set()
    assert found(group("S1", (A, 1)), TWO, group("S1", (A, 1))) == set()


def test_lines_that_come_a_second_time_in_a_row_are_named() -> None:
    assert found(group("S1", (A, 1), (B, 2), (A, 1), (B, 2))) == {"repeated-block"}
    assert found(group("S1", (A, 1), (A, 1), (A, 1), (A, 1))) == set()  # receipt by receipt


def test_numbers_that_begin_anew_without_a_place_name_a_lost_one() -> None:
    lost = f"{ONE} {TWO.partition(' ')[2]}"
    assert found(lost, THREE) == {"place-lost"}
    assert found(ONE, TWO, THREE) == set()


def test_transfers_that_all_come_a_second_time_are_named() -> None:
    first, second = (
        f"PTD*SS N1*ST**92*S{n} LIN*{n}*UP*036000291452 QTY*32*{pieces}*EA" for n, pieces in ((1, 5), (2, 7))
    )
    assert "repeated-block" in errors(resale(f"{first} {second} {first} {second}"))
    assert "repeated-block" not in errors(resale(f"{first} {first}"))  # one may have been sold twice


def test_a_place_with_the_items_of_another_twice_has_those_of_a_lost_one() -> None:
    # D.96A SLSRPT: LOC is group 5, and its lines stand below it; the numbers of the lines run on
    twice = group("S1", (A, 1), (B, 2), (A, 3), (B, 4))
    other = group("S3", (A, 5), (B, 6), first=5)
    assert found(twice, other) == {"place-lost"}
    assert found(twice, group("S3", (A, 5), (C, 6), first=5)) == set()
    assert found(group("S1", (A, 1), (B, 2), (B, 3), (A, 4)), other) == set()
    assert found(group("S1", (A, 1), (A, 3)), group("S3", (A, 5), first=3)) == set()  # one item may be sold twice


@pytest.mark.parametrize(
    ("text", "is_copied"),
    [
        # the line numbers go on over the message, and one stands twice with all that its line says
        (resale(f"{SOLD.format(1, 1, 5)} {SOLD.format(1, 1, 5)} {SOLD.format(2, 2, 3)}"), True),
        (resale(f"{SOLD.format(1, 1, 5)} {SOLD.format(2, 2, 3)} {SOLD.format(1, 1, 5)}"), True),
        (sales(f"{LIN} QTY+153:5 {LIN} QTY+153:5 LIN+2++{B}:EN QTY+153:1"), True),
        (activity(f"{UP} ZA*QS*5*EA {UP} ZA*QS*5*EA LIN*2*UP*614141100019 ZA*QS*1*EA"), True),
        # another number, quantity or place; numbers that begin anew at each place, or are one and the same
        (sales(f"{LIN} QTY+153:5 LIN+2++{A}:EN QTY+153:5 LIN+3++{B}:EN QTY+153:1"), False),
        (sales(f"{LIN} QTY+153:5 {LIN} QTY+153:6 LIN+2++{B}:EN QTY+153:1"), False),
        (sales(f"{LIN} QTY+153:5 LOC+162+S2 {LIN} QTY+153:5 LIN+2++{B}:EN QTY+153:1"), False),
        (sales(f"{LIN} QTY+153:5 {LIN} QTY+153:5 {LIN} QTY+153:1"), False),
        (sales("LIN+++A:SA QTY+153:5 LIN+++A:SA QTY+153:5"), False),
    ],
)
def test_a_line_that_stands_twice_with_its_number_is_named_and_the_others_go_on(text: str, is_copied: bool) -> None:
    outcome = compile_by_rules(text)
    told = [problem.code for line in outcome.rejected_lines for problem in line.problems]
    assert told == ["repeated-block"] * (2 * is_copied)
    assert outcome.is_valid
    assert outcome.document
    assert outcome.document.lines


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        # two items whose totals stand at one place
        ([group("T", (A, 9), (B, 4)), group("S1", (A, 4), (B, 3)), group("S2", (A, 5), (B, 1))], True),
        # the chain's own number, which the header gives the seller
        ([group("4012345000009", (A, 9)), group("S1", (A, 4)), group("S2", (A, 5))], True),
        # one item of a place that is written as no store is
        ([group("ALL", (A, 9)), group("0001", (A, 4)), group("0002", (A, 5))], True),
        # one item of another place may be so by chance, and two stores that sold alike are no total
        ([group("T", (A, 9)), group("S1", (A, 4)), group("S2", (A, 5))], False),
        ([group("S1", (A, 4), (B, 3)), group("S2", (A, 4), (B, 3))], False),
        ([group("T", (A, 9), (B, 4), (C, 1)), group("S1", (A, 4), (B, 3)), group("S2", (A, 5), (B, 1))], False),
    ],
)
def test_a_place_with_the_sums_of_all_others_is_named(groups: list[str], expected: bool) -> None:
    assert (found(*groups) == {"total-beside-parts"}) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (f"LIN+2++{A}:EN QTY+153:1:CT", {"two-units"}),  # twelve pieces and the carton that holds them?
        (f"LIN+2++{B}:EN QTY+153:1:CT", set()),
        (f"LIN+2++{A}:EN QTY+153:3:PCE", set()),  # register receipts
        (f"LIN+2++{A}:EN RFF+AAK:77 QTY+153:1:CT", set()),  # a receipt of its own
        (f"LIN+2++{A}:EN QTY+153:4.1:KGM", set()),
        (f"LOC+162+S2::9 LIN+1++{A}:EN QTY+153:1:CT", set()),
    ],
)
def test_one_sale_in_pieces_and_in_cartons_of_two_lines_is_named(second: str, expected: set[str]) -> None:
    text = message("SLSRPT", f"{HEAD} LOC+162+S1::9 LIN+1++{A}:EN QTY+153:12:PCE {second}")
    assert errors(text) & {"two-units", "repeated-quantity"} == expected


def test_a_place_with_all_items_and_their_sums_is_a_total_however_few_stores_sold_each() -> None:
    total = group("HQ", (A, 5), (B, 2), (C, 9))
    assert found(total, group("S1", (A, 5)), group("S2", (B, 2), (C, 9))) == {"total-beside-parts"}
    assert found(total, group("S1", (A, 5)), group("S2", (B, 2), (C, 8))) == set()
    further = group("S1", (A, 5)).replace("QTY", "PIA+1+1:SA QTY")  # the stores name an item by more numbers
    assert found(total, further, group("S2", (B, 2), (C, 9))) == {"total-beside-parts"}
    assert found(group("HQ", (A, 5), (B, 2)), group("S1", (A, 5)), group("S2", (B, 2))) == set()  # as well by chance
    assert found(group("S0", (A, 5), (B, 2), (C, 9)), group("S1", (A, 5), (B, 2), (C, 9))) == set()  # two alike
