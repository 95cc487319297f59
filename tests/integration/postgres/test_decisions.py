"""What a person decides in the warehouse and what becomes of messages: theirs are compiled anew, nobody else's."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Variables
from tests.integration.incoming import compile_all
from tests.integration.postgres.sessions import ask, open_session
from tests.integration.postgres.test_pending import fill
from tests.integration.warehouse.test_reviews import approve, withdraw
from tests.unit.decided import NEEDS, STORE
from tests.unit.plans.routes import BEGINNING, write_edifact, write_report, write_stock
from udf.compiler import load_compiler
from udf.outcome import Envelope
from udf.plans.plan import PROOFS

Connection = psycopg.Connection[Any]
Compile = Callable[[], object]
RETURNED = {"standard": "EDIFACT", "segment": "QTY", "code": "153", "measure": "returned"}
STORED = [*BEGINNING[:2], "DTM+366:20261108:102", "NAD+WH+4012345000030::9", "LIN+1++4006381333931:EN", "QTY+145:5:PCE"]
KIOSK, OTHER = (Envelope(standard="EDIFACT", sender=name) for name in ("KIOSK", "OTHER"))


@pytest.fixture(params=["psycopg", "plpy"])
def compile_pending(request: pytest.FixtureRequest, database: Variables) -> Iterator[Compile]:
    """Both ways from Bronze to Silver, each in a session that stays."""
    if request.param == "psycopg":
        plans = load_compiler().plans
        assert plans is not None
        plans.forget({"KIOSK", "OTHER"})  # of another test's warehouse
        yield compile_all
        return
    with open_session(database) as session:
        session.execute("set role tillroll_loader")
        yield lambda: session.execute("call udf.compile_pending()")


@pytest.fixture
def owner(connection: Connection) -> Connection:
    connection.rollback()
    connection.autocommit = True
    return connection


def stored(connection: Connection, sender: str = "KIOSK") -> list[tuple[Any, ...]]:
    """Route, ids of decisions and measures of a partner's outcomes, in the order of their messages."""
    return connection.execute(
        """
        select outcomes.route, outcomes.decisions, jsonb_path_query_array(outcomes.document, '$.lines[*].measure')
        from silver.outcomes
        inner join bronze.messages on messages.message_id = outcomes.message_id
        where messages.envelope ->> 'sender' = %s
        order by messages.reference, messages.received_at
        """,
        (sender,),
    ).fetchall()


def written(connection: Connection) -> list[str]:
    """By message what makes a row this row: it is another when it was written anew."""
    return [row for (row,) in connection.execute("select xmin || message_id from silver.outcomes order by message_id")]


def test_an_approval_has_the_partners_messages_compiled_by_it_and_a_withdrawal_leaves_nothing_of_it(
    owner: Connection, compile_pending: Compile
) -> None:
    text, _ = NEEDS["code"]
    fill(owner, [(text, KIOSK), (write_report(number=2), KIOSK), (text, OTHER)])
    compile_pending()
    before = "select to_jsonb(outcomes) - 'compile_ms' - 'compiled_at' from silver.outcomes order by message_id"
    undecided = owner.execute(before.encode()).fetchall()
    assert stored(owner)[0] == ("model", [], []) == stored(owner, "OTHER")[0]
    review = approve(owner, {"standard": "EDIFACT", "segment": "QTY", "code": "Z9", "measure": "sold"})
    compile_pending()
    assert stored(owner)[0] == ("model", [review], ["sold", "sold"])
    assert stored(owner)[1][1] == [review]  # in force, though it says nothing of what stands there
    assert stored(owner, "OTHER")[0] == ("model", [], [])
    withdraw(owner, review)
    compile_pending()
    assert owner.execute(before.encode()).fetchall() == undecided


def test_nobody_elses_message_is_compiled_anew(owner: Connection, compile_pending: Compile) -> None:
    texts = [write_report(), write_stock(2, STORED)]
    fill(owner, [(text, envelope) for envelope in (KIOSK, OTHER) for text in texts])
    compile_pending()
    of_kiosk = {
        kind: message_id
        for message_id, kind in owner.execute(
            "select message_id, message_type from silver.outcomes where partner = 'KIOSK'"
        )
    }
    before = written(owner)

    def recompiled() -> set[str]:
        nonlocal before
        compile_pending()
        now = written(owner)
        changed, before = {row[-64:] for row in set(now) - set(before)}, now
        return changed

    assert recompiled() == set()
    sales = approve(owner, RETURNED, message_type="SLSRPT")
    assert recompiled() == {of_kiosk["SLSRPT"]}
    assert recompiled() == set()
    stock = approve(owner, {**RETURNED, "code": "145", "measure": "on_hand"}, message_type="INVRPT")
    assert recompiled() == {of_kiosk["INVRPT"]}
    everything = approve(owner, {"code": "unt-count-mismatch", "severity": "warning"}, "severity")
    assert recompiled() == set(of_kiosk.values())
    withdraw(owner, stock)
    assert recompiled() == {of_kiosk["INVRPT"]}
    withdraw(owner, everything)
    withdraw(owner, sales)
    assert recompiled() == set(of_kiosk.values())
    assert stored(owner) == [("model", [], ["sold", "sold"]), ("model", [], ["on_hand"])]


def test_what_was_learnt_before_a_decision_compiles_nothing_under_it(
    owner: Connection, compile_pending: Compile
) -> None:
    def bring(first: int) -> None:
        fill(owner, [(write_report(number=number), KIOSK) for number in range(first, first + PROOFS + 2)])
        compile_pending()

    bring(1)
    bring(11)
    assert "plan" in {route for route, _, _ in stored(owner)}
    review = approve(owner, RETURNED)
    bring(21)
    assert {(tuple(ids), tuple(measures)) for _, ids, measures in stored(owner)} == {((review,), ("returned",) * 2)}
    bring(31)
    assert {route for route, _, _ in stored(owner)} == {"model", "plan"}
    withdraw(owner, review)
    bring(41)
    assert {(tuple(ids), tuple(measures)) for _, ids, measures in stored(owner)} == {((), ("sold",) * 2)}
    learnt = owner.execute("select decisions, count(*) from silver.plans group by 1 order by 1").fetchall()
    assert [ids for ids, _ in learnt] == [[], [review]]
    assert learnt[0][1] == learnt[1][1]


def test_what_is_decided_while_a_batch_is_at_work_is_not_lost(
    owner: Connection, database: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    import udf

    compile_rows, reviews = udf.compile_rows, []

    def decide_meanwhile(*arguments: Any) -> Any:
        if not reviews:
            reviews.append(approve(owner, RETURNED))
        return compile_rows(*arguments)

    monkeypatch.setattr(udf, "compile_rows", decide_meanwhile)
    fill(owner, [(write_report(), KIOSK)])
    progress = compile_all()
    assert progress.outcomes == 2  # once without it, and at once anew
    assert stored(owner) == [("model", reviews, ["returned", "returned"])]


def test_who_claims_to_be_a_partner_hears_nothing_of_what_is_decided_for_it(
    owner: Connection, database: Variables
) -> None:
    text, _ = NEEDS["code"]
    approve(owner, {"standard": "EDIFACT", "segment": "QTY", "code": "Z9", "measure": "sold"})
    fill(owner, [(text, KIOSK)])
    with open_session(database) as session:
        session.execute("call udf.compile_pending()")
        assert stored(owner)[0][2] == ["sold", "sold"]
        for role in ("analyst", "tillroll_dbt", "tillroll_loader"):
            session.execute(f"set role {role}".encode())
            said = ask(session, "select udf.compile_edi(%s, %s)", text, Jsonb(KIOSK._asdict()))
            assert not said["is_valid"]


def test_messages_of_no_sender_and_of_no_type_are_settled(owner: Connection, compile_pending: Compile) -> None:
    approve(owner, RETURNED)
    limited = approve(owner, RETURNED, partner="OTHER", message_type="INVRPT")
    general = approve(owner, {"code": "unt-count-mismatch", "severity": "warning"}, "severity", partner="OTHER")
    texts = [write_report(), "garbage", "", write_edifact(3, BEGINNING, "ORDERS"), write_stock(2, STORED)]
    fill(owner, [(text, envelope) for text in texts for envelope in (Envelope(), OTHER)])
    owner.execute(
        "update bronze.messages set envelope = '[5]' where raw = 'garbage' and envelope ->> 'sender' = 'OTHER'"
    )
    compile_pending()
    before = written(owner)
    compile_pending()
    assert written(owner) == before
    assert len(before) == 10
    found = owner.execute("select partner, message_type, decisions from silver.outcomes order by 1, 2").fetchall()
    assert {tuple(ids) for partner, _, ids in found if not partner} == {()}
    assert [(kind, ids) for partner, kind, ids in found if partner] == [
        ("INVRPT", [limited, general]), ("ORDERS", [general]), ("SLSRPT", [general]), (None, [general]),
    ]  # fmt: skip
    assert STORE in json.dumps(owner.execute("select document from silver.outcomes").fetchall())
