"""The layout of a message reads the message itself as it was read, or there is none."""

from tests.unit.approved import find, propose, read, write_strange
from udf.language.outline import cut_by_outline
from udf.layouts.description import describe_layout
from udf.layouts.layout import Layout, read_layout
from udf.reading import Record


def describe(**changed: tuple[int, int, int]) -> Layout | None:
    """The layout of a message of two lines whose second one is read otherwise."""
    message = read(write_strange())
    chunks = cut_by_outline(message.segments, "SLSRPT")
    lines: list[list[Record]] = []
    for number, line in enumerate(chunks.lines):
        record: Record = {
            "item": (line.first, 2, 0), "quantity": (line.first + 1, 0, 1), "qualifier": (line.first + 1, 0, 0),
            "location": (find(message, "Z10"), 0, 0),
        }  # fmt: skip
        lines.append([record | (changed if number else {})])
    return describe_layout(message.segments, chunks, lines, message.setting)


def test_it_says_what_is_the_partners_own_and_what_each_line_has() -> None:
    layout = read_layout(propose().approve["plan"])
    assert layout.own == {("Z10", "")}
    assert layout.lines == {("LIN", "")}
    assert {"item", "location", "quantity", "unit", "price", "start", "end"} <= layout.needed
    assert layout.by_standard == {"item", "price", "period"}


def test_lines_that_are_read_in_two_ways_have_no_layout() -> None:
    assert describe() is not None
    first = find(read(write_strange()), "LIN")
    assert describe(item=(first, 2, 0)) is None
    assert describe(location=(find(read(write_strange()), "NAD"), 1, 0)) is None
