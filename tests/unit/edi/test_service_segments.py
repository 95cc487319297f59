"""Service segments are found where segments begin, whatever the delimiters, and never inside data."""

import pytest

from tests.interchanges import activity, codes, edifact, sales, split, texts, x12


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


def test_a_lost_terminator_before_a_service_segment_merges_no_messages() -> None:
    assert texts(edifact(sales("1")[:-1], sales("2"))) == [sales("1")[:-1], sales("2")]
    assert texts(edifact(sales("1"), sales("2")[:-1])) == [sales("1"), sales("2")[:-1]]
    assert texts(x12(activity("0001")[:-1], activity("0002"))) == [activity("0001")[:-1], activity("0002")]


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


@pytest.mark.parametrize("place", ["WEST*007*20240512", "FAR EAST*018*20240601", "EAST*106*2024"])
def test_a_place_that_ends_like_a_tag_begins_no_message(place: str) -> None:
    message = activity().replace("SE*", f"SCH*10*EA*WH*{place}~SE*", 1)
    assert texts(x12(message)) == [message]
