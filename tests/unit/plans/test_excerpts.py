"""Excerpts: a long message in a dialect that nobody knows is read by short ones that are made of its beginning."""

import random

import pytest

from bench.partners import HABITS, draw_partner, wrap, write_message
from bench.run import find_envelope
from tests.unit.plans.routes import EDIFACT as ENVELOPE
from tests.unit.plans.routes import Routes, teach_reports, write_report
from tests.unit.plans.test_book import revoked_kinds, tamper
from udf.compiler import Compiler
from udf.edi.delimiters import Delimiters
from udf.plans.excerpts import make_excerpts
from udf.plans.plan import PROOFS

EDIFACT = Delimiters("EDIFACT", "'", "+", ":", "?", None, None)
X12 = Delimiters("X12", "~", "*", ">", None, None, None)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is long is so much shorter here."""
    monkeypatch.setattr("udf.plans.routing.LONG", 3_000)


def draw_lines(count: int) -> list[tuple[str, str, str]]:
    r = random.Random(7)
    return [
        (f"{r.randrange(10**12, 10**13)}", str(r.randrange(1, 500)), f"{r.randrange(1, 90)}.5") for _ in range(count)
    ]


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("seed", [0, 1, 4])  # no quantity of theirs is written like a code, which the model must see
def test_the_first_message_of_a_partner_is_read_by_plans_if_it_is_long(habit: str, seed: int) -> None:
    partner = draw_partner(random.Random(seed), seed, habit)
    message = write_message(partner, random.Random(seed), 120)
    envelope = find_envelope(wrap(partner, [message]))
    routes = Routes()
    row = routes.read(message.text, envelope)
    by_model = routes.read_bare(message.text, envelope)
    assert row.route == "plan"
    assert row.is_complete
    assert row.document == by_model.document
    assert row.problems == by_model.problems


def test_excerpts_are_whole_messages_and_share_no_line() -> None:
    excerpts = make_excerpts(write_report(draw_lines(90)), EDIFACT, 3)
    assert [text.count("'LIN+") for text in excerpts] == [29, 29, 29, 28, 27, 26]  # the last line may have been cut
    assert all(text.startswith("UNH+1+SLSRPT") and text.count("'LOC+162") == 1 for text in excerpts)
    assert [text.rpartition("'")[0].rpartition("'")[2] for text in excerpts] == [
        f"UNT+{8 + 3 * lines}+1" for lines in (29, 29, 29, 28, 27, 26)
    ]
    items = [part.partition(":")[0] for text in excerpts[:3] for part in text.split("++")[1:]]
    assert len(items) == len(set(items)) == 87


def test_counts_and_sums_of_the_trailer_are_those_of_the_excerpt() -> None:
    lines = draw_lines(90)
    head, _, tail = write_report(lines).rpartition("'UNT")
    units = [int(quantity) for _, quantity, _ in lines]
    excerpts = make_excerpts(f"{head}'CNT+1:{sum(units)}'CNT+2:90'UNT{tail}", EDIFACT, 3)
    assert [text.partition("'CNT")[2].partition("'UNT")[0] for text in excerpts[:2]] == [
        f"+1:{sum(units[:30])}'CNT+2:30", f"+1:{sum(units[30:60])}'CNT+2:30"
    ]  # fmt: skip
    assert make_excerpts(f"{head}'CNT+7:4711'UNT{tail}", EDIFACT, 3) == []  # a weight
    activity = write_message(draw_partner(random.Random(1), 1, "852"), random.Random(1), 90).text
    assert "CTT*90~" in activity
    excerpts = make_excerpts(activity.replace("CTT*90~", "CTT*90*4711~"), X12, 3)
    assert len(excerpts) > 3
    assert all(f"CTT*{text.count('~LIN*')}*" in text and "*4711" not in text for text in excerpts)


@pytest.mark.parametrize("sum_stated", ["", "wrong"])
def test_a_long_message_that_states_a_sum_is_read_by_plans_and_its_sum_is_checked(sum_stated: str) -> None:
    lines = draw_lines(120)
    head, _, tail = write_report(lines).rpartition("'UNT")
    stated = sum(int(quantity) for _, quantity, _ in lines) + (7 if sum_stated else 0)
    text = f"{head}'CNT+1:{stated}'UNT{tail}".replace(f"UNT{tail}", f"UNT+{8 + 3 * 120 + 1}+1'")
    routes = Routes()
    row = routes.read(text, ENVELOPE)
    assert row.is_valid is (sum_stated == "")
    if not sum_stated:
        assert row.route == "plan"
        assert row.document == routes.read_bare(text, ENVELOPE).document


@pytest.mark.parametrize(
    "text", ["", "UNH", "garbage", "UNH+1+SLSRPT'" * 3, "UNH+1+SLSRPT:D:96A:UN'UNT+2+1'", "LIN+1'" * 900]
)
def test_what_is_no_message_has_no_excerpts(text: str) -> None:
    assert make_excerpts(text, EDIFACT, 3) == []


def test_a_long_message_with_one_odd_line_is_read_by_the_model() -> None:
    routes = Routes()
    lines = draw_lines(60)
    text = write_report(lines).replace(f"++{lines[50][0]}:EN'", f"++{lines[50][0]}:EN'PIA+1+A17:SA'")
    text = text.replace(f"UNT+{8 + 180}", f"UNT+{8 + 181}")
    row = routes.read(text)
    assert row.route == "model"
    assert row.is_complete


def test_a_long_message_that_is_sampled_has_its_excerpts_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = Routes(shadow=1)
    for number in range(1, PROOFS + 2):
        routes.read(write_report(draw_lines(5), number))
    compared: list[str] = []
    compare = routes.book.compare
    monkeypatch.setattr(routes.book, "compare", lambda text, *rest: compared.append(text) or compare(text, *rest))
    text = write_report(draw_lines(60))
    assert routes.read(text).route == "plan"
    assert len(compared) == 6
    assert text not in compared


def test_a_plan_that_was_tampered_with_is_found_out_by_the_excerpts_of_a_long_message() -> None:
    routes = teach_reports()
    book = tamper(routes)
    text = write_report(draw_lines(60))
    row = Compiler(None, plans=book).compile_rows([text], [ENVELOPE])[0]
    other = routes.read_bare(text)
    assert row.route == "model"
    assert row.document == other.document
    assert revoked_kinds(book) == ["line"]
