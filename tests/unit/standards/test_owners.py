"""What each segment belongs to, by the segment tables of UN/EDIFACT and the transaction sets of X12."""

from tests.small_messages import activity, inventory, message, resale, sales, stock
from udf.message import read_message
from udf.standards.owners import OF_THE_MESSAGE, has_below, walker_of
from udf.standards.reference import load_reference

LIN, UP = "LIN+1++4006381333931:EN", "LIN*1*UP*036000291452"


def owners(text: str, *tags: str) -> list[str | None]:
    """The tag and first code that each segment with one of these tags belongs to."""
    read = read_message(text, None, load_reference())
    segments, setting = read.segments, read.setting
    walked = walker_of(setting.message_type, setting.version).walk(segments, read.first, len(segments))
    found: list[str | None] = []
    for index, owner in walked:
        if segments[index].tag in tags:
            above = segments[owner] if owner is not None and owner != OF_THE_MESSAGE else None
            found.append(f"{above.tag} {above.value(0)}" if above else "message" if owner is not None else None)
    return found


def test_a_date_belongs_to_the_reference_place_or_quantity_above_it() -> None:
    # D.96A SLSRPT: group 3 is RFF and DTM, group 5 LOC and DTM, group 6 RFF and DTM below LOC
    text = sales("RFF+ON:1 DTM+171:20260101:102 " + LIN + " QTY+153:5")
    assert owners(text, "DTM") == ["message", "message", "message", "RFF ON"]
    # D.96A INVRPT: group 9 is LIN with LOC and DTM, group 11 QTY with LOC and DTM, group 14 RFF and DTM
    text = stock(
        f"{LIN} LOC+14+A DTM+366:20260101:102 QTY+145:5 LOC+18+B DTM+361:20260101:102 RFF+BT:1 DTM+36:20260101"
    )
    assert owners(text, "LOC", "DTM")[2:] == ["LIN 1", "LIN 1", "QTY 145", "QTY 145", "RFF BT"]


def test_groups_come_again_and_end_where_an_outer_one_goes_on() -> None:
    text = sales(f"{LIN} QTY+153:5 QTY+61:1 LIN+2++9501101530003:EN QTY+153:6 LOC+162+S2 {LIN} QTY+153:1")
    assert owners(text, "LOC") == ["message", "message"]
    assert owners(text, "LIN") == ["LOC 162", "LOC 162", "LOC 162"]
    assert owners(text, "QTY") == ["LIN 1", "LIN 1", "LIN 2", "LIN 1"]


def test_the_loops_of_x12_are_groups_too() -> None:
    # 004010 852: DTM stands in the loops of N1 and of G95; 846: N1 behind QTY is of LIN; 867: DTM of QTY, LX and PTD
    text = activity(f"N1*ST**92*7 DTM*007*20260101 {UP} ZA*QS*5*EA G95*A DTM*007*20260101")
    assert owners(text, "DTM") == ["N1 ST", "G95 A"]
    assert owners(inventory(f"{UP} QTY*33*5 DTM*018*20260101 N1*WH**92*7"), "N1", "DTM") == ["QTY 33", "LIN 1"]
    text = resale(f"PTD*SS DTM*003*20260101 QTY*32*5 {UP} DTM*003*20260101 LX*1 REF*LT*A DTM*003*20260101")
    assert owners(text, "DTM")[2:] == ["PTD SS", "QTY 32", "LX 1"]


def test_what_has_no_place_takes_with_it_what_stands_behind_it_in_a_group() -> None:
    # D.96A SLSRPT: NAD stands before RFF, and no segment ZZZ stands anywhere
    text = message("SLSRPT", f"BGM+73E+1+9 RFF+ON:1 NAD+SU+A::9 DTM+356:20260101:102 LOC+162+S1 {LIN} QTY+153:5")
    assert owners(text, "NAD", "DTM", "LOC") == [None, None, "message"]
    assert owners(sales(f"RFF+ON:1 ZZZ+1 DTM+356:20260101:102 {LIN} QTY+153:5"), "DTM")[-1] is None


def test_lines_may_stand_without_the_place_that_opens_their_group_and_quantities_may_not_stand_anywhere() -> None:
    text = message("SLSRPT", f"BGM+73E+1+9 NAD+ST+A::9 {LIN} QTY+153:5 LIN+2++B:SA QTY+153:6")
    assert owners(text, "LIN", "QTY") == ["message", "LIN 1", "message", "LIN 2"]
    assert owners(message("SLSRPT", f"BGM+73E+1+9 QTY+153:5 LOC+162+A {LIN}"), "QTY", "LOC", "LIN") == [None] * 3


def test_a_structure_knows_what_stands_below_a_quantity() -> None:
    assert not has_below("SLSRPT", "D:96A:UN", ("QTY", "INV"), "PRI")
    assert has_below("SLSRPT", "D:97A:UN", ("QTY", "INV"), "PRI")
    assert has_below("INVRPT", "D:01B:UN", ("QTY", "INV"), "PRI")
