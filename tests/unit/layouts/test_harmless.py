"""Segments that by the standard say nothing of a line, and tags that nobody could take for another."""

import pytest

from tests.unit.approved import read, write_strange
from udf.layouts.harmless import holders, is_nobodys, says_nothing
from udf.standards.edifact import EDIFACT


@pytest.mark.parametrize(
    ("segment", "place", "nothing"),
    [
        ("NAD+SU+1::9", (1, 0), True),
        ("LOC+162+1::9", (1, 0), False),
        ("DTM+137:20260101:102", (0, 1), True),
        ("DTM+90:20260101:102", (0, 1), False),
        ("RFF+ON:1", (0, 1), True),
        ("RFF+Z77:1", (0, 1), False),
        ("CUX+2:EUR:9", (0, 1), True),
        ("GIN+BN+1", (1, 0), True),
        ("QTY+153:1", (0, 1), False),
        ("PIA+2+1:SA", (1, 0), True),
        ("PIA+5+1:SA", (1, 0), False),
    ],
)
def test_what_says_nothing(segment: str, place: tuple[int, int], nothing: bool) -> None:
    message = read(write_strange().replace("NAD+SE", f"{segment}'NAD+SE"))
    index = next(i for i, found in enumerate(message.segments) if found.raw == segment)
    assert says_nothing(message.segments[index], place, "header", message.setting, is_whole=False) is nothing


def test_a_tag_of_nobodys_is_no_damaged_one() -> None:
    assert is_nobodys("X77", ("Z10", "LIN"), EDIFACT)
    for tag in ("Z11", "LIX", "QTX", "LOC", "Z104", "ZZZZ"):
        assert not is_nobodys(tag, ("Z10", "LIN"), EDIFACT), tag


def test_what_holds_a_field_is_known() -> None:
    assert {"QTY", "LIN", "DTM", "NAD", "PRI", "INV"} <= holders(EDIFACT)
    assert "GIN" not in holders(EDIFACT)
