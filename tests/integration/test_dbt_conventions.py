"""What people know of dbt works here as its documentation says, beside tables that are `maintained`, which is ours."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dagster_project import warehouse
from tests.arrivals import Arrivals
from tests.conftest import Variables
from tests.integration.conftest import Dbt, dbt_at

# As dbt's documentation writes them: what is new since the last run is added.
INCREMENTAL = """
{{{{ config(materialized='incremental', {settings}) }}}}
select message_id, {column}, received_at from {{{{ ref('int_messages') }}}}
{{% if is_incremental() %}}
where received_at > (select max(received_at) from {{{{ this }}}})
{{% endif %}}
"""
ORDINARY = {
    "int_appended.sql": INCREMENTAL.format(settings="incremental_strategy='append'", column="partner_id"),
    "int_merged.sql": INCREMENTAL.format(
        settings="unique_key='message_id', incremental_strategy='merge'", column="partner_id"
    ),
    "int_replaced.sql": INCREMENTAL.format(
        settings="unique_key='message_id', incremental_strategy='delete+insert'", column="partner_id"
    ),
    "int_tabled.sql": "{{ config(materialized='table') }} select * from {{ ref('int_replaced') }}",
    "int_viewed.sql": "{{ config(materialized='view') }} select * from {{ ref('int_tabled') }}",
}
SNAPSHOT = """
{% snapshot int_remembered %}
{{ config(
    schema='intermediate', group='sell_through', unique_key='message_id', strategy='check', check_cols=['partner_id']
) }}
select message_id, partner_id from {{ ref('int_messages') }}
{% endsnapshot %}
"""


def count(database: Mapping[str, str], *relations: str) -> dict[str, int]:
    with warehouse.connect(database) as connection:
        return {relation: read(connection, f"select count(*) from {relation}") for relation in relations}


def read(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def arrive(database: Mapping[str, str], seed: int = 5, things: int = 12) -> None:
    with warehouse.connect(database) as connection:
        Arrivals(connection, random.Random(seed)).happen(things)


@pytest.mark.slow
def test_ordinary_models_and_snapshots_of_a_user_behave_as_dbt_documents(
    project: Path, dbt_of_the_copy: Dbt, database: Mapping[str, str]
) -> None:
    folder = project / "dbt" / "models" / "intermediate"
    for name, text in ORDINARY.items():
        (folder / name).write_text(text)
    (project / "dbt" / "snapshots").mkdir()
    (project / "dbt" / "snapshots" / "remembered.sql").write_text(SNAPSHOT)
    relations = [f"intermediate.{name.removesuffix('.sql')}" for name in ORDINARY]
    arrive(database)
    dbt_of_the_copy("seed")
    dbt_of_the_copy("run", "--select", "+int_viewed", "int_appended", "int_merged")
    dbt_of_the_copy("snapshot")
    first = count(database, *relations, "intermediate.int_remembered")
    messages = count(database, "intermediate.int_messages")["intermediate.int_messages"]
    assert messages > 3
    assert set(first.values()) == {messages}

    # Nothing new has come: all rows stay.
    dbt_of_the_copy("run", "--select", "int_replaced+", "int_appended", "int_merged")
    assert count(database, *first) == first
    # What was written by hand stays as well, until all of it is asked for.
    with warehouse.connect(database) as connection:
        for relation in relations[:3]:
            connection.execute(f"update {relation} set partner_id = 'by hand'".encode())
    dbt_of_the_copy("run", "--select", "int_replaced+", "int_appended", "int_merged")
    with warehouse.connect(database) as connection:
        for relation in relations[:3]:
            assert read(connection, f"select array_agg(distinct partner_id) from {relation}") == ["by hand"]
    dbt_of_the_copy("run", "--full-refresh", "--select", "int_replaced+", "int_appended", "int_merged")
    dbt_of_the_copy("snapshot")
    with warehouse.connect(database) as connection:
        for relation in relations:
            assert read(connection, f"select count(*) from {relation} where partner_id = 'by hand'") == 0
    assert count(database, *first) == first


SETTINGS = {
    "materialized='maintained'": "`maintained_by` is missing: say one of messages, weeks, rows",
    "materialized='maintained', maintained_by='moon', grain=['message_id']": "`maintained_by` is moon: say one of",
    "materialized='maintained', maintained_by='rows'": "does not say which columns name a row",
    "materialized='maintained', maintained_by='messages', grain=['message_id']": "by which `version` (a column)",
}


@pytest.mark.slow
def test_a_maintained_model_whose_settings_say_too_little_is_refused_with_what_to_do(
    project: Path, dbt_of_the_copy: Dbt
) -> None:
    names = {f"int_mine_{number}": settings for number, settings in enumerate(SETTINGS)}
    for name, settings in names.items():
        path = project / "dbt" / "models" / "intermediate" / f"{name}.sql"
        path.write_text(f"{{{{ config({settings}) }}}} select 'x' as message_id")
    with pytest.raises(AssertionError) as refused:
        dbt_of_the_copy("run", "--select", *names)
    said = " ".join(str(refused.value).split())
    for name, settings in names.items():
        assert name in said
        assert SETTINGS[settings] in said


@pytest.mark.slow
def test_a_maintained_model_shows_rows_whatever_it_grows_by(dbt: Dbt, database: Mapping[str, str]) -> None:
    arrive(database, things=30)
    dbt("run")
    # By messages, by weeks in the middle and in Gold, by rows.
    for model in ("base_compiled_lines", "int_sales", "fct_sales", "int_messages"):
        shown = json.loads(dbt("--quiet", "show", "--output", "json", "--limit", "1", "--select", model))
        assert shown["node"] == model
        assert len(shown["show"]) == 1


@pytest.mark.slow
def test_a_dry_run_builds_empty_tables_where_none_are_and_leaves_those_that_stand(
    dbt: Dbt, database: Mapping[str, str]
) -> None:
    arrive(database)
    tables = ("gold.fct_sales", "gold.dim_item", "staging.base_compiled_lines", "intermediate.int_messages")
    dbt("run", "--empty")
    assert set(count(database, *tables).values()) == {0}
    dbt("run")
    filled = count(database, *tables)
    assert all(filled.values())
    arrive(database, seed=6, things=3)
    dbt("run", "--empty")
    assert count(database, *tables) == filled
    dbt("run")
    assert count(database, *tables)["intermediate.int_messages"] >= filled["intermediate.int_messages"]


@pytest.mark.slow
def test_a_developer_has_schemas_of_his_own_that_grow_like_those_of_the_warehouse_and_leave_them_alone(
    clone: Path, dbt: Dbt, dbt_target: Path, tmp_path: Path, server: Variables, database: Variables
) -> None:
    arrive(database)
    dbt("run")
    with dbt_at(clone, tmp_path, server, "--target", "dev", DBT_SCHEMA="dbt_anna") as dbt_of_anna:
        # What is not his own he reads of the warehouse's.
        dbt_of_anna("run", "--select", "fct_sales", "--defer", "--state", str(dbt_target))
        assert schemas(database) >= {"dbt_anna_gold", "gold"}
        assert "dbt_anna_staging" not in schemas(database)
        own, others = count(database, "dbt_anna_gold.fct_sales", "gold.fct_sales").values()
        assert own == others > 0

        before = read_gold(database, "gold")
        dbt_of_anna("seed")
        dbt_of_anna("run")
        layers = ("staging", "intermediate", "gold", "reference")
        assert schemas(database) >= {f"dbt_anna_{layer}" for layer in layers}
        assert read_gold(database, "dbt_anna_gold") == before
        builds = read_builds(database)
        arrive(database, seed=7, things=5)
        dbt_of_anna("run")
        assert read_builds(database) == builds
        assert read_gold(database, "gold") == before != read_gold(database, "dbt_anna_gold")
    dbt("run")
    assert read_gold(database, "gold") == read_gold(database, "dbt_anna_gold")


def schemas(database: Mapping[str, str]) -> set[str]:
    with warehouse.connect(database) as connection:
        return {name for (name,) in connection.execute("select nspname from pg_namespace")}


def read_builds(database: Mapping[str, str]) -> dict[str, str]:
    with warehouse.connect(database) as connection:
        return dict(
            connection.execute("select relation, build_id from dbt_anna_intermediate.maintained_tables").fetchall()
        )


def read_gold(database: Mapping[str, str], schema: str) -> dict[str, list[str]]:
    with warehouse.connect(database) as connection:
        names = [name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'gold'")]
        return {
            name: [
                row for (row,) in connection.execute(f"select t::text from {schema}.{name} as t order by 1".encode())
            ]
            for name in names
        }


@pytest.mark.slow
def test_a_run_that_failed_is_taken_up_where_it_failed(dbt: Dbt, database: Mapping[str, str]) -> None:
    arrive(database)
    dbt("run")
    arrive(database, seed=8, things=6)
    with warehouse.connect(database) as connection:
        connection.execute(
            "create function public.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$"
        )
        connection.execute("create trigger refuse before insert on intermediate.int_sales execute function refuse()")
    with pytest.raises(AssertionError, match="int_sales"):
        dbt("run")
    with warehouse.connect(database) as connection:
        connection.execute("drop function public.refuse() cascade")
    said = dbt("retry")
    assert "int_sales" in said
    assert "base_compiled_lines" not in said
    grown = read_gold(database, "gold")
    dbt("run", "--full-refresh")
    assert read_gold(database, "gold") == grown
