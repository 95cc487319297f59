"""What the reader tolerates around and inside segments, in time that grows with the text."""

from functools import partial

import pytest

from tests.interchanges import SLSRPT, STOCK_852, elements, tags
from tests.pace import compare_times
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments


def test_a_bom_and_indentation_are_no_part_of_tags() -> None:
    text = "\ufeff" + STOCK_852.replace("~", "~\r\n    ")
    assert tags(text) == tags(STOCK_852)


def test_blanks_before_the_terminator_are_trimmed() -> None:
    assert elements(STOCK_852.replace("EA~", "EA  \r\n~"), "ZA") == elements(STOCK_852, "ZA")


@pytest.mark.parametrize("width", [1, 2, 3, 7, 40, 80])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [SLSRPT, STOCK_852])
def test_lines_may_be_wrapped_at_any_column(text: str, newline: str, width: int) -> None:
    assume_found = find_delimiters(text)
    wrapped = newline.join(text[start : start + width] for start in range(0, len(text), width))
    read = read_segments(wrapped, assume_found)
    assert [segment.tag for segment in read] == tags(text)
    assert [segment.elements for segment in read] == [segment.elements for segment in read_segments(text)]
    assert not any(segment.repaired for segment in read)


def test_a_missing_last_terminator_loses_nothing() -> None:
    assert tags(SLSRPT[:-1]) == tags(SLSRPT)


def test_empty_segments_and_doubled_terminators_are_no_segments() -> None:
    assert tags(SLSRPT.replace("'", "'' \n'")) == tags(SLSRPT)


def test_lower_case_tags_come_back_in_upper_case() -> None:
    assert tags(SLSRPT.lower()) == tags(SLSRPT)


def test_a_segment_nobody_knows_is_kept() -> None:
    assert tags("UNH+1+SLSRPT:D:96A:UN'???'XYZ+1'hello world'BGM+1'UNT+1+1'") == [
        "UNH",
        "???'XYZ",
        "HELLO WORLD",
        "BGM",
        "UNT",
    ]


def test_explicit_nesting_is_no_part_of_a_tag() -> None:
    assert tags("UNH+1+SLSRPT:D:96A:UN'LIN:1+1++4:EN'") == ["UNH", "LIN"]


LONG_TEXTS = {
    "segments": ("UNH+1+SLSRPT:D:96A:UN'", "QTY+153:1'", 20_000, ""),
    "blanks": ("UNH+1+SLSRPT:D:96A:UN'", " ", 200_000, "x"),
    "newlines in a segment": ("UNH+1+SLSRPT:D:96A:UN'NAD+SU", "\n", 200_000, "x"),
    "released characters": ("UNH+1+SLSRPT:D:96A:UN'FTX+", "??", 40_000, ""),
    "elements": ("UNH+1+SLSRPT:D:96A:UN'", "A+", 40_000, ""),
    "blanks behind a tag that may be glued": ("UNH+1+SLSRPT:D:96A:UN'XUNT+1+1", " ", 200_000, "x"),
    "wraps before a tag": ("UNH+1+SLSRPT:D:96A:UN'QTY+1:2", "\n \t", 200_000, "QTY+"),
    "tags that may be glued": ("ST*852*0001~N1*ST*", "XN1*ST*", 40_000, ""),
    "a glued trailer of many numbers": ("ST*852*0001~XSE*1*", "1 ", 40_000, ""),
    "zeros": ("", "\0", 200_000, ""),
    "heads without separators": ("", "UNH", 200_000, ""),
    "heads of EDIFACT": ("", "UNH+", 50_000, ""),
    "heads of X12": ("", "ST*", 200_000, ""),
    "a letter": ("", "x", 200_000, ""),
    "a service string of blanks": ("UNA", " ", 200_000, "UNB+"),
}


@pytest.mark.parametrize(("head", "part", "count", "tail"), LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_reading_takes_time_in_proportion_to_size(head: str, part: str, count: int, tail: str) -> None:
    def read(times: int) -> None:
        for segment in read_segments(head + part * times + tail):
            if segment.elements:
                segment.component_span(0)

    assert compare_times(partial(read, count), partial(read, count // 20)) < 4 * 20
