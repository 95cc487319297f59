"""Engines that talk stand behind the tiny compiler's interface: right answers count, all others are refused by name."""

import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.endpoint import answers_of
from udf.compiler import Compiler
from udf.contract import Outcome
from udf.engines.chat import NoAnswerError, TalkingEngine
from udf.engines.engine import Prompt
from udf.reading import FIELDS
from udf.train.attack.oracle import Oracle
from udf.train.corpus.partners import draw_partner
from udf.train.corpus.rendering import Writing, render_message

MESSAGE = "UNH+1+SLSRPT:D:96A:UN'BGM+73+R1+9'DTM+356:20260119:102'LIN+1++4006381333931:EN'QTY+153:12:PCE'UNT+6+1'"
HEADER = '{"records":[{"start":"20260119","end":"20260119","document_number":"R1","function":"9"}]}'
LINE = '{"records":[{"quantity":"12","qualifier":"153","unit":"PCE","item":"4006381333931","item_type":"EN"}]}'


class Parrot(TalkingEngine):
    """Says what a function of kind and prompt tells it to."""

    def __init__(self, speak: Callable[[str, str], str]) -> None:
        super().__init__()
        self.speak = speak

    def ask(self, kind: str, prompt: str) -> str:
        return self.speak(kind, prompt)


def compile_with(line: str, header: str = HEADER) -> tuple[Outcome, Parrot]:
    parrot = Parrot(lambda kind, _: header if kind == "header" else line)
    return Compiler(parrot).compile_batch([MESSAGE])[0], parrot


def test_right_words_are_a_complete_outcome() -> None:
    outcome, parrot = compile_with(LINE)
    assert outcome.is_complete
    assert outcome.document is not None
    assert [str(line.quantity) for line in outcome.document.lines] == ["12"]
    assert (parrot.usage.asked, parrot.usage.invented, parrot.usage.unreadable) == (2, 0, 0)


def test_a_model_that_talks_and_one_that_points_come_to_the_same_document() -> None:
    r = random.Random(4)
    compared = 0
    for _ in range(50):
        draft = draw_partner(r).draft(r)
        text = render_message(
            draft, Writing("~", "*", ">") if draft.message_type.isdigit() else Writing("'", "+", ":", "?")
        )
        oracle = Oracle()
        oracle.study(draft)
        known = answers_of(draft)
        said = Compiler(Parrot(lambda _, prompt, known=known: known[prompt])).compile_batch([text])[0]  # type: ignore[misc]
        pointed = Compiler(oracle).compile_batch([text])[0]
        if pointed.is_complete and said.is_complete and pointed.document and said.document:
            plain = [[line.model_dump() for line in outcome.document.lines]
                     for outcome in (said, pointed)]  # fmt: skip
            assert plain[0] == plain[1]
            compared += 1
    assert compared > 30


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (LINE.replace("4006381333931", "4006381333930"), "the item «4006381333930» is not in the text"),
        (LINE.replace("}]}", "},{}]}"), "records.1.quantity: Field required"),
        (LINE[:-2], "it is not of the contract"),
        ("I see one line with twelve pieces.", "it is not of the contract"),
    ],
)
def test_other_words_are_a_rejected_line_that_says_why(line: str, told: str) -> None:
    outcome, parrot = compile_with(line)
    (rejected,) = outcome.rejected_lines
    assert [problem.code for problem in rejected.problems] == ["output-format"]
    assert told in rejected.problems[0].detail
    assert parrot.usage.invented + parrot.usage.unreadable == 1


def test_values_read_from_the_wrong_place_are_for_the_gatekeeper_to_refuse() -> None:
    outcome, _ = compile_with(LINE.replace('"quantity":"12"', '"quantity":"1"'))  # LIN 1082 is 1
    (rejected,) = outcome.rejected_lines
    assert "quantity-not-used" in {problem.code for problem in rejected.problems}


def test_no_answer_is_a_rejected_line_too() -> None:
    def speak(kind: str, _: str) -> str:
        if kind == "line":
            raise NoAnswerError("the model is asleep")
        return HEADER

    parrot = Parrot(speak)
    outcome = Compiler(parrot).compile_batch([MESSAGE])[0]
    assert "the model is asleep" in outcome.rejected_lines[0].problems[0].detail
    assert parrot.usage.failed == 1


def test_an_equal_question_is_asked_once() -> None:
    parrot = Parrot(lambda kind, _: HEADER if kind == "header" else LINE)
    compiler = Compiler(parrot)
    compiler.compile_batch([MESSAGE, MESSAGE])
    assert parrot.usage.asked == 2
    parrot.forget()
    compiler.compile_batch([MESSAGE])
    assert parrot.usage.asked == 4


_WORDS = st.sampled_from(["12", "153", "PCE", "4006381333931", "EN", "1", "5", "", None])
_ROWS = st.lists(st.dictionaries(st.sampled_from(FIELDS), _WORDS, max_size=6), max_size=4)


@settings(deadline=None, max_examples=40)
@given(st.one_of(st.text(max_size=40), _ROWS.map(lambda rows: json.dumps({"records": rows}))))
def test_whatever_is_said_comes_out_as_an_outcome_and_its_lines_state_the_truth(said: str) -> None:
    outcome, _ = compile_with(said)
    if outcome.is_valid and outcome.document:
        assert [(str(line.quantity), line.item_id) for line in outcome.document.lines] == [("12", "4006381333931")]


def test_a_prompt_without_its_chunk_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="needs the chunk"):
        Parrot(lambda kind, prompt: "").answer([Prompt((1, 2), 0)])
