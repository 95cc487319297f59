"""The grammar of answers: it holds the format, and knows nothing of what a component may mean."""

import ast
import random
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from udf.edi.reader import read_segments
from udf.language import grammar as module
from udf.language.answers import decode_answer, encode_answer
from udf.language.grammar import OF_DOCUMENTS, AnswerGrammar
from udf.language.meanings import MEASURES, encode_meaning, read_meaning
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, FIELD, FIELD_OF, MARK, MORE, NONE, Bundles
from udf.standards.header import FIELDS as OF_HEADERS
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.partners import draw_partner


def prompt_of(kind: str, message_type: str, text: str) -> Bundles:
    return encode_chunk(kind, message_type, read_segments(text)[1:])[0]


def names(tokens: Sequence[int]) -> set[str]:
    return {FIELD_OF.get(token, "end of the answer" if token == EOS else "more") for token in tokens}


@given(st.integers(0, 10**9))
def test_every_right_answer_is_allowed(seed: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    for chunk, records in chunk_draft(draft):
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
        if any(position not in positions for record in records for position in record.values()):
            continue
        grammar = AnswerGrammar(prompt)
        answer = encode_answer(records, draft.message_type, chunk.segments, positions)
        for end, token in enumerate(answer):
            assert token in grammar.allowed(answer[:end])


@given(st.integers(0, 10**9))
def test_whatever_is_allowed_can_be_read(seed: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    for chunk, _ in chunk_draft(draft):
        prompt, positions = encode_chunk(chunk.kind, draft.message_type, chunk.segments)
        grammar = AnswerGrammar(prompt)
        tokens: list[int] = []
        while tokens[-1:] != [EOS]:
            tokens.append(r.choice(grammar.allowed(tokens)))
        records = decode_answer(tokens, draft.message_type, chunk.segments, positions)
        assert all(position in positions for record in records for position in record.values())


def test_it_knows_no_standard() -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections.abc", "typing", "udf.language.meanings", "udf.language.vocabulary", "udf.reading"}


def test_any_component_may_be_any_field() -> None:
    text = "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:2'"
    prompt, positions = encode_chunk("line", "SLSRPT", read_segments(text)[1:])
    grammar = AnswerGrammar(prompt)
    every = range(MARK, MARK + len(positions))
    assert list(grammar.allowed([FIELD["quantity"]])) == list(every)
    for field in ("unit", "location", "item", "price", "start"):
        assert list(grammar.allowed([FIELD["quantity"], MARK, FIELD[field]])) == [NONE, *every]


def test_nothing_has_to_be_named() -> None:
    line = AnswerGrammar(prompt_of("line", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'LIN+1++4006381333931:EN'QTY+153:2'"))
    assert names(line.allowed([])) == {"quantity", "end of the answer"}
    header = AnswerGrammar(prompt_of("header", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'BGM+73E+1'LOC+162+1'"))
    assert "end of the answer" in names(header.allowed([]))


def test_quantities_come_in_the_order_of_the_text_and_only_once() -> None:
    prompt, positions = encode_chunk("line", "846", read_segments("ST*846*1~LIN**UP*1~QTY*33*2~QTY*17*3~")[1:])
    grammar = AnswerGrammar(prompt)
    quantity, first = FIELD["quantity"], MARK + positions.index((1, 1, 0))
    assert list(grammar.allowed([quantity, first, quantity])) == list(range(first + 1, MARK + len(positions)))
    assert quantity not in grammar.allowed([quantity, MARK + len(positions) - 1])


def test_a_header_is_one_record_of_its_own_fields_in_their_order() -> None:
    grammar = AnswerGrammar(prompt_of("header", "852", "ST*852*1~XQ*H*20260101*20260107~N1*ST**92*1~"))
    assert names(grammar.allowed([])) == {
        "location", "location_type", "start", "end", *OF_DOCUMENTS, "end of the answer"
    }  # fmt: skip
    assert names(grammar.allowed([FIELD["end"], MARK])) == {*OF_DOCUMENTS, "end of the answer"}
    group = AnswerGrammar(prompt_of("group", "852", "ST*852*1~N1*ST**92*1~"))
    assert names(group.allowed([])) == {"location", "location_type", "start", "end", "end of the answer"}
    assert set(OF_DOCUMENTS) == set(OF_HEADERS)


def test_parts_may_go_on_alike_in_x12_alone() -> None:
    quantity = FIELD["quantity"]
    x12 = AnswerGrammar(prompt_of("line", "852", "ST*852*1~LIN**UP*1~ZA*QS*5~"))
    edifact = AnswerGrammar(prompt_of("line", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'LIN+1'QTY+153:5'"))
    assert MORE in x12.allowed([quantity, MARK])
    assert MORE not in edifact.allowed([quantity, MARK])


def test_a_chunk_that_shows_nothing_has_no_record() -> None:
    assert AnswerGrammar(prompt_of("line", "SLSRPT", "UNH+1+SLSRPT:D:96A:UN'UNS'")).allowed([]) == [EOS]


def test_a_meaning_is_one_of_the_measures() -> None:
    prompt = encode_meaning("SLSRPT", "QTY", "153")
    assert prompt is not None
    grammar = AnswerGrammar(prompt)
    (field,) = grammar.allowed([])
    pointers = grammar.allowed([field])
    assert [read_meaning([field, pointer, EOS]) for pointer in pointers] == list(MEASURES)
    assert grammar.allowed([field, pointers[0]]) == [EOS]
