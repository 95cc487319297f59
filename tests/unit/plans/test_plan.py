"""Plans: what is learnt, when it runs alone, what ends it, and that it never says anything else than the model did."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.engines.engine import Answer, Prompt
from udf.outcome import CompiledRow, Envelope
from udf.plans.book import PlanBook
from udf.plans.plan import PROOFS
from udf.plans.routing import FIRST_SHARE
from udf.standards.reference import load_reference
from udf.train.attack.clerk import Clerk
from udf.train.attack.kinds import KINDS
from udf.train.attack.oracle import Oracle
from udf.train.attack.sound import SoundMessage
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import render_interchange
from udf.train.corpus.variants import draw_variant

ENVELOPE = Envelope(standard="EDIFACT", sender="4012345000016")
Line = tuple[str, str, str]
"""Item, pieces, price."""
LINES: list[Line] = [("4006381333931", "12", "1.25"), ("9501101530003", "7", "3")]


def write_report(lines: Sequence[Line] = LINES, number: int = 1, store: str = "4012345000030") -> str:
    rows = [
        f"UNH+{number}+SLSRPT:D:96A:UN:EAN004", f"BGM+73E+SLS{number}+9", "DTM+137:20261109:102",
        "DTM+90:20261102:102", "DTM+91:20261108:102", "NAD+SE+4012345000023::9", f"LOC+162+{store}::9",
    ]  # fmt: skip
    for count, (item, pieces, price) in enumerate(lines, 1):
        rows += [f"LIN+{count}++{item}:EN", f"QTY+153:{pieces}:PCE", f"PRI+AAA:{price}"]
    return "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])


class School:
    """A compiler that learns plans, beside one that has none; the clerk knows the right answer to everything."""

    def __init__(self, shadow: int = 0) -> None:
        self.clerk = Clerk()
        self.book = PlanBook(load_reference(), shadow)
        self.compiler = Compiler(self.clerk, plans=self.book)

    def read(self, text: str, envelope: Envelope = ENVELOPE) -> CompiledRow:
        self.clerk.study(text)
        return self.compiler.compile_rows([text], [envelope])[0]

    def read_by_model(self, text: str, envelope: Envelope = ENVELOPE) -> CompiledRow:
        return Compiler(self.clerk).compile_rows([text], [envelope])[0]

    def teach(self) -> None:
        """As many messages as it takes until plans run."""
        for number in range(1, PROOFS + 1):
            assert self.read(write_report(number=number)).route == "model"


@pytest.fixture
def school() -> School:
    taught = School()
    taught.teach()
    return taught


def test_a_plan_runs_alone_after_several_proofs_and_says_what_the_model_said(school: School) -> None:
    text = write_report([("5449000000996", "-3", "0.99"), ("4006381333931", "1200", "12")], 77, "4012345000047")
    row, other = school.read(text), school.read_by_model(text)
    assert (row.route, other.route) == ("plan", "model")
    assert row.attempts == 0
    assert row.document is not None
    assert other.document is not None
    assert row.document == other.document
    assert json.loads(row.problems) == json.loads(other.problems)


def test_an_outcome_of_plans_reads_as_the_same_objects(school: School) -> None:
    text = write_report(number=9)
    outcome = school.compiler.compile_batch([text], [ENVELOPE])[0]
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
    school = School()
    pair = "DTM+90:20261102:102'DTM+91:20261108:102"
    for number in range(1, PROOFS + 1):
        school.read(write_report(number=number).replace(pair, f"DTM+356:{first}").replace("UNT+14", "UNT+13"))
    text = write_report(number=9).replace(pair, f"DTM+356:{again}").replace("UNT+14", "UNT+13")
    row, other = school.read(text), school.read_by_model(text)
    assert (row.route, other.is_complete) == ("plan", True)
    assert row.document is not None
    assert other.document is not None
    assert row.document == other.document


def write_activity(stores: Sequence[str], number: int = 1) -> str:
    """An 852 that states what was sold in two stores and what lies in two."""
    rows = [
        f"ST*852*{number:04d}", "XQ*H*20261102*20261108", "LIN*1*UP*614141100019",
        "ZA*QS", f"SDQ*EA*92*{stores[0]}*{number}*{stores[1]}*7",
        "ZA*QA", f"SDQ*EA*92*{stores[2]}*{20 + number}*{stores[3]}*30", "CTT*1",
    ]  # fmt: skip
    return "~".join([*rows, f"SE*{len(rows) + 1}*{number:04d}~"])


@pytest.mark.parametrize(
    ("stores", "route"),
    [
        (("0103", "0104", "0103", "0104"), "plan"),
        (("0103", "0104", "0105", "0106"), "plan"),
        (("0103", "0103", "0103", "0104"), "model"),
        (("0103", "0104", "0104", "0104"), "model"),
    ],
)
def test_a_store_may_stand_under_several_activities_but_once_under_each(stores: Sequence[str], route: str) -> None:
    school, envelope = School(), Envelope(standard="X12", sender="PRAIRIEMART", version="004010")
    for number in range(1, PROOFS + 1):
        assert school.read(write_activity(("0101", "0102") * 2, number), envelope).route == "model"
    text = write_activity(stores, 9)
    row, other = school.read(text, envelope), school.read_by_model(text, envelope)
    assert row.route == route
    assert (row.is_valid, row.is_complete, row.problems) == (other.is_valid, other.is_complete, other.problems)


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
def test_another_code_is_another_shape(school: School, was: str, becomes: str) -> None:
    text = write_report()
    assert was in text
    assert school.read(text.replace(was, becomes, 1)).route == "model"


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("UNT+14", "UNT+15", "unt-count-mismatch"),
        ("+1'\0", "+2'\0", "control-reference-mismatch"),
        ("153:12", "153:1O", "quantity-not-a-number"),
        ("AAA:1.25", "AAA:1..5", "price-not-a-number"),
        ("90:20261102", "90:20261302", "date-invalid"),
        ("90:20261102", "90:20271102", "period-reversed"),
    ],
)
def test_what_values_break_is_left_to_the_gatekeeper(school: School, was: str, becomes: str, code: str) -> None:
    text = (write_report() + "\0").replace(was, becomes, 1).rstrip("\0")
    row = school.read(text)
    assert row.route == "model"
    assert code in row.problems or code in row.rejected_lines


def test_two_lines_in_one_segment_are_not_read_as_one(school: School) -> None:
    glued = write_report().replace("'QTY+153:12", "QTY+153:12", 1)
    row = school.read(glued)
    assert row.route == "model"
    assert "repaired-segments" in row.problems


def test_a_released_apostrophe_and_a_quotation_mark_are_values(school: School) -> None:
    def named(number: int, first: str, second: str) -> str:
        text = write_report(number=number).replace("LIN+2", f"IMD+F++:::{first}'LIN+2")
        return text.replace("PRI+AAA:3'", f"PRI+AAA:3'IMD+F++:::{second}'").replace("UNT+14", "UNT+16")

    for number in range(80, 80 + PROOFS):
        school.read(named(number, "PLAIN TEXT", "OTHER TEXT"))
    text = named(90, "SARAH?'S 12\" PAN", "C?:??\\X")
    row, other = school.read(text), school.read_by_model(text)
    assert row.route == "plan"
    assert row.document is not None
    assert json.loads(row.document)["lines"][0]["attributes"] == {"description": "SARAH'S 12\" PAN"}
    assert other.document is not None
    assert row.document == other.document


def test_a_part_of_a_stock_that_is_the_sum_of_the_others_is_left_to_the_gatekeeper() -> None:
    def report(number: int, *parts: int) -> str:
        rows = [
            f"UNH+{number}+INVRPT:D:96A:UN:EAN004", f"BGM+35+I{number}+9", "DTM+137:20261109:102",
            "DTM+366:20261108:102", "NAD+WH+4012345000030::9", "LIN+1++4006381333931:EN",
        ]  # fmt: skip
        for lot, part in enumerate(parts, 1):
            rows += [f"QTY+145:{part}:PCE", f"RFF+BT:LOT{lot}"]
        return "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])

    school = School()
    for number in range(1, PROOFS + 1):
        assert json.loads(school.read(report(number, 5, 6, 7)).problems) == []
    assert school.read(report(8, 5, 6, 8)).route == "plan"
    summed = school.read(report(9, 5, 6, 11))
    assert summed.route == "model"
    assert "repeated-quantity" in summed.rejected_lines


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [("CNT+2:2", "CNT+2:3", "cnt-line-count-mismatch"), ("CNT+1:19", "CNT+1:20", "cnt-quantity-mismatch")],
)
def test_counts_and_sums_are_held_to_the_lines(was: str, becomes: str, code: str) -> None:
    def counted(number: int) -> str:
        return write_report(number=number).replace("UNT+14", "CNT+1:19'CNT+2:2'UNT+16")

    school = School()
    for number in range(1, PROOFS + 1):
        assert school.read(counted(number)).route == "model"
    assert school.read(counted(8)).route == "plan"
    wrong = school.read(counted(9).replace(was, becomes))
    assert wrong.route == "model"
    assert code in wrong.problems


def test_a_total_is_held_to_its_parts() -> None:
    def split(number: int, total: int, *parts: int) -> str:
        pairs = "*".join(f"00{store}*{part}" for store, part in enumerate(parts, 1))
        rows = [
            f"ST*852*000{number}", "XQ*H*20260105*20260111", "N1*FR**9*123456789", "LIN*1*UP*036000291452",
            f"ZA*QS*{total}*EA", f"SDQ*EA*92*{pairs}",
        ]  # fmt: skip
        return "~".join([*rows, f"SE*{len(rows) + 1}*000{number}~"])

    school, envelope = School(), Envelope(standard="X12", sender="ACME")
    for number in range(1, PROOFS + 1):
        assert school.read(split(number, 5, 2, 3), envelope).route == "model"
    assert school.read(split(8, 9, 4, 5), envelope).route == "plan"
    wrong = school.read(split(9, 10, 4, 5), envelope)
    assert wrong.route == "model"
    assert "split-total-mismatch" in wrong.rejected_lines


def test_a_dialect_that_cannot_be_learnt_does_not_keep_its_partner_from_learning_another() -> None:
    school = School()
    for number in range(1, 30):  # wrapped in the middle of a segment
        school.read(write_report(number=number).replace("SLSRPT:D:96A", "SLSRPT:D:01B").replace("LIN+1+", "LIN+\r\n1+"))
    school.teach()
    assert school.read(write_report(number=40)).route == "plan"


def test_partners_learn_for_themselves(school: School) -> None:
    other = Envelope(standard="EDIFACT", sender="9999999999999")
    assert school.read(write_report(number=8), other).route == "model"


def test_an_unknown_layout_of_known_lines_is_read_by_the_model_first(school: School) -> None:
    two_stores = write_report(number=21).replace("LIN+2", "LOC+162+4012345000047::9'LIN+2").replace("UNT+14", "UNT+15")
    assert school.read(two_stores).route == "model"


def test_warnings_are_those_of_the_model(school: School) -> None:
    text = write_report([("4006381333930", "12", "1.25"), ("9501101530003", "7.5", "3")], 5)
    row, other = school.read(text), school.read_by_model(text)
    assert row.route == "plan"
    assert [problem["code"] for problem in json.loads(row.problems)] == ["fraction-of-pieces", "gtin-check-digit"]
    assert json.loads(row.problems) == json.loads(other.problems)


def test_line_numbers_that_start_again_are_pointed_at(school: School) -> None:
    text = write_report(number=6).replace("LIN+2", "LIN+1")
    row, other = school.read(text), school.read_by_model(text)
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

    school = School()
    for number in range(1, PROOFS + 1):
        assert school.read(report(number, dated[0], dated[0])).route == "model"
    assert school.read(report(9, dated[0], dated[0])).route == "plan"
    for number in range(10, 10 + 2 * PROOFS):
        assert school.read(report(number, *(dated[place] for place in order))).route == "model"
    assert school.read(report(20, dated[0], dated[0])).route == "plan"


class _Turned:
    """An engine whose answers for lines name no price, as if the partner's third segment meant something else."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    def answer(self, prompts: Sequence[Prompt], prefixes: object = None) -> list[Answer]:
        return [Answer((), (), ()) for _ in prompts]


def test_the_shadow_notices_that_the_model_reads_a_known_shape_otherwise(school: School) -> None:
    watched = PlanBook(load_reference(), shadow=1)
    watched.load(school.book.take_changed())
    compiler = Compiler(school.clerk, plans=watched)
    for number in range(30, 30 + 2):  # arrangements are learnt anew by each process
        school.clerk.study(write_report(number=number))
        compiler.compile_rows([write_report(number=number)], [ENVELOPE])
    assert watched.take_disagreements() == []
    turned = Compiler(_Turned(school.clerk), plans=watched)
    row = turned.compile_rows([write_report(number=40)], [ENVELOPE])[0]
    assert row.route == "model"
    (disagreement,) = watched.take_disagreements()
    assert {plan.status for plan in watched.take_changed() if plan.plan_id in disagreement.plans} == {"revoked"}
    school.clerk.study(write_report(number=41))
    assert compiler.compile_rows([write_report(number=41)], [ENVELOPE])[0].route == "model"


def tamper(school: School) -> PlanBook:
    """A book of what was taught, in which quantity and price of each line have changed places."""
    rows = []
    for row in school.book.take_changed():
        if row.kind == "line":
            records = json.loads(row.records)
            records[0]["quantity"], records[0]["price"] = records[0]["price"], records[0]["quantity"]
            row = row._replace(records=json.dumps(records), plan_id="tampered")
        rows.append(row)
    book = PlanBook(load_reference(), shadow=1)
    book.load(rows)
    return book


def test_a_plan_that_was_tampered_with_is_found_out(school: School) -> None:
    book = tamper(school)
    compiler = Compiler(school.clerk, plans=book)
    for number in range(50, 54):
        text = write_report(number=number)
        school.clerk.study(text)
        row_read = compiler.compile_rows([text], [ENVELOPE])[0]
        assert row_read.route == "model"
        assert row_read.document is not None
        assert '"quantity":12' in row_read.document
    # It had its proofs and may have run elsewhere: what it compiled is in doubt.
    assert [found.revoked for found in book.take_disagreements()] == [("tampered",)]


def test_an_operator_revokes_a_plan_for_good(school: School) -> None:
    revoked = [row._replace(status="revoked", reason="by hand") for row in school.book.take_changed()]
    school.book.load(revoked)
    for number in range(60, 64):
        assert school.read(write_report(number=number)).route == "model"


def test_an_approved_plan_needs_no_further_proof() -> None:
    first = School()
    first.read(write_report(number=1))
    rows = first.book.take_changed()
    assert {row.proofs for row in rows} == {1}
    second = School()
    second.book.load([row._replace(status="approved") for row in rows])
    assert second.read(write_report(number=2)).route == "model"  # its arrangement is not proved yet
    assert second.read(write_report(number=3)).route == "plan"


def test_plans_survive_being_stored(school: School) -> None:
    rows = school.book.take_changed()
    assert school.book.take_changed() == []
    again = School()
    again.book.load(rows)
    again.read(write_report(number=70))
    row = again.read(write_report(number=71))
    assert row.route == "plan"
    assert row.plans == school.read(write_report(number=71)).plans


def test_a_plan_is_readable(school: School) -> None:
    (line,) = [row for row in school.book.take_changed() if row.kind == "line"]
    assert line.shape == "LIN+{digits}++{digits:13}:EN'QTY+153:{number}:PCE'PRI+AAA:{number}'"
    assert "quantity = QTY 1.2 where QTY 1.1 is 153" in line.mapping
    assert "item = LIN 3.1" in line.mapping


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
            if text is not message.text and "no record" in meant.rejected_lines:
                continue  # damage gave a prompt that the oracle was never told
            assert row.document is not None
            assert meant.document is not None
            assert row.document == meant.document
            assert json.loads(row.problems) == json.loads(meant.problems)
            assert (row.is_valid, row.is_complete) == (meant.is_valid, meant.is_complete)


def test_messages_of_one_batch_are_compiled_by_what_the_first_of_them_taught() -> None:
    school = School()
    texts = [write_report(number=number) for number in range(1, 21)]
    for text in texts:
        school.clerk.study(text)
    rows = school.compiler.compile_rows(texts, [ENVELOPE] * len(texts))
    assert Counter(row.route for row in rows) == {"model": FIRST_SHARE, "plan": 20 - FIRST_SHARE}
    for text, row in zip(texts, rows, strict=True):
        other = school.read_by_model(text)
        assert row.is_complete
        assert row.document is not None
        assert other.document is not None
        assert row.document == other.document


def test_a_batch_of_partners_who_teach_nothing_is_not_cut_into_many_small_ones() -> None:
    asked: list[int] = []

    class Counting(Clerk):
        def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
            asked.append(len(prompts))
            return super().answer(prompts, prefixes)

    clerk = Counting()
    # Wrapped in the midst of a segment: such a line has no shape.
    texts = [write_report(number=number).replace("LIN+1+", "LIN+\r\n1+") for number in range(1, 61)]
    for text in texts:
        clerk.study(text)
    book = PlanBook(load_reference(), shadow=0)
    rows = Compiler(clerk, plans=book).compile_rows(texts, [ENVELOPE] * len(texts))
    assert Counter(row.route for row in rows) == {"model": 60}
    assert len(asked) <= 5
