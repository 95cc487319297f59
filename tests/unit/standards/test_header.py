"""Where number, date, function and currency of a document stand."""

import pytest

from udf.edi.reader import read_segments
from udf.standards.edifact import EDIFACT
from udf.standards.header import currencies, header_fields, header_slots
from udf.standards.message_types import standard_of
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.structure import split_message
from udf.standards.x12 import X12


@pytest.mark.parametrize(
    ("message_type", "text", "expected"),
    [
        ("SLSRPT", "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+137:20260108:102'DTM+356:20260107:102'CUX+2:EUR'",
         {"document_number": (1, 1, 0), "function": (1, 2, 0), "document_date": (2, 0, 1), "currency": (4, 0, 1)}),
        ("852", "ST*852*0001~XQ*H*20260101*20260107*R1*00~CUR*SE*USD~",
         {"document_number": (1, 3, 0), "function": (1, 4, 0), "currency": (2, 1, 0)}),
        ("846", "ST*846*0001~BIA*00*SI*I1*20260108~DTM*137*20260108~",
         {"document_number": (1, 2, 0), "function": (1, 0, 0), "document_date": (1, 3, 0)}),
        ("867", "ST*867*0001~BPT*00*R1*20260108~",
         {"document_number": (1, 1, 0), "function": (1, 0, 0), "document_date": (1, 2, 0)}),
    ],
)  # fmt: skip
def test_a_header_states_its_document(message_type: str, text: str, expected: dict[str, tuple[int, int, int]]) -> None:
    segments = read_segments(text)
    setting = Setting(standard_of(message_type), message_type, "", "", None, load_reference())
    assert header_fields(segments, split_message(segments, message_type).header, setting) == expected


def test_each_standard_has_its_own_segments_for_it() -> None:
    assert set(header_slots(EDIFACT)) == {"BGM", "DTM", "CUX"}
    assert set(header_slots(X12)) == {"XQ", "BIA", "BPT", "CUR"}


def test_currencies_are_named_once_each() -> None:
    segments = read_segments("UNH+1+SLSRPT:D:96A:UN'CUX+2:EUR'CUX+2:CHF'CUX+2:EUR'CUX+2'")
    assert currencies(segments, range(len(segments))) == ["EUR", "CHF"]
