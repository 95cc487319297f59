"""A value where the approved message had none is another layout, unless it says nothing of any line."""

import pytest

from tests.unit.approved import propose, read, write_strange
from udf.layouts.layout import read_layout
from udf.layouts.likeness import Likeness, tells_days
from udf.layouts.parts import UnlikeError, cut_by

LAYOUT = read_layout(propose().approve["plan"])
NEW = "NAD+SE"


def check(new: str) -> None:
    """Hold a message with a further segment above its lines to the layout."""
    message = read(write_strange().replace(NEW, f"{new}'{NEW}"))
    found = cut_by(LAYOUT, message.segments, message.setting)
    for part in (found.header, *found.lines):
        Likeness(LAYOUT, message.setting).check(message.segments, part)


@pytest.mark.parametrize("new", ["NAD+SU+4012345000047::9", "RFF+ON:12", "FTX+AAI+++HELLO", "CUX+2:EUR:9", "X77+A+1"])
def test_what_says_nothing_of_a_line_may_stand_in_it(new: str) -> None:
    check(new)


@pytest.mark.parametrize("new", ["LOC+162+0012::9", "QTY+153:5", "Z11+5", "Z10+A+B", "NAD+SE+4012345000023::9", "Z10X"])
def test_what_may_say_something_of_a_line_may_not(new: str) -> None:
    with pytest.raises(UnlikeError):
        check(new)


def test_days_are_told_by_the_standards_dates_alone() -> None:
    message = read(write_strange())
    told = [segment.value(0) for segment in message.segments if tells_days(segment, message.setting)]
    assert told == ["90", "91"]
