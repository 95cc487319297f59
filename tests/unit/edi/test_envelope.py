"""What the segments of an envelope say."""

import pytest

from tests.interchanges import activity, edifact, sales, split, x12
from udf.edi.envelope import iso_datetime


def test_the_envelope_of_an_edifact_message() -> None:
    envelope = split(edifact(sales(), una="UNA:+,? '", test="++++++1")).messages[0].envelope
    assert {name: value for name, value in envelope._asdict().items() if value is not None} == {
        "standard": "EDIFACT",
        "una": "UNA:+,? '",
        "decimal_mark": ",",
        "is_test": True,
        "sender": "4000001000005",
        "sender_qualifier": "14",
        "recipient": "4000001000999",
        "recipient_qualifier": "14",
        "control_reference": "77",
        "prepared_at": "2026-01-05T05:59:00",
    }


def test_the_envelope_of_an_x12_message() -> None:
    envelope = split(x12(activity(), usage="T")).messages[0].envelope
    assert {name: value for name, value in envelope._asdict().items() if value is not None} == {
        "standard": "X12",
        "is_test": True,
        "sender": "SENDER",
        "sender_qualifier": "ZZ",
        "recipient": "RECEIVER",
        "recipient_qualifier": "ZZ",
        "control_reference": "000000041",
        "prepared_at": "2026-07-15T12:00:00",
        "group_type": "PD",
        "group_sender": "SENDER",
        "version": "004010VICS",
    }


def test_a_production_interchange_is_no_test() -> None:
    assert split(edifact(sales())).messages[0].envelope.is_test is False
    assert split(x12(activity())).messages[0].envelope.is_test is False


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("260105", "0559", "2026-01-05T05:59:00"),
        ("20260105", "055930", "2026-01-05T05:59:30"),
        ("950613", "0800", "1995-06-13T08:00:00"),
        ("260105", "", "2026-01-05T00:00:00"),
        ("999818", "999", None),
        ("", "", None),
        ("26010५", "0000", None),
    ],
)
def test_the_time_of_preparation_is_iso_or_nothing(date: str, time: str, expected: str | None) -> None:
    assert iso_datetime(date, time) == expected
