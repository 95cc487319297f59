"""Places in segments, and what a table of a standard says of them."""

import pytest

from udf.standards.edifact import EDIFACT
from udf.standards.standard import At, Standard
from udf.standards.x12 import X12


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (At("QTY", 0, 1), [(0, 1)]),
        (At("SDQ", 3, every=2), [(3, 0), (5, 0), (7, 0)]),
        (At("PIA", 1, 1, every=1), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1)]),
        (At("IMD", 2, 3, onwards=True), [(2, 3), (2, 4)]),
    ],
)
def test_a_place_holds_itself_and_those_of_its_row(at: At, held: list[tuple[int, int]]) -> None:
    assert [(e, c) for e in range(8) for c in range(5) if at.holds(e, c)] == held


def test_a_field_may_stand_where_the_standard_has_it_or_a_partner_puts_it() -> None:
    assert EDIFACT.may_stand("quantity", "QTY", 0, 1)
    assert EDIFACT.may_stand("quantity", "QTY", 1, 0)
    assert not EDIFACT.may_stand("quantity", "QTY", 0, 0)
    assert not EDIFACT.may_stand("quantity", "ZA", 1, 0)


def test_a_component_of_x12_is_of_its_whole_element() -> None:
    assert X12.kind_of("QTY", 1, 2) == X12.kind_of("QTY", 1, 0) == "number"
    assert X12.may_stand("unit", "QTY", 2, 3)
    assert EDIFACT.kind_of("QTY", 0, 4) is None


@pytest.mark.parametrize("standard", [EDIFACT, X12])
def test_of_several_places_in_a_segment_the_first_is_looked_up(standard: Standard) -> None:
    for field, places in standard.fields.items():
        for tag, at in standard.stated_in(field).items():
            assert at == next((place.element, place.component) for place in places if place.tag == tag)


def test_a_segment_that_is_not_in_the_table_has_no_kind() -> None:
    assert EDIFACT.kind_of("ZZZ", 0, 0) is None
