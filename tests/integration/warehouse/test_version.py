"""A warehouse knows its version: an older one is brought up to date with all that it holds, another one is refused."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_project import demo, ui, warehouse
from dagster_project.defs.resources import Warehouse
from dagster_project.warehouse import WarehouseError
from tests.conftest import Variables
from tests.integration.conftest import Dbt
from tests.integration.incoming import Deliver, compile_all, write_sales
from tests.integration.warehouse.test_schema import CATALOGUE
from udf import install
from udf.postgres.schema_version import SCHEMA_VERSION

# The first shape of November 2026: bytes beside their interchange, nothing learnt.
FIRST_SHAPE = """
drop table bronze.schema_versions, bronze.landing_files, bronze.interchange_parts,
    silver.held_days, silver.plans, silver.arrangements, silver.disagreements;
drop view silver.settled_outcomes, silver.decisions, silver.proposals cascade;
drop function silver.approve, silver.withdraw, silver.complete_decision, silver.complete_layout,
    silver.refuse_contradiction;
drop table silver.reviews, silver.review_kinds, silver.decisions_in_force;
drop function silver.refuse_change, silver.put_in_force, silver.take_turn;
alter table bronze.interchanges
    drop column is_withdrawn,
    add column content bytea not null,
    drop constraint interchanges_size_bytes_check,
    add constraint interchanges_check check (size_bytes = octet_length(content)),
    alter column received_at set default now();
alter table bronze.deliveries drop column continues, alter column delivered_at set default now();
alter table silver.outcomes drop column plans, drop column partner, drop column decisions,
    drop column proposals;
"""
CONTENT = bytes(range(256)) * 10_000  # 2.6 MB, more than one part


def test_a_new_warehouse_has_the_version_of_this_program(connection: psycopg.Connection[Any]) -> None:
    assert warehouse.find_schema_version(connection) == SCHEMA_VERSION
    assert connection.execute("select count(*) from bronze.schema_versions").fetchone() == (1,)


def test_the_first_shape_becomes_this_one_and_keeps_every_row_and_byte(connection: psycopg.Connection[Any]) -> None:
    expected = connection.execute(CATALOGUE.encode()).fetchall()
    connection.execute(FIRST_SHAPE.encode())
    identity = hashlib.sha256(CONTENT).hexdigest()
    connection.execute(
        "insert into bronze.interchanges (interchange_id, file_name, content, size_bytes) values"
        " (%s, 'one.edi', %s, %s), (%s, 'empty.edi', '', 0)",
        (identity, CONTENT, len(CONTENT), hashlib.sha256(b"").hexdigest()),
    )
    assert warehouse.find_schema_version(connection) == 0
    (remark,) = warehouse.bring_up_to_date(connection)
    assert remark.startswith(f"The warehouse had schema version 0 and has {SCHEMA_VERSION} now")
    assert connection.execute(CATALOGUE.encode()).fetchall() == expected
    parts = connection.execute(
        "select interchange_id, part, content from bronze.interchange_parts order by part"
    ).fetchall()
    assert [(row[0], row[1]) for row in parts] == [(identity, 1), (identity, 2), (identity, 3)]
    assert b"".join(row[2] for row in parts) == CONTENT
    assert connection.execute("select count(*) from bronze.interchanges").fetchone() == (2,)
    assert warehouse.bring_up_to_date(connection) == []


# Of before people's decisions.
SECOND_SHAPE = """
drop view silver.settled_outcomes, silver.decisions, silver.proposals cascade;
drop function silver.approve, silver.withdraw, silver.complete_decision, silver.complete_layout,
    silver.refuse_contradiction;
drop table silver.reviews, silver.review_kinds, silver.decisions_in_force;
drop function silver.refuse_change, silver.put_in_force, silver.take_turn;
alter table silver.outcomes drop column partner, drop column decisions, drop column proposals;
alter table silver.plans drop column decisions;
grant insert, update, delete on all tables in schema silver to tillroll_loader;
update bronze.schema_versions set schema_version = 2;
"""


def test_what_was_compiled_before_there_were_decisions_was_made_under_none(
    deliver: Deliver, connection: psycopg.Connection[Any]
) -> None:
    deliver(write_sales(1))
    compile_all()
    before = connection.execute("select to_jsonb(outcomes) - 'partner' - 'proposals' from silver.outcomes").fetchall()
    expected = connection.execute(CATALOGUE.encode()).fetchall()
    connection.execute(SECOND_SHAPE.encode())
    warehouse.bring_up_to_date(connection)
    assert connection.execute(CATALOGUE.encode()).fetchall() == expected
    assert (
        connection.execute("select to_jsonb(outcomes) - 'partner' - 'proposals' from silver.outcomes").fetchall()
        == before
    )
    assert connection.execute("select decisions from silver.outcomes").fetchall() == [([],)]
    assert connection.execute("select count(*) from silver.settled_outcomes").fetchone() == (1,)


def test_a_step_that_fails_leaves_the_warehouse_as_it_was(
    connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connection.execute(FIRST_SHAPE.encode())
    connection.commit()
    before = connection.execute(CATALOGUE.encode()).fetchall()
    broken = tmp_path / "warehouse.sql"
    broken.write_bytes(warehouse.SCHEMA.read_bytes() + b"select 1 / 0;")
    monkeypatch.setattr("dagster_project.warehouse.schema.SCHEMA", broken)
    with pytest.raises(psycopg.errors.DivisionByZero):
        warehouse.bring_up_to_date(connection)
    assert connection.execute(CATALOGUE.encode()).fetchall() == before


@pytest.fixture(params=["older", "newer"])
def mismatch(request: pytest.FixtureRequest, connection: psycopg.Connection[Any]) -> str:
    """The warehouse has another version; what is said of that."""
    if request.param == "older":
        connection.execute("drop table bronze.schema_versions")
        said = f"This warehouse has schema version 0 and this program needs {SCHEMA_VERSION}: make up"
    else:
        connection.execute("insert into bronze.schema_versions (schema_version) values (999)")
        said = f"This warehouse has schema version 999 and this program knows {SCHEMA_VERSION}: use the newer program"
    connection.commit()
    return said


def test_dagster_and_its_workers_refuse_another_version(mismatch: str) -> None:
    with pytest.raises(WarehouseError, match=mismatch):
        warehouse.connect_as("tillroll_loader")
    with pytest.raises(dg.Failure, match=mismatch) as failure:
        Warehouse().connect()
    assert failure.value.allow_retries is False


def test_the_procedure_refuses_another_version(mismatch: str, connection: psycopg.Connection[Any]) -> None:
    if not install.is_installed(connection):
        pytest.skip("this PostgreSQL has no plpython3u")
    connection.rollback()
    connection.autocommit = True
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=mismatch):
        connection.execute("call udf.compile_pending()")


@pytest.mark.parametrize("command", [demo.main, ui.main])
def test_demo_and_ui_refuse_another_version_in_one_line(
    command: Callable[[], int], mismatch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("TILLROLL_LANDING", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["command"])
    said = ""
    try:
        code: Any = command()
    except SystemExit as end:  # Python prints what it is given, and exits with 1
        code, said = 1, f"{end.code}\n"
    assert code == 1
    printed = capsys.readouterr()
    (line,) = (printed.out + printed.err + said).splitlines()
    assert line.startswith(f"Error: {mismatch}")


def test_dbt_refuses_another_version(mismatch: str, dbt: Dbt) -> None:
    wanted = mismatch.partition(" and this program")[0]
    with pytest.raises(AssertionError, match=wanted):
        dbt("seed", "--select", "partners")


def test_make_up_refuses_a_newer_one_and_changes_nothing(connection: psycopg.Connection[Any]) -> None:
    connection.execute("insert into bronze.schema_versions (schema_version) values (999)")
    before = connection.execute(CATALOGUE.encode()).fetchall()
    with pytest.raises(WarehouseError, match="schema version 999"):
        warehouse.bring_up_to_date(connection)
    assert connection.execute(CATALOGUE.encode()).fetchall() == before


def test_an_empty_database_says_that_nothing_stands(server: Variables, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WarehouseError, match="holds no warehouse yet: make up"):
        warehouse.connect_as("tillroll_loader")
