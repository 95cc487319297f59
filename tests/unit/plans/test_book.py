"""What plans are learnt, whose messages they read, and what ends them."""

import json
from collections.abc import Sequence

import pytest

from tests.unit.plans.routes import EDIFACT, Routes, teach_reports, write_report
from udf.compiler import Compiler
from udf.engines.engine import Answer, Prompt
from udf.outcome import Envelope
from udf.plans.book import PlanBook
from udf.plans.plan import PROOFS, name_plan
from udf.plans.rows import read_row
from udf.standards.reference import load_reference


@pytest.fixture
def routes() -> Routes:
    return teach_reports()


def test_a_dialect_that_cannot_be_learnt_does_not_keep_its_partner_from_learning_another() -> None:
    routes = Routes()
    for number in range(1, 30):  # wrapped in the middle of a segment
        routes.read(write_report(number=number).replace("SLSRPT:D:96A", "SLSRPT:D:01B").replace("LIN+1+", "LIN+\r\n1+"))
    for number in range(30, 30 + PROOFS):
        assert routes.read(write_report(number=number)).route == "model"
    assert routes.read(write_report(number=40)).route == "plan"


def test_partners_learn_for_themselves(routes: Routes) -> None:
    other = Envelope(standard="EDIFACT", sender="9999999999999")
    assert routes.read(write_report(number=8), other).route == "model"


def test_an_unknown_layout_of_known_lines_is_read_by_the_model_first(routes: Routes) -> None:
    two_stores = write_report(number=21).replace("LIN+2", "LOC+162+4012345000047::9'LIN+2").replace("UNT+14", "UNT+15")
    assert routes.read(two_stores).route == "model"


class _Turned:
    """An engine whose answers for lines name no price, as if the partner's third segment meant something else."""

    def answer(self, prompts: Sequence[Prompt], prefixes: object = None) -> list[Answer]:
        return [Answer((), (), ()) for _ in prompts]


def test_the_shadow_notices_that_the_model_reads_a_known_shape_otherwise(routes: Routes) -> None:
    watched = PlanBook(load_reference(), shadow=1)
    watched.load(routes.book.take_changed())
    compiler = Compiler(None, plans=watched)
    for number in range(30, 30 + 2):  # arrangements are learnt anew by each process
        compiler.compile_rows([write_report(number=number)], [EDIFACT])
    assert watched.take_disagreements() == []
    turned = Compiler(_Turned(), plans=watched)
    row = turned.compile_rows([write_report(number=40)], [EDIFACT])[0]
    assert row.route == "model"
    (disagreement,) = watched.take_disagreements()
    assert {plan.status for plan in watched.take_changed() if plan.plan_id in disagreement.plans} == {"revoked"}
    assert compiler.compile_rows([write_report(number=41)], [EDIFACT])[0].route == "model"


def tamper(routes: Routes) -> PlanBook:
    """A book of what was taught, in which quantity and price of each line have changed places."""
    rows = []
    for row in routes.book.take_changed():
        if row.kind == "line":
            records = json.loads(row.records)
            records[0]["quantity"], records[0]["price"] = records[0]["price"], records[0]["quantity"]
            known = read_row(row, load_reference()).dialect, row.kind, row.shape
            changed = [{name: tuple(at) for name, at in record.items()} for record in records]
            row = row._replace(records=json.dumps(records), plan_id=name_plan(*known, changed))
        rows.append(row)
    book = PlanBook(load_reference(), shadow=1)
    book.load(rows)
    return book


def revoked_kinds(book: PlanBook) -> list[str]:
    """The kinds of the plans that the one disagreement has ended."""
    (found,) = book.take_disagreements()
    return [row.kind for row in book.take_changed() if row.plan_id in found.revoked]


def test_a_plan_that_was_tampered_with_is_found_out(routes: Routes) -> None:
    book = tamper(routes)
    compiler = Compiler(None, plans=book)
    for number in range(50, 54):
        text = write_report(number=number)
        row_read = compiler.compile_rows([text], [EDIFACT])[0]
        assert row_read.route == "model"
        assert row_read.document is not None
        assert '"quantity":12' in row_read.document
    # It had its proofs and may have run elsewhere: what it compiled is in doubt.
    assert revoked_kinds(book) == ["line"]


@pytest.mark.parametrize(
    "damage",
    [
        {"shape": "LIN+{nonsense}"}, {"delimiters": "[]"}, {"records": "[5]"}, {"records": '[{"item": [0, 9, 9]}]'},
        {"standard": "TRADACOMS"}, {"profile": "[5]"}, {"profile": '{"seen": 5}'}, {"plan_id": "0123456789abcdef"},
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_read_is_left_out_and_the_others_run(routes: Routes, damage: dict[str, str]) -> None:
    rows = routes.book.take_changed()
    damaged = [row._replace(**damage) for row in rows if row.kind == "header"]
    book = PlanBook(load_reference(), shadow=0)
    ((plan_id, reason),) = book.load(damaged)
    assert (plan_id, bool(reason), len(book)) == (damaged[0].plan_id, True, 0)
    assert book.load(rows) == []
    book.load_arrangements(routes.book.take_proved())
    assert book.replay(write_report(number=20), EDIFACT) is not None


def test_what_an_operator_says_of_a_plan_holds_where_its_row_is_damaged(routes: Routes) -> None:
    rows = routes.book.take_changed()
    ended = [row._replace(status="revoked", profile="[5]") for row in rows if row.kind == "header"]
    assert [plan_id for plan_id, _ in routes.book.load(ended)] == [ended[0].plan_id]
    assert routes.read(write_report(number=60)).route == "model"


def test_a_message_that_is_a_test_teaches_nothing_and_is_read_by_the_model(routes: Routes) -> None:
    tests = Routes(EDIFACT._replace(is_test=True))
    for number in range(1, 2 + PROOFS):
        assert tests.read(write_report(number=number)).is_complete
    assert (len(tests.book), tests.book.take_changed()) == (0, [])
    assert routes.read(write_report(number=20), tests.envelope).route == "model"
    assert routes.read(write_report(number=21)).route == "plan"


def test_an_operator_revokes_a_plan_for_good(routes: Routes) -> None:
    revoked = [row._replace(status="revoked", reason="by hand") for row in routes.book.take_changed()]
    routes.book.load(revoked)
    for number in range(60, 64):
        assert routes.read(write_report(number=number)).route == "model"


def test_an_approved_plan_needs_no_further_proof() -> None:
    first = Routes()
    first.read(write_report(number=1))
    rows = first.book.take_changed()
    assert {row.proofs for row in rows} == {1}
    second = Routes()
    second.book.load([row._replace(status="approved") for row in rows])
    assert second.read(write_report(number=2)).route == "model"  # its arrangement is not proved yet
    assert second.read(write_report(number=3)).route == "plan"


def test_plans_survive_being_stored(routes: Routes) -> None:
    rows = routes.book.take_changed()
    assert routes.book.take_changed() == []
    again = Routes()
    again.book.load(rows)
    again.read(write_report(number=70))
    row = again.read(write_report(number=71))
    assert row.route == "plan"
    assert row.plans == routes.read(write_report(number=71)).plans
