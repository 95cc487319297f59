"""Stock in parts: each part has its mark, and none is the sum of the others."""

import random

from udf.train.corpus.drafts import Draft
from udf.train.corpus.parts import EDIFACT_MARKS, X12_MARKS, break_sums, draw_parts, write_mark


def test_without_a_mark_each_code_has_one_quantity() -> None:
    assert list(draw_parts(random.Random(1), ["145", "21"], "")) == [("145", ""), ("21", "")]


def test_the_parts_of_a_code_have_marks_of_their_own() -> None:
    for mark in {*EDIFACT_MARKS, *X12_MARKS}:
        parts = list(draw_parts(random.Random(2), ["17"], mark))
        assert len({value for _, value in parts}) == len(parts)
        draft = Draft("846")
        for _, value in parts:
            write_mark(draft, mark, value)
        assert len(draft.segments) == len(parts)
        for segment, (_, value) in zip(draft.segments, parts, strict=True):
            assert any(value in element for element in segment.elements)


def test_no_part_is_left_that_could_be_the_total_of_the_others() -> None:
    draft = Draft("INVRPT")
    segments = [draft.add("QTY", ["145", text]) for text in ("2", "3", "5")]
    break_sums(random.Random(3), [{"qualifier": (s, 0, 0), "quantity": (s, 0, 1)} for s in segments])
    numbers = [int(s.elements[0][1]) for s in segments]
    assert not any(2 * number == sum(numbers) for number in numbers)
