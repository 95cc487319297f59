"""The exam marks what it should: the truth of drafts, the marks, the rules beside them, and the split of partners."""

import json
import random
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.standards.reference import load_reference
from udf.train.attack.oracle import Oracle
from udf.train.corpus import partners as corpus
from udf.train.corpus.partners import draw_examples, draw_written, is_held_out
from udf.train.corpus.rendering import (
    HELD_OUT_VICES,
    TAUGHT_VICES,
    draw_writing,
    message_rows,
    render_interchange,
    settle,
)
from udf.train.corpus.truth import ESSENTIAL, HEADER, Essence, Header, essence
from udf.train.exam.evaluate import without_examples, write_into_card
from udf.train.exam.marking import Marks, Result
from udf.train.exam.messages import HELD_OUT, KNOWN, VICES, checked, draw_papers, read_samples
from udf.train.exam.reading import compile_file, read_file
from udf.train.exam.rules import compile_by_rules

TABLES = load_reference()


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


@given(st.integers(0, 10**9), st.sampled_from([KNOWN, HELD_OUT]))
def test_right_answers_compile_to_what_the_draft_states_or_are_refused(seed: int, split: str) -> None:
    paper = next(draw_papers(split, seed))
    oracle = Oracle()
    oracle.study(paper.draft)
    result = read_file(Compiler(oracle), paper.data)
    assert not result.is_valid or not result.lines - paper.lines
    assert not result.is_valid or result.header == paper.header


def test_nearly_all_papers_are_exact_where_the_answers_are_right() -> None:
    marks = Marks()
    for paper in islice(draw_papers(HELD_OUT, 5), 150):
        oracle = Oracle()
        oracle.study(paper.draft)
        result = read_file(Compiler(oracle), paper.data)
        marks.mark("", paper.lines, paper.gaps, result, paper.header)
        marks.mark_first(paper.groups, paper.gaps, paper.header, result)
    facts = marks.facts()
    assert facts["messages_exact"] == facts["line_groups_exact_first_pass"] == facts["messages_exact_first_pass"] == 1
    assert facts["silent_errors"] == facts["headers_wrong"] == 0


@given(st.integers(0, 10**9), st.sampled_from([TAUGHT_VICES, HELD_OUT_VICES]))
def test_an_interchange_holds_the_message_that_was_drawn(seed: int, vices: tuple[str, ...]) -> None:
    r = random.Random(seed)
    dialect, writing = draw_written(r, vices=vices)
    draft = dialect.draft(r)
    data = render_interchange(draft, writing, r)
    settle(draft, writing)
    opener = ("ST" if draft.message_type.isdigit() else "UNH") + writing.element
    is_torn = "odd-wrap" in writing.vices and opener.encode() not in data.upper()
    if not is_torn and not {"breaks-anywhere", "lost-terminators"} & set(writing.vices):  # each may hide UNH or ST
        assert [m.message_type for m in split_interchange(data).messages] == [draft.message_type]
    assert len(message_rows(draft, writing)) >= 4


def test_no_example_of_the_corpus_comes_from_a_layout_that_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bool] = []

    def watch(draft: Any, r: Any = None) -> list[Any]:
        drawn.append(True)
        return [([], [])]

    kept: list[bool] = []
    real = corpus.draw_written

    def draw(r: random.Random, held_out: bool = False) -> Any:
        dialect, writing = real(r, held_out)
        kept.append(is_held_out(dialect))
        return dialect, writing

    monkeypatch.setattr(corpus, "draft_examples", watch)
    monkeypatch.setattr(corpus, "draw_written", draw)
    list(islice(draw_examples(1), 200))
    assert len(drawn) >= 200
    assert len(kept) >= 200
    assert not any(kept)


def test_vices_that_are_held_out_are_not_taught() -> None:
    assert not set(TAUGHT_VICES) & set(HELD_OUT_VICES)
    r = random.Random(2)
    for message_type in ("SLSRPT", "852"):
        assert all(set(paper) <= set(HELD_OUT_VICES) for paper in (
            draw_writing(r, message_type, HELD_OUT_VICES).vices for _ in range(50)
        ))  # fmt: skip
    assert all(draw_written(r, vices=HELD_OUT_VICES)[1].vices for _ in range(100))
    assert {vice for _ in range(300) for vice in draw_writing(r, "SLSRPT").vices} == set(TAUGHT_VICES)


def test_papers_of_a_split_are_the_same_at_every_exam() -> None:
    first, second = ([paper.data for paper in islice(draw_papers(VICES, 9), 5)] for _ in range(2))
    assert first == second


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


@pytest.mark.parametrize("name", HEADER)
def test_what_is_compared_of_a_header_is_in_some_papers(name: str) -> None:
    at = HEADER.index(name)
    assert any(paper.header[at] is not None for paper in islice(draw_papers(KNOWN, 4), 60))


def test_causes_are_counted_with_examples() -> None:
    marks = Marks()
    for n in range(5):
        marks.mark(f"text {n}", Counter([line()]), 0, Result(Counter(), False, False, codes=("unt-count-mismatch",)))
    (failure,) = marks.facts()["failures"]
    assert failure == {"cause": "unt-count-mismatch", "messages": 5, "examples": ["text 0", "text 1", "text 2"]}


def test_the_card_holds_the_figures_and_nobodys_text(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({"name": "x", "exam": {}}))
    facts = {"seed": 1, "splits": {"a": {"failures": [{"cause": "c", "messages": 1, "examples": ["secret"]}]}}}
    write_into_card(facts, tmp_path / "model.gguf")
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["name"] == "x"
    assert card["exam"] == without_examples(facts)
    assert "secret" not in json.dumps(card)


def test_hand_checked_records_are_compared_by_what_they_state(tmp_path: Path) -> None:
    record = {
        "record_type": "sales", "item_id": "1", "item_id_type": "EN", "location_id": None, "qualifier": "QTY 153",
        "quantity": "5.0", "unit": None, "period_start": "2026-01-01", "period_end": "2026-01-07",
    }  # fmt: skip
    (tmp_path / "a.expected.json").write_text(json.dumps([record, record]))
    ((path, wanted),) = read_samples(tmp_path)
    assert path.name == "a.edi"
    assert wanted == {("1", "EN", None, "153", Decimal(5), None, "2026-01-01", "2026-01-07"): 2}


SALE = (
    "UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'DTM+356:20260117:102'LOC+162+12::92'LIN+1++4006381333931:EN'"
    "PRI+AAA:2.5'QTY+153:5:PCE'UNT+8+1'"
)


def test_rules_read_what_stands_where_the_standard_puts_it() -> None:
    (found,) = compile_by_rules(SALE, TABLES)
    assert dict(zip(ESSENTIAL, found, strict=True)) == dict(
        zip(ESSENTIAL, (*line()[:8], Decimal("2.5"), "AAA", None, *line()[11:]), strict=True)
    )


def test_rules_do_not_know_a_place_behind_its_quantity() -> None:
    text = SALE.replace("LOC+162+12::92'", "").replace("QTY+153:5:PCE'", "QTY+153:5:PCE'LOC+162+12::92'")
    (found,) = compile_by_rules(text, TABLES)
    assert found[2] is None


@given(st.text(max_size=200))
def test_rules_raise_nothing_whatever_comes(text: str) -> None:
    compile_by_rules(text, TABLES)
    compile_by_rules("UNH+1+SLSRPT:D:96A:UN'" + text, TABLES)


def test_a_compiled_line_is_compared_by_its_essence() -> None:
    paper = next(paper for paper in draw_papers(KNOWN, 2) if paper.lines)
    oracle = Oracle()
    oracle.study(paper.draft)
    (outcome,) = compile_file(Compiler(oracle), paper.data)
    assert outcome.document is not None
    assert Counter(essence(line) for line in outcome.document.lines) == paper.lines
    assert len(checked(outcome.document.lines[0])) == 8
