"""Long messages: little is kept of each line, and what comes of one is what comes of any other message."""

import json
import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pace import Work, compare_times
from tests.small_messages import activity, inventory, resale, sales, stock
from udf.compiler import Compiler
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment, StoredSegments
from udf.gatekeeper.anew import LinesAnew
from udf.gatekeeper.layout import check_layout
from udf.outcome import CompiledRow, Document, dump_document
from udf.standards.edifact import EDIFACT
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.structure import split_message
from udf.train.attack.rules_engine import RulesEngine
from udf.train.corpus.partners import draw_partner
from udf.train.corpus.rendering import draw_writing, render_message

A, B = "4006381333931", "4006381333948"
MESSAGES = {
    "sales": sales(f"LIN+1++{A}:EN PRI+AAA:9.99 QTY+153:5:PCE LIN+2++{B}:EN QTY+153:4:PCE QTY+61:1:PCE"),
    "a line that states nothing": sales(f"LIN+1++{A}:EN QTY+153:5 LIN+2++{B}:EN LIN+3++{B}:EN QTY+153:x"),
    "stock that stands twice": stock(f"LIN+1++{A}:EN QTY+145:5 LIN+2++{B}:EN QTY+145:6 LIN+3++{A}:EN QTY+145:7"),
    "no line that holds": stock(f"LIN+1++{A}:EN QTY+145:5 LIN+2++{A}:EN QTY+145:7"),
    "no line": sales(""),
    "stores in one segment": activity(
        f"LIN**UP*400638133393 ZA*QS*9*EA SDQ*EA*92*0101*4*0102*5 LIN**UP*{B} ZA*QS*2*EA"
    ),
    "parts that miss their total": activity(f"LIN**UP*{A} ZA*QS*8*EA SDQ*EA*92*0101*4*0102*5"),
    "places of no line": inventory(f"N1*ST**92*0101 N1*ST**92*0102 LIN**UP*{A} QTY*33*4*EA LIN**UP*{B} QTY*33*5.5*EA"),
    "transfers": resale(f"PTD*SS N1*ST**92*0101 QTY*32*4*EA LIN**UP*{A} PTD*SS N1*ST**92*0102 QTY*32*1*EA LIN**UP*{B}"),
}


def compile_both_ways(text: str) -> tuple[CompiledRow, CompiledRow]:
    """What comes of a message that counts as short, and of the same as a long one; but for the time it took."""
    made = []
    for long in (len(text), len(text) - 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("udf.edi.reader.LONG", long)
            patch.setattr("udf.message.LONG", long)
            patch.setattr("udf.edi.segments.KEPT", 3)
            patch.setattr("udf.readers.model._WINDOW", 2)
            rules = RulesEngine()
            rules.study(text)
            (row,) = Compiler(rules).compile_rows([text])
        log = [attempt._replace(compile_ms=0) for attempt in row.attempt_log]
        made.append(row._replace(compile_ms=0, attempt_log=log))
    return made[0], made[1]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_long_message_becomes_what_a_short_one_becomes(name: str) -> None:
    short, long = compile_both_ways(MESSAGES[name])
    assert long == short


def test_the_messages_compared_are_complete_and_partly_rejected_and_refused() -> None:
    found = {name: compile_both_ways(text)[1] for name, text in MESSAGES.items()}
    assert found["sales"].is_complete
    assert found["a line that states nothing"].is_valid
    assert not found["a line that states nothing"].is_complete
    assert "repeated-stock" in found["stock that stands twice"].rejected_lines
    assert not found["no line that holds"].is_valid


@given(st.integers(0, 10**9))
def test_a_long_message_with_something_lost_becomes_what_a_short_one_becomes(seed: int) -> None:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    text = render_message(draft, draw_writing(r, draft.message_type))
    segments = read_segments(text, find_delimiters(text))
    lost = r.choice(segments)
    short, long = compile_both_ways(text[: lost.start] + text[lost.end + 1 :] if r.random() < 0.7 else text)
    assert long == short


def tell(segment: Segment) -> tuple[object, ...]:
    return segment.tag, segment.start, segment.end, segment.repaired, segment.elements, segment.raw


@pytest.mark.parametrize("name", MESSAGES)
def test_segments_that_are_not_kept_are_read_again_as_they_were(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = MESSAGES[name].replace("'LIN+2", "LIN+2")  # a lost terminator is put back
    kept = read_segments(text)
    monkeypatch.setattr("udf.edi.segments.KEPT", 2)
    monkeypatch.setattr("udf.edi.reader.LONG", 0)
    stored = read_segments(text)
    assert isinstance(stored, StoredSegments)
    assert len(stored) == len(kept)
    for _ in range(2):
        assert [tell(segment) for segment in stored] == [tell(segment) for segment in kept]
    assert [tell(segment) for segment in stored[-3:]] == [tell(segment) for segment in kept[-3:]]
    assert tell(stored[-1]) == tell(kept[-1])
    assert len(stored._made) <= 2
    with pytest.raises(IndexError):
        stored[len(kept)]


def test_lines_that_are_built_anew_are_a_sequence_like_any_other() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("udf.message.LONG", 0)
        rules = RulesEngine()
        rules.study(MESSAGES["sales"])
        ((outcome, _),) = Compiler(rules).compile_units([MESSAGES["sales"]])
    assert isinstance(outcome.document, Document)
    lines = outcome.document.lines
    assert isinstance(lines, LinesAnew)
    assert len(lines) == len(list(lines)) == 3
    assert lines[-1] == list(lines)[2]
    assert lines[1:] == list(lines)[1:]
    with pytest.raises(IndexError):
        lines[3]
    assert dump_document(outcome.document) == dump_document(outcome.document._replace(lines=list(lines)))


GROWING = {
    "a place in each line": (stock, f"LIN+{{0}}++{A}:EN LOC+18+W{{0}} QTY+145:5:PCE"),
    "a stock date in each line of sales": (sales, f"LIN+{{0}}++{A}:EN DTM+366:20260107:102 QTY+153:5:PCE"),
    "a price in each line": (sales, f"LIN+{{0}}++{A}:EN QTY+153:5:PCE PRI+AAA:9.99"),
    "a date of its own in each line": (stock, f"LIN+{{0}}++{A}:EN QTY+145:5:PCE DTM+366:20260106:102 GIN+BN+{{0}}"),
    "a store in each line": (inventory, f"LIN**UP*{A} REF*LU*{{0}} QTY*33*4*EA"),
}


@pytest.mark.parametrize("name", GROWING)
def test_a_line_of_a_message_takes_the_same_time_however_many_there_are(name: str) -> None:
    wrap, line = GROWING[name]

    def prepare(count: int) -> Work:
        text = wrap(" ".join(line.format(number) for number in range(1, count + 1)))
        rules = RulesEngine()
        rules.study(text)
        return partial(Compiler(rules).compile_rows, [text])

    assert compare_times(prepare(1500), prepare(150), rounds=3) < 3 * 10


def test_problems_of_one_code_are_listed_up_to_a_number_and_then_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.gatekeeper.verdict.MOST_PROBLEMS", 3)
    text = sales(" ".join([f"LIN+1++{A}:EN QTY+153:5:PCE", *(f"QQQ{n}+1" for n in range(5))]))
    rules = RulesEngine()
    rules.study(text)
    (row,) = Compiler(rules).compile_rows([text])
    codes = [problem["code"] for problem in json.loads(row.problems)]
    assert codes.count("tag-damaged") == 3
    (more,) = [problem for problem in json.loads(row.problems) if problem["code"] == "more-problems"]
    assert more["detail"] == "Of the problems «tag-damaged» of this message 2 more are not listed."
    assert not row.is_valid


def test_problems_that_are_not_kept_are_counted_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.gatekeeper.verdict.MOST_PROBLEMS", 2)
    monkeypatch.setattr("udf.message.MOST_FINDINGS", 5)
    text = sales(" ".join(f"LIN+{n}++{A}:EN QTY+153:x1 QTY+153:y" for n in range(1, 8)))
    rules = RulesEngine()
    rules.study(text)
    (row,) = Compiler(rules).compile_rows([text])
    problems = json.loads(row.problems)
    listed = [problem for problem in problems if problem["code"] == "quantity-not-a-number"]
    (more,) = [problem for problem in problems if problem["code"] == "more-problems"]
    assert len(listed) == 2
    assert more["detail"] == "Of the problems «quantity-not-a-number» of this message 12 more are not listed."
    assert len(json.loads(row.rejected_lines)) == 7


def test_rejected_lines_beyond_those_whose_problems_are_listed_are_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.gatekeeper.verdict.MOST_PROBLEMS", 2)
    text = sales(" ".join(f"LIN+{n}++{A}:EN" for n in range(1, 8)))
    for long in (len(text), len(text) - 1):
        monkeypatch.setattr("udf.message.LONG", long)
        rules = RulesEngine()
        rules.study(text)
        (row,) = Compiler(rules).compile_rows([text])
        assert len(json.loads(row.rejected_lines)) == 7
        assert all(line["problems"] for line in json.loads(row.rejected_lines))


def test_the_layout_is_looked_at_once_for_each_line_with_a_place() -> None:
    """Compared by itself: beside the reading of a line, what is quadratic here shows at ten thousands of lines only."""
    setting = Setting(EDIFACT, "INVRPT", "D:96A:UN:EAN004", "", None, load_reference())

    def prepare(count: int) -> Work:
        text = stock(" ".join(f"LIN+{n}++{A}:EN LOC+18+W{n} QTY+145:5:PCE" for n in range(1, count + 1)))
        segments = read_segments(text)
        chunks = split_message(segments, "INVRPT")
        assert not list(check_layout(segments, 0, chunks, setting))
        return lambda: list(check_layout(segments, 0, chunks, setting))

    assert compare_times(prepare(5000), prepare(500)) < 3 * 10
