"""What an approval says of a layout is the same once it was JSON, and names places for any values."""

import json

import pytest

from tests.unit.approved import propose, read, write_strange
from udf.layouts.layout import base_element, key_of, name_places, pair_of, read_layout
from udf.standards.edifact import EDIFACT
from udf.standards.x12 import X12


def test_a_layout_is_the_same_when_it_was_written_and_read() -> None:
    said = json.loads(json.dumps(propose().approve["plan"]))
    assert json.loads(json.dumps(read_layout(said).as_json())) == said


@pytest.mark.parametrize("said", [{}, {"fields": 5}, {"fields": [{"field": "item"}]}])
def test_what_is_no_layout_raises(said: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_layout(said)


def test_a_qualifier_is_a_short_code_with_something_behind_it() -> None:
    segments = read(write_strange()).segments
    keys = {key_of(segment, EDIFACT, frozenset(("QTY",))) for segment in segments}
    assert {("DTM", "90"), ("NAD", "SE"), ("PRI", "AAA"), ("QTY", ""), ("LIN", ""), ("Z10", "")} <= keys


def test_a_number_is_named_by_its_type() -> None:
    segments = read(write_strange()).segments
    index = next(i for i, segment in enumerate(segments) if segment.tag == "LIN")
    assert {name for name, _, _ in name_places(segments, index, EDIFACT, frozenset())} == {"LIN  number EN", "LIN  0 0"}


def test_pairs_of_a_row_are_one_place() -> None:
    assert [base_element(X12, "SDQ", e, 0) for e in (0, 1, 2, 3, 4, 5, 8)] == [0, 1, 2, 3, 2, 3, 2]
    assert [pair_of(X12, "SDQ", e) for e in (0, 1, 2, 3, 4, 5)] == [None, None, 0, 0, 1, 1]
    assert pair_of(X12, "QTY", 1) is None
