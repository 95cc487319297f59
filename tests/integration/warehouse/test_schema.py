"""What warehouse.sql promises, on whatever server the tests run on."""

import psycopg
import pytest
from psycopg import errors, sql

from dagster_project import warehouse

# Everything that warehouse.sql makes: relations with their rights, columns with theirs, comments, default rights.
CATALOGUE = """
with ours as (
    select oid from pg_namespace
    where nspname in ('bronze', 'silver', 'staging', 'intermediate', 'gold', 'reference', 'udf')
)

select 'schema' as kind, nspname as name,
    concat(nspowner::regrole, nspacl, obj_description(oid, 'pg_namespace')) as definition
from pg_namespace where oid in (select oid from ours)
union all
select 'relation', oid::regclass::text, concat(relkind, relacl, obj_description(oid, 'pg_class'))
from pg_class where relnamespace in (select oid from ours)
union all
select 'column', concat(attrelid::regclass, '.', attname),
    concat(format_type(atttypid, atttypmod), attnotnull, attstorage, attacl, col_description(attrelid, attnum))
from pg_attribute join pg_class on pg_class.oid = attrelid
where relnamespace in (select oid from ours) and attnum > 0 and not attisdropped
union all
select 'constraint', concat(conrelid::regclass, '.', conname), pg_get_constraintdef(oid)
from pg_constraint where connamespace in (select oid from ours)
union all
select 'default right', defaclnamespace::regnamespace::text, concat(defaclrole::regrole, defaclacl)
from pg_default_acl
union all
select 'member', roleid::regrole::text, member::regrole::text from pg_auth_members
order by 1, 2, 3
"""

INTERCHANGE = """
insert into bronze.interchanges (interchange_id, file_name, size_bytes)
values (encode(sha256('UNA'), 'hex'), 'one.edi', 3)
"""


def attempt(connection: psycopg.Connection, role: str, statement: str) -> None:
    """Run the statement as that role and take it back."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        connection.execute(statement.encode())


def test_applying_it_a_second_time_changes_nothing(connection: psycopg.Connection) -> None:
    before = connection.execute(CATALOGUE.encode()).fetchall()
    connection.execute(INTERCHANGE.encode())
    connection.execute(warehouse.SCHEMA.read_bytes())
    connection.execute(warehouse.REVIEWS.read_bytes())
    assert connection.execute(CATALOGUE.encode()).fetchall() == before
    assert connection.execute("select count(*) from bronze.interchanges").fetchone() == (1,)


def test_an_older_warehouse_keeps_what_it_knows_of_how_partners_write(connection: psycopg.Connection) -> None:
    connection.execute("alter table silver.plans rename column profile to customs")
    connection.execute(
        "insert into silver.plans (plan_id, partner, standard, message_type, version, decimal_mark, una, delimiters,"
        " kind, shape, records, mapping, confidence, proofs, status, reason, customs, compiler_version) values"
        " ('1', 'P', 'X12', '852', '', '', '', '[]', 'header', '', '[]', '', 1, 3, 'candidate', '', '{\"a\": 1}', 'c')"
    )
    connection.execute(
        "delete from bronze.schema_versions; alter table bronze.interchanges drop column is_withdrawn;"
        " alter table bronze.deliveries drop column continues;"
        " drop view silver.settled_outcomes, silver.proposals cascade;"
        " alter table silver.outcomes drop column partner, drop column decisions, drop column proposals;"
        " alter table silver.plans drop column decisions"
    )
    warehouse.bring_up_to_date(connection)
    assert connection.execute("select profile from silver.plans").fetchall() == [({"a": 1},)]


def test_a_second_application_says_nothing(connection: psycopg.Connection) -> None:
    notices: list[str | None] = []
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    connection.execute(warehouse.SCHEMA.read_bytes())
    connection.execute(warehouse.REVIEWS.read_bytes())
    assert notices == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("tillroll_loader", INTERCHANGE),
        ("tillroll_loader", "update bronze.interchanges set message_count = 1"),
        ("tillroll_loader", "delete from silver.outcomes"),
        ("tillroll_dbt", "select * from bronze.messages"),
        ("tillroll_dbt", "select * from silver.outcomes"),
        ("tillroll_dbt", "create table staging.something (one int)"),
        ("tillroll_dbt", "create table gold.something (one int)"),
        ("tillroll_dbt", "create table reference.something (one int)"),
    ],
)
def test_each_writer_may_write_its_own_schemas(connection: psycopg.Connection, role: str, statement: str) -> None:
    attempt(connection, role, statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("tillroll_loader", "update bronze.interchanges set size_bytes = 0"),
        ("tillroll_loader", "update bronze.interchange_parts set content = ''"),
        ("tillroll_loader", "delete from bronze.interchange_parts"),
        ("tillroll_loader", "delete from bronze.interchanges"),
        ("tillroll_loader", "update bronze.messages set raw = ''"),
        ("tillroll_loader", "delete from bronze.messages"),
        ("tillroll_loader", "truncate bronze.messages"),
        ("tillroll_loader", "create table bronze.something (one int)"),
        ("tillroll_loader", "create table gold.something (one int)"),
        ("tillroll_loader", "create table staging.something (one int)"),
        ("tillroll_loader", "create table udf.something (one int)"),
        ("tillroll_dbt", INTERCHANGE),
        ("tillroll_dbt", "update silver.outcomes set is_valid = true"),
        ("tillroll_dbt", "delete from silver.outcomes"),
        ("tillroll_dbt", "create table silver.something (one int)"),
        ("tillroll_dbt", "create table udf.something (one int)"),
        ("analyst", "select * from bronze.interchanges"),
        ("analyst", "select * from silver.outcomes"),
        ("analyst", "create table gold.something (one int)"),
        ("analyst", "create table reference.something (one int)"),
    ],
)
def test_nobody_may_write_another_ones_schema(connection: psycopg.Connection, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(connection, role, statement)


def test_an_analyst_reads_what_dbt_builds_and_may_not_change_it(connection: psycopg.Connection) -> None:
    connection.execute("set role tillroll_dbt")
    connection.execute("create table gold.built as select 1 as one")
    connection.execute("create table staging.built as select 1 as one")
    connection.execute("reset role")
    attempt(connection, "analyst", "select * from gold.built")
    for statement in ("insert into gold.built values (2)", "drop table gold.built", "select * from staging.built"):
        with pytest.raises(errors.InsufficientPrivilege):
            attempt(connection, "analyst", statement)


def test_every_schema_table_and_role_has_a_comment(connection: psycopg.Connection) -> None:
    without = connection.execute(
        """
        select nspname as name from pg_namespace
        where nspname in ('bronze', 'silver', 'staging', 'intermediate', 'gold', 'reference', 'udf')
            and obj_description(oid, 'pg_namespace') is null
        union all
        select oid::regclass::text from pg_class
        where relnamespace::regnamespace::text in ('bronze', 'silver') and relkind = 'r'
            and obj_description(oid, 'pg_class') is null
        union all
        select rolname from pg_roles
        where rolname in ('tillroll_loader', 'tillroll_dbt', 'tillroll_reviewer', 'analyst')
            and shobj_description(oid, 'pg_authid') is null
        """
    ).fetchall()
    assert without == []
