"""Every file becomes rows: what an envelope says, what is wrong with it, and what is no message at all."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udf.edi.delimiters import find_delimiters
from udf.edi.encoding import decode
from udf.edi.envelope import iso_datetime
from udf.edi.interchange import Interchange, InterchangeMessage
from udf.edi.reader import read_segments
from udf.edi.split import split_interchange

SAMPLES = Path(os.environ.get("TILLROLL_SAMPLES", Path(__file__).parents[3].parent / "shared" / "samples"))


def sales(reference: str = "1") -> str:
    return (
        f"UNH+{reference}+SLSRPT:D:96A:UN:EAN004'BGM+73E+4711+9'DTM+137:20260105:102'LOC+162+4000001000012::9'"
        f"LIN+1++4000001000029:EN'QTY+153:2:PCE'UNT+7+{reference}'"
    )


def edifact(*messages: str, reference: str = "77", count: int | None = None, una: str = "", test: str = "") -> str:
    unb = f"UNB+UNOC:3+4000001000005:14+4000001000999:14+260105:0559+{reference}{test}'"
    return f"{una}{unb}{''.join(messages)}UNZ+{len(messages) if count is None else count}+{reference}'"


def activity(control: str = "0001") -> str:
    return f"ST*852*{control}~XQ*H*20260104*20260110~LIN*1*UP*400000100002~ZA*QS*2*EA~SE*5*{control}~"


def x12(*messages: str, control: str = "000000041", groups: int = 1, sets: int | None = None, usage: str = "P") -> str:
    return (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260715*1200*U*00401"
        f"*{control}*0*{usage}*>~"
        f"GS*PD*SENDER*RECEIVER*20260715*1200*41*X*004010VICS~{''.join(messages)}"
        f"GE*{len(messages) if sets is None else sets}*41~IEA*{groups}*{control}~"
    )


def split(text: str) -> Interchange:
    return split_interchange(text.encode())


def texts(text: str) -> list[str]:
    return [message.text for message in split(text).messages]


def codes(interchange: Interchange | InterchangeMessage) -> list[str]:
    return [problem.code for problem in interchange.problems]


# What the envelope says


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
        "version": "004010VICS",
    }


def test_a_production_interchange_is_no_test() -> None:
    assert split(edifact(sales())).messages[0].envelope.is_test is False
    assert split(x12(activity())).messages[0].envelope.is_test is False


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


# Where messages begin and end


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


def test_groups_of_edifact_are_counted() -> None:
    group = "UNG+SLSRPT+A:14+B:14+260105:0559+5+UN+D:96A'" + sales("1") + sales("2") + "UNE+2+5'"
    assert codes(split(edifact(group))) == []
    assert texts(edifact(group)) == [sales("1"), sales("2")]
    assert codes(split(edifact(group.replace("UNE+2", "UNE+3")))) == ["une-count-mismatch"]
    assert codes(split(edifact(group.replace("UNE+2+5", "UNE+2+6")))) == ["control-reference-mismatch"]


@pytest.mark.parametrize("terminator", ["~", "^", "\n", "\r\n", "\x15", "…", "~\r\n        "])
def test_any_terminator_will_do(terminator: str) -> None:
    interchange = split("\ufeff" + x12(activity("0001"), activity("0002")).replace("~", terminator))
    assert [message.reference for message in interchange.messages] == ["0001", "0002"]
    assert codes(interchange) == []


@pytest.mark.parametrize("width", [40, 80])
def test_wrapped_files_are_split(width: int) -> None:
    text = edifact(sales("1"), sales("2"))
    wrapped = "\r\n".join(text[start : start + width] for start in range(0, len(text), width))
    interchange = split(wrapped)
    assert [message.message_type for message in interchange.messages] == ["SLSRPT", "SLSRPT"]
    assert codes(interchange) == []


def test_an_isa_without_padding_is_read() -> None:
    text = x12(activity()).replace("SENDER         ", "SENDER").replace("          ", "").replace("*>~", "*~")
    assert split(text).messages[0].envelope.sender == "SENDER"
    assert codes(split(text)) == []


def test_a_released_terminator_starts_nothing() -> None:
    message = sales().replace("LIN+1", "FTX+AAI+++SEE ?'UNZ+1+77?' AND ??'LIN+1")
    assert texts(edifact(message)) == [message]


@pytest.mark.parametrize(
    "data",
    [
        "FTX+AAI+++UNB+UNOA:3+X'",
        "FTX+AAI+++UNA:+.? '",
        "IEA+1:525'",
        "ISA*00'",
        "RFF+ON:UNH'",
        "FTX+AAI+++A UNH+1+SLSRPT:D'",
    ],
)
def test_service_tags_inside_edifact_data_start_nothing(data: str) -> None:
    message = sales().replace("LIN+1", data + "LIN+1")
    assert texts(edifact(message)) == [message]


@pytest.mark.parametrize(
    "data", ["N1*ST*852*0001~", "REF*ISA*1~", "N1*SE*UNB+UNOA:1+X*92*1~", "MSG*UNA:+.? UNH+1~", "LS*ST~"]
)
def test_service_tags_inside_x12_data_start_nothing(data: str) -> None:
    message = activity().replace("LIN*1", data + "LIN*1")
    assert texts(x12(message)) == [message]


def test_a_message_without_its_trailer_runs_to_the_next_one() -> None:
    cut = sales("1").replace("UNT+7+1'", "")
    assert texts(edifact(cut, sales("2"))) == [cut, sales("2")]
    assert texts(edifact(sales("1"), cut)) == [sales("1"), cut]
    assert texts(cut) == [cut]
    cut = activity("0001").replace("SE*5*0001~", "")
    assert texts(x12(cut, activity("0002"))) == [cut, activity("0002")]


def test_a_lost_terminator_before_a_service_segment_merges_no_messages() -> None:
    assert texts(edifact(sales("1")[:-1], sales("2"))) == [sales("1")[:-1], sales("2")]
    assert texts(edifact(sales("1"), sales("2")[:-1])) == [sales("1"), sales("2")[:-1]]
    assert texts(x12(activity("0001")[:-1], activity("0002"))) == [activity("0001")[:-1], activity("0002")]


def test_an_interchange_that_was_cut_off_ends_where_the_next_begins() -> None:
    cut = edifact(sales("1")).split("UNT")[0]
    text = cut + "\r\n" + edifact(sales("2"), una="UNA:+.? '")
    assert [message.reference for message in split(text).messages] == ["1", "2"]
    assert codes(split(text)) == ["missing-interchange-trailer"]
    other = x12(activity()).split("GE*")[0]
    assert codes(split(other + "\n" + other)) == ["missing-group-trailer", "missing-interchange-trailer"] * 2


# Problems of the envelope


def test_a_clean_interchange_has_no_problems() -> None:
    assert codes(split(edifact(sales("1"), sales("2")))) == []
    assert codes(split(x12(activity("0001"), activity("0002")))) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (edifact(sales(), count=2), "unz-count-mismatch"),
        (edifact(sales()).replace("UNZ+1+77", "UNZ+one+77"), "unz-count-mismatch"),
        (edifact(sales()).replace("UNZ+1+77", "UNZ+1+78"), "control-reference-mismatch"),
        (x12(activity(), groups=2), "iea-count-mismatch"),
        (x12(activity(), sets=2), "ge-count-mismatch"),
        (x12(activity()).replace("IEA*1*000000041", "IEA*1*000000042"), "control-reference-mismatch"),
        (x12(activity()).replace("GE*1*41", "GE*1*42"), "control-reference-mismatch"),
        (edifact(sales()).split("UNZ")[0], "missing-interchange-trailer"),
        (sales(), "no-envelope"),
        (activity(), "no-envelope"),
        (x12(activity()).replace("GE*1*41~", ""), "missing-group-trailer"),
        (sales() + "UNZ+1+77'", "trailer-without-header"),
    ],
)
def test_each_problem_of_an_envelope_has_its_code(text: str, code: str) -> None:
    interchange = split(text)
    assert code in codes(interchange)
    assert code in codes(interchange.messages[0])
    assert {problem.severity for problem in interchange.problems} == {"warning"}
    assert len(interchange.messages) == 1


def test_a_problem_stays_with_the_messages_of_its_own_interchange() -> None:
    messages = split(edifact(sales("1"), count=5) + edifact(sales("2"))).messages
    assert [codes(message) for message in messages] == [["unz-count-mismatch"], []]


def test_text_between_messages_is_named() -> None:
    assert codes(split("Dear partner,\n" + edifact(sales()) + "\nRegards")) == ["text-outside-message"] * 2
    assert codes(split(edifact(sales() + "LIN+2'"))) == ["text-outside-message"]


@pytest.mark.parametrize("blanks", [" " * 10, "\n" * 10_000, "\r\n" * 200_000])
def test_any_number_of_blanks_may_stand_before_a_message(blanks: str) -> None:
    header, message, trailer = edifact(sales()).partition(sales())
    (found,) = split(header + blanks + message + blanks + trailer).messages
    assert (found.text, found.envelope.sender, codes(found)) == (sales(), "4000001000005", [])
    header, message, trailer = x12(activity()).partition(activity())
    (found,) = split(header + blanks + message + blanks + trailer).messages
    assert (found.text, found.envelope.sender, codes(found)) == (activity(), "SENDER", [])


def test_a_message_that_lost_its_header_parts_no_other_from_its_interchange() -> None:
    damaged = "BGM+73E+4711+9'" + "LIN+1++4000001000029:EN'QTY+153:2:PCE'" * 10_000 + "UNT+7+1'"
    found = split(edifact(damaged, sales()))
    assert [(message.text, message.envelope.sender) for message in found.messages] == [(sales(), "4000001000005")]
    assert {"text-outside-message", "trailer-without-header"} <= set(codes(found))


def test_after_many_headers_without_a_message_one_far_behind_stands_alone() -> None:
    header = "UNB+UNOC:3+4000001000005:14+4000001000999:14+260105:0559+77'"
    for count, sender in ((1, "4000001000005"), (20, None)):
        found = split(header * count + "rubbish " * 10_000 + "'" + sales())
        assert [(message.text, message.envelope.sender) for message in found.messages] == [(sales(), sender)]


# What is no message


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


# Encodings


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


# Nothing raises, everything is accounted for

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


# Other people's messages

SAMPLE_FILES = sorted(SAMPLES.glob("*/*.edi"))
needs_samples = pytest.mark.skipif(not SAMPLE_FILES, reason="the hand-checked samples are not here")


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
