"""What people decide in the warehouse: who may, what is refused, and that nothing of it is ever changed."""

import random
import re
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from dagster_project import warehouse
from tests.conftest import Variables
from udf.standards.decisions import describe_kinds

Connection = psycopg.Connection[Any]
CODE = {"standard": "EDIFACT", "segment": "QTY", "code": "Z9", "measure": "sold"}
ROLE = {"standard": "EDIFACT", "segment": "NAD", "code": "ZZZ", "is_place": "yes"}
PERIOD = {"standard": "X12", "segment": "DTM", "code": "999", "role": "as_of"}
SEVERITY = {"code": "unt-count-mismatch", "severity": "warning"}
OTHERS = ("analyst", "tillroll_dbt", "tillroll_loader", "nobody_of_ours")


@pytest.fixture
def reviewer(connection: Connection) -> Connection:
    """A connection that has taken the reviewer's role, each statement a transaction of its own."""
    connection.rollback()
    connection.autocommit = True
    connection.execute("set role tillroll_reviewer")
    return connection


def approve(
    connection: Connection, decision: Any = CODE, kind: str | None = "code", partner: str | None = "KIOSK",
    why: str | None = "asked them", message_type: str | None = None,
) -> int:  # fmt: skip
    row = connection.execute(
        "select silver.approve(%s, %s, %s, %s, %s)", (partner, kind, Jsonb(decision), why, message_type)
    ).fetchone()
    assert row is not None
    return int(row[0])


def withdraw(connection: Connection, review: int | None, why: str | None = "it was wrong") -> int:
    row = connection.execute("select silver.withdraw(%s, %s)", (review, why)).fetchone()
    assert row is not None
    return int(row[0])


def holding(connection: Connection) -> list[int]:
    return [number for (number,) in connection.execute("select review_id from silver.decisions order by 1")]


def test_a_decision_says_who_when_and_why_and_holds_until_it_is_withdrawn(reviewer: Connection) -> None:
    first = approve(reviewer)
    second = approve(reviewer, ROLE, "role", message_type="SLSRPT")
    assert holding(reviewer) == [first, second]
    row = reviewer.execute(
        "select kind, partner, message_type, decision, why, decided_by = session_user, decided_at <= clock_timestamp()"
        " from silver.decisions where review_id = %s",
        (first,),
    ).fetchone()
    assert row == ("code", "KIOSK", None, {**CODE, "version": ""}, "asked them", True, True)
    ended = withdraw(reviewer, first)
    assert holding(reviewer) == [second]
    assert reviewer.execute(
        "select kind, partner, decision, withdraws, why from silver.reviews where review_id = %s", (ended,)
    ).fetchone() == ("withdrawal", "KIOSK", None, first, "it was wrong")
    assert approve(reviewer) > ended  # and may be made again


def test_the_same_once_more_is_the_same_review(reviewer: Connection) -> None:
    first = approve(reviewer)
    assert approve(reviewer, {**CODE, "version": ""}, why="another reason") == first
    ended = withdraw(reviewer, first)
    assert withdraw(reviewer, first) == ended
    assert reviewer.execute("select count(*) from silver.reviews").fetchone() == (2,)


@pytest.mark.parametrize(("one", "other"), [(None, None), (None, "SLSRPT"), ("SLSRPT", None), ("SLSRPT", "SLSRPT")])
def test_what_contradicts_a_decision_that_holds_is_refused(
    reviewer: Connection, one: str | None, other: str | None
) -> None:
    first = approve(reviewer, message_type=one)
    returned = {**CODE, "measure": "returned"}
    with pytest.raises(errors.UniqueViolation, match=f"Review {first} says sold of the same: withdraw it first"):
        approve(reviewer, returned, message_type=other)
    assert holding(reviewer) == [first]
    withdraw(reviewer, first)
    approve(reviewer, returned, message_type=other)


def test_what_is_of_something_else_contradicts_nothing(reviewer: Connection) -> None:
    approve(reviewer, message_type="SLSRPT")
    returned = {**CODE, "measure": "returned"}
    approve(reviewer, returned, message_type="INVRPT")
    approve(reviewer, returned, partner="ANOTHER")
    approve(reviewer, {**returned, "code": "Z8"})
    approve(reviewer, {**returned, "version": "D:01B"})
    assert len(holding(reviewer)) == 5


def test_of_two_who_contradict_each_other_at_once_one_is_refused(connection: Connection, database: Variables) -> None:
    connection.rollback()
    approve(connection)
    said: list[str] = []

    def contradict() -> None:
        with warehouse.connect(database) as second:
            try:
                approve(second, {**CODE, "measure": "returned"})
            except errors.UniqueViolation as error:
                said.append(str(error))

    other = threading.Thread(target=contradict)
    other.start()
    other.join(0.5)
    assert other.is_alive()  # it waits for the first, whose transaction is open
    connection.commit()
    other.join(30)
    assert "says sold of the same: withdraw it first" in said[0]
    assert len(holding(connection)) == 1


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_who_could_not_see_the_others_decision_is_refused(reviewer: Connection, level: str) -> None:
    reviewer.execute(f"set default_transaction_isolation = '{level}'".encode())
    with pytest.raises(errors.ActiveSqlTransaction):
        approve(reviewer)
    with pytest.raises(errors.ActiveSqlTransaction):
        withdraw(reviewer, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "shape"}, "There is no kind shape to approve: it is one of code, layout, period, role, severity."),
        ({"kind": "withdrawal"}, "There is no kind withdrawal"),
        ({"kind": None}, "There is no kind null"),
        ({"partner": " "}, "A decision is about one partner"),
        ({"partner": None}, "A decision is about one partner"),
        ({"why": "\n"}, "A decision says why"),
        ({"why": None}, "A decision says why"),
        ({"message_type": "ORDERS"}, "There is no message type ORDERS: it is one of SLSRPT"),
        ({"decision": []}, "A decision is a JSON object with standard, segment, code, version, measure."),
        ({"decision": None}, "A decision is a JSON object"),
        ({"decision": "sold"}, "A decision is a JSON object"),
        ({"decision": {**CODE, "partner": "ANOTHER"}}, "each of them a text: not partner."),
        ({"decision": {**CODE, "code": 9}}, "each of them a text: not code."),
        ({"decision": {**CODE, "code": None}}, "each of them a text: not code."),
        ({"decision": {**CODE, "code": " "}}, "A decision of the kind code lacks code."),
        ({"decision": {"code": "Z9"}}, "lacks standard, segment, measure."),
        ({"decision": {**CODE, "measure": "eaten"}}, "eaten is no measure: it is one of "),
        ({"decision": {**CODE, "segment": "LIN"}}, "Nothing of the kind code is decided of "),
        ({"decision": {**CODE, "standard": "X13"}}, "Nothing of the kind code is decided of "),
        ({"kind": "role", "decision": {**ROLE, "segment": "N1"}}, "Nothing of the kind role is decided of "),
        ({"kind": "role", "decision": {**ROLE, "is_place": "perhaps"}}, "perhaps is no is_place"),
        ({"kind": "period", "decision": {**PERIOD, "role": "sometime"}}, "sometime is no role"),
        ({"kind": "severity", "decision": {**SEVERITY, "severity": "none"}}, "none is no severity"),
        ({"kind": "severity", "decision": {**SEVERITY, "code": "unheard-of"}}, "Nothing of the kind severity"),
        ({"kind": "severity", "decision": {**SEVERITY, "code": "quantity-misplaced"}}, "Nothing of the kind severity"),
    ],
)  # fmt: skip
def test_what_no_table_allows_is_refused_in_a_sentence(
    reviewer: Connection, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue) as refusal:
        approve(reviewer, **changed)
    assert said in str(refusal.value)
    assert holding(reviewer) == []


def test_a_withdrawal_is_of_a_decision_and_says_why(reviewer: Connection) -> None:
    first = approve(reviewer)
    ended = withdraw(reviewer, first)
    for review, why, said in (
        (999, "x", "There is no review 999."),
        (None, "x", "There is no review null."),
        (ended, "x", f"Review {ended} is a withdrawal: to take it back, approve again."),
        (first, " ", "A withdrawal says why"),
        (first, None, "A withdrawal says why"),
    ):
        with pytest.raises(errors.InvalidParameterValue) as refusal:
            withdraw(reviewer, review, why)
        assert said in str(refusal.value)


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize(
    "statement",
    [
        "select silver.approve('KIOSK', 'severity', jsonb_build_object('code', 'unt-count-mismatch'), 'x')",
        "select silver.withdraw(1, 'x')",
    ],
)
def test_nobody_else_may_decide(connection: Connection, role: str, statement: str) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("create role nobody_of_ours")
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.encode())


WRITES = [
    "insert into silver.reviews (kind, partner, decision, why) values ('code', 'P', '{}', 'x')",
    "insert into silver.decisions (kind, partner, decision, why) values ('code', 'P', '{}', 'x')",
    "insert into silver.review_kinds values ('x', '{}', '{}', 'x', '{}', '[]', '{}')",
    "insert into silver.decisions_in_force values ('P', null, '{1}')",
    "update silver.reviews set why = 'x'",
    "update silver.decisions set why = 'x'",
    "update silver.review_kinds set meanings = '{}'",
    "update silver.decisions_in_force set review_ids = '{}'",
    "update silver.settled_outcomes set compiler_version = 'x'",
    "delete from silver.reviews",
    "delete from silver.decisions",
    "delete from silver.review_kinds",
    "delete from silver.decisions_in_force",
    "truncate silver.reviews",
    "alter table silver.reviews disable trigger reviews_stay",
    "drop trigger reviews_stay on silver.reviews",
    "drop table silver.reviews",
    "create or replace function silver.approve(text, text, jsonb, text, text) returns bigint return 1",
    "select silver.complete_layout(null, '{}', 'P', 'SLSRPT')",
    "select silver.refuse_contradiction('{}', 'P', 'SLSRPT')",
    "delete from silver.proposals",
    "select silver.complete_decision(null, '{}')",
]


@pytest.mark.parametrize("role", [*OTHERS, "tillroll_reviewer"])
@pytest.mark.parametrize("statement", WRITES)
def test_no_role_may_write_past_the_functions(connection: Connection, role: str, statement: str) -> None:
    approve(connection)
    with connection.transaction(force_rollback=True):
        connection.execute("create role nobody_of_ours")
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "update silver.reviews set why = 'better'",
        "update silver.reviews set why = 'better' where false",
        "delete from silver.reviews",
        "truncate silver.reviews",
        "truncate silver.reviews cascade",
        "update silver.decisions set why = 'better'",
        "delete from silver.decisions",
    ],
)
def test_not_even_their_owner_changes_rows(connection: Connection, statement: str) -> None:
    approve(connection)
    with connection.transaction(force_rollback=True), pytest.raises(errors.InsufficientPrivilege, match="stay as they"):
        connection.execute(statement.encode())
    assert len(holding(connection)) == 1


def test_a_review_is_by_the_login_whatever_role_it_took(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("create role anna_of_ours login in role tillroll_reviewer")
        connection.execute("set local session authorization anna_of_ours")
        withdraw(connection, approve(connection))
        connection.execute("set local role tillroll_reviewer")
        approve(connection, ROLE, "role")
        found = connection.execute("select decided_by from silver.reviews order by review_id").fetchall()
    assert found == [("anna_of_ours",)] * 3


def test_the_functions_run_nobodys_own(connection: Connection) -> None:
    found = connection.execute(
        """
        select proname from pg_proc
        where pronamespace = 'silver'::regnamespace and not 'search_path=pg_catalog, pg_temp' = any(proconfig)
        """
    ).fetchall()
    assert found == []
    (definers,) = connection.execute(
        "select array_agg(proname::text order by proname) from pg_proc"
        " where pronamespace = 'silver'::regnamespace and prosecdef"
    ).fetchall()
    assert definers == (["approve", "withdraw"],)
    with connection.transaction(force_rollback=True):
        connection.execute("create schema trap; grant all on schema trap to public; set local role tillroll_reviewer")
        connection.execute("create function trap.hashtext(text) returns int language sql as 'select 1 / 0'")
        connection.execute("set local search_path = trap, pg_catalog")
        approve(connection)


def test_every_table_of_the_compiler_can_be_decided(reviewer: Connection) -> None:
    assert len({approve(reviewer, CODE), approve(reviewer, PERIOD, "period"), approve(reviewer, ROLE, "role"),
                approve(reviewer, SEVERITY, "severity")}) == 4  # fmt: skip
    known = reviewer.execute("select kind, meanings from silver.review_kinds order by 1").fetchall()
    assert known == sorted((name, list(kind.meanings)) for name, kind in describe_kinds().items())


def test_every_statement_of_the_guide_runs_and_is_undone_by_the_last(reviewer: Connection, clone: Path) -> None:
    page = (clone / "dagster_project" / "OPERATIONS.md").read_text(encoding="utf-8")
    section = page.partition("```sql\n")[2].partition("```")[0]
    statements = [statement for statement in re.split(r";\s", re.sub(r"--.*", "", section)) if statement.strip()]
    assert len(statements) == 9
    for statement in statements:
        reviewer.execute(statement.encode())
    assert holding(reviewer) == [2, 3, 4]


def test_what_is_written_down_as_in_force_is_what_holds(reviewer: Connection) -> None:
    chance = random.Random(7)
    made: list[int] = []
    for _ in range(60):
        if made and chance.random() < 0.4:
            withdraw(reviewer, chance.choice(made))
            continue
        decision = {**CODE, "code": chance.choice("AB"), "version": chance.choice(["", "D:01B"])}
        partner, kind = chance.choice(["P", "Q"]), chance.choice([None, "SLSRPT", "INVRPT"])
        made.append(approve(reviewer, decision, partner=partner, message_type=kind))
        wrong = reviewer.execute(
            """
            with scope as (
                select partner, message_type from silver.decisions
                union
                select partner, null from silver.decisions
            ),
            held as (
                select scope.partner, scope.message_type, decisions.review_id
                from scope
                left join silver.decisions on decisions.partner = scope.partner
                    and (decisions.message_type is null or decisions.message_type = scope.message_type)
            ),
            written as (
                select partner, message_type, unnest(coalesce(nullif(review_ids, '{}'), '{null}'))
                from silver.decisions_in_force
            )
            (select * from held except select * from written)
            union all
            (select * from written except select * from held)
            """
        ).fetchall()
        assert wrong == []
    assert len(holding(reviewer)) > 3
