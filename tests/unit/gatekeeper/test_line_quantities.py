"""Quantities of a line, held against what its segments state: counted by hand."""

import pytest

from tests.small_messages import activity, sales
from udf.gatekeeper.line_quantities import judge_quantity, judge_use
from udf.message import LineRecords, Message, read_message
from udf.reading import Record
from udf.standards.reference import load_reference


def read(text: str) -> Message:
    message = read_message(text, None, load_reference())
    assert isinstance(message, Message)
    return message


def found(message: Message, *records: Record) -> set[str]:
    """The codes of what is found against the use of the quantities of a message's only line."""
    chunk = message.chunks.lines[0]
    line = LineRecords(chunk.first, chunk.last, list(records))
    return {finding.code for finding in judge_use(message.segments, line, [], message.setting)}


def places(message: Message, tag: str) -> list[int]:
    return [i for i, segment in enumerate(message.segments) if segment.tag == tag]


def test_a_quantity_that_no_record_has_is_not_used_and_one_in_two_is_used_twice() -> None:
    message = read(sales("LIN+1++4006381333931:EN QTY+153:5 QTY+124:1"))
    sold, returned = ((s, 0, 1) for s in places(message, "QTY"))
    assert found(message, {"quantity": sold}, {"quantity": returned}) == set()
    assert found(message, {"quantity": sold}) == {"quantity-not-used"}
    assert found(message, {"quantity": sold}, {"quantity": sold}, {"quantity": returned}) == {"quantity-used-twice"}


def test_a_total_is_the_sum_of_its_parts_in_their_unit() -> None:
    # X12 852: ZA02 is the total, SDQ04 and SDQ06 the parts of two stores
    for total, unit, codes in (("7", "EA", set()), ("8", "EA", {"split-total-mismatch"}),
                               ("7", "CA", {"split-total-mismatch"})):  # fmt: skip
        message = read(activity(f"LIN*1*UP*036000291452 ZA*QS*{total}*{unit} SDQ*EA*92*0001*3*0002*4"))
        (sdq,) = places(message, "SDQ")
        assert found(message, {"quantity": (sdq, 3, 0)}, {"quantity": (sdq, 5, 0)}) == codes


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"quantity": (0, 0, 1), "qualifier": (0, 0, 0), "unit": (0, 0, 2)}, None),
        ({"quantity": (0, 0, 1), "qualifier": (0, 0, 0)}, "unit-misplaced"),
        ({"quantity": (0, 0, 1), "unit": (0, 0, 2)}, "qualifier-misplaced"),
        ({"quantity": (0, 0, 2), "qualifier": (0, 0, 0)}, "quantity-misplaced"),
        ({"qualifier": (0, 0, 0)}, "line-without-quantity"),
    ],
)
def test_a_record_has_its_quantity_with_its_qualifier_and_its_unit(record: Record, code: str | None) -> None:
    message = read(sales("LIN+1++4006381333931:EN QTY+153:5:PCE"))
    (at,) = places(message, "QTY")
    moved = {name: (s + at, e, c) for name, (s, e, c) in record.items()}
    assert [finding.code for finding in judge_quantity(message.segments, moved, message.setting)] == [code][
        : bool(code)
    ]


def test_a_code_that_no_list_has_is_named() -> None:
    message = read(sales("LIN+1++4006381333931:EN QTY+x53:5"))
    (at,) = places(message, "QTY")
    (finding,) = judge_quantity(message.segments, {"quantity": (at, 0, 1), "qualifier": (at, 0, 0)}, message.setting)
    assert finding.code == "quantity-code-unlisted"
