"""dbt and the SQL functions alone give Gold: no Dagster process from the files to sell-through."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Variables
from tests.integration.conftest import run_dbt
from tests.integration.test_gold import LANDED, gold, paper
from udf import install

Connection = psycopg.Connection[Any]

# What README.md shows: a file becomes Bronze by SQL.
LOAD = """
    with

    file as (
        select encode(sha256(arrived.content), 'hex') as interchange_id, arrived.content, arrived.file_name
        from (select %(content)s::bytea as content, %(file_name)s as file_name) as arrived
    ),

    interchange as (
        insert into bronze.interchanges (interchange_id, file_name, size_bytes, received_at)
        select interchange_id, file_name, octet_length(content), %(received_at)s from file
    ),

    part as (
        insert into bronze.interchange_parts (interchange_id, part, content)
        select interchange_id, 1, content from file
    )

    insert into bronze.messages (
        message_id, interchange_id, position, raw, content_sha256, message_type, reference, envelope, problems,
        received_at
    )
    select
        encode(sha256(convert_to(file.interchange_id || ':' || message.position, 'utf8')), 'hex'),
        file.interchange_id,
        message.position,
        message.raw,
        encode(sha256(convert_to(message.raw, 'utf8')), 'hex'),
        message.message_type,
        message.reference,
        message.envelope,
        message.problems,
        %(received_at)s
    from file
    cross join lateral udf.split_interchange(file.content) as message
"""


@pytest.fixture
def dbt(clone: Path, target: Path, database: Variables, connection: Connection) -> Callable[..., str]:
    """Runs dbt as an analytics engineer would, against the fresh database."""
    if not install.is_installed(connection):
        pytest.skip("this PostgreSQL has no plpython3u")
    connection.rollback()
    connection.autocommit = True

    def run(*arguments: str) -> str:
        return run_dbt(clone, target, *arguments)

    return run


def load(connection: Connection, clone: Path) -> None:
    """Every file of the demonstration, into Bronze by SQL alone."""
    golden = clone / "seeds" / "golden"
    connection.execute("set role tillroll_loader")
    for record in sorted(golden.rglob("*.json")):
        path = clone / "seeds" / "edi" / record.relative_to(golden).with_suffix(".edi")
        parameters = {"content": path.read_bytes(), "file_name": path.name, "received_at": LANDED}
        connection.execute(LOAD.encode(), parameters)
    connection.execute("reset role")


@pytest.mark.slow
def test_dbt_alone_gives_the_gold_that_was_calculated_on_paper(
    dbt: Callable[..., str], connection: Connection, clone: Path
) -> None:
    load(connection, clone)
    dbt("run-operation", "compile_pending")
    dbt("build", "--exclude-resource-type", "unit_test")
    assert gold(connection, clone) == paper(clone)


@pytest.mark.slow
def test_the_example_analysis_runs_as_it_stands(
    dbt: Callable[..., str], connection: Connection, clone: Path, target: Path
) -> None:
    load(connection, clone)
    dbt("compile", "--select", "try_a_partners_file", "--no-populate-cache", "--no-introspect")
    compiled = target / "compiled" / "tillroll" / "analyses" / "try_a_partners_file.sql"
    connection.execute("set role tillroll_dbt")
    rows = connection.execute(compiled.read_bytes()).fetchall()
    assert {row[2] for row in rows} == {"SLSRPT", "INVRPT"}
    assert sum(row[8] is not None for row in rows) > 10
