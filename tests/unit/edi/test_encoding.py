"""Bytes become text without loss, in the character set that they are really in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interchanges import activity, codes, edifact, sales, x12
from udf.edi.encoding import decode
from udf.edi.split import split_interchange


@pytest.mark.parametrize(
    ("label", "encoding", "name", "source"),
    [
        ("UNOC", "iso8859-1", "Müller", "syntax-identifier"),
        ("UNOD", "iso8859-2", "Łódź", "syntax-identifier"),
        ("UNOE", "iso8859-5", "Росток", "syntax-identifier"),
        ("UNOF", "iso8859-7", "Αθήνα", "syntax-identifier"),
        ("UNOK", "iso8859-9", "İzmir", "syntax-identifier"),
        ("UNOW", "utf-8", "東京", "syntax-identifier"),
        ("UNOY", "utf-8", "Köln €", "syntax-identifier"),
        ("UNOC", "utf-8", "Müller", "utf-8"),
        ("UNOE", "utf-8", "Росток", "utf-8"),
        ("UNOA", "cp1252", "Café – €", "fallback"),
        ("UNOC", "cp1252", "Café – €", "fallback"),
        ("UNOY", "cp1252", "Müller", "fallback"),
    ],
)
def test_the_character_set_is_what_the_bytes_say(label: str, encoding: str, name: str, source: str) -> None:
    text = edifact(sales().replace("4711", name)).replace("UNOC", label)
    interchange = split_interchange(text.encode(encoding))
    assert (interchange.encoding, interchange.encoding_source) == (encoding, source)
    assert name in interchange.messages[0].text
    assert ("encoding-label-mismatch" in codes(interchange)) == (source != "syntax-identifier")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised(encoding: str) -> None:
    interchange = split_interchange(edifact(sales().replace("4711", "東京")).encode(encoding))
    assert "東京" in interchange.messages[0].text
    assert interchange.messages[0].text.startswith("UNH")


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp037", x12(activity())), ("cp500", edifact(sales(), una="UNA:+.? '"))]
)
def test_ebcdic_is_recognised_by_its_first_tag(encoding: str, text: str) -> None:
    interchange = split_interchange(text.encode(encoding))
    assert (interchange.encoding, interchange.encoding_source) == (encoding, "ebcdic")
    assert interchange.messages[0].message_type in ("852", "SLSRPT")
    assert codes(interchange) == []


def test_bytes_that_are_no_text_are_kept_one_for_one() -> None:
    data = edifact(sales()).encode() + b"\x81\x8d\xff"
    text, encoding, source, problems = decode(data)
    assert text.encode("latin-1") == data
    assert (encoding, source) == ("iso8859-1", "syntax-identifier") or problems


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_decoding_loses_no_byte(data: bytes) -> None:
    text, encoding, source, _ = decode(data)
    if source != "bom":
        assert text.encode(encoding) == data
