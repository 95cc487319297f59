"""How values are spread over a message: what tells a store from a contract where no code does."""

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.language.spread import Spread, key_of
from udf.language.vocabulary import PAD, SPREAD_ID

TEXT = (
    "UNH+1+SLSRPT:D:96A:UN'RFF+ZC:A-1'RFF+ZS:0012'LIN+1++4006381333931:EN'QTY+153:5:PCE'"
    "LIN+2++4012345678901:EN'QTY+153:7:PCE'RFF+ZS:0013'LIN+3++4006381333931:EN'QTY+153:9:PCE'"
)


def segments() -> list[Segment]:
    return list(read_segments(TEXT))[1:]


def spread_at(number: int, element: int, component: int) -> int:
    return Spread(segments(), lines=3).token(segments()[number], element, component)


def test_a_place_that_stands_once_says_so() -> None:
    assert spread_at(0, 0, 1) == SPREAD_ID["once"]


def test_what_changes_with_each_group_stands_fewer_times_than_there_are_lines() -> None:
    assert spread_at(1, 0, 1) == SPREAD_ID["different few"]


def test_what_stands_in_each_line_is_told_by_whether_it_comes_again() -> None:
    assert spread_at(2, 2, 0) == SPREAD_ID["some each"]
    assert spread_at(3, 0, 1) == SPREAD_ID["different each"]
    assert spread_at(3, 0, 2) == SPREAD_ID["same each"]


def test_a_code_that_says_itself_what_it_is_has_no_spread() -> None:
    assert spread_at(3, 0, 0) == PAD


def test_the_spread_of_a_message_shows_nothing_of_its_values() -> None:
    other = list(read_segments(TEXT.replace("0012", "0077").replace("0013", "0078").replace("A-1", "B-2")))[1:]
    own = segments()
    for segment, changed in zip(own, other, strict=True):
        for e, element in enumerate(segment.elements):
            for c, _ in enumerate(element):
                assert Spread(own, 3).token(segment, e, c) == Spread(other, 3).token(changed, e, c)


def test_the_first_component_is_a_qualifier_where_it_may_be_a_code() -> None:
    keys = [key_of(segment) for segment in read_segments("UNH+1+SLSRPT:D:96A:UN'LIN+1'Z10+0012'Z10+ST+0012'NAD+SN+12'")]
    assert keys[1:] == [("LIN", ""), ("Z10", ""), ("Z10", "ST"), ("NAD", "SN")]
