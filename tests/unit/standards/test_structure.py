"""Chunks: what opens a line, and to which lines a place between two of them belongs."""

import pytest

from udf.edi.reader import read_segments
from udf.standards.chunks import Chunk, Chunks
from udf.standards.structure import split_message


def split(body: str, message_type: str = "SLSRPT") -> Chunks:
    """Chunks of a message written one segment a word, `LOC+162+A LIN+1 QTY+153:1`."""
    x12 = message_type.isdigit()
    text = f"ST*{message_type}*0001~" if x12 else f"UNH+1+{message_type}:D:96A:UN'"
    text += "".join(word + ("~" if x12 else "'") for word in body.split())
    return split_message(read_segments(text), message_type)


def tags(chunk: Chunk | None) -> str:
    return " ".join(segment.tag for segment in chunk.segments) if chunk else "none"


def place(chunk: Chunk | None) -> str:
    return chunk.segments[0].elements[1][0] if chunk else "none"


def test_a_message_is_a_header_and_its_lines() -> None:
    chunks = split("BGM+73E+1+9 DTM+137:20260101:102 LIN+1++4:EN QTY+153:1 LIN+2++5:EN QTY+153:2 UNT+7+1")
    assert tags(chunks.header) == "BGM DTM"
    assert [tags(line) for line in chunks.lines] == ["LIN QTY", "LIN QTY"]


def test_a_place_before_its_lines_opens_a_group() -> None:
    chunks = split(
        "BGM+73E+1+9 LOC+162+A DTM+356:20260101:102 LIN+1++4:EN QTY+153:1 LIN+2++5:EN QTY+153:2 "
        "LOC+162+B LIN+3++6:EN QTY+153:3 UNT+11+1"
    )
    assert tags(chunks.header) == "BGM"
    assert [tags(group) for group in chunks.groups] == ["LOC DTM", "LOC"]
    assert [place(line.group) for line in chunks.lines] == ["A", "A", "B"]


def test_a_place_after_each_quantity_belongs_to_the_line_before() -> None:
    chunks = split("BGM+35+1+9 LIN+1++4:EN QTY+145:1 LOC+14+A LIN+2++5:EN QTY+145:2 LOC+14+B UNT+9+1", "INVRPT")
    assert not chunks.groups
    assert [tags(line) for line in chunks.lines] == ["LIN QTY LOC", "LIN QTY LOC"]


def test_a_store_in_the_header_is_of_the_header() -> None:
    chunks = split("BGM+35+1+9 NAD+SU+1 NAD+SN+2 LIN+1++4:EN QTY+145:1 LIN+2++5:EN QTY+145:2 UNT+9+1", "INVRPT")
    assert tags(chunks.header) == "BGM NAD NAD"
    assert not chunks.groups


def test_stores_in_nad_open_groups_where_they_return_between_the_lines() -> None:
    chunks = split(
        "BGM+35+1+9 NAD+SU+1 NAD+ST+A LIN+1++4:EN QTY+145:1 NAD+ST+B LIN+2++5:EN QTY+145:2 UNT+9+1", "INVRPT"
    )
    assert tags(chunks.header) == "BGM NAD"
    assert [place(line.group) for line in chunks.lines] == ["A", "B"]


def test_a_reporting_location_between_two_lines_of_an_852_switches_the_place() -> None:
    chunks = split(
        "XQ*G*950613 N1*RL**92*1 LIN**VP*A ZA*QA*1*EA LIN**VP*B ZA*QA*2*EA "
        "N1*RL**92*2 LIN**VP*B ZA*QO*4*EA CTT*3 SE*9*1",
        "852",
    )
    assert [line.group and line.group.segments[0].elements[3][0] for line in chunks.lines] == ["1", "1", "2"]


def test_an_item_with_its_stores_below_it_is_one_line() -> None:
    chunks = split("BGM+73E+1+9 LIN+1++4:EN LOC+162+A QTY+153:1 LOC+162+B QTY+153:2 LIN+2++5:EN LOC+162+A QTY+153:3")
    assert [tags(line) for line in chunks.lines] == ["LIN LOC QTY LOC QTY", "LIN LOC QTY"]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("BPT*00*1 PTD*SS N1*ST**92*1 QTY*32*5 LIN**UP*1 PTD*SS QTY*32*6 LIN**UP*2 CTT*2", ["QTY LIN", "QTY LIN"]),
        ("BPT*00*1 PTD*BD LIN**UP*1 QTY*38*5 PTD*BD LIN**UP*2 QTY*38*6 CTT*2", ["LIN QTY", "LIN QTY"]),
        ("BPT*00*1 QTY*TO*11 PTD*BD LIN**UP*1 QTY*38*5 LIN**UP*2 QTY*38*6 CTT*2", ["LIN QTY", "LIN QTY"]),
    ],
)
def test_a_line_of_an_867_opens_with_whichever_of_item_and_quantity_comes_first(body: str, lines: list[str]) -> None:
    assert [tags(line) for line in split(body, "867").lines] == lines


def test_a_place_of_a_line_without_a_quantity_opens_no_group() -> None:
    groups = "LOC+162+1::9 LIN+1++4:EN QTY+153:1 LOC+162+2::9 LIN+2++5:EN LOC+8+DE LIN+3++6:EN QTY+153:2"
    chunks = split(f"BGM+73E+1+9 {groups} UNT+9+1")
    assert [tags(group) for group in chunks.groups] == ["LOC", "LOC"]
    assert chunks.lines[-1].group is chunks.groups[1]


def test_a_place_that_only_a_line_without_a_quantity_could_end_is_ambiguous() -> None:
    lines = "NAD+SN+1::9 LIN+1++4:EN NAD+SN+2::9 LIN+2++5:EN QTY+145:1 LIN+3++6:EN QTY+145:2"
    assert split(f"BGM+35+1+9 {lines} UNT+9+1", "INVRPT").ambiguous


def test_a_party_of_the_header_that_returns_in_lines_opens_no_group() -> None:
    lines = " ".join(f"LIN*{n}*UP*01234567890{n} QTY*33*{n} N1*SU**92*7" for n in (1, 2))
    chunks = split(f"BIA*00*DD*1*20260101 N1*SU**92*7 {lines} CTT*2", "846")
    assert not chunks.ambiguous
    assert chunks.groups == []


def test_a_place_that_opens_groups_elsewhere_opens_one_behind_a_line_without_quantity() -> None:
    groups = " ".join(f"LOC+162+{n}::9 LIN+1++4:EN{q}" for n, q in ((1, " QTY+153:1"), (2, ""), (3, " QTY+153:2")))
    chunks = split(f"BGM+73E+1+9 {groups} UNT+9+1", "SLSRPT")
    assert [tags(group) for group in chunks.groups] == ["LOC"] * 3
    assert not chunks.ambiguous


def test_free_text_and_addresses_are_not_shown() -> None:
    chunks = split("BGM+73E+1+9 CTA+IC+X LIN+1++4:EN IMD+F++:::MUG FTX+AAI+++QTY QTY+153:1 UNT+7+1")
    assert tags(chunks.header) == "BGM"
    assert [tags(line) for line in chunks.lines] == ["LIN QTY"]


def test_every_segment_of_the_body_is_in_a_chunk() -> None:
    body = "BGM+73E+1+9 LOC+162+A LIN+1++4:EN QTY+153:1 LOC+162+B LIN+2++5:EN QTY+153:2 LOC+162+C UNT+9+1"
    chunks = split(body)
    assert {index for chunk in chunks for index in chunk.indices} == set(range(1, 9))


def test_a_place_before_between_and_after_the_lines_leaves_a_doubt() -> None:
    body = "BGM+35+1+9 LOC+14+A LIN+1++4:EN QTY+145:1 LOC+14+B LIN+2++5:EN QTY+145:2 LOC+14+C UNT+9+1"
    assert split(body, "INVRPT").ambiguous
    # D.96A INVRPT has no place above LIN but the message's: LOC B is of the quantity before it, or of the line behind
    assert split(body.replace(" LOC+14+C", ""), "INVRPT").ambiguous


def test_each_transfer_of_an_867_is_a_group_with_its_own_place_even_without_a_quantity() -> None:
    # 004010 867: the loop of QTY is optional in that of PTD
    rows = (
        "BPT*00*1*20260108~PTD*BN~N1*ST**92*A~PTD*SS~N1*ST**92*B~QTY*32*5*EA~LIN*1*UP*036000291452~PTD*SS~N1*ST**92*C"
    )
    segments = read_segments(f"ST*867*0001~{rows}~SE*11*0001~")
    chunks = split_message(segments, "867")
    assert [segments[group.first].value(0) for group in chunks.groups] == ["BN", "SS", "SS"]
    assert [chunks.groups.index(line.group) for line in chunks.lines if line.group] == [1]
    assert not chunks.ambiguous
