"""Answers: prompts that mask values, records that point, and the grammar that holds them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.edi.reader import read_segments
from udf.language.answers import FORMATS, beside, decode_answer, encode_answer, format_of, pair_tokens
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, FIELD, MARK, MARKERS, MORE, NONE, PAD, VOCABULARY_SIZE, Bundles
from udf.reading import Position
from udf.standards.edifact import EDIFACT
from udf.standards.standard import Standard
from udf.standards.x12 import X12
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.partners import draw_partner


def encode(text: str, message_type: str = "SLSRPT") -> tuple[Bundles, list[Position]]:
    return encode_chunk("line", message_type, read_segments(text)[1:])


@given(st.integers(0, 10**9))
def test_an_answer_reads_back_as_the_records_it_was_written_from(seed: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    offset = r.randrange(MARKERS)
    for chunk, records in chunk_draft(draft):
        _, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, offset)
        if any(position not in positions for record in records for position in record.values()):
            continue
        tokens = encode_answer(records, draft.message_type, chunk.segments, positions, offset)
        assert decode_answer(tokens, draft.message_type, chunk.segments, positions, offset) == records


@given(st.lists(st.integers(0, VOCABULARY_SIZE - 1), max_size=12))
def test_an_answer_outside_the_format_is_a_value_error_and_nothing_else(tokens: list[int]) -> None:
    segments = read_segments("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")[1:]
    _, positions = encode_chunk("line", "SLSRPT", segments)
    try:
        records = decode_answer(tokens, "SLSRPT", segments, positions)
    except ValueError:
        return
    assert all(position in positions for record in records for position in record.values())


def test_a_record_may_say_that_it_has_no_quantity() -> None:
    segments = read_segments("ST*852*0001~LIN*1*UP*036000291452~ZA*QS~SDQ*EA*92*0001*5*0002*7~")[1:]
    _, positions = encode_chunk("line", "852", segments)
    quantity, location = FIELD["quantity"], FIELD["location"]
    first = [quantity, MARK + positions.index((2, 3, 0)), location, MARK + positions.index((2, 2, 0))]
    records = decode_answer([*first, quantity, NONE, EOS], "852", segments, positions)
    assert [record.get("quantity") for record in records] == [(2, 3, 0), None]


def test_a_part_takes_its_place_from_beside_it_without_being_told() -> None:
    segments = read_segments("ST*852*0001~LIN*1*UP*012345678905~ZA*QS~SDQ*EA*92*0001*5*0002*7~")[1:]
    _, positions = encode_chunk("line", "852", segments)
    marker = {position: MARK + i for i, position in enumerate(positions)}
    tokens = [
        FIELD["quantity"], marker[2, 3, 0], FIELD["item"], marker[0, 2, 0],
        FIELD["quantity"], marker[2, 5, 0], EOS,
    ]  # fmt: skip
    first, second = decode_answer(tokens, "852", segments, positions)
    assert (first["qualifier"], first["location"], first["unit"]) == ((1, 0, 0), (2, 2, 0), (2, 0, 0))
    assert (second["location"], second["item"], second["location_type"]) == ((2, 4, 0), (0, 2, 0), (2, 1, 0))


@pytest.mark.parametrize(("tail", "stands"), [("", None), ("*CT", (1, 2, 0))])
def test_the_type_of_a_unit_price_stands_behind_it_or_nowhere(tail: str, stands: Position | None) -> None:
    segments = read_segments(f"ST*867*0001~QTY*32*5*EA~UIT*EA*12.50{tail}~")[1:]
    record = {"quantity": (0, 1, 0), "price": (1, 1, 0)}
    assert beside("price_type", record, FORMATS["X12"], segments) == stands


def test_the_unit_of_a_split_stands_in_the_uit_behind_its_quantity() -> None:
    segments = read_segments("ST*846*0001~QTY*33*7~UIT*FT~REF*WS*12*7~")[1:]
    assert beside("unit", {"quantity": (2, 2, 0)}, FORMATS["X12"], segments) == (1, 0, 0)


@pytest.mark.parametrize(("stated", "unit"), [("", (1, 0, 0)), ("*EA", (0, 2, 0))])
def test_the_unit_of_a_quantity_is_its_own_or_that_of_the_uit_behind_it(stated: str, unit: Position) -> None:
    segments = read_segments(f"ST*846*0001~QTY*33*7{stated}~UIT*FT~")[1:]
    assert beside("unit", {"quantity": (0, 1, 0)}, FORMATS["X12"], segments) == unit


def test_an_answer_is_steps_of_a_field_and_its_pointer() -> None:
    quantity, marker = FIELD["quantity"], MARK
    tokens = [quantity, marker, MORE, EOS]
    assert pair_tokens(tokens) == [(quantity, marker), (MORE, PAD), (EOS, PAD)]


@pytest.mark.parametrize(
    ("standard", "text", "field", "anchor", "expected"),
    [
        # D.96A C186, C517, C082, C212, C509; the code list, the type and the unit stand behind, the others before
        (EDIFACT, "QTY+153:12:PCE", "qualifier", (1, 0, 1), (1, 0, 0)),
        (EDIFACT, "QTY+153:12:PCE", "unit", (1, 0, 1), (1, 0, 2)),
        (EDIFACT, "QTY+153+12+PCE", "qualifier", (1, 1, 0), (1, 0, 0)),
        (EDIFACT, "QTY+153+12+PCE", "unit", (1, 1, 0), None),
        (EDIFACT, "LOC+14+S1::9", "location_type", (1, 1, 0), (1, 1, 2)),
        (EDIFACT, "NAD+SN+S1::9", "location_type", (1, 1, 0), (1, 1, 2)),
        (EDIFACT, "LIN+1++4:EN", "item_type", (1, 2, 0), (1, 2, 1)),
        (EDIFACT, "PIA+1+A:SA+B:IN", "item_type", (1, 2, 0), (1, 2, 1)),
        (EDIFACT, "PRI+AAA:9", "price_type", (1, 0, 1), (1, 0, 0)),
        (EDIFACT, "DTM+356:20260101:102", "end", (1, 0, 1), (1, 0, 1)),
        # 004010
        (X12, "ZA*QS*5*EA", "qualifier", (1, 1, 0), (1, 0, 0)),
        (X12, "ZA*QS*5*EA", "unit", (1, 1, 0), (1, 2, 0)),
        (X12, "SDQ*EA*92*1*5*2*6", "unit", (1, 5, 0), (1, 0, 0)),
        (X12, "SDQ*EA*92*1*5*2*6", "location", (1, 5, 0), (1, 4, 0)),
        (X12, "SDQ*EA*92*1*5*2*6", "location_type", (1, 4, 0), (1, 1, 0)),
        (X12, "SDQ*EA*92*1*5", "qualifier", (1, 3, 0), None),
        (X12, "SCH*5*EA*ST*12", "unit", (1, 0, 0), (1, 1, 0)),
        (X12, "SCH*5*EA*ST*12", "location", (1, 0, 0), (1, 3, 0)),
        (X12, "SCH*5*EA*ST*12", "location_type", (1, 3, 0), (1, 2, 0)),
        (X12, "REF*WS*12*5", "location", (1, 2, 0), (1, 1, 0)),
        (X12, "REF*WS*12*5", "location_type", (1, 1, 0), (1, 0, 0)),
        (X12, "ZA*QS*5*EA", "location", (1, 1, 0), None),
        (X12, "N1*ST*MAIN*92*12", "location_type", (1, 3, 0), (1, 2, 0)),
        (X12, "N1*ST*MAIN*92*12", "location_type", (1, 1, 0), None),
        (X12, "LIN*1*UP*4*VN*5", "item_type", (1, 4, 0), (1, 3, 0)),
        (X12, "CTP**RTL*9", "price_type", (1, 2, 0), (1, 1, 0)),
    ],
)
def test_a_field_stands_beside_its_anchor_where_the_standard_puts_it(
    standard: Standard, text: str, field: str, anchor: Position, expected: Position | None
) -> None:
    head, end = ("UNH+1+SLSRPT:D:96A:UN'", "'") if standard is EDIFACT else ("ST*852*0001~", "~")
    anchors = {"location_type": "location", "item_type": "item", "price_type": "price", "end": "start"}
    record = {anchors.get(field, "quantity"): anchor}
    assert beside(field, record, FORMATS[standard.name], read_segments(f"{head}{text}{end}")) == expected


@pytest.mark.parametrize("standard", [EDIFACT, X12])
def test_what_an_answer_leaves_out_is_what_the_standard_puts_beside_it(standard: Standard) -> None:
    form = FORMATS[standard.name]
    assert form.has_components == standard.has_components
    assert form.parts == {tag: standard.first["quantity", tag] for tag in standard.splits}
    anchors = {
        "qualifier": "quantity", "unit": "quantity", "location": "quantity", "location_type": "location",
        "item_type": "item", "price_type": "price",
    }  # fmt: skip
    known: dict[tuple[str, str], tuple[int, int, bool]] = {}
    for field, anchor in anchors.items():
        for at in standard.fields[anchor]:
            found = next((place for place in standard.fields[field] if place.tag == at.tag), None)
            if found is None or (field == "location" and at.tag not in standard.splits):
                continue
            apart = found.element - at.element, found.component - at.component, False
            is_of_all = at.every and not found.every
            known.setdefault((field, at.tag), (found.element, found.component, True) if is_of_all else apart)
    assert {key: tuple(step) for key, step in form.steps.items()} == known


def test_the_format_of_a_message_type_is_that_of_its_standard() -> None:
    assert format_of("SLSRPT") is FORMATS["EDIFACT"]
    assert format_of("852") is FORMATS["X12"]
