"""A message is read as its layout says, to the last component, or the reason is told with its segment."""

import pytest

from tests.unit.approved import STORE, find, propose, read, write_strange
from udf.layouts.layout import read_layout
from udf.layouts.parts import LaidOut, UnlikeError
from udf.layouts.reading import read_by

LAYOUT = read_layout(propose().approve["plan"])


def read_it(text: str) -> LaidOut:
    message = read(text)
    return read_by(LAYOUT, message.segments, message.setting, is_meant=False)


def test_each_field_is_where_the_approved_message_had_it() -> None:
    message, found = read(write_strange()), read_it(write_strange())
    assert found.header.record["location"] == (find(message, "Z10"), 0, 0)
    line = found.lines[1]
    assert line.records == [{
        "quantity": (line.first + 1, 0, 1), "qualifier": (line.first + 1, 0, 0), "unit": (line.first + 1, 0, 2),
        "item": (line.first, 2, 0), "item_type": (line.first, 2, 1), "price": (line.first + 2, 0, 1),
        "price_type": (line.first + 2, 0, 0),
    }]  # fmt: skip


def test_a_code_without_a_meaning_is_none_of_the_layout() -> None:
    message = read(write_strange())
    with pytest.raises(UnlikeError, match="What the quantity QTY Z9 means") as refusal:
        read_by(LAYOUT, message.segments, message.setting)
    assert message.segments[refusal.value.segment].tag == "QTY"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (write_strange().replace(f"Z10+{STORE}'", ""), "The line has no place"),
        (write_strange().replace("PRI+AAA:3'", ""), "The line has no price"),
        (write_strange().replace("LIN+2++9501101530003:EN", "LIN+2++9501101530003:ENENENEN"), "another number"),
        (write_strange().replace("PRI+AAA:3", "INV+1'PRI+AAA:3"), "where the approved message had none"),
    ],
)
def test_what_is_missing_or_too_much_is_told(text: str, said: str) -> None:
    with pytest.raises(UnlikeError, match=said):
        read_it(text)
