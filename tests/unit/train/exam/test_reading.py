"""A file of the exam as a compiler reads it, held to what its draft states."""

from collections import Counter
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from udf.compiler import Compiler
from udf.train.attack.oracle import Oracle
from udf.train.corpus.truth import essence
from udf.train.exam.marking import Marks
from udf.train.exam.messages import HELD_OUT, KNOWN, draw_messages
from udf.train.exam.reading import compile_file, read_file


@given(st.integers(0, 10**9), st.sampled_from([KNOWN, HELD_OUT]))
def test_right_answers_compile_to_what_the_draft_states_or_are_refused(seed: int, split: str) -> None:
    message = next(draw_messages(split, seed))
    oracle = Oracle()
    oracle.study(message.draft)
    result = read_file(Compiler(oracle), message.data)
    assert not result.is_valid or not result.lines - message.lines
    assert not result.is_valid or result.header == message.header


def test_nearly_all_messages_are_exact_where_the_answers_are_right() -> None:
    marks = Marks()
    for message in islice(draw_messages(HELD_OUT, 5), 150):
        oracle = Oracle()
        oracle.study(message.draft)
        result = read_file(Compiler(oracle), message.data)
        marks.mark("", message.lines, message.gaps, result, message.header)
        marks.mark_first(message.groups, message.gaps, message.header, result)
    facts = marks.facts()
    assert facts["messages_exact"] == facts["line_groups_exact_first_pass"] == facts["messages_exact_first_pass"] == 1
    assert facts["silent_errors"] == facts["headers_wrong"] == 0


def test_a_file_without_a_message_is_invalid_and_not_an_error() -> None:
    result = read_file(Compiler(Oracle()), b"nothing of the kind")
    assert (result.is_valid, result.codes) == (False, ("no-message-found",))


def test_a_compiled_line_is_compared_by_its_essence() -> None:
    message = next(message for message in draw_messages(KNOWN, 2) if message.lines)
    oracle = Oracle()
    oracle.study(message.draft)
    (outcome,) = compile_file(Compiler(oracle), message.data)
    assert outcome.document is not None
    assert Counter(essence(line) for line in outcome.document.lines) == message.lines
