"""The grammar of answers: it forbids nothing right, and points nowhere that a standard forbids."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.edi.reader import read_segments
from udf.edi.tags import MESSAGE_TAGS
from udf.language.answers import decode_answer, encode_answer
from udf.language.bounded import BoundedGrammar, _takes_every_quantity, grammar_of
from udf.language.grammar import AnswerGrammar
from udf.language.meanings import encode_meaning
from udf.language.prompts import encode_chunk
from udf.language.shown import read_shown
from udf.language.spread import Spread
from udf.language.vocabulary import EOS, FIELD, FIELD_OF, MARK, NONE, Bundles
from udf.standards.message_types import standard_of
from udf.standards.reference import Reference, load_reference
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.partners import draw_partner


def prompt_of(kind: str, message_type: str, text: str) -> Bundles:
    return encode_chunk(kind, message_type, read_segments(text)[1:])[0]


def names(tokens: list[int]) -> set[str]:
    return {FIELD_OF.get(token, "end of the answer" if token == EOS else "more") for token in tokens}


@given(st.integers(0, 10**9), st.sampled_from([0, 3, 127]))
def test_a_prompt_tells_where_each_of_its_markers_stands(seed: int, offset: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    for chunk, _ in chunk_draft(draft):
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, offset)
        tags = [chunk.segments[s].tag for s, _, _ in positions]
        stands = [(tag if tag in MESSAGE_TAGS else "?", e, c) for tag, (_, e, c) in zip(tags, positions, strict=True)]
        assert [(shown.tag, shown.element, shown.component) for shown in read_shown(prompt)] == stands
        assert [shown.segment for shown in read_shown(prompt)] == [s for s, _, _ in positions]


@given(st.integers(0, 10**9), st.sampled_from([0, 3, 127]))
def test_every_right_answer_is_allowed(seed: int, offset: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    for chunk, records in chunk_draft(draft):
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments, offset)
        if any(position not in positions for record in records for position in record.values()):
            continue
        grammar = BoundedGrammar(prompt)
        answer = encode_answer(records, draft.message_type, chunk.segments, positions, offset)
        for end, token in enumerate(answer):
            assert token in grammar.allowed(answer[:end])


@given(st.integers(0, 10**9))
def test_whatever_is_allowed_can_be_read_and_stands_where_the_standard_puts_it(seed: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    standard = standard_of(draft.message_type)
    for chunk, _ in chunk_draft(draft):
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
        grammar = BoundedGrammar(prompt)
        tokens: list[int] = []
        while tokens[-1:] != [EOS]:
            tokens.append(r.choice(grammar.allowed(tokens)))
        records = decode_answer(tokens, draft.message_type, chunk.segments, positions)
        for token, pointer in pairwise(tokens):
            if token in FIELD_OF and pointer != NONE:
                s, e, c = positions[pointer - MARK]
                assert standard.may_stand(FIELD_OF[token], chunk.segments[s].tag, e, c)
        assert all(position in positions for record in records for position in record.values())


def test_a_record_of_a_line_begins_with_its_quantity() -> None:
    grammar = BoundedGrammar(prompt_of("line", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:2'"))
    assert names(grammar.allowed([])) == {"quantity"}  # no table ignores a quantity of EDIFACT
    counted = BoundedGrammar(prompt_of("line", "852", "ST*852*1~LIN**UP*1~QTY*OC*5~"))
    assert names(counted.allowed([])) == {"quantity", "end of the answer"}


def test_a_line_without_a_quantity_has_no_record() -> None:
    grammar = BoundedGrammar(prompt_of("line", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'"))
    assert grammar.allowed([]) == [EOS]


def test_quantities_come_in_the_order_of_the_text_and_only_once() -> None:
    grammar = BoundedGrammar(prompt_of("line", "846", "ST*846*1~LIN**UP*1~QTY*33*2~QTY*17*3~QTY*36*4~"))
    quantity = FIELD["quantity"]
    first, second, third = grammar.allowed([quantity])
    assert grammar.allowed([quantity, second, quantity]) == [third]
    assert quantity not in grammar.allowed([quantity, third])
    assert first < second < third


def test_an_edifact_line_passes_over_no_quantity() -> None:
    text = "UNH+1+INVRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+145:2'QTY+17:3'QTY+21:4:PCE+9'"
    grammar = BoundedGrammar(prompt_of("line", "INVRPT", text))
    tokens: list[int] = []
    for _ in range(3):
        assert "end of the answer" not in names(grammar.allowed(tokens))
        tokens.append(FIELD["quantity"])
        (pointer,) = grammar.allowed(tokens)
        tokens.append(pointer)
    assert "end of the answer" in names(grammar.allowed(tokens))


def test_one_of_several_quantities_of_a_code_may_be_their_total() -> None:
    text = "UNH+1+INVRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+145:5'QTY+145:2'LOC+14+S1'QTY+145:3'LOC+14+S2'"
    grammar = BoundedGrammar(prompt_of("line", "INVRPT", text))
    total, first, second = grammar.allowed([FIELD["quantity"]])
    assert total < first < second


def test_a_header_names_no_item_and_a_line_no_document() -> None:
    header = BoundedGrammar(prompt_of("header", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'BGM+73E+1'DTM+137:20260101:102'"))
    tokens: list[int] = []
    for field in ("document_number", "document_date"):
        assert names(header.allowed(tokens)) == {field}
        tokens.append(FIELD[field])
        tokens += header.allowed(tokens)
    assert names(header.allowed(tokens)) == {"end of the answer"}
    line = BoundedGrammar(prompt_of("line", "852", "ST*852*1~LIN**UP*1~ZA*QS*5~"))
    quantity = FIELD["quantity"]
    assert "document_number" not in names(line.allowed([quantity, line.allowed([quantity])[0]]))


def test_a_supplier_is_no_place_and_a_delivery_date_no_period() -> None:
    text = "ST*846*1~BIA*00*DD*1*20260101~DTM*002*20260105~DTM*090*20260101~N1*SU**92*55~N1*ST**92*66~"
    prompt, positions = encode_chunk("header", "846", read_segments(text)[1:])
    grammar = BoundedGrammar(prompt)
    places = [positions[token - MARK] for token in grammar.allowed([FIELD["location"]])]
    assert places == [(4, 3, 0)]
    starts = [positions[token - MARK] for token in grammar.allowed([FIELD["start"]])]
    assert starts == [(0, 3, 0), (2, 1, 0)]


def test_a_header_does_not_pass_over_the_place_that_it_names() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+1'DTM+137:20260101:102'NAD+SE+5400000000003::9'LOC+162+4012345000016::9'"
    prompt, positions = encode_chunk("header", "SLSRPT", read_segments(text)[1:])
    grammar = BoundedGrammar(prompt)
    assert names(grammar.allowed([])) == {"location"}
    (place,) = grammar.allowed([FIELD["location"]])
    assert positions[place - MARK] == (3, 1, 0)
    assert names(grammar.allowed([FIELD["location"], place])) == {"document_number"}


@pytest.mark.parametrize(
    ("message_type", "header", "start", "end"),
    [
        ("SLSRPT", "BGM+73E+1+9'DTM+90:20260101:102'DTM+91:20260107:102'", (1, 0, 1), (2, 0, 1)),
        ("SLSRPT", "BGM+73E+1+9'DTM+90:20260101:102'DTM+356:20260101:102'", (2, 0, 1), None),
        ("852", "XQ*H*20260101*20260107~N1*FR**92*1~", (0, 1, 0), (0, 2, 0)),
        ("846", "BIA*00*DD*1*20260101~N1*FR**92*1~", (0, 3, 0), None),
        ("SLSRPT", "BGM+73E+1+9'DTM+137:20260101:102'", None, None),
    ],
)
def test_a_header_has_the_period_that_the_gatekeeper_asks_for(
    message_type: str, header: str, start: tuple[int, int, int] | None, end: tuple[int, int, int] | None
) -> None:
    head = f"ST*{message_type}*1~" if message_type.isdigit() else f"UNH+1+{message_type}:D:96A:UN'"
    prompt, positions = encode_chunk("header", message_type, read_segments(head + header)[1:])
    grammar = BoundedGrammar(prompt)
    for field, meant in (("start", start), ("end", end)):
        found = [positions[token - MARK] for token in grammar.allowed([FIELD[field]]) if token != NONE]
        assert found == ([meant] if meant else [])


def test_a_header_that_names_no_known_place_may_go_without() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+1'DTM+137:20260101:102'NAD+SE+5400000000003::9'NAD+Z9+4012345000016::9'"
    assert "document_number" in names(BoundedGrammar(prompt_of("header", "SLSRPT", text)).allowed([]))


def test_a_quantity_of_edifact_may_be_passed_over_where_a_table_ignores_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reference, "ignores_quantities", lambda self, standard: standard == "EDIFACT")
    _takes_every_quantity.cache_clear()
    try:
        text = "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:2'"
        assert "end of the answer" in names(BoundedGrammar(prompt_of("line", "SLSRPT", text)).allowed([]))
    finally:
        _takes_every_quantity.cache_clear()


def test_the_shipped_tables_ignore_quantities_of_x12_alone() -> None:
    assert load_reference().ignores_quantities("X12")
    assert not load_reference().ignores_quantities("EDIFACT")


def test_what_the_standards_do_not_decide_is_asked_by_the_format_alone() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:2'"
    segments = read_segments(text)[1:]
    closed, _ = encode_chunk("line", "SLSRPT", segments)
    opened, _ = encode_chunk("line", "SLSRPT", segments, spread=Spread(segments, 1))
    meaning = encode_meaning("SLSRPT", "QTY", "153")
    assert meaning is not None
    assert type(grammar_of(closed)) is BoundedGrammar
    assert [type(grammar_of(prompt)) for prompt in (opened, meaning)] == [AnswerGrammar] * 2
    assert type(grammar_of(closed, is_bounded=False)) is AnswerGrammar


@pytest.mark.parametrize(
    ("text", "is_a_part"),
    [
        ("QTY*33*20*EA~SCH*50*EA***018*20240610~", False), ("QTY*33*20*EA~SCH*20*EA*WH*W1*018*20240610~", True),
        ("QTY*63*50*EA~SCH*50*EA***018*20240610~", True),
    ],
)  # fmt: skip
def test_a_schedule_without_a_place_is_no_part_of_what_there_is(text: str, is_a_part: bool) -> None:
    # 004010 SCH: of a quantity on order each delivery is a part; of a stock it is another, later quantity
    prompt = prompt_of("line", "846", f"ST*846*0001~LIN*1*UP*041000000010~{text}")
    schedule = next(shown.marker for shown in read_shown(prompt) if shown.tag == "SCH")
    grammar = BoundedGrammar(prompt)
    assert (schedule in grammar._pointers[FIELD["quantity"]]) == is_a_part
