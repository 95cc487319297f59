"""Plans and what people decide: a plan runs under those decisions under which it was learnt, and under no others."""

import json

from tests.unit.decided import NEEDS, SOLD, decide
from tests.unit.plans.routes import EDIFACT, GTINS, write_report
from udf.compiler import Compiler
from udf.outcome import CompiledRow, Envelope
from udf.plans.book import PlanBook
from udf.plans.plan import PROOFS
from udf.plans.rows import ArrangementRow, PlanRow, read_row
from udf.standards.reference import Decision, Reference

RETURNED = SOLD._replace(row={**SOLD.row, "code": "153", "measure": "returned"})


class Decided:
    """A compiler whose plans hear of decisions as a worker's do, and the rows that a warehouse would hold of them."""

    def __init__(self) -> None:
        self.reference = Reference()
        self.book = PlanBook(self.reference, shadow=0)
        self.compiler = Compiler(None, self.reference, plans=self.book)
        self.rows: dict[str, PlanRow] = {}
        self.arrangements: list[ArrangementRow] = []
        self.number = 0

    def decide(self, *decisions: Decision) -> None:
        self.rows |= {row.plan_id: row for row in self.book.take_changed()}
        self.arrangements += self.book.take_proved()
        self.book.forget(self.reference.decide(decisions))
        assert self.book.load(self.rows.values()) == []
        self.book.load_arrangements(self.arrangements)

    def compile(self, text: str, envelope: Envelope = EDIFACT) -> CompiledRow:
        return self.compiler.compile_rows([text], [envelope])[0]

    def read(self, envelope: Envelope = EDIFACT) -> tuple[str | None, str]:
        """Route and measure of another message."""
        self.number += 1
        row = self.compile(write_report(number=self.number), envelope)
        assert row.is_complete, row.problems
        return row.route, json.loads(row.document or "")["lines"][0]["measure"]

    def learn(self, envelope: Envelope = EDIFACT) -> None:
        assert {self.read(envelope)[0] for _ in range(PROOFS)} == {"model"}
        assert self.read(envelope)[0] == "plan"


def test_what_was_learnt_before_a_decision_does_not_run_under_it_nor_the_reverse() -> None:
    partner = Decided()
    partner.learn()
    partner.decide(RETURNED)
    assert partner.read() == ("model", "returned")
    for _ in range(PROOFS - 1):
        partner.read()
    assert partner.read() == ("plan", "returned")
    partner.decide()
    assert partner.read() == ("plan", "sold")  # as it was learnt in the beginning
    partner.decide(RETURNED._replace(review_id=2))
    assert partner.read() == ("model", "returned")


def test_others_keep_their_plans() -> None:
    partner = Decided()
    other = EDIFACT._replace(sender="another")
    partner.learn(other)
    partner.decide(RETURNED)
    assert partner.read(other) == ("plan", "sold")


def test_a_decision_for_another_message_type_leaves_plans_as_they_are() -> None:
    partner = Decided()
    partner.learn()
    partner.decide(RETURNED._replace(message_type="INVRPT"))
    assert partner.read() == ("plan", "sold")


def test_two_sets_of_decisions_have_plans_of_two_names() -> None:
    partner = Decided()
    partner.learn()
    partner.decide(RETURNED)
    partner.read()
    partner.decide()
    assert {tuple(row.decisions) for row in partner.rows.values()} == {(), (RETURNED.review_id,)}
    assert len(partner.rows) == 2 * len({(row.kind, row.shape) for row in partner.rows.values()})


def test_what_a_plan_asks_of_a_date_is_what_was_decided() -> None:
    partner = Decided()
    text, decisions = NEEDS["period"]
    partner.decide(*decisions)
    for _ in range(PROOFS):
        assert partner.compile(text).is_complete
    partner.decide(*decisions)
    plans = {row.kind: read_row(row, partner.reference) for row in partner.rows.values()}
    assert plans["header"].has_period
    assert plans["header"].setting.date_role("DTM", "Z8") == "period_start"
    turned = text.replace("20261102", "20261109").replace("20261108", "20261101")
    row = partner.compile(turned)
    assert not row.is_valid
    assert '"period-reversed"' in row.problems


def test_a_warning_that_became_an_error_is_one_for_plans_as_well() -> None:
    partner = Decided()
    wrong = GTINS[0][:-1] + "2"

    def read(number: int, item: str) -> CompiledRow:
        return partner.compile(write_report(number=number).replace(GTINS[0], item))

    assert [read(number, wrong).route for number in range(1, PROOFS + 2)] == ["model"] * PROOFS + ["plan"]
    partner.decide(decide(7, "severity", code="gtin-check-digit", severity="error"))
    assert [read(number, GTINS[0]).route for number in range(1, PROOFS + 2)] == ["model"] * PROOFS + ["plan"]
    assert not read(9, wrong).is_complete
