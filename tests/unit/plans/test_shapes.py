"""Shapes: a text with its values masked."""

import pytest

from tests.unit.plans.routes import write_report
from udf.edi.delimiters import Delimiters
from udf.edi.reader import read_segments
from udf.plans.shapes import LONGEST_SHAPE, Slot, mask, may_hide_tag, parse_shape, read_text

EDIFACT = Delimiters("EDIFACT", "'", "+", ":", "?", None, None)


def shape_of(text: str) -> str | None:
    segments = read_segments(text, EDIFACT)
    shape = mask(text, 0, len(text), segments, EDIFACT)
    return None if shape is None else str(shape)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("LIN+1++4006381333931:EN'", "LIN+{digits}++{digits:13}:EN'"),
        ("QTY+153:12.5:PCE'", "QTY+153:{number}:PCE'"),
        ("DTM+90:20261102:102'DTM+91:20261102:102'", "DTM+90:{date:99999999}:102'DTM+91:{as:1}:102'"),
        ("RFF+BT:A{1}'", "RFF+BT:{text}'"),
        ("QTY+153:12.5.5.5.5.5.5.5:PCE'", "QTY+153:12.5.5.5.5.5.5.5:PCE'"),
        ("QTY+153:\n12:PCE'", None),
        (f"IMD+F++:::{'X' * LONGEST_SHAPE}'", None),
    ],
)
def test_values_are_masked_and_codes_are_not(text: str, shape: str | None) -> None:
    assert shape_of(text) == shape


def test_a_shape_comes_back_from_its_text_and_fits_what_it_is_filled_with() -> None:
    text = write_report()
    shape = mask(text, 0, len(text), read_segments(text, EDIFACT), EDIFACT)
    assert shape is not None
    again = parse_shape(str(shape), EDIFACT)
    assert again == shape
    for offset in (0, 400):
        filled, places = again.fill(offset)
        found = again.compile().fullmatch(filled)
        assert found is not None
        assert [found.span(number) for number in range(1, len(places) + 1)] == [(a, b) for a, b, _ in places]


def test_what_is_no_slot_is_no_shape() -> None:
    with pytest.raises(ValueError, match="no slot"):
        parse_shape("LIN+{anything}'", EDIFACT)
    assert parse_shape("{{text}}", EDIFACT).pieces == ("{text}",)


@pytest.mark.parametrize("form", ["999999", "99999999", "99999999-99999999", "999999-999999", "999999999999"])
def test_made_up_dates_differ_and_have_their_form(form: str) -> None:
    dates = [Slot("date", form).sample(number) for number in range(60)]
    assert len(set(dates)) == 60
    assert {len(date) for date in dates} == {len(form)}


def test_a_text_is_read_as_the_reader_reads_it() -> None:
    assert read_text("A?'B", "?") == "A'B"
    assert read_text('12" PAN', None) == '12\\" PAN'
    assert read_text("? ", "?") is None
    assert read_text("TOT?AL", "?") is None  # no item: the gatekeeper tells a total by its name


def test_a_value_that_ends_like_a_tag_may_hide_a_lost_terminator() -> None:
    assert may_hide_tag("BERLIN", "EDIFACT")
    assert may_hide_tag("main warehouse", "X12")
    assert not may_hide_tag("ALPHA", "EDIFACT")
