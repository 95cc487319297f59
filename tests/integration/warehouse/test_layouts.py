"""What a person approves of a proposal in the warehouse: a layout or rows of tables, without contradiction."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from tests.integration.postgres.test_pending import fill
from tests.integration.warehouse.test_reviews import OTHERS, approve, holding, reviewer, withdraw
from tests.unit.approved import propose, write_strange
from udf.outcome import Envelope, Proposal, dump_proposals

Connection = psycopg.Connection[Any]
KIOSK = Envelope(standard="EDIFACT", sender="KIOSK")
__all__ = ["reviewer"]


def told(proposal: Proposal, measure: str | None = "sold", **changed: Any) -> dict[str, Any]:
    """What a person approves of a proposal, with what its code means."""
    approve: dict[str, Any] = json.loads(json.dumps(proposal.approve))
    return (
        json.loads(json.dumps(approve))
        | {"meanings": [{**row, "measure": measure} for row in approve["meanings"]]}
        | changed
    )


RIGHT = propose(envelope=KIOSK)
OTHER = propose(write_strange().replace("NAD+SE", "NAD+ZS"), KIOSK, place="NAD")


def store(connection: Connection, proposals: list[Proposal], text: str | None = None) -> str:
    """A message of the partner that was not proved, with these proposals; its id."""
    fill(connection, [(text or write_strange(), KIOSK)])
    row = connection.execute(
        "insert into silver.outcomes (message_id, compiler_version, message_type, is_valid, is_complete,"
        " rejected_lines, problems, attempts, compile_ms, partner, proposals)"
        " select message_id, 'x', 'SLSRPT', false, false, '[]', '[]', 1, 1, 'KIOSK', %s from bronze.messages"
        " returning message_id",
        (dump_proposals(proposals),),
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_person_sees_each_proposal_of_a_message_and_approves_one(connection: Connection) -> None:
    message_id = store(connection, [RIGHT, OTHER])
    connection.commit()
    connection.autocommit = True
    connection.execute("set role tillroll_reviewer")
    found = connection.execute(
        "select message_id, partner, message_type, rank, kind, jsonb_array_length(lines), detail = %s"
        " from silver.proposals order by rank",
        (RIGHT.detail,),
    ).fetchall()
    assert found == [
        (message_id, "KIOSK", "SLSRPT", 1, "reading", 2, True),
        (message_id, *found[1][1:3], 2, *found[1][4:]),
    ]
    with pytest.raises(errors.InvalidParameterValue, match="What QTY Z9 means is for you to say: measure is one of"):
        connection.execute("select silver.approve(proposals, 'asked them') from silver.proposals where rank = 1")
    row = connection.execute(
        """
        select silver.approve(proposals, 'asked them', '{"QTY Z9": "sold"}') from silver.proposals where rank = 1
        """
    ).fetchone()
    assert row == (holding(connection),)
    assert connection.execute("select kind, partner, message_type, decision from silver.decisions").fetchone() == (
        "layout", "KIOSK", "SLSRPT", {name: told(RIGHT)[name] for name in ("layout", "reading", "plan", "meanings")},
    )  # fmt: skip


def test_a_proposal_about_a_table_is_a_row_of_it(connection: Connection) -> None:
    text = write_strange().replace("Z10+", "NAD+ZZ9+").replace("QTY+Z9", "QTY+153")
    plain = propose(text, KIOSK, place="NAD")
    place = {"standard": "EDIFACT", "segment": "NAD", "code": "ZZ9", "is_place": "yes"}
    code = {"standard": "EDIFACT", "segment": "QTY", "code": "Z9", "measure": None}
    of_place, of_code = (
        {"rows": [row | {"table": table, "partner": "KIOSK"}]}
        for table, row in (("party_roles", place), ("quantity_meanings", code))
    )
    placed = plain._replace(kind="role", approve=plain.approve | of_place)
    coded = plain._replace(kind="code", approve=plain.approve | of_code)
    store(connection, [placed, coded], text)
    connection.commit()
    connection.autocommit = True
    connection.execute("set role tillroll_reviewer")
    connection.execute("select silver.approve(proposals, 'x') from silver.proposals where rank = 1")
    with pytest.raises(errors.InvalidParameterValue, match="What QTY Z9 means is for you to say"):
        connection.execute("select silver.approve(proposals, 'x') from silver.proposals where rank = 2")
    measures = Jsonb({"QTY Z9": "returned"})
    connection.execute("select silver.approve(proposals, 'x', %s) from silver.proposals where rank = 2", (measures,))
    assert connection.execute("select kind, message_type, decision from silver.decisions order by 1").fetchall() == [
        ("code", "SLSRPT", code | {"version": "", "measure": "returned"}),
        ("role", "SLSRPT", place),
    ]


def test_the_same_layout_once_more_is_the_same_review_and_may_be_withdrawn(reviewer: Connection) -> None:
    first = approve(reviewer, told(RIGHT), "layout", message_type="SLSRPT")
    assert approve(reviewer, told(RIGHT), "layout", why="again", message_type="SLSRPT") == first
    withdraw(reviewer, first)
    assert holding(reviewer) == []
    assert approve(reviewer, told(RIGHT), "layout", message_type="SLSRPT") > first


def test_two_readings_of_one_layout_contradict_each_other(reviewer: Connection) -> None:
    text = write_strange().replace("NAD+SE", "NAD+ZS")
    one, other = (propose(text, KIOSK, place) for place in ("Z10", "NAD"))
    first = approve(reviewer, told(one), "layout", message_type="SLSRPT")
    with pytest.raises(errors.UniqueViolation, match=f"Review {first} reads location of the same layout elsewhere"):
        approve(reviewer, told(other), "layout", message_type="SLSRPT")
    with pytest.raises(errors.UniqueViolation, match=f"Review {first} says sold of Z9: withdraw it first"):
        approve(reviewer, told(one, "returned"), "layout", message_type="SLSRPT")
    withdraw(reviewer, first)
    approve(reviewer, told(other), "layout", message_type="SLSRPT")


def test_a_code_means_no_two_things_in_a_layout_and_beside_it(reviewer: Connection) -> None:
    code = {"standard": "EDIFACT", "segment": "QTY", "code": "Z9", "measure": "returned"}
    first = approve(reviewer, code)
    with pytest.raises(errors.UniqueViolation, match=f"Review {first} says returned of Z9"):
        approve(reviewer, told(RIGHT), "layout", message_type="SLSRPT")
    approve(reviewer, told(RIGHT, "returned"), "layout", message_type="SLSRPT")


@pytest.mark.parametrize(
    ("decision", "message_type", "said"),
    [
        (told(RIGHT, None), "SLSRPT", "What QTY Z9 means is for you to say"),
        (told(RIGHT, "eaten"), "SLSRPT", "What QTY Z9 means is for you to say"),
        (told(RIGHT), None, "A layout is approved for one message type"),
        (told(RIGHT), "INVRPT", "The proposal is of SLSRPT of KIOSK"),
        (told(RIGHT, partner="SOMEBODY"), "SLSRPT", "The proposal is of SLSRPT of SOMEBODY"),
        (told(RIGHT, plan=None), "SLSRPT", "does not say how further messages would be read"),
        (told(RIGHT, plan={}), "SLSRPT", "The plan of a layout lacks bare, bound, by_standard"),
        (told(RIGHT, plan={**RIGHT.approve["plan"], "fields": []}), "SLSRPT", "says what opens a line and where"),
        (told(RIGHT, plan={**RIGHT.approve["plan"], "lines": []}), "SLSRPT", "says what opens a line and where"),
        (told(RIGHT, reading=[]), "SLSRPT", "has layout (a text), reading"),
        (told(RIGHT, layout=" "), "SLSRPT", "has layout (a text), reading"),
        (told(RIGHT, meanings={}), "SLSRPT", "has layout (a text), reading"),
        (told(RIGHT, more=1), "SLSRPT", "has layout, reading, plan and meanings: not more"),
        ([], "SLSRPT", "is what a proposal has in approve"),
    ],
)  # fmt: skip
def test_what_is_no_layout_is_refused_in_a_sentence(
    reviewer: Connection, decision: Any, message_type: str | None, said: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue) as refusal:
        approve(reviewer, decision, "layout", message_type=message_type)
    assert said in str(refusal.value)
    assert holding(reviewer) == []


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_approves_a_proposal_and_the_analyst_sees_none(connection: Connection, role: str) -> None:
    store(connection, [RIGHT])
    with connection.transaction(force_rollback=True):
        connection.execute("create role nobody_of_ours")
        connection.execute(f"set local role {role}".encode())
        with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select silver.approve(null::silver.proposals, 'x')")
        if role in ("analyst", "nobody_of_ours"):
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute("select count(*) from silver.proposals")
