"""Marks: what is exact, silent, invented or refused without need, and how it is counted."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from udf.train.corpus.truth import Essence, Header
from udf.train.exam.marking import Marks, Result


def line(item: str = "4006381333931", quantity: int = 5) -> Essence:
    day = date(2026, 1, 17)
    return (item, "EN", "12", "92", "153", "sold", Decimal(quantity), "PCE", None, None, "EUR", day, day, None)


def header(number: str = "R1") -> Header:
    return ("1", number, date(2026, 1, 18), "original", "EUR", None, None)


def mark(
    stated: list[Essence], got: list[Essence], valid: bool = True, gaps: int = 0, rejected: int = 0
) -> dict[str, Any]:
    marks = Marks()
    marks.mark("text", Counter(stated), gaps, Result(Counter(got), valid, valid and not rejected, rejected))
    return marks.facts()


def test_what_is_stated_and_found_is_exact() -> None:
    facts = mark([line()], [line()])
    assert facts["messages_exact"] == facts["records_exact"] == facts["field_f1"] == 1.0
    assert facts["silent_errors"] == facts["records_omitted"] == facts["false_refusals"] == 0


def test_a_wrong_line_of_a_valid_message_is_a_silent_error() -> None:
    facts = mark([line()], [line(quantity=6)])
    assert facts["silent_errors"] == facts["records_invented"] == facts["records_omitted"] == 1
    assert facts["messages_exact"] == 0.0
    stated = sum(value is not None for value in line())
    assert facts["field_precision"] == pytest.approx((stated - 1) / stated, abs=1e-4)


def test_a_wrong_line_of_an_invalid_message_is_invented_and_not_silent() -> None:
    facts = mark([line()], [line(quantity=6)], valid=False)
    assert facts["silent_errors"] == 0
    assert facts["records_invented"] == facts["false_refusals"] == 1


def test_a_line_without_quantity_has_to_be_rejected_by_name() -> None:
    assert mark([line()], [line()], gaps=1, rejected=1)["messages_exact"] == 1.0
    assert mark([line()], [line()], gaps=1, rejected=0)["messages_exact"] == 0.0


def test_a_message_without_any_quantity_is_rightly_invalid() -> None:
    assert mark([], [], valid=False, gaps=2, rejected=2)["messages_exact"] == 1.0


def test_line_groups_are_marked_by_what_the_first_answers_gave() -> None:
    marks = Marks()
    groups = [Counter([line("1")]), Counter([line("2")]), Counter([line("3")])]
    got = Counter([line("1"), line("2", quantity=7)])
    by_group = [Counter([line("1")]), Counter([line("2", quantity=7)]), Counter()]
    marks.mark_first(groups, 0, header(), Result(got, True, True, header=header(), by_group=by_group))
    marks.mark("", sum(groups, Counter()), 0, Result(got, True, True))
    assert marks.facts()["line_groups_exact_first_pass"] == pytest.approx(1 / 3, abs=1e-4)
    assert marks.facts()["messages_exact_first_pass"] == 0.0


def test_a_line_group_is_right_at_its_own_place_alone() -> None:
    marks = Marks()
    groups = [Counter([line("1", 1)]), Counter([line("1", 2)])]
    lines = sum(groups, Counter())
    for found in (groups[::-1], [lines]):
        marks.mark_first(groups, 0, header(), Result(lines, True, True, header=header(), by_group=found))
        marks.mark("", lines, 0, Result(lines, True, True, header=header()), header())
    assert marks.facts()["line_groups_exact_first_pass"] == 0.0


def test_a_wrong_header_of_a_valid_message_is_a_silent_error() -> None:
    marks = Marks()
    result = Result(Counter([line()]), True, True, header=header("R2"))
    marks.mark("", Counter([line()]), 0, result, header())
    facts = marks.facts()
    assert facts["silent_errors"] == facts["headers_wrong"] == 1
    assert facts["messages_exact"] == 0.0
    assert [failure["cause"] for failure in facts["failures"]] == ["header wrong in silence"]


def test_causes_are_counted_with_examples() -> None:
    marks = Marks()
    for n in range(5):
        marks.mark(f"text {n}", Counter([line()]), 0, Result(Counter(), False, False, codes=("unt-count-mismatch",)))
    (failure,) = marks.facts()["failures"]
    assert failure == {"cause": "unt-count-mismatch", "messages": 5, "examples": ["text 0", "text 1", "text 2"]}
