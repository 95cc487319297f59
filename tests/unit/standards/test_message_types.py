"""The message types: their standard, their beginning, and what they are sent for."""

import pytest

from udf.edi.reader import read_segments
from udf.reading import TYPES
from udf.standards.edifact import EDIFACT
from udf.standards.message_types import MESSAGE_TYPES, principal_of, read_type, standard_of
from udf.standards.reference import load_reference
from udf.standards.x12 import X12


def test_the_types_that_are_read_are_those_that_are_described() -> None:
    assert tuple(MESSAGE_TYPES) == TYPES
    assert [known.standard for known in MESSAGE_TYPES.values()] == [standard_of(name) for name in TYPES]


@pytest.mark.parametrize(
    ("name", "beginning"), [("SLSRPT", "BGM"), ("INVRPT", "BGM"), ("852", "XQ"), ("846", "BIA"), ("867", "BPT")]
)
def test_a_message_begins_with_the_segment_of_its_type(name: str, beginning: str) -> None:
    assert MESSAGE_TYPES[name].beginning == beginning
    assert beginning in MESSAGE_TYPES[name].standard.data


@pytest.mark.parametrize(
    ("text", "expected"),
    [("UNH+1+slsrpt:D:96A:UN'BGM+73'", "SLSRPT"), ("ST*852*0001~XQ*H*20260101~", "852"), ("UNH+1'BGM+73'", "")],
)
def test_the_opener_states_the_type(text: str, expected: str) -> None:
    assert read_type(read_segments(text)[0]) == expected


def test_a_type_is_sent_for_what_its_directory_says() -> None:
    # D.96A 6063: 153 sold, 145 actual stock, 17 on hand; 004010 673: 33 available, 17 on hand, 32 sold
    assert {name: set(known.principal) for name, known in MESSAGE_TYPES.items()} == {
        "SLSRPT": {"153"}, "INVRPT": {"145", "17"}, "852": set(), "846": {"33", "17"}, "867": {"32"},
    }  # fmt: skip


def test_what_a_type_is_sent_for_is_sold_or_on_hand() -> None:
    reference = load_reference()
    for name, known in MESSAGE_TYPES.items():
        wanted = ("on_hand", "available") if known.is_stock else ("sold",)
        for code in known.principal:
            assert reference.measure(known.standard.name, name, "QTY", "", "", code) in wanted, (name, code)


def test_a_type_that_is_not_read_is_sent_for_nothing_known() -> None:
    assert principal_of("ORDERS") == ()
    assert (standard_of("ORDERS"), standard_of("850")) == (EDIFACT, X12)
