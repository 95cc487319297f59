"""Every file becomes rows: its messages exactly as received, or itself where it holds none."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interchanges import (
    activity,
    codes,
    edifact,
    sales,
    split,
    texts,
    x12,
)
from tests.samples import MISSING, SAMPLES
from udf.edi.delimiters import find_delimiters
from udf.edi.encoding import decode
from udf.edi.interchange import Interchange
from udf.edi.reader import read_segments
from udf.edi.split import split_interchange


def test_a_message_knows_its_type_reference_and_position() -> None:
    messages = split(edifact(sales("1"), sales("2")) + x12(activity("0009"))).messages
    assert [(message.position, message.message_type, message.reference) for message in messages] == [
        (1, "SLSRPT", "1"),
        (2, "SLSRPT", "2"),
        (3, "852", "0009"),
    ]


def test_the_file_is_known_by_the_digest_of_its_bytes() -> None:
    data = edifact(sales()).encode()
    interchange = split_interchange(data)
    assert (interchange.sha256, interchange.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_message_is_exactly_what_was_received() -> None:
    message = sales().replace("'", "'\r\n")
    assert texts(edifact(message, una="UNA:+.? '\r\n")) == [message.rstrip()]


def test_several_interchanges_each_have_their_own_delimiters() -> None:
    other = edifact(sales("8")).replace("+", "*").replace(":", "=").replace("'", "~")
    text = edifact(sales("1"), una="UNA:+,? '") + "\r\n" + other + "\n" + x12(activity()) + edifact(sales("9"))
    messages = split(text).messages
    assert [message.reference for message in messages] == ["1", "8", "0001", "9"]
    assert [message.envelope.una for message in messages] == ["UNA:+,? '", None, None, None]
    assert [message.envelope.decimal_mark for message in messages] == [",", None, None, None]
    assert codes(split(text)) == []


def test_a_message_without_its_trailer_runs_to_the_next_one() -> None:
    cut = sales("1").replace("UNT+7+1'", "")
    assert texts(edifact(cut, sales("2"))) == [cut, sales("2")]
    assert texts(edifact(sales("1"), cut)) == [sales("1"), cut]
    assert texts(cut) == [cut]
    cut = activity("0001").replace("SE*5*0001~", "")
    assert texts(x12(cut, activity("0002"))) == [cut, activity("0002")]


def test_an_interchange_that_was_cut_off_ends_where_the_next_begins() -> None:
    cut = edifact(sales("1")).split("UNT")[0]
    text = cut + "\r\n" + edifact(sales("2"), una="UNA:+.? '")
    assert [message.reference for message in split(text).messages] == ["1", "2"]
    assert codes(split(text)) == ["missing-interchange-trailer"]
    other = x12(activity()).split("GE*")[0]
    assert codes(split(other + "\n" + other)) == ["missing-group-trailer", "missing-interchange-trailer"] * 2


def test_an_empty_file_is_one_message_of_no_type() -> None:
    for data in [b"", b" \r\n", b"\xef\xbb\xbf", b"\0\0\0"]:
        interchange = split_interchange(data)
        assert [(message.message_type, message.position) for message in interchange.messages] == [(None, 1)]
        assert [(problem.code, problem.severity) for problem in interchange.problems] == [("empty-file", "error")]


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "LIN+1++4000001000029:EN'QTY+145:3'",
        "STX=ANA:1+SHOP+MAKER+260105+REF'MHD=1+ORDERS:9'MTR=2'END=1'",
        edifact(),
        "ISA*00*",
        "UNB+UNOA:1+A+B",
        "item;qty\n1;2\n",
    ],
)
def test_a_file_without_a_message_is_one_message_with_the_whole_text(text: str) -> None:
    interchange = split(text)
    assert [message.text for message in interchange.messages] == [text]
    assert interchange.messages[0].message_type is None
    assert ("no-message-found", "error") in [(problem.code, problem.severity) for problem in interchange.problems]
    assert codes(interchange.messages[0]) == codes(interchange)


def test_an_interchange_without_a_message_still_names_its_sender() -> None:
    assert split(edifact()).messages[0].envelope.sender == "4000001000005"


BODIES = [
    edifact(sales("1"), sales("2"), una="UNA:+.? '"),
    x12(activity("0001"), activity("0002")),
    edifact(sales()).replace("'", "'\r\n"),
    x12(activity()).replace("~", "\n"),
    sales() + sales("2"),
]


def check(data: bytes) -> None:
    interchange = split_interchange(data)
    text = decode(data)[0]
    assert interchange.messages
    assert [message.position for message in interchange.messages] == list(range(1, len(interchange.messages) + 1))
    position = 0
    for message in interchange.messages:
        position = text.index(message.text, position) + len(message.text)
        assert message.message_type or len(interchange.messages) == 1 or message.text[:2].upper() in ("UN", "ST")
        read_segments(message.text, find_delimiters(message.text, message.envelope.una))


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_random_bytes_never_raise(data: bytes) -> None:
    check(data)


@given(
    st.sampled_from(BODIES),
    st.sampled_from(BODIES),
    st.lists(
        st.tuples(
            st.sampled_from(["delete", "insert", "flip", "truncate"]),
            st.integers(0, 2000),
            st.integers(1, 60),
            st.sampled_from(
                ["'", "~", "\r\n", "UNH+", "UNZ+1+1'", "ST*", "?", "\x00", "ü", "UNA:+.? '", "ISA*", "+", "*"]
            ),
        ),
        max_size=4,
    ),
)
@settings(max_examples=200, deadline=None)
def test_mutated_files_never_raise(first: str, second: str, mutations: list[tuple[str, int, int, str]]) -> None:
    data = bytearray((first + second).encode())
    for kind, where, size, what in mutations:
        place = where % (len(data) + 1)
        if kind == "delete":
            del data[place : place + size]
        elif kind == "insert":
            data[place:place] = what.encode()
        elif kind == "truncate":
            del data[place:]
        elif place < len(data):
            data[place] ^= 1 << (size % 8)
    check(bytes(data))


@given(
    st.lists(st.sampled_from([sales("1"), sales("2"), sales("1").replace("UNT+7+1'", "")]), max_size=5), st.booleans()
)
def test_every_header_is_a_message(messages: list[str], crlf: bool) -> None:
    text = edifact(*messages)
    assert len([m for m in split(text.replace("'", "'\r\n") if crlf else text).messages if m.message_type]) == len(
        messages
    )


SAMPLE_FILES = sorted(SAMPLES.glob("*/*.edi"))


needs_samples = pytest.mark.skipif(not SAMPLE_FILES, reason=MISSING)


def sample(name: str) -> Interchange:
    return split_interchange(next(SAMPLES.glob(name + "*.edi")).read_bytes())


@needs_samples
@pytest.mark.samples
@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.stem)
def test_every_sample_gives_a_message(path: Path) -> None:
    interchange = split_interchange(path.read_bytes())
    text = decode(path.read_bytes())[0]
    assert all(message.text in text for message in interchange.messages)
    assert all(message.message_type for message in interchange.messages) or path.stem[:3] in ("t01", "t02", "08_")
    for message in interchange.messages:
        if message.message_type is not None:
            segments = read_segments(message.text, find_delimiters(message.text, message.envelope.una))
            assert segments[0].tag in ("UNH", "ST")
            assert segments[-1].tag in ("UNT", "SE")


@needs_samples
@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "messages", "problems"),
    [
        ("invrpt/01", 42, []),
        ("slsrpt/01", 2, []),
        ("852/01", 1, []),
        ("852/02", 1, ["control-reference-mismatch"]),
        ("846/02", 1, []),
        ("846/03", 1, []),
        ("846/04", 1, []),
        ("invrpt/07", 1, ["no-envelope"]),
        ("invrpt/08", 1, ["no-message-found"]),
        ("other/x02", 3, []),
        ("other/x43", 1, []),
        ("other/x44", 14, []),
        ("other/e70", 3, []),
        ("other/t01", 1, ["no-message-found"]),
    ],
)
def test_the_samples_hold_as_many_messages_as_a_person_counts(name: str, messages: int, problems: list[str]) -> None:
    interchange = sample(name)
    assert (len(interchange.messages), codes(interchange)) == (messages, problems)


@needs_samples
@pytest.mark.samples
def test_the_second_interchange_of_a_sample_is_a_test() -> None:
    assert [message.envelope.is_test for message in sample("slsrpt/01").messages] == [False, True]


@needs_samples
@pytest.mark.samples
def test_the_ebcdic_sample_is_read() -> None:
    interchange = sample("other/x43")
    assert (interchange.encoding_source, interchange.messages[0].message_type) == ("ebcdic", "850")


@needs_samples
@pytest.mark.samples
def test_the_merged_segments_of_a_sample_are_parted() -> None:
    text = sample("846/02").messages[0].text
    quantities = [s.elements for s in read_segments(text) if s.tag == "QTY" and s.repaired]
    assert quantities == [[["17"], ["403.32"], ["FT"]], [["17"], ["7280"], ["FT"]]]


@needs_samples
@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "tag", "count"), [("846/03", "LIN", 2019), ("invrpt/01", "LIN", 12993), ("slsrpt/01", "LIN", 392)]
)
def test_no_line_of_a_large_sample_is_lost(name: str, tag: str, count: int) -> None:
    messages = sample(name).messages
    assert sum(segment.tag == tag for message in messages for segment in read_segments(message.text)) == count
    assert not any(segment.repaired for message in messages for segment in read_segments(message.text))
