"""Who may do what in the warehouse: the whole matrix of roles and objects, and what each role is refused."""

import base64
import csv
import io
import re
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from dagster_project import warehouse
from tests.conftest import Variables, new_database
from udf.postgres.faults import PLAIN_MESSAGE

Connection = psycopg.Connection[Any]

EXPECTED = Path(__file__).parent / "expected" / "rights.csv"

# Every object of our schemas and every right that a role other than its owner has to it.
RIGHTS = """
with role as (
    select rolname as name, oid from pg_roles where rolname = 'analyst' or rolname like 'tillroll\\_%'
    union all
    select 'public', 0
),

ours as (
    select oid, nspname::text as name, nspacl as acl, nspowner as owner
    from pg_namespace
    where nspname in ('bronze', 'silver', 'staging', 'intermediate', 'gold', 'reference', 'udf')
),

object as (
    select 'schema' as kind, name, coalesce(acl, acldefault('n', owner)) as acl from ours
    union all
    select
        case relation.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
        format('%s.%s', ours.name, relation.relname),
        coalesce(relation.relacl, acldefault(case relation.relkind when 'S' then 's' else 'r' end::"char", relowner))
    from pg_class as relation
    inner join ours on ours.oid = relation.relnamespace
    where relation.relkind in ('r', 'v', 'm', 'p', 'S')
    union all
    select 'column', format('%s.%s.%s', ours.name, relation.relname, attribute.attname), attribute.attacl
    from pg_attribute as attribute
    inner join pg_class as relation on relation.oid = attribute.attrelid
    inner join ours on ours.oid = relation.relnamespace
    where attribute.attacl is not null
    union all
    select
        case routine.prokind when 'p' then 'procedure' else 'function' end,
        format('%s.%s(%s)', ours.name, routine.proname, pg_get_function_identity_arguments(routine.oid)),
        coalesce(routine.proacl, acldefault('f', routine.proowner))
    from pg_proc as routine
    inner join ours on ours.oid = routine.pronamespace
)

select
    object.kind,
    object.name as object,
    role.name as role,
    string_agg(lower(acl.privilege_type), ' ' order by acl.privilege_type) as rights
from object
cross join lateral aclexplode(object.acl) as acl
inner join role on role.oid = acl.grantee
group by 1, 2, 3
order by 1, 2, 3
"""


def read_rights(connection: Connection) -> str:
    """The matrix as CSV."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    cursor = connection.execute(RIGHTS.encode())
    writer.writerow([column.name for column in cursor.description or ()])
    writer.writerows(cursor.fetchall())
    return page.getvalue()


@pytest.fixture
def session(connection: Connection) -> Connection:
    if connection.execute("select to_regprocedure('udf.compile_edi(text, jsonb)') is null").fetchone() == (True,):
        pytest.skip("this PostgreSQL has no plpython3u")
    return connection


def attempt(connection: Connection, role: str, statement: str, *parameters: Any) -> list[Any]:
    """Run the statement as that role and take it back."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        cursor = connection.execute(statement.encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []


def test_the_rights_are_exactly_those_on_file(session: Connection) -> None:
    assert read_rights(session) == EXPECTED.read_text(encoding="utf-8"), (
        "The rights have changed. If that is wanted: make up, then python -m tests.integration.postgres.test_rights"
    )


QUESTIONS = [
    "select udf.compile_edi(%s)",
    "select udf.compile_edi(%s, '{}')",
    "select udf.compile_edi_batch(array[%s])",
    "select udf.compile_edi_batch(array[%s], array['{}'::jsonb])",
    "select * from udf.lines(%s)",
    "select * from udf.lines(%s, '{}')",
    "select * from udf.problems(%s || 'x')",
    "select * from udf.problems(%s || 'x', '{}')",
    "select * from udf.segments(%s)",
    "select * from udf.explain(%s)",
    "select * from udf.explain(%s, '{}')",
    "select * from udf.split_interchange(convert_to(%s, 'utf8'))",
]


@pytest.mark.parametrize("role", ["analyst", "tillroll_dbt", "tillroll_loader"])
def test_each_role_may_ask_every_question(session: Connection, role: str) -> None:
    for question in QUESTIONS:
        assert attempt(session, role, question, PLAIN_MESSAGE), question
    assert attempt(session, role, "select * from udf.version()")


@pytest.mark.parametrize(
    "statement",
    [
        "call udf.compile_pending()",
        "create function udf.mine() returns int language sql as 'select 1'",
        "create function public.mine() returns int language plpython3u as 'return 1'",
        "create or replace function udf.compile_edi(raw text, envelope jsonb) returns jsonb return null::jsonb",
        "drop function udf.compile_edi(text, jsonb)",
        "alter function udf.compile_edi(text, jsonb) security definer",
        "do language plpython3u 'import os'",
        "select raw from bronze.messages",
        "select * from silver.outcomes",
        "insert into silver.outcomes default values",
        "delete from bronze.interchanges",
    ],
)
def test_an_analyst_may_not(session: Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(session, "analyst", statement)


@pytest.mark.parametrize(
    "statement",
    [
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'a file that nobody looks for here')",
        "select pg_logical_emit_message(false, 'a', repeat('b', 1000000))",
        "select pg_advisory_lock(hashtext('tillroll.plans'))",
        "select pg_advisory_xact_lock(hashtext('tillroll.install'))",
        "select pg_try_advisory_lock_shared(1, 2)",
    ],
)
@pytest.mark.parametrize("role", ["analyst", "nobody_of_ours"])
def test_a_reader_leaves_nothing_behind_and_holds_nobody_up(session: Connection, role: str, statement: str) -> None:
    # What PostgreSQL lets everybody do who may connect: an analyst's lock kept every session from storing outcomes.
    with session.transaction(force_rollback=True):
        session.execute("create role nobody_of_ours")
        with pytest.raises(errors.InsufficientPrivilege):
            attempt(session, role, statement)


@pytest.mark.parametrize("role", ["tillroll_dbt", "tillroll_loader"])
def test_a_role_that_writes_may_take_the_locks_that_writers_share(session: Connection, role: str) -> None:
    assert attempt(session, role, "select pg_advisory_xact_lock_shared(hashtext('tillroll.plans'))")


def test_a_database_that_holds_more_than_tillroll_is_left_as_it_is(server: Variables) -> None:
    query = "select has_function_privilege('public', 'lo_create(oid)', 'execute')"
    for statement, is_left in (("select", False), ("create table public.another (name text)", True)):
        with new_database(server, "template0") as variables, warehouse.connect(variables) as connection:
            connection.execute(statement.encode())
            connection.execute(warehouse.SCHEMA.read_bytes())
            assert connection.execute(query.encode()).fetchone() == (is_left,)


def test_dbt_may_not_write_silver(session: Connection) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(session, "tillroll_dbt", "call udf.compile_pending()")


@pytest.mark.parametrize("statement", [*QUESTIONS, "select * from udf.version()", "call udf.compile_pending()"])
def test_who_is_in_no_role_may_call_nothing(session: Connection, statement: str) -> None:
    with session.transaction(force_rollback=True):
        session.execute("create role nobody_of_ours")
        session.execute("set local role nobody_of_ours")
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(statement.encode(), (PLAIN_MESSAGE,) if "%s" in statement else None)


def read_statements(clone: Path) -> list[tuple[str, str]]:
    """Role and statement of each statement that the page on the SQL functions shows."""
    page = (clone / "udf" / "postgres" / "README.md").read_text(encoding="utf-8")
    section = page.partition("```sql\n")[2].partition("```")[0]
    (path,) = re.findall(r"\\set file `base64 (.*)`\n", section)
    file = base64.b64encode((clone / path).read_bytes()).decode()
    plain = re.sub(r"\\set file.*\n|--.*", "", section).replace(":'file'", f"'{file}'")
    role = ""
    found = []
    for statement in re.split(r";\n|;\s+\n|;\s*$", plain, flags=re.MULTILINE):
        if chosen := re.fullmatch(r"\s*set role (\w+)\s*", statement):
            role = chosen[1]
        elif statement.strip():
            found.append((role, statement.strip()))
    return found


def test_every_statement_of_the_page_runs_as_the_role_it_names(session: Connection, clone: Path) -> None:
    statements = read_statements(clone)
    assert len(statements) == 9
    session.rollback()
    session.autocommit = True
    said = {}
    for role, statement in statements:
        session.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        cursor = session.execute(statement.encode())
        said[statement] = cursor.fetchall() if cursor.description else []
    answers = [rows for statement, rows in said.items() if statement.startswith("select") and "bronze" not in statement]
    assert all(answers)


def test_the_loader_may_compile_what_is_pending(session: Connection) -> None:
    assert attempt(session, "tillroll_loader", "call udf.compile_pending()") == []


def test_every_function_runs_with_the_rights_of_its_caller(session: Connection) -> None:
    found = session.execute(
        "select proname from pg_proc where pronamespace = 'udf'::regnamespace and prosecdef"
    ).fetchall()
    assert found == []


def test_no_function_follows_the_callers_search_path(session: Connection) -> None:
    # SQL bodies are parsed when they are created; compile_pending may have none of its own, see work.sql.
    found = session.execute(
        """
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'udf'::regnamespace and prosqlbody is null
            and not coalesce('search_path=pg_catalog, pg_temp' = any(proconfig), false)
        """
    ).fetchall()
    assert found == [("udf.compile_pending(integer,double precision)",)]


def test_a_callers_own_functions_are_not_taken_for_ours(session: Connection) -> None:
    with session.transaction(force_rollback=True):
        session.execute("create schema trap; grant all on schema trap to analyst; set local role analyst")
        session.execute(
            "create function trap.jsonb_array_elements(jsonb) returns setof jsonb language sql as 'select null::jsonb'"
        )
        session.execute("set local search_path = trap, pg_catalog")
        assert session.execute("select code from udf.problems('x')").fetchall() == [("no-message-found",)]


@pytest.mark.parametrize(
    "raw",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "../../../../etc/passwd",
        "$(touch /tmp/x)",
        "'; drop table gold.x; --",
        "__import__('os').system('id')",
        "%s %d {0} {raw}",
    ],
)
def test_a_text_is_only_ever_a_text(session: Connection, raw: str) -> None:
    (row,) = attempt(session, "analyst", "select udf.compile_edi(%s)", raw)
    assert [problem["code"] for problem in row[0]["problems"]] == ["no-message-found"]
    (row,) = attempt(session, "analyst", "select raw from udf.split_interchange(convert_to(%s, 'utf8'))", raw)
    assert row[0] == raw


def test_every_function_and_view_has_a_comment(session: Connection) -> None:
    found = session.execute(
        """
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'udf'::regnamespace and obj_description(oid, 'pg_proc') is null
        union all
        select oid::regclass::text from pg_class
        where relnamespace = 'udf'::regnamespace and relkind = 'v' and obj_description(oid, 'pg_class') is null
        """
    ).fetchall()
    assert found == []


if __name__ == "__main__":
    with psycopg.connect("") as warehouse:
        EXPECTED.write_text(read_rights(warehouse), encoding="utf-8")
        sys.stdout.write(EXPECTED.read_text(encoding="utf-8"))
