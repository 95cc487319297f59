"""Messages read as a person has approved: exactly so, by nobody's guess, and only where they are laid out alike."""

import json
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.unit.approved import OWN_CODE, STORE, decision_of, propose, write_strange
from tests.unit.plans.routes import EDIFACT, GTINS, write_report
from udf.compiler import Compiler
from udf.outcome import Envelope, Outcome
from udf.plans.book import PlanBook
from udf.standards.reference import Decision, Reference

APPROVED = decision_of(propose())


def compile_with(text: str, decisions: Sequence[Decision] = (APPROVED,), envelope: Envelope = EDIFACT) -> Outcome:
    reference = Reference()
    reference.decide(decisions)
    ((outcome, _),) = Compiler(None, reference).compile_units([text], [envelope])
    return outcome


def errors(outcome: Outcome) -> list[str]:
    return [problem.code for problem in outcome.problems if problem.severity == "error"]


def test_nothing_of_it_is_valid_before_an_approval() -> None:
    outcome = compile_with(write_strange(), ())
    assert not outcome.is_valid or not outcome.is_complete


def test_a_further_message_is_read_as_the_approved_one_was() -> None:
    text = write_strange([(GTINS[2], "3", "9.5")], 2, "4000862141404")
    outcome = compile_with(text)
    assert (outcome.is_valid, outcome.is_complete, outcome.route) == (True, True, "review")
    assert outcome.document is not None
    (line,) = outcome.document.lines
    assert (line.item_id, line.location_id, line.measure, line.qualifier) == (GTINS[2], "4000862141404", "sold", "Z9")
    assert (line.quantity, line.unit, line.price) == (Decimal(3), "PCE", Decimal("9.5"))
    assert (str(line.period_start), str(line.period_end)) == ("2026-11-02", "2026-11-08")
    assert text[slice(*line.source["location_id"])] == "4000862141404"
    assert outcome.document.document_number == "SLS2"
    assert [(attempt.route, attempt.reading) for attempt in outcome.attempt_log] == [("review", "review 7")]


def test_what_is_approved_says_the_same_however_often_it_was_written_and_read() -> None:
    row = json.loads(json.dumps(APPROVED.row))
    again = Decision(7, "layout", APPROVED.partner, APPROVED.message_type, row)
    assert compile_with(write_strange(), [again]).document == compile_with(write_strange()).document


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (write_strange().replace("Z10+", "Z11+"), ""),
        (write_strange().replace(f"Z10+{STORE}'", "").replace("UNT+14", "UNT+13"), "has no place"),
        (write_strange().replace(f"Z10+{STORE}'", f"Z10+{STORE}'" * 2).replace("UNT+14", "UNT+15"), "twice in a row"),
        (write_strange().replace(f"Z10+{STORE}'", f"Z10+{STORE}'Z10+9'").replace("UNT+14", "UNT+15"), "a second place"),
        (write_strange().replace(f"Z10+{STORE}", f"Z10+{STORE}+X"), "where the approved message had none"),
        (write_strange().replace("QTY+Z9:12:PCE", "QTY+Z9:12"), "has no unit"),
        (write_strange().replace("QTY+Z9:12", "QTY+Z8:12"), "Z8 means is neither in a table nor approved"),
        (write_strange().replace("QTY+Z9:12", "QTY+12:Z9"), ""),
        (write_strange().replace("QTY+Z9:12", "QTY+Z9:1O2"), "not a number"),
        (write_strange().replace("20261108", "20261101"), "ends before it starts"),
        (write_strange().replace("LIN+1++4006381333931:EN", "LIN+1++EN:4006381333931"), "number"),
        (write_strange().replace("LIN+2++9501101530003:EN'", "").replace("UNT+14", "UNT+13"), "stated twice"),
        (write_strange().replace("PRI+AAA:3", "ZZ9+AAA:3"), "has no price"),
        (write_strange().replace("UNT+14", "UNT+15"), None),
        (write_strange()[:-20], None),
    ],
)  # fmt: skip
def test_a_damaged_message_goes_nowhere(damaged: str, said: str | None) -> None:
    outcome = compile_with(damaged)
    assert not outcome.is_valid
    if said:
        assert said in " ".join(problem.detail for problem in outcome.problems if problem.code == "layout-unlike")


def test_an_ordinary_message_of_the_partner_is_read_by_the_rules() -> None:
    outcome = compile_with(write_report())
    assert (outcome.is_complete, outcome.route, errors(outcome)) == (True, "model", [])


def test_nobody_elses_message_and_none_of_another_type_is_read_by_it() -> None:
    for envelope in (EDIFACT._replace(sender="SOMEBODY"), EDIFACT._replace(sender=None)):
        assert not compile_with(write_strange(), envelope=envelope).is_complete
    assert compile_with(write_strange().replace("SLSRPT", "INVRPT")).route != "review"


def test_two_approvals_that_read_one_message_differently_let_nothing_through() -> None:
    text = write_strange().replace("NAD+SE", "NAD+ZS")
    one, other = (decision_of(propose(text, place=tag), review=n) for n, tag in ((7, "Z10"), (8, "NAD")))
    outcome = compile_with(text, [one, other])
    assert errors(outcome)[-1] == "layouts-disagree"
    assert not outcome.is_valid


def test_a_code_means_what_was_approved_with_the_layout_and_nothing_without() -> None:
    returned = decision_of(propose(), measure="returned")
    outcome = compile_with(write_strange(), [returned])
    assert outcome.document is not None
    assert {line.measure for line in outcome.document.lines} == {"returned"}
    plain = compile_with(write_report().replace("QTY+153", f"QTY+{OWN_CODE}"), [returned])
    assert not plain.is_valid  # in another layout it is as unknown as before


def test_plans_learn_nothing_from_it() -> None:
    reference = Reference()
    reference.decide([APPROVED])
    compiler = Compiler(None, reference, plans=PlanBook(reference))
    rows = compiler.compile_rows([write_strange(number=number) for number in range(1, 12)], [EDIFACT] * 11)
    assert {row.route for row in rows} == {"review"}
    assert compiler.plans is not None
    assert len(compiler.plans) == 0


def test_what_nobody_can_read_as_a_layout_refuses_what_is_meant_so() -> None:
    broken = Decision(9, "layout", APPROVED.partner, APPROVED.message_type, {**APPROVED.row, "plan": {"lines": 5}})
    outcome = compile_with(write_strange(), [broken])
    assert not outcome.is_valid
