"""The login of a BI tool: it reads what the analyst reads, and can do nothing else, try as it may."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from dagster_project import warehouse
from dagster_project.bi.login import make_login
from dagster_project.warehouse.account import WarehouseError

PASSWORD = "of this test alone"

READABLE = "create table gold.a_mart as select 1 as one; create table reference.a_seed as select 1 as one"


@pytest.fixture
def login(connection: psycopg.Connection) -> Iterator[str]:
    """Name of a login of this test's own; roles are the server's, so it is dropped in the end."""
    name = f"tillroll_bi_{uuid.uuid4().hex[:12]}"
    connection.execute(READABLE.encode())
    make_login(connection, PASSWORD, name)
    connection.commit()
    try:
        yield name
    finally:
        connection.rollback()
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
        connection.commit()


@pytest.fixture
def session(database: dict[str, str], login: str) -> Iterator[psycopg.Connection]:
    """What a BI tool has after logging in."""
    with warehouse.connect(database | {"PGUSER": login, "PGPASSWORD": PASSWORD}) as session:
        yield session


@pytest.mark.parametrize("table", ["gold.a_mart", "reference.a_seed"])
def test_it_reads_gold_and_reference(session: psycopg.Connection, table: str) -> None:
    assert session.execute(f"select * from {table}".encode()).fetchall() == [(1,)]


def test_it_reads_what_dbt_builds_later(connection: psycopg.Connection, session: psycopg.Connection) -> None:
    connection.execute("set local role tillroll_dbt")
    connection.execute("create table gold.built_later as select 2 as two")
    connection.commit()
    assert session.execute("select two from built_later").fetchall() == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from bronze.messages",
        "select * from bronze.interchange_parts",
        "select * from bronze.deliveries",
        "select * from silver.outcomes",
        "select * from silver.attempts",
        "select * from silver.plans",
        "select rolpassword from pg_authid",
        "select pg_read_file('/etc/passwd')",
        "copy (select 1) to program 'true'",
        "create table staging.stolen as select 1",
        "create table intermediate.stolen as select 1",
        "create table gold.stolen as select 1",
        "create table reference.stolen as select 1",
        "create table public.stolen as select 1",
        "create schema stolen",
        "insert into gold.a_mart values (2)",
        "update gold.a_mart set one = 2",
        "delete from gold.a_mart",
        "truncate gold.a_mart",
        "drop table gold.a_mart",
        "alter table gold.a_mart add two integer",
        "update reference.a_seed set one = 2",
        "call udf.compile_pending(1)",
        "set role tillroll_dbt",
        "set role tillroll_loader",
        "create role another",
    ],
)
def test_it_may_do_nothing_else_even_where_it_lifts_the_read_only_setting(
    session: psycopg.Connection, statement: str
) -> None:
    session.execute("set default_transaction_read_only = off")
    session.commit()
    with pytest.raises(errors.InsufficientPrivilege):
        session.execute(statement.encode())


def test_its_sessions_are_read_only_and_end_what_takes_too_long(session: psycopg.Connection) -> None:
    settings = session.execute(
        "select current_setting('transaction_read_only'), current_setting('statement_timeout'),"
        " current_setting('search_path')"
    ).fetchone()
    assert settings == ("on", "1min", "gold, reference")


def test_making_it_again_changes_the_password_and_nothing_else(
    connection: psycopg.Connection, database: dict[str, str], login: str
) -> None:
    before = stored_password(connection, login)
    make_login(connection, "another", login)
    connection.commit()
    with warehouse.connect(database | {"PGUSER": login, "PGPASSWORD": "another"}) as session:
        assert session.execute("select one from a_mart").fetchone() == (1,)
    # Not by logging in with the old one: a server may be set up to ask for none.
    assert stored_password(connection, login) != before


def stored_password(connection: psycopg.Connection, login: str) -> str:
    row = connection.execute("select rolpassword from pg_authid where rolname = %s", (login,)).fetchone()
    assert row
    return str(row[0])


@pytest.mark.parametrize("excess", ["alter role {} createrole", "grant tillroll_loader to {}"])
def test_a_role_of_its_name_that_may_more_is_refused(connection: psycopg.Connection, login: str, excess: str) -> None:
    connection.execute(sql.SQL(excess).format(sql.Identifier(login)))
    with pytest.raises(WarehouseError, match="may more than read Gold"):
        make_login(connection, PASSWORD, login)


def test_the_server_is_told_a_hash_of_the_password(connection: psycopg.Connection, login: str) -> None:
    assert stored_password(connection, login).startswith("SCRAM-SHA-256$")
