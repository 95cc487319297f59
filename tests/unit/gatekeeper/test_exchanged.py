"""Codes and quantities, places and quantities: what may have changed places is refused, what only looks so is read."""

import pytest

from tests.small_messages import activity, inventory, sales, stock
from tests.unit.gatekeeper.test_syntax import UP, errors
from udf.edi.reader import read_segments
from udf.gatekeeper.exchanged import find_exchanged_parts
from udf.train.attack.rules_engine import compile_by_rules

ONE, OTHER = "LIN+1++4006381333931:EN", "LIN+2++4006381333948:EN"


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{ONE} QTY+12:153"), sales(f"{ONE} QTY+153:9 {OTHER} QTY+12:153"),
        inventory(f"{UP} QTY*5*33*EA"),
        # lots of one line, and codes of the directory that no table of ours has a meaning for (D.01B 6063: 55, 20)
        stock(f"{ONE} QTY+145:9 {OTHER} QTY+145:20 GIN+BX+L1 QTY+12:145 GIN+BX+L2"),
        stock(f"{ONE} QTY+145:9 {OTHER} QTY+145:20 GIN+BX+L1 QTY+55:145 GIN+BX+L2"),
        stock(f"{ONE} QTY+17:9 QTY+70:145"),
        stock(f"{ONE} QTY+157:9 QTY+156:4 {OTHER} QTY+157:8 QTY+20:156"),
    ],
)  # fmt: skip
def test_a_quantity_like_the_code_that_its_line_should_have_is_refused(text: str) -> None:
    assert "quantity-swapped" in errors(text), errors(text)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{ONE} QTY+153:12"), sales(f"{ONE} QTY+153:61 {OTHER} QTY+153:17"), inventory(f"{UP} QTY*33*17*EA"),
        stock(f"{ONE} QTY+145:9 QTY+70:145 {OTHER} QTY+145:12 QTY+70:30"), stock(f"{ONE} QTY+17:9 QTY+70:157"),
        stock(f"{ONE} QTY+145:9 QTY+70:12 {OTHER} QTY+145:9"),
    ],
)  # fmt: skip
def test_a_quantity_that_looks_like_another_code_is_read(text: str) -> None:
    assert "quantity-swapped" not in errors(text)


def test_each_line_whose_code_and_quantity_changed_places_is_refused_and_the_others_go_on() -> None:
    lines = " ".join(f"LIN+{n}++{item}:EN QTY+{q}" for n, (item, q) in enumerate((
        ("4006381333931", "153:4"), ("9501101530003", "7:153"), ("5449000000996", "9:153"), ("4012345000047", "153:5"),
    ), 1))  # fmt: skip
    outcome = compile_by_rules(sales(lines))
    assert outcome.is_valid
    assert [[p.code for p in line.problems] for line in outcome.rejected_lines] == [["quantity-swapped"]] * 2
    assert outcome.document
    assert [int(line.quantity) for line in outcome.document.lines] == [4, 5]


@pytest.mark.parametrize(
    ("sdq", "is_refused"),
    [
        ("SDQ*EA*92*5*0001", True), ("SDQ*EA*92*0001*5", False), ("SDQ*EA*92*0005*0001", False),
        ("SDQ*EA*92*0001*0", False), ("SDQ*EA*92*0001*0.5", False), ("SDQ*EA*92*0012*4*7*0031", True),
        ("SDQ*EA*92*A1*0031", False),
        # X12.6: the number of a store has no decimal point and no sign
        ("SDQ*LB*92*12.35*0001*0002*9", True), ("SDQ*LB*92*-1.5*0001", True), ("SDQ*LB*92*0001*12.35", False),
        # a quantity has changed places with the next store: one of the stores is shorter than all others
        ("SDQ*EA*92*0001*0002*5*7", True), ("SDQ*EA*92*0001*0002*0003*0007", False), ("SDQ*EA*92*0001*2*5*7", False),
        # without noughts the length of the other places tells
        ("SDQ*EA*15*3*1344986*1344994*2", True), ("SDQ*EA*15*1344986*1344994*3*2", True),
        ("SDQ*EA*92*1014*3*2*1015*1016*4", True), ("SDQ*EA*92*1014*3*1015*1200*1016*4", False),
        ("SDQ*EA*92*5*1200*1015*40", False), ("SDQ*EA*92*5*1200*7*3*1015*40", False),
        ("SDQ*EA*92*5*120*101*4*205*7", False),
        ("SDQ*EA*UL*5*4012345000016", True), ("SDQ*EA*92*12*15000*14*22000", False),
    ],
)  # fmt: skip
def test_a_part_whose_quantity_looks_like_a_store_is_refused(sdq: str, is_refused: bool) -> None:
    segments = read_segments(f"ST*852*0001~{sdq}~")
    assert [finding.code for finding in find_exchanged_parts(segments, 1, 2)] == ["part-swapped"] * is_refused
    assert ("part-swapped" in errors(activity(f"{UP} ZA*QS {sdq}"))) == is_refused


def test_a_split_of_which_no_part_has_a_place_is_refused_by_name() -> None:
    outcome = compile_by_rules(activity(f"{UP} ZA*QS*5*EA SDQ*EA*92**5"))
    assert not outcome.is_complete
    assert "part-incomplete" in {problem.code for problem in outcome.problems}


@pytest.mark.parametrize(
    ("own", "other", "is_refused"),
    [
        ("SDQ*EA*92*3*1344986", "SDQ*EA*92*1344994*2", True),  # of another line
        ("SDQ*EA*92*3*1344986*2*1344994", "SDQ*EA*92*1345001*1*1345002*7", True),  # throughout
        ("SDQ*EA*92*3*1200", "SDQ*EA*92*1015*2", False), ("SDQ*EA*92*3*1200", "SDQ*EA*92*1015*2*4*7", False),
        ("SDQ*EA*92*A3*1344986", "SDQ*EA*92*1344994*2", False),
    ],
)  # fmt: skip
def test_the_places_of_other_lines_tell_what_a_place_looks_like(own: str, other: str, is_refused: bool) -> None:
    text = activity(f"{UP} ZA*QS {own} LIN*2*UP*036000241457 ZA*QS {other}")
    assert ("part-swapped" in errors(text)) == is_refused, errors(text)
