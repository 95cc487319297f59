"""What a prompt shows, read back, and what the standards make of it."""

import pytest

from udf.edi.reader import read_segments
from udf.language.prompts import encode_chunk
from udf.language.shown import Shown, fields_at, find_header_fields, find_period, is_excluded, read_shown
from udf.reading import Position
from udf.standards.edifact import EDIFACT
from udf.standards.message_types import MESSAGE_TYPES, standard_of
from udf.standards.x12 import X12


def shown_of(kind: str, message_type: str, text: str) -> tuple[list[Shown], dict[int, Position]]:
    """The components of a chunk, and the position of each marker."""
    prompt, positions = encode_chunk(kind, message_type, read_segments(text)[1:])
    components = list(read_shown(prompt))
    return components, {shown.marker: at for shown, at in zip(components, positions, strict=True)}


def test_a_component_knows_its_place_its_code_and_the_qualifier_before_it() -> None:
    components, _ = shown_of("line", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    assert [(s.segment, s.tag, s.element, s.component, s.code, s.qualifier) for s in components] == [
        (0, "LIN", 0, 0, None, None), (0, "LIN", 2, 0, None, None), (0, "LIN", 2, 1, "EN", None),
        (1, "QTY", 0, 0, "153", "153"), (1, "QTY", 0, 1, None, "153"), (1, "QTY", 0, 2, "PCE", "153"),
    ]  # fmt: skip


def test_a_component_may_be_the_fields_that_its_chunk_has() -> None:
    assert fields_at("line", EDIFACT, "QTY", 0, 1, "153") == (("quantity",), None)
    assert fields_at("header", EDIFACT, "QTY", 0, 1, "153") == ((), None)
    assert fields_at("header", EDIFACT, "DTM", 0, 1, "137") == (("document_date",), None)
    assert fields_at("group", EDIFACT, "DTM", 0, 1, "356") == (("start", "end"), None)
    assert fields_at("line", X12, "N1", 3, 0, "ST") == (("location",), "yes")
    assert fields_at("line", X12, "N1", 3, 0, "SU") == ((), None)


@pytest.mark.parametrize(
    ("field", "tag", "qualifier", "expected"),
    [
        ("location", "NAD", "SU", True), ("location", "NAD", "SN", False), ("location", "NAD", None, False),
        ("start", "DTM", "137", True), ("document_date", "DTM", "137", False), ("start", "DTM", "171", True),
        ("quantity", "QTY", "153", False),
    ],
)  # fmt: skip
def test_the_tables_exclude_a_party_or_a_date(field: str, tag: str, qualifier: str | None, expected: bool) -> None:
    assert is_excluded(field, EDIFACT, tag, qualifier) == expected


@pytest.mark.parametrize(
    ("message_type", "text", "start", "end"),
    [
        ("SLSRPT", "UNH+1+SLSRPT:D:96A:UN'DTM+90:20260101:102'DTM+91:20260107:102'", (0, 0, 1), (1, 0, 1)),
        ("SLSRPT", "UNH+1+SLSRPT:D:96A:UN'DTM+90:20260101-20260107:718'", (0, 0, 1), None),
        ("852", "ST*852*0001~XQ*H*20260101*20260107~", (0, 1, 0), (0, 2, 0)),
        ("852", "ST*852*0001~XQ*H*20260101~", (0, 1, 0), None),
        ("867", "ST*867*0001~BPT*00*R1*20260108~DTM*090****RD8*20260101-20260107~", (1, 5, 0), None),
        ("867", "ST*867*0001~BPT*00*R1*20260108~DTM*090****D8*20260101~DTM*091****D8*20260107~", (1, 5, 0), (2, 5, 0)),
        ("846", "ST*846*0001~BIA*00*SI*I1*20260108~", (0, 3, 0), None),
    ],
)  # fmt: skip
def test_the_period_is_found_as_the_rules_find_it(
    message_type: str, text: str, start: Position, end: Position | None
) -> None:
    components, positions = shown_of("header", message_type, text)
    found = find_period(components, standard_of(message_type), MESSAGE_TYPES[message_type].is_stock)
    assert found is not None
    assert tuple(positions.get(marker) if marker else None for marker in found) == (start, end)


@pytest.mark.parametrize("text", ["DTM+9X:20260101:102'", "DTM+90:20260101:102'"])
def test_a_period_that_a_prompt_does_not_tell_is_left_open(text: str) -> None:
    components, _ = shown_of("header", "SLSRPT", f"UNH+1+SLSRPT:D:96A:UN'{text}")
    assert find_period(components, EDIFACT, False) is None


def test_the_document_is_found_where_the_standard_has_it() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+137:20260108:102'DTM+356:20260107:102'CUX+2:EUR'"
    components, positions = shown_of("header", "SLSRPT", text)
    found = {field: positions[marker] for field, marker in find_header_fields(components, EDIFACT).items()}
    assert found == {
        "document_number": (0, 1, 0), "function": (0, 2, 0), "document_date": (1, 0, 1), "currency": (3, 0, 1),
    }  # fmt: skip
