"""What a model that talks is shown and says, and where its values stand."""

import json
import random

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_cpp.llama_grammar import LlamaGrammar

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.language import chat
from udf.language.grounding import ground
from udf.reading import KINDS, Record
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.partners import draw_partner

CONTRACT = {kind: jsonschema.Draft202012Validator(chat.answer_schema(kind)) for kind in KINDS}


def edifact(text: str) -> list[Segment]:
    return read_segments(f"UNH+1+SLSRPT:D:96A:UN'{text}")[1:]


def x12(text: str) -> list[Segment]:
    return read_segments(f"ST*852*0001~{text}")[1:]


def records_of(answer: str, message_type: str, segments: list[Segment], kind: str = "line") -> list[Record]:
    return ground(chat.read_answer(answer, kind), message_type, segments)


@settings(deadline=None, max_examples=15)  # the first makes the models
@given(st.integers(0, 10**9))
def test_an_answer_reads_back_as_the_values_it_was_written_from(seed: int) -> None:
    r = random.Random(seed)
    for chunk, records in chunk_draft(draw_partner(r).draft(r)):
        answer = chat.render_answer(records, chunk.segments)
        assert CONTRACT[chunk.kind].is_valid(json.loads(answer))
        assert chat.read_answer(answer, chunk.kind) == [chat.copy_values(record, chunk.segments) for record in records]


def test_a_prompt_shows_a_segment_a_line_unescaped_and_without_trailing_empties() -> None:
    segments = edifact("LIN+1++4006381333931:EN::'QTY+153:12:PCE'IMD+F++:::50?+?'S'PIA+5++'")
    assert chat.render_chunk("line", "SLSRPT", segments) == (
        "line SLSRPT\nLIN+1++4006381333931:EN\nQTY+153:12:PCE\nIMD+F++:::50+'S\nPIA+5\n"
    )


def test_a_field_that_is_not_mentioned_keeps_its_value_and_null_ends_it() -> None:
    answer = (
        '{"records":[{"quantity":"1","location":"A","unit":"EA"},{"quantity":"2","location":null},{"quantity":"3"}]}'
    )
    assert chat.read_answer(answer, "line") == [
        {"quantity": "1", "location": "A", "unit": "EA"}, {"quantity": "2", "unit": "EA"},
        {"quantity": "3", "unit": "EA"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        "", "no", "[]", "{}", '{"records":{}}', '{"records":[{}]}', '{"records":[{"quantity":12}]}',
        '{"records":[{"quantity":""}]}', '{"records":[{"quantity":"1","colour":"red"}]}',
        '{"records":[{"quantity":null}]}', '{"records":[{"quantity":"1"', '{"records":[{"quantity":"1"}]} and so on',
    ],
)  # fmt: skip
def test_an_answer_outside_the_contract_is_unreadable(answer: str) -> None:
    with pytest.raises(chat.UnreadableAnswerError):
        chat.read_answer(answer, "line")


@pytest.mark.parametrize("kind", KINDS)
def test_llama_cpp_makes_a_grammar_of_the_contract(kind: str) -> None:
    assert LlamaGrammar.from_json_schema(chat.answer_grammar(kind), verbose=False)


def test_a_generalist_is_shown_examples_that_keep_the_contract_and_ground() -> None:
    *shown, asked = chat.converse("line 852\nZA*QS*5\n")[1:]
    assert asked == {"role": "user", "content": "line 852\nZA*QS*5\n"}
    for question, answer in zip(shown[::2], shown[1::2], strict=True):
        kind, message_type = question["content"].splitlines()[0].split()
        text = question["content"].partition("\n")[2].strip().replace("\n", "~" if message_type.isdigit() else "'")
        segments = x12(text + "~") if message_type.isdigit() else edifact(text + "'")
        found = records_of(answer["content"], message_type, segments, kind)
        assert chat.render_answer(found, segments) == answer["content"]
