"""What a person may decide: what the tables know, for one partner, and nothing that would prove what is not proved."""

import json

import pytest

from tests.unit.decided import COUNTED, NEEDS, PARTNER, SOLD, STORES, decide
from tests.unit.plans.routes import EDIFACT, write_report
from udf.compiler import Compiler
from udf.outcome import Envelope
from udf.standards.decisions import describe_kinds
from udf.standards.reference import Decision, Reference, read_table


def read(reference: Reference, text: str, envelope: Envelope = EDIFACT) -> tuple[bool, list[str], object]:
    """Verdict, problems and lines, without where each value stands."""
    (row,) = Compiler(None, reference).compile_rows([text], [envelope])
    lines = json.loads(row.document or "{}").get("lines", [])
    told = [{name: value for name, value in line.items() if name not in ("source", "qualifier")} for line in lines]
    return row.is_complete, [problem["code"] for problem in json.loads(row.problems)], told


@pytest.mark.parametrize("need", NEEDS)
def test_what_no_table_says_is_read_as_it_was_decided(need: str) -> None:
    text, decisions = NEEDS[need]
    reference = Reference()
    before, plain = read(reference, text), read(reference, write_report())
    assert before != plain
    reference.decide(decisions)
    is_complete, problems, lines = read(reference, text)
    assert is_complete
    assert problems == (["unt-count-mismatch"] if need == "severity" else [])
    told = json.loads(json.dumps(lines).replace('"ZZZ"', '"9"'))  # a reference's code stands for the list of its number
    assert told == plain[2]
    reference.decide([])
    assert read(reference, text) == before


def test_a_decision_holds_for_its_partner_and_message_type_alone() -> None:
    text, _ = NEEDS["code"]
    reference = Reference()
    undecided = read(reference, text)
    reference.decide([SOLD._replace(message_type="INVRPT")])
    assert read(reference, text) == undecided
    reference.decide([SOLD._replace(message_type="SLSRPT")])
    assert read(reference, text) != undecided
    assert read(reference, text, EDIFACT._replace(sender="another")) == undecided
    assert reference.measure("EDIFACT", "SLSRPT", "QTY", "D:96A:UN", PARTNER, "Z9") is None


def test_a_decision_goes_before_every_row_of_a_table() -> None:
    reference = Reference()
    own = {"standard": "EDIFACT", "message_type": "INVRPT", "segment": "QTY", "version": "D:01B", "code": "152"}
    reference._meanings["EDIFACT", "QTY", "152"].append({**own, "partner": PARTNER, "measure": "damaged"})
    reference._places["EDIFACT", "NAD", "ZZZ", PARTNER] = "no"
    asked = ("EDIFACT", "INVRPT", "QTY", "D:01B:UN", PARTNER, "152")
    assert reference.measure(*asked) == "damaged"
    meaning = decide(9, "code", standard="EDIFACT", segment="QTY", code="152", version="", measure="reserved")
    reference.decide([meaning, STORES, COUNTED])
    tables = reference.decided(PARTNER, "INVRPT")
    assert tables.measure(*asked) == "reserved"
    assert tables.place_role("EDIFACT", "NAD", "ZZZ", PARTNER) == "yes"
    assert tables.is_settled("EDIFACT", "NAD", "ZZZ", PARTNER)
    assert tables.severity("unt-count-mismatch", PARTNER) == "warning"
    assert tables.severity("unt-count-mismatch", "another") == "error"


def test_of_two_meanings_the_one_for_the_version_holds() -> None:
    reference = Reference()
    newer = SOLD._replace(review_id=2, row={**SOLD.row, "version": "D:01B", "measure": "returned"})
    reference.decide([newer, SOLD])
    tables = reference.decided(PARTNER, "SLSRPT")
    assert tables.measure("EDIFACT", "SLSRPT", "QTY", "D:96A:UN", PARTNER, "Z9") == "sold"
    assert tables.measure("EDIFACT", "SLSRPT", "QTY", "D:01B:UN", PARTNER, "Z9") == "returned"


def test_it_is_told_for_whom_something_else_holds() -> None:
    reference = Reference()
    other = Decision(7, "severity", "another", None, COUNTED.row)
    assert reference.decide([SOLD, other]) == {PARTNER, "another"}
    assert reference.decide([SOLD, other]) == set()
    assert reference.decide([SOLD, STORES, other]) == {PARTNER}
    assert reference.decided(PARTNER, "SLSRPT").in_force == (1, 2)
    assert reference.decide([]) == {PARTNER, "another"}
    assert reference.decided(PARTNER, "SLSRPT").in_force == ()


def test_a_kind_that_no_table_holds_changes_no_table() -> None:
    reference = Reference()
    reference.decide([decide(8, "unheard-of", plan="a")])
    tables = reference.decided(PARTNER, "SLSRPT")
    assert tables.in_force == (8,)
    assert read(reference, write_report()) == read(Reference(), write_report())


def test_each_kind_has_what_its_table_holds() -> None:
    tables = {
        "role": "party_roles",
        "period": "date_roles",
        "code": "quantity_meanings",
        "severity": "problem_severities",
    }
    kinds = describe_kinds()
    assert kinds.keys() == tables.keys() | {"layout"}  # which is no row of a table
    assert kinds["layout"].meanings == kinds["code"].meanings
    for name, table in tables.items():
        kind, rows = kinds[name], read_table(table)
        assert {kind.meaning, *kind.key} | {"partner", "message_type", "description", "remedy"} >= rows[0].keys()
        assert {row[kind.meaning] for row in rows} == set(kind.meanings)
        for row in rows:
            assert any(context.items() <= row.items() for context in kind.contexts), (name, row)


def test_no_problem_can_be_accepted_by_which_a_value_is_not_proved() -> None:
    free = {context["code"] for context in describe_kinds()["severity"].contexts if "severity" not in context}
    errors = {row["code"] for row in read_table("problem_severities") if row["severity"] == "error"}
    assert free & errors == {
        "unt-count-mismatch", "se-count-mismatch", "control-reference-mismatch", "cnt-line-count-mismatch",
        "cnt-quantity-mismatch", "ctt-line-count-mismatch", "ctt-hash-mismatch", "message-total-mismatch",
    }  # fmt: skip
