"""Example messages: every value of theirs is traced to the slot it came from."""

import pytest

from udf.edi.delimiters import Delimiters
from udf.plans.example import Placeholder, UntraceableError, make_example
from udf.plans.shapes import parse_shape

EDIFACT = Delimiters("EDIFACT", "'", "+", ":", "?", None, None)
HEADER = parse_shape("UNH+{digits}+SLSRPT:D:96A:UN'DTM+90:{date:99999999}:102'", EDIFACT)
LINE = parse_shape("LIN+{digits}++{digits:13}:EN'QTY+153:{number}:PCE'", EDIFACT)


def test_values_days_and_spans_are_traced() -> None:
    example = make_example([HEADER, None, LINE])
    assert example.bounds == [(0, 2), (0, 0), (2, 4)]
    item, day = example.segments[2].value(2), example.segments[1].value(0, 1)
    assert example.slot_of(item) == Placeholder("text", 2, 1)
    assert example.day(f"{day[:4]}-{day[4:6]}-{day[6:]}").scope == 0
    assert example.spans[example.segments[3].component_span(0, 1)] == (
        Placeholder("from", 2, 2), Placeholder("to", 2, 2),
    )  # fmt: skip
    assert list(example.trace(f"a «{item}»")) == ["a «", Placeholder("text", 2, 1), "»"]
    assert example.trace_whole('12"') == '12\\"'
    assert example.trace_whole(None) is None


def test_what_is_of_no_slot_cannot_be_traced() -> None:
    example = make_example([HEADER])
    for ask in (example.day, example.slot_of):
        with pytest.raises(UntraceableError):
            ask("2001-01-01")
    with pytest.raises(UntraceableError):
        example.trace_whole(f"{example.segments[0].value(0)} and more")


def test_a_shape_that_holds_a_made_up_value_is_no_example() -> None:
    with pytest.raises(UntraceableError, match="twice"):
        make_example([parse_shape("UNH+{digits}+SLSRPT:D:96A:UN'RFF+AB:700000'", EDIFACT)])
