"""A message by plans alone says what the readers say, whatever its values are."""

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.unit.plans.routes import EDIFACT, Routes, teach_reports, write_report
from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.plans.book import PlanBook
from udf.plans.plan import PROOFS
from udf.standards.reference import load_reference
from udf.train.attack.kinds import KINDS
from udf.train.attack.oracle import Oracle
from udf.train.attack.sound import SoundMessage
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import render_interchange
from udf.train.corpus.variants import draw_variant


@pytest.fixture
def routes() -> Routes:
    return teach_reports()


def test_a_plan_runs_alone_after_several_proofs_and_says_what_the_model_said(routes: Routes) -> None:
    text = write_report([("5449000000996", "-3", "0.99"), ("4006381333931", "1200", "12")], 77, "4012345000047")
    row, other = routes.read(text), routes.read_bare(text)
    assert (row.route, other.route) == ("plan", "model")
    assert row.attempts == 0
    assert row.document is not None
    assert other.document is not None
    assert row.document == other.document
    assert json.loads(row.problems) == json.loads(other.problems)


def test_an_outcome_of_plans_reads_as_the_same_objects(routes: Routes) -> None:
    text = write_report(number=9)
    outcome = routes.planned.compile_batch([text], [EDIFACT])[0]
    assert outcome.route == "plan"
    assert outcome.document is not None
    assert [str(line.quantity) for line in outcome.document.lines] == ["12", "7"]
    assert outcome.document.lines[0].source["quantity"] == (text.index("153:12") + 4, text.index("153:12") + 6)
    assert len(outcome.plans) == 4


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("20261102-20261108:718", "20261109-20261115:718"),
        ("2026110220261108:718", "2026110920261115:718"),
        ("261102-261108:717", "261109-261115:717"),
        ("261102261108:717", "261109261115:717"),
    ],
)
def test_a_range_in_one_element_keeps_both_its_ends(first: str, again: str) -> None:
    routes = Routes()
    pair = "DTM+90:20261102:102'DTM+91:20261108:102"
    for number in range(1, PROOFS + 1):
        routes.read(write_report(number=number).replace(pair, f"DTM+356:{first}").replace("UNT+14", "UNT+13"))
    text = write_report(number=9).replace(pair, f"DTM+356:{again}").replace("UNT+14", "UNT+13")
    row, other = routes.read(text), routes.read_bare(text)
    assert (row.route, other.is_complete) == ("plan", True)
    assert row.document is not None
    assert other.document is not None
    assert row.document == other.document


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("QTY+153:12", "QTY+61:12"),
        ("QTY+153:12:PCE", "QTY+153:12:KGM"),
        ("4006381333931:EN", "4006381333931:SA"),
        ("LOC+162", "LOC+7"),
        ("QTY+153:12:PCE", "QTY+153:12"),
        ("PRI+AAA:1.25", "PRI+AAB:1.25"),
        ("20261108:102", "202611082359:203"),
    ],
)
def test_another_code_is_another_shape(routes: Routes, was: str, becomes: str) -> None:
    text = write_report()
    assert was in text
    assert routes.read(text.replace(was, becomes, 1)).route == "model"


def test_two_lines_in_one_segment_are_not_read_as_one(routes: Routes) -> None:
    glued = write_report().replace("'QTY+153:12", "QTY+153:12", 1)
    row = routes.read(glued)
    assert row.route == "model"
    assert "repaired-segments" in row.problems


def test_a_released_apostrophe_and_a_quotation_mark_are_values(routes: Routes) -> None:
    def named(number: int, first: str, second: str) -> str:
        text = write_report(number=number).replace("LIN+2", f"IMD+F++:::{first}'LIN+2")
        return text.replace("PRI+AAA:3'", f"PRI+AAA:3'IMD+F++:::{second}'").replace("UNT+14", "UNT+16")

    for number in range(80, 80 + PROOFS):
        routes.read(named(number, "PLAIN TEXT", "OTHER TEXT"))
    text = named(90, "SARAH?'S 12\" PAN", "C?:??\\X")
    row, other = routes.read(text), routes.read_bare(text)
    assert row.route == "plan"
    assert row.document is not None
    assert json.loads(row.document)["lines"][0]["attributes"] == {"description": "SARAH'S 12\" PAN"}
    assert other.document is not None
    assert row.document == other.document


def test_warnings_are_those_of_the_model(routes: Routes) -> None:
    text = write_report([("4006381333930", "12", "1.25"), ("9501101530003", "7.5", "3")], 5)
    row, other = routes.read(text), routes.read_bare(text)
    assert row.route == "plan"
    assert [problem["code"] for problem in json.loads(row.problems)] == ["fraction-of-pieces", "gtin-check-digit"]
    assert json.loads(row.problems) == json.loads(other.problems)


def test_line_numbers_that_start_again_are_pointed_at(routes: Routes) -> None:
    text = write_report(number=6).replace("LIN+2", "LIN+1")
    row, other = routes.read(text), routes.read_bare(text)
    assert row.route == "plan"
    assert json.loads(row.problems)[0]["code"] == "line-number-repeated"
    assert json.loads(row.problems) == json.loads(other.problems)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_stock_date_for_what_was_sold_is_left_to_the_model_beside_a_period(order: tuple[int, int]) -> None:
    dated = (["DTM+366:20261108:102"], ["DTM+90:20261102:102", "DTM+91:20261108:102"])

    def report(number: int, *lines: list[str]) -> str:
        rows = [
            f"UNH+{number}+INVRPT:D:96A:UN:EAN004", f"BGM+35+I{number}+9", "DTM+137:20261109:102",
            "NAD+SE+4012345000023::9", "NAD+WH+4012345000030::9",
        ]  # fmt: skip
        for count, dates in enumerate(lines, 1):
            rows += [f"LIN+{count}++950110153000{count}:EN", f"QTY+153:{count + number}:PCE", *dates]
        return "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])

    routes = Routes()
    for number in range(1, PROOFS + 1):
        assert routes.read(report(number, dated[0], dated[0])).route == "model"
    assert routes.read(report(9, dated[0], dated[0])).route == "plan"
    for number in range(10, 10 + 2 * PROOFS):
        assert routes.read(report(number, *(dated[place] for place in order))).route == "model"
    assert routes.read(report(20, dated[0], dated[0])).route == "plan"


@pytest.mark.parametrize("seed", range(40))
def test_plans_of_drawn_partners_never_say_anything_else_than_the_model(seed: int) -> None:
    r = random.Random(seed)
    oracle = Oracle()
    fast = Compiler(oracle, plans=PlanBook(load_reference(), shadow=0))
    slow = Compiler(oracle)
    dialect, writing = draw_written(r)
    base = dialect.draft(r)
    writing = replace(writing, quirks=()) if seed % 3 else writing
    sender = None
    for number in range(PROOFS + 4):
        draft = draw_variant(base, r)
        oracle.study(draft)
        message = split_interchange(render_interchange(draft, writing, r)).messages[0]
        sender = sender or message.envelope.sender
        envelope = message.envelope._replace(sender=sender)
        right = slow.compile_rows([message.text], [envelope])[0]
        texts = [message.text]
        if right.is_complete and number > PROOFS:
            sound = SoundMessage(message.text, slow.compile_batch([message.text], [envelope])[0], Counter(), (), False)
            texts += [text for kind in r.sample(KINDS, 8) if (text := kind.alter(r, sound)) is not None]
        for text in texts:
            row = fast.compile_rows([text], [envelope])[0]
            if row.route != "plan":
                continue
            meant = slow.compile_rows([text], [envelope])[0]
            if text is not message.text and ("no record" in meant.rejected_lines or "-not-proved" in meant.problems):
                continue  # damage gave a prompt that the oracle was never told
            assert row.document is not None
            assert meant.document is not None
            assert row.document == meant.document
            assert json.loads(row.problems) == json.loads(meant.problems)
            assert (row.is_valid, row.is_complete) == (meant.is_valid, meant.is_complete)
