"""What becomes of messages when a layout of their partner is approved, and when the approval is withdrawn."""

import json
from collections.abc import Callable
from typing import Any

import psycopg

from tests.integration.postgres.test_decisions import compile_pending, owner, stored
from tests.integration.postgres.test_pending import fill
from tests.integration.warehouse.test_layouts import KIOSK, RIGHT, told
from tests.integration.warehouse.test_reviews import approve, withdraw
from tests.unit.approved import write_strange
from tests.unit.plans.routes import write_report
from udf.outcome import Envelope

Connection = psycopg.Connection[Any]
Compile = Callable[[], object]
SOMEBODY = Envelope(standard="EDIFACT", sender="OTHER")
__all__ = ["compile_pending", "owner"]


def test_an_approval_compiles_all_that_waits_and_a_withdrawal_leaves_nothing_of_it(
    owner: Connection, compile_pending: Compile
) -> None:
    damaged = write_strange(number=4).replace("QTY+Z9:7", "QTY+Z9:7'QTY+Z9:8")
    texts = [write_strange(number=1), write_strange(number=2), write_report(number=3), damaged]
    fill(owner, [(text, KIOSK) for text in texts] + [(write_strange(), SOMEBODY)])
    compile_pending()
    before = "select to_jsonb(outcomes) - 'compile_ms' - 'compiled_at' from silver.outcomes order by message_id"
    undecided = owner.execute(before.encode()).fetchall()
    review = approve(owner, told(RIGHT), "layout", message_type="SLSRPT")
    compile_pending()
    found = [(route, ids, measures) for route, ids, measures in stored(owner) if route == "review"]
    assert found == [("review", [review], ["sold", "sold"])] * 2
    valid = owner.execute("select partner from silver.outcomes where is_valid and route = 'review'").fetchall()
    assert valid == [("KIOSK",)] * 2
    said = owner.execute("select problems from silver.outcomes where partner = 'KIOSK' and not is_valid").fetchall()
    assert "layout-unlike" in json.dumps(said)
    withdraw(owner, review)
    compile_pending()
    assert owner.execute(before.encode()).fetchall() == undecided
