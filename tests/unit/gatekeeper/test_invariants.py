"""What must be true of any right reading: values of their kind, each quantity once, lines that are like each other."""

import pytest

from udf.gatekeeper.invariants import find_violation
from udf.message import read_message
from udf.reading import Record
from udf.standards.reference import load_reference

TEXT = (
    "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+Z7:20260117:102'DTM+Z8:20260110:102'"
    "LIN+1++4006381333931:EN'QTY+153:5:PCE'LIN+2++4012345678901:EN'QTY+153:7:PCE'LOC+Z9+12'UNT+9+1'"
)
FIRST: Record = {"item": (4, 2, 0), "quantity": (5, 0, 1), "qualifier": (5, 0, 0), "unit": (5, 0, 2)}
SECOND: Record = {"item": (6, 2, 0), "quantity": (7, 0, 1), "qualifier": (7, 0, 0), "unit": (7, 0, 2)}


def violation(first: Record, second: Record | None, text: str = TEXT) -> str | None:
    message = read_message(text, None, load_reference())
    lines = [(4, 6, [first]), (6, 9, [second] if second else [])]
    return find_violation(message.segments, lines, message.setting)


def test_a_right_reading_violates_nothing() -> None:
    assert violation(FIRST, SECOND) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"quantity": (6, 2, 1)}, "is not a number"),
        ({"item": (7, 0, 1)}, "two things"),
        ({"start": (3, 0, 0)}, "no date"),
        ({"start": (2, 0, 1), "end": (3, 0, 1)}, "before it starts"),
        ({"location": (8, 1, 0)}, "others none"),
        ({"quantity": (5, 0, 1)}, "in two records"),
    ],
)
def test_a_value_that_is_not_of_its_kind_or_is_used_twice_is_one(changed: Record, said: str) -> None:
    assert said in (violation(FIRST, SECOND | changed) or "")


def test_a_record_has_an_item_and_a_line_a_record() -> None:
    assert "no item" in (violation(FIRST, {n: at for n, at in SECOND.items() if n != "item"}) or "")
    assert "no quantity" in (violation(FIRST, None) or "")


def test_a_quantity_that_no_record_has_is_one_unless_the_others_add_up_to_it() -> None:
    more = TEXT.replace("LOC+Z9+12'", "QTY+61:9:PCE'")
    assert "The quantity 9 is in no record" in (violation(FIRST, SECOND, more) or "")
    total = TEXT.replace("LOC+Z9+12'", "QTY+61:7:PCE'")
    assert violation(FIRST, SECOND, total) is None
