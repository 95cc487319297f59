"""What stands in Gold before the first message: the retail calendar, the documentation, the rights of an analyst."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from dagster_project import warehouse
from tests.conftest import Variables
from tests.integration.conftest import run_dbt

# The NRF's own pages (nrf.com/resources/4-5-4-calendar): years of 53 weeks, and first days of fiscal years.
LONG_YEARS = [2000, 2006, 2012, 2017, 2023]
FIRST_DAYS = {
    2006: "2006-01-29",
    2012: "2012-01-29",
    2017: "2017-01-29",
    2018: "2018-02-04",
    2019: "2019-02-03",
    2020: "2020-02-02",
    2021: "2021-01-31",
    2022: "2022-01-30",
    2023: "2023-01-29",
    2024: "2024-02-04",
    2025: "2025-02-02",
    2026: "2026-02-01",
}


@pytest.fixture(scope="module")
def dbt(clone: Path, target: Path, house: Variables) -> Callable[..., None]:
    """dbt, in an empty warehouse that it has built."""

    def run(*arguments: str) -> None:
        run_dbt(clone, target, *arguments, variables=house)

    run("build", "--exclude-resource-type", "unit_test", "test")
    return run


@pytest.fixture
def connection(house: Variables, dbt: Callable[..., None]) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect(house) as opened:
        yield opened


@pytest.mark.slow
def test_fiscal_years_begin_and_are_as_long_as_the_nrf_publishes(connection: psycopg.Connection[Any]) -> None:
    years = connection.execute(
        "select retail_year, min(retail_year_start_date)::text, min(retail_year_week_count), count(*)"
        " from gold.dim_calendar where retail_year between 2000 and 2027 group by 1 order by 1"
    ).fetchall()
    assert [year for year, _, weeks, _ in years if weeks == 53] == LONG_YEARS
    assert [year for year, _, weeks, days in years if days != 7 * weeks and year != 2000] == []
    assert {year: day for year, day, *_ in years if year in FIRST_DAYS} == FIRST_DAYS


@pytest.mark.slow
def test_months_have_four_five_and_four_weeks_and_the_53rd_is_januarys_fifth(
    connection: psycopg.Connection[Any],
) -> None:
    def months(year: int) -> list[tuple[Any, ...]]:
        return connection.execute(
            "select retail_month_name, count(*) / 7, min(calendar_date)::text, max(calendar_date)::text"
            " from gold.dim_calendar where retail_year = %s group by retail_month, 1 order by retail_month",
            (year,),
        ).fetchall()

    assert [weeks for _, weeks, *_ in months(2024)] == [4, 5, 4] * 4
    assert [weeks for _, weeks, *_ in months(2023)] == [4, 5, 4] * 3 + [4, 5, 5]
    assert months(2023)[0] == ("February", 4, "2023-01-29", "2023-02-25")
    assert months(2023)[-1] == ("January", 5, "2023-12-31", "2024-02-03")
    # Thanksgiving of 2023 fell into week 43.
    assert connection.execute(
        "select retail_week_name, iso_week_name, retail_month_name, retail_quarter from gold.dim_calendar"
        " where calendar_date = '2023-11-23'"
    ).fetchone() == ("FY2023-W43", "2023-W47", "November", 4)


@pytest.mark.slow
def test_an_analyst_reads_every_mart_and_reference_table_and_can_do_nothing_else(
    connection: psycopg.Connection[Any],
) -> None:
    tables = connection.execute(
        "select table_schema, table_name, table_schema = 'gold' and table_type = 'VIEW' from information_schema.tables"
        " where table_schema in ('gold', 'reference', 'intermediate', 'staging', 'silver', 'bronze')"
    ).fetchall()
    assert {schema for schema, _, _ in tables} == {"gold", "reference", "intermediate", "staging", "silver", "bronze"}
    connection.execute("set role analyst")
    for schema, table, is_view in tables:
        relation = sql.Identifier(schema, table)
        if is_view:  # which PostgreSQL could not write to whoever asked
            name = relation.as_string(connection)
            rights = "select has_table_privilege(%s, 'insert, update, delete, truncate, references, trigger')"
            assert connection.execute(rights, (name,)).fetchone() == (False,)
            connection.execute(sql.SQL("select count(*) from {}").format(relation))
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(sql.SQL("drop view {}").format(relation))
            continue
        reading = sql.SQL("select count(*) from {}").format(relation)
        if schema in ("gold", "reference"):
            connection.execute(reading)
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(reading)
        for writing in ("delete from {}", "truncate {}", "drop table {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(sql.SQL(writing).format(relation))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("create table gold.own (id integer)")


@pytest.mark.slow
def test_the_documentation_describes_every_column_that_exists(dbt: Callable[..., None], target: Path) -> None:
    dbt("docs", "generate", "--static", "--no-compile")
    manifest = json.loads((target / "manifest.json").read_text())
    catalog = json.loads((target / "catalog.json").read_text())
    assert (target / "static_index.html").stat().st_size > 1_000_000
    assert catalog["errors"] is None
    described = {
        name: {column for column, facts in node["columns"].items() if facts["description"].strip()}
        for room in ("nodes", "sources")
        for name, node in manifest[room].items()
    }
    built = catalog["nodes"]
    assert {name for name in manifest["nodes"] if name.startswith(("model.", "seed."))} == set(built)
    missing = [
        f"{name}.{column}"
        for name, node in built.items()
        for column in node["columns"]
        if column not in described[name]
    ]
    assert missing == []


@pytest.mark.slow
def test_every_table_explains_itself_to_a_tool_that_reads_comments(connection: psycopg.Connection[Any]) -> None:
    silent = connection.execute(
        """
        select attrelid::regclass::text || '.' || attname
        from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        where
            relnamespace::regnamespace::text in ('staging', 'intermediate', 'gold', 'reference')
            and relkind in ('r', 'v')
            and attnum > 0
            and not attisdropped
            and col_description(attrelid, attnum) is null
        """
    ).fetchall()
    assert silent == []


@pytest.mark.slow
def test_marts_have_the_types_and_keys_of_their_contracts(connection: psycopg.Connection[Any], target: Path) -> None:
    manifest = json.loads((target / "manifest.json").read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    marts = [model for model in models if model["fqn"][1] == "marts"]
    assert len(marts) > 9
    for mart in marts:
        built = connection.execute(
            "select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            (f"{mart['schema']}.{mart['name']}",),
        ).fetchall()
        is_view = mart["config"]["materialized"] == "maintained_view"  # without rows of its own to constrain
        keys = [set(each["columns"]) for each in mart["constraints"] if each["type"] == "primary_key"]
        assert len(keys) == (not is_view)
        key = set[str]().union(*keys)
        promised = [
            (name, facts["data_type"].replace(", ", ","), name in key or facts["constraints"] != [])
            for name, facts in mart["columns"].items()
        ]
        assert built == promised
        found = connection.execute(
            "select array_agg(attname::text) from pg_constraint"
            " inner join pg_attribute on attrelid = conrelid and attnum = any(conkey)"
            " where conrelid = %s::regclass and contype = 'p'",
            (f"{mart['schema']}.{mart['name']}",),
        ).fetchone()
        assert found is not None
        assert set(found[0] or ()) == key
