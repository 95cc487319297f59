"""The verdict on a whole message: what is valid, what goes on, what is listed."""

import pytest

from tests.small_messages import message
from udf.compiler import Compiler
from udf.contract import Outcome
from udf.train.attack.rules_engine import compile_by_rules

HEAD = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+90:20260105:102'DTM+91:20260111:102'LOC+162+4012345000016::9'"
GOOD, BAD = "LIN+{}++4006381333931:EN'QTY+153:12'", "LIN+{}++4006381333948:EN'QTY+153:1O2'"


def compiled(*lines: str, trailer: int | None = None) -> Outcome:
    body = HEAD + "".join(line.format(number) for number, line in enumerate(lines, 1))
    count = trailer or body.count("'") + 1
    return Compiler(None).compile_batch([f"{body}UNT+{count}+1'"])[0]


def test_one_line_that_cannot_be_proved_does_not_keep_the_others() -> None:
    outcome = compiled(GOOD, BAD, GOOD)
    assert (outcome.is_valid, outcome.is_complete) == (True, False)
    assert outcome.document is not None
    assert [line.line_number for line in outcome.document.lines] == ["1", "3"]
    (rejected,) = outcome.rejected_lines
    assert (rejected.line_number, [problem.code for problem in rejected.problems]) == ("2", ["quantity-not-a-number"])
    assert rejected.text.startswith("LIN+2")


def test_a_wrong_count_stops_every_line() -> None:
    outcome = compiled(GOOD, trailer=30)
    assert not outcome.is_valid
    assert "unt-count-mismatch" in {problem.code for problem in outcome.problems}
    assert outcome.document is not None  # kept for a person to see


def test_a_message_of_which_no_line_is_proved_is_invalid() -> None:
    outcome = compiled(BAD)
    assert not outcome.is_valid
    assert "no-line-proved" in {problem.code for problem in outcome.problems}


def test_nothing_is_called_missing_that_may_stand_in_a_header_which_could_not_be_read() -> None:
    """004010 852: a header of two places of stock."""
    text = message("852", "XQ*H*20260101*20260107 N1*ST**92*1 N1*WH**92*2 LIN*1*UP*036000291452 ZA*QS*5*EA")
    found = {problem.code for problem in compile_by_rules(text).problems}
    assert found == {"place-ambiguous", "header-not-proved"}


def test_a_store_without_lines_is_a_report_of_nothing() -> None:
    outcome = compiled()
    assert outcome.is_complete
    assert outcome.document is not None
    assert outcome.document.lines == []


def test_a_place_that_is_lost_in_a_line_stops_every_line() -> None:
    """D.01B SLSRPT, item first: the store that is lost may be that of other lines, too."""
    head = "BGM+73E+S1+9 DTM+356:20260107:102"
    lost = "LIN+1++4006381333931:EN LOC+162+S1 QTY+153:1 QTY+153:2 LOC+162+S3 QTY+153:3"
    outcome = compile_by_rules(message("SLSRPT", f"{head} {lost} LIN+2++4006381333948:EN LOC+162+S1 QTY+153:4"))
    assert not outcome.is_valid
    assert "place-lost" in {problem.code for problem in outcome.problems}


def test_of_very_many_problems_of_one_code_some_are_listed_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("udf.gatekeeper.verdict.MOST_PROBLEMS", 2)
    outcome = compiled(GOOD, *[BAD] * 5)
    listed = [problem.code for problem in outcome.problems]
    assert (listed.count("quantity-not-a-number"), listed.count("more-problems")) == (2, 1)
    assert len(outcome.rejected_lines) == 5


def test_a_problem_names_its_segment_from_the_first_of_the_message_and_its_span() -> None:
    outcome = compiled(GOOD, BAD)
    (problem,) = outcome.rejected_lines[0].problems
    assert problem.segment == 9  # UNH, BGM, DTM, DTM, LOC, LIN, QTY, LIN, QTY
    assert problem.span is not None
    text = HEAD + GOOD.format(1) + BAD.format(2)
    assert text[slice(*problem.span)] == "QTY+153:1O2"
