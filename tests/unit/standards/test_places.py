"""Where places stand, what their roles are, and which quantity a place is for."""

import pytest

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.edifact import EDIFACT
from udf.standards.places import (
    PLACES,
    bind_places,
    is_buying_store,
    line_places,
    place_role,
    place_slots,
    place_type_slot,
    signature,
    statement_places,
)
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.structure import split_message
from udf.standards.x12 import X12

STOCK = Setting(EDIFACT, "INVRPT", "D:96A:UN", "", None, load_reference())
INQUIRY = Setting(X12, "846", "004010", "", None, load_reference())
ACTIVITY = Setting(X12, "852", "004010", "", None, load_reference())


def edifact(text: str) -> Segment:
    return read_segments(f"UNH+1+INVRPT:D:96A:UN'{text}'")[1]


def x12(text: str) -> Segment:
    return read_segments(f"ST*852*0001~{text}~")[1]


def test_places_are_named_by_three_segments() -> None:
    assert {"LOC", "NAD", "N1"} == PLACES


@pytest.mark.parametrize(
    ("segment", "slots"),
    [
        (edifact("LOC+14+S1::9"), {(1, 0)}), (edifact("LOC+14+:::MAIN"), {(1, 3)}),
        (edifact("NAD+SN+400::9"), {(1, 0)}),
        (edifact("NAD+SN+::9:X"), set()), (x12("N1*ST*MAIN*92*0012"), {(3, 0)}), (x12("N1*ST*MAIN"), {(1, 0)}),
        (x12("N1*ST"), set()),
    ],
)  # fmt: skip
def test_a_place_is_its_code_or_its_name(segment: Segment, slots: set[tuple[int, int]]) -> None:
    assert place_slots(segment) == slots


@pytest.mark.parametrize(
    ("segment", "setting", "role"),
    [
        (edifact("NAD+SN+400::9"), STOCK, "yes"), (edifact("NAD+SN"), STOCK, "empty"),
        (edifact("NAD+SU+400::9"), STOCK, "no"), (edifact("NAD+GY+400::9"), STOCK, "weak"),
        (edifact("NAD+GY"), STOCK, "no"), (edifact("NAD+Q9+400::9"), STOCK, None),
        (x12("N1*BY**92*0012"), ACTIVITY, "weak"), (x12("N1*BY**9*0012345678901"), ACTIVITY, "no"),
        (x12("N1*ST**92*0012"), ACTIVITY, "yes"),
        # 98: SF is from where goods are shipped, ST to where: of a sale the store, while a stock may lie at either
        (x12("N1*SF**92*DC1"), ACTIVITY, "weak"), (x12("N1*SF**92*DC1"), INQUIRY, "yes"),
        # 98: who will buy holds none of the goods that an 846 advises of; DB is the distributor's own branch
        (x12("N1*BY**92*0012"), INQUIRY, "no"), (x12("N1*DB**91*D1"), INQUIRY, "weak"),
        # 3035: the ultimate customer is who bought
        (edifact("NAD+UD+400::9"), STOCK, "no"),
    ],
)  # fmt: skip
def test_a_role_says_whether_a_party_is_a_place(segment: Segment, setting: Setting, role: str | None) -> None:
    assert place_role(segment, setting) == role


@pytest.mark.parametrize(("number", "is_store"), [("0012", True), ("123456", True), ("1234567", False), ("", False)])
def test_a_buyer_is_a_store_by_its_short_number(number: str, is_store: bool) -> None:
    assert is_buying_store(x12(f"N1*BY**92*{number}")) == is_store


@pytest.mark.parametrize(
    ("text", "place", "kind"),
    [
        ("N1*ST**92*0012", (1, 3, 0), (1, 2, 0)), ("N1*ST*MAIN*92", (1, 1, 0), None),
        ("SDQ*EA*92*001*3*002*4", (1, 4, 0), (1, 1, 0)), ("SCH*5*EA*ST*0012", (1, 3, 0), (1, 2, 0)),
        ("REF*WS*12*5", (1, 1, 0), (1, 0, 0)),
    ],
)  # fmt: skip
def test_a_code_list_of_x12_stands_by_its_place(
    text: str, place: tuple[int, int, int], kind: tuple[int, int, int] | None
) -> None:
    assert place_type_slot(read_segments(f"ST*852*0001~{text}~"), place) == kind


def test_a_code_list_of_edifact_is_the_third_component() -> None:
    segments = read_segments("UNH+1+INVRPT:D:96A:UN'LOC+14+S1::9'NAD+SN+S1'")
    assert place_type_slot(segments, (1, 1, 0)) == (1, 1, 2)
    assert place_type_slot(segments, (2, 1, 0)) is None


def test_a_header_names_one_place_and_the_sure_one_wins() -> None:
    segments = read_segments("UNH+1+INVRPT:D:96A:UN'BGM+35+1+9'NAD+GY+G1::9'NAD+SN+S1::9'")
    header = split_message(segments, "INVRPT").header
    assert statement_places(segments, header, STOCK) == ([3], [])
    two = read_segments("UNH+1+INVRPT:D:96A:UN'BGM+35+1+9'NAD+SN+S1::9'NAD+SN+S2::9'")
    assert [f.code for f in statement_places(two, split_message(two, "INVRPT").header, STOCK)[1]] == ["place-ambiguous"]


def test_a_line_names_no_party_of_unknown_role() -> None:
    segments = read_segments("UNH+1+INVRPT:D:96A:UN'LIN+1++4:EN'LOC+14+S1'NAD+SU+1'NAD+Q9+2'")
    assert line_places(segments, 1, 4, STOCK) == ([2], [])
    assert line_places(segments, 1, 5, STOCK) == ([2], [])  # beside a place for sure it is another party
    assert [finding.code for finding in line_places(segments, 3, 5, STOCK)[1]] == ["place-misplaced"]


def test_places_pair_with_quantities_before_or_behind_them() -> None:
    assert bind_places([1, 3], [2, 4], 5, "SLSRPT") == [{2: 1, 4: 3}]
    assert bind_places([2, 4], [1, 3], 5, "SLSRPT") == [{1: 2, 3: 4}]
    assert bind_places([1], [2, 3], 4, "SLSRPT") == [{2: 1, 3: 1}]
    assert bind_places([], [1, 2], 3, "SLSRPT") == [{1: None, 2: None}, {1: None, 2: None}]
    assert bind_places([1, 2], [3], 4, "SLSRPT") == []
    # 004010 846: N1 behind the loop of QTY is of the line; in 006030 it stands in that of QTY
    assert bind_places([3], [1, 2], 4, "846", "004010") == [{1: 3, 2: 3}]
    assert bind_places([3], [1, 2], 4, "846", "006030") == []


def test_a_signature_is_the_tag_and_its_first_code() -> None:
    assert signature(edifact("NAD+SN+400")) == ("NAD", "SN")
    assert signature(edifact("UNS")) == ("UNS", "")
