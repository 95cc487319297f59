"""The codec: prompts that mask values, answers that point, and the grammar that holds them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.edi.reader import read_segments
from udf.language.answers import beside, decode_answer, encode_answer, pair_tokens
from udf.language.prompts import classify, encode_chunk
from udf.language.vocabulary import EOS, FIELD, MARK, MARKERS, MORE, NONE, PAD, VOCABULARY_SIZE, Bundles
from udf.reading import MAX_COMPONENTS, Position
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


def test_lines_that_differ_in_values_alone_have_the_same_prompt() -> None:
    one, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    other, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+7++4012345678901:EN'QTY+153:45:PCE'")
    assert one == other


def test_a_quantity_that_looks_like_a_qualifier_is_still_a_number() -> None:
    one, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:145:PCE'")
    other, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:999:PCE'")
    assert one == other


def test_another_qualifier_is_another_prompt() -> None:
    one, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    other, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+61:12:PCE'")
    assert one != other


def test_a_line_of_one_quantity_costs_few_positions() -> None:
    prompt, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'PRI+AAA:9.99'QTY+153:12:PCE'")
    assert len(prompt) == 10


def test_components_beyond_the_last_marker_are_not_shown() -> None:
    stores = "".join(f"*{n:04d}*{n}" for n in range(10))
    text = "ST*852*0001~LIN*1*UP*012345678905~ZA*QS~" + f"SDQ*EA*92{stores}~" * 12
    _, positions = encode_chunk("line", "852", read_segments(text)[1:])
    assert len(positions) == MAX_COMPONENTS


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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4006381333931", "digits:13"), ("20260131", "date:8"), ("20261331", "digits:8"), ("260131", "date:6"),
        ("202601310830", "date:12"), ("2026010120260131", "date:16"), ("20260101-20260131", "range"),
        ("1.5", "decimal"), ("1,5", "decimal"), ("-3", "negative"), ("3-", "negative"), ("-3.5", "negative-decimal"),
        ("EUR", "letters:3"),
        ("AB12", "mixed:4"), ("MAIN ST", "text:short"), ("400****3931", "other:9-15"), ("12A", "mixed:3"),
    ],
)  # fmt: skip
def test_a_value_is_seen_as_its_class(value: str, expected: str) -> None:
    assert classify(value) == expected


@pytest.mark.parametrize(("tail", "stands"), [("", None), ("*CT", (1, 2, 0))])
def test_the_type_of_a_unit_price_stands_behind_it_or_nowhere(tail: str, stands: Position | None) -> None:
    segments = read_segments(f"ST*867*0001~QTY*32*5*EA~UIT*EA*12.50{tail}~")[1:]
    record = {"quantity": (0, 1, 0), "price": (1, 1, 0)}
    assert beside("price_type", record, X12, segments) == stands


def test_the_unit_of_a_split_stands_in_the_uit_behind_its_quantity() -> None:
    segments = read_segments("ST*846*0001~QTY*33*7~UIT*FT~REF*WS*12*7~")[1:]
    assert beside("unit", {"quantity": (2, 2, 0)}, X12, segments) == (1, 0, 0)


@pytest.mark.parametrize(("stated", "unit"), [("", (1, 0, 0)), ("*EA", (0, 2, 0))])
def test_the_unit_of_a_quantity_is_its_own_or_that_of_the_uit_behind_it(stated: str, unit: Position) -> None:
    segments = read_segments(f"ST*846*0001~QTY*33*7{stated}~UIT*FT~")[1:]
    assert beside("unit", {"quantity": (0, 1, 0)}, X12, segments) == unit


def test_an_answer_is_steps_of_a_field_and_its_pointer() -> None:
    quantity, marker = FIELD["quantity"], MARK
    tokens = [quantity, marker, MORE, EOS]
    assert pair_tokens(tokens) == [(quantity, marker), (MORE, PAD), (EOS, PAD)]


def test_a_segment_that_shows_nothing_is_seen_by_its_tag() -> None:
    shown, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'UNS+'QTY+153:12:PCE'")
    hidden, _ = encode("UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:12:PCE'")
    assert len(shown) == len(hidden) + 1
