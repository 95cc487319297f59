"""A message is cut by what opens its lines and groups, however many of them it has."""

import pytest

from tests.unit.approved import STORE, propose, read, write_strange
from tests.unit.plans.routes import GTINS
from udf.layouts.layout import read_layout
from udf.layouts.parts import UnlikeError, cut_by

LAYOUT = read_layout(propose().approve["plan"])


def cut(text: str) -> list[tuple[str, int]]:
    message = read(text)
    found = cut_by(LAYOUT, message.segments, message.setting)
    return [("group", part.first) for part in found.groups] + [
        ("line", part.group.first if part.group else 0) for part in found.lines
    ]


def test_a_message_has_as_many_lines_as_it_opens() -> None:
    assert cut(write_strange([(GTINS[0], "1", "2")])) == [("line", 0)]
    assert len(cut(write_strange([(item, "1", "2") for item in GTINS]))) == len(GTINS)


def test_a_place_that_stands_again_between_two_lines_is_of_those_behind_it() -> None:
    text = write_strange().replace("LIN+2", f"Z10+{STORE[::-1]}'LIN+2").replace("UNT+14", "UNT+15")
    (_, group), first, second = cut(text)
    assert (first, second) == (("line", 0), ("line", group))


def test_a_message_without_what_opens_a_line_is_another_layout() -> None:
    with pytest.raises(UnlikeError, match="No segment opens a line: LIN would"):
        cut(write_strange().replace("LIN+", "ITM+"))
