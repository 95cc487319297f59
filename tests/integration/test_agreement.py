"""The check that SQL gives what Silver holds: it compares what is stored, and says when it cannot look."""

import hashlib
from typing import Any

import psycopg
import pytest

import udf
from dagster_project.defs.agreement import COMPARED, agreement_check, compare_with_sql
from dagster_project.defs.resources import Warehouse
from tests.integration.postgres.test_pending import fill, sales
from tests.integration.warehouse.test_reviews import approve
from udf import contract, install

Connection = psycopg.Connection[Any]


@pytest.fixture
def filled(connection: Connection) -> Connection:
    """A warehouse with thirty outcomes, compiled inside it."""
    if not install.is_installed(connection):
        pytest.skip("this PostgreSQL has no plpython3u")
    connection.rollback()
    connection.autocommit = True
    fill(connection, sales(30))
    connection.execute("call udf.compile_pending()")
    return connection


def check() -> Any:
    return agreement_check(Warehouse())


def test_sql_and_silver_agree_on_a_sample(filled: Connection) -> None:
    result = check()
    assert result.passed
    assert result.metadata["messages compared"].value == 20


def test_an_outcome_that_sql_would_not_give_is_found(filled: Connection) -> None:
    filled.execute(
        "update silver.outcomes set document = jsonb_set(document, '{lines,0,quantity}', '4711') where is_valid"
    )
    result = check()
    assert not result.passed
    assert result.metadata["different"].value == 20


def test_all_is_compared_but_how_it_came_about(filled: Connection) -> None:
    assert set(COMPARED) == set(contract.Outcome.model_fields) - {
        "route", "attempts", "compile_ms", "attempt_log", "plans", "proposals",
    }  # fmt: skip
    filled.execute("update silver.outcomes set route = 'plan', attempts = 0, compile_ms = 1")
    assert compare_with_sql(filled)[1] == []
    filled.execute("update silver.outcomes set verification_hash = 'another'")
    assert len(compare_with_sql(filled)[1]) == 20


def test_without_the_functions_the_check_is_skipped_and_says_so(filled: Connection) -> None:
    install.uninstall(filled)
    result = check()
    assert result.passed
    assert "not installed" in result.metadata["skipped"].value


def test_functions_of_another_compiler_are_said_to_be_so(filled: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf, "compiler_version", lambda: hashlib.sha256(b"another").hexdigest()[:12])
    assert "python -m udf.install" in check().metadata["skipped"].value


def test_what_was_decided_for_a_partner_is_no_disagreement(filled: Connection) -> None:
    for number in range(7):
        meaning = {"standard": "EDIFACT", "segment": "QTY", "code": "153", "measure": "returned"}
        approve(filled, meaning, partner=f"partner {number}")
    filled.execute("call udf.compile_pending()")
    assert compare_with_sql(filled) == (0, [])
