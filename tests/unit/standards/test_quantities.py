"""Where quantities, their units and their parts stand."""

import csv

import pytest

from tests.small_messages import stock
from tests.unit.gatekeeper.test_syntax import LIN, errors
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.edifact import EDIFACT
from udf.standards.quantities import (
    PIECES,
    activity_of,
    inventory_segments,
    is_quantity_slot,
    part_place,
    quantity_positions,
    unit_slot,
)
from udf.standards.reference import FOLDER
from udf.standards.standard import Standard
from udf.standards.x12 import X12


def edifact(body: str) -> list[Segment]:
    return read_segments("UNH+1+SLSRPT:D:96A:UN'" + "".join(f"{word}'" for word in body.split()))[1:]


def x12(body: str) -> list[Segment]:
    return read_segments("ST*852*0001~" + "".join(f"{word}~" for word in body.split()))[1:]


@pytest.mark.parametrize(
    ("segments", "standard", "expected"),
    [
        (edifact("LIN+1++4:EN QTY+153:12:PCE QTY+61+3"), EDIFACT, [(1, 0, 1), (2, 1, 0)]),
        (x12("LIN*1*UP*4 QTY*63*5*EA SCH*7*EA"), X12, [(1, 1, 0), (2, 0, 0)]),
        # a later quantity of another day is no part of what there is
        (x12("LIN*1*UP*4 QTY*33*5*EA SCH*7*EA"), X12, [(1, 1, 0)]),
        (x12("LIN*1*UP*4 QTY*33*5*EA SCH*5*EA*WH*W1"), X12, [(1, 1, 0), (2, 0, 0)]),
        (x12("SDQ*EA*92*001*3*002*4*003"), X12, [(0, 3, 0), (0, 5, 0), (0, 7, 0)]),
        (x12("REF*IT*1*9 LS*1 REF*IT*1*5 LE*1 REF*IT*1*6 REF*WS*1*7"), X12, [(2, 2, 0), (5, 2, 0)]),
        (
            x12("SDQ*EA*92" + "*1*1" * 10 + "*001*5"),
            X12,
            [(0, e, 0) for e in range(3, 22, 2)],
        ),
    ],
)
def test_quantities_come_in_stream_order(
    segments: list[Segment], standard: Standard, expected: list[tuple[int, int, int]]
) -> None:
    assert list(quantity_positions(segments, 0, len(segments), standard)) == expected


def test_a_quantity_may_stand_where_one_is_looked_for() -> None:
    segments = x12("ZA*QS*5 SDQ*EA*92*001*3*002*4 SCH*7*EA REF*WS*1*7")
    for s, e, c in quantity_positions(segments, 0, len(segments), X12):
        assert is_quantity_slot(segments[s], e, c, X12)
    sdq = segments[1]
    assert not any(is_quantity_slot(sdq, e, 0, X12) for e in (0, 1, 2, 4, 22, 23))
    whole, spread = edifact("QTY+153:12 QTY+153+12")
    assert is_quantity_slot(whole, 0, 1, EDIFACT)
    assert not is_quantity_slot(whole, 1, 0, EDIFACT)
    assert is_quantity_slot(spread, 1, 0, EDIFACT)


@pytest.mark.parametrize(
    ("body", "activity"),
    [
        ("ZA*QS SDQ*EA*92*1*5", 0),
        ("ZA*QS QTY*OC*2 SDQ*EA*92*1*5", 0),
        ("QTY*33*9 REF*WS*1*5", 0),
        ("LIN*1 SCH*5*EA", 1),
    ],
)
def test_a_part_stands_under_its_activity(body: str, activity: int) -> None:
    segments = x12(body)
    assert activity_of(segments, len(segments) - 1, X12) == activity


def test_quantities_of_edifact_are_their_own_activity() -> None:
    assert activity_of(edifact("QTY+153:1 REF+A"), 1, EDIFACT) == 1


@pytest.mark.parametrize(
    ("body", "quantity", "unit"),
    [
        ("ZA*QS*5*EA", (0, 1, 0), (0, 2, 0)), ("ZA*QS SDQ*CA*92*1*5", (1, 3, 0), (1, 0, 0)),
        ("QTY*33*5*EA SCH*5*CA", (1, 0, 0), (1, 1, 0)), ("QTY*33*7 UIT*FT", (0, 1, 0), (1, 0, 0)),
        ("QTY*33*7 UIT*FT REF*WS*12*7", (2, 2, 0), (1, 0, 0)), ("QTY*33*7*EA REF*WS*12*7", (1, 2, 0), (0, 2, 0)),
        ("QTY*33*7", (0, 1, 0), None), ("ZA*QS*7 UIT*FT", (0, 1, 0), None),
    ],
)  # fmt: skip
def test_the_unit_of_x12_stands_by_its_quantity(
    body: str, quantity: tuple[int, int, int], unit: tuple[int, int, int] | None
) -> None:
    assert unit_slot(x12(body), quantity, X12) == unit


def test_the_unit_of_edifact_is_a_component_or_an_element() -> None:
    segments = edifact("QTY+153:12:PCE QTY+153+12+PCE QTY+153:12")
    assert unit_slot(segments, (0, 0, 1), EDIFACT) == (0, 0, 2)
    assert unit_slot(segments, (1, 1, 0), EDIFACT) == (1, 2, 0)
    assert unit_slot(segments, (2, 0, 1), EDIFACT) is None


@pytest.mark.parametrize(
    ("body", "quantity", "place"),
    [
        ("SDQ*EA*92*1*5*2*6", (0, 5, 0), (0, 4, 0)),
        ("SCH*5*EA*ST*1", (0, 0, 0), (0, 3, 0)),
        ("REF*WS*1*5", (0, 2, 0), (0, 1, 0)),
    ],
)
def test_a_part_has_its_place_beside_it(body: str, quantity: tuple[int, int, int], place: tuple[int, int, int]) -> None:
    assert part_place(x12(body), quantity) == place


def test_inv_is_of_the_quantity_behind_it_or_before_it() -> None:
    before = edifact("INV+1+2 QTY+145:1 INV+1+3 QTY+145:2")
    behind = edifact("QTY+145:1 INV+1+2 QTY+145:2")
    assert inventory_segments(before, 0, len(before)) == {1: 0, 3: 2}
    assert inventory_segments(behind, 0, len(behind)) == {0: 1}


def test_the_codes_for_a_piece_are_those_of_the_reference_table() -> None:
    with (FOLDER / "units.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["unit"] for row in csv.DictReader(file) if row["unit_of_measure"] == "EA"}
    assert set(PIECES) >= {"PCE", "EA", "C62"}
    # a number of articles (NAR) has no row in Gold yet; nobody has parts in these and their total in pieces
    assert (set(PIECES) - listed, listed - set(PIECES)) == ({"NAR"}, {"PC", "UN", "H87"})


@pytest.mark.parametrize(
    ("lines", "is_refused"),
    [
        # D.96A INVRPT: INV behind its QTY; D.97A: before it, and QTY is mandatory below INV
        (f"{LIN} INV++1 QTY+145:4:PCE INV++2", True),
        (f"{LIN} QTY+145:4:PCE INV++1 INV++2", True),
        (f"{LIN} QTY+145:4:PCE INV++2", False),
        (f"{LIN} INV++1 QTY+145:4:PCE INV++2 QTY+145:5:PCE", True),
        (f"{LIN} INV++1 QTY+145:4:PCE QTY+198:5:PCE", False),
    ],
)
def test_a_state_without_a_quantity_of_its_own_is_refused(lines: str, is_refused: bool) -> None:
    assert ("state-misplaced" in errors(stock(lines))) == is_refused


def test_a_state_before_its_quantity_is_its_own_where_the_directory_has_it_there() -> None:
    lines = f"{LIN} INV++1 QTY+145:4:PCE INV++2 QTY+145:5:PCE"
    assert "state-misplaced" not in errors(stock(lines).replace("D:96A", "D:97A"))
    assert "state-misplaced" not in errors(stock(f"{LIN} INV++1 QTY+145:4:PCE INV++1 QTY+198:5:PCE"))  # all one
    # D.97A INVRPT: one QTY below each INV
    twice = f"{LIN} INV+2 QTY+156:5 QTY+156:5 DTM+179:20260101:102 INV+1 QTY+156:2"
    assert "repeated-quantity" in errors(stock(twice).replace("D:96A", "D:97A"))
