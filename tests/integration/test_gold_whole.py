"""Gold is as one build has left it, or says in a row that it is not; the next build mends what others have left."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dagster_project import warehouse
from tests.arrivals import Arrivals
from tests.integration.conftest import Dbt
from tests.integration.test_gold_growth import read_tables

BUILD = ["build", "--exclude-resource-type", "unit_test"]


def read_problems(connection: psycopg.Connection[Any]) -> list[str]:
    """What an analyst reads of builds that have not ended well, or are at work."""
    connection.rollback()
    connection.execute("set local role analyst")
    rows = connection.execute(
        "select build_problem from gold.mart_data_quality where build_problem is not null"
    ).fetchall()
    connection.rollback()
    return [problem for (problem,) in rows]


def read_gold(database: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: rows for name, rows in read_tables(database).items() if name.startswith("gold.")}


@pytest.mark.slow
def test_what_fails_before_gold_changes_nothing_of_it_and_what_is_killed_in_it_says_so_until_the_next_has_ended_well(
    clone: Path, dbt_target: Path, database: Mapping[str, str], connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    arrivals = Arrivals(connection, random.Random(23))
    arrivals.happen(12)
    dbt("run")
    assert read_problems(connection) == []
    before = read_gold(database)

    # Lines that are lost in between, which nothing but a test sees.
    connection.execute("delete from intermediate.int_judged_lines where line_position = 2")
    arrivals.happen(4)
    with pytest.raises(AssertionError, match="every_line_has_one_fate"):
        dbt(*BUILD)
    (problem,) = read_problems(connection)
    assert "every_line_has_one_fate" in problem
    after = read_gold(database)
    after["gold.mart_data_quality"] = [row for row in after["gold.mart_data_quality"] if "(build)" not in row]
    assert after == before
    # As the lines that are lost are of no message that has changed, they are read again with all of them.
    connection.execute("update silver.outcomes set compiled_at = compiled_at")
    connection.commit()

    with warehouse.connect(database) as holder:
        holder.execute("lock table gold.fct_stock in share mode")
        build = subprocess.Popen(
            [Path(sys.executable).with_name("dbt"), *BUILD, "--project-dir", ".", "--profiles-dir", "."],
            cwd=clone / "dbt",
            env=os.environ | {"DBT_TARGET_PATH": str(dbt_target), "DBT_LOG_PATH": str(dbt_target)},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        waits = "select true from pg_locks where relation = 'gold.fct_stock'::regclass and not granted"
        while not holder.execute(waits.encode()).fetchone():
            assert build.poll() is None
            time.sleep(0.1)
        build.kill()
        build.wait()
    (problem,) = read_problems(connection)
    assert "has not ended well" in problem
    dbt(*BUILD)
    assert read_problems(connection) == []
    mended = read_gold(database)
    assert mended != before
    dbt("run", "--full-refresh")
    assert read_gold(database) == mended


WATCH = """
create table public.lost_members (relation text, key text, dimension text);
grant all on public.lost_members to public;
create function public.note_lost_members() returns trigger language plpgsql security definer as $body$
begin
    -- Once a transaction is enough: at its end, so that what it has written in any order is whole.
    if current_setting('watch.done', true) = txid_current()::text then
        return null;
    end if;
    perform set_config('watch.done', txid_current()::text, true);
    insert into public.lost_members
    {lost};
    return null;
end
$body$
"""
DIMENSIONS = {
    "item_key": ("dim_item", "item_key"),
    "location_key": ("dim_location", "location_key"),
    "partner_id": ("dim_partner", "partner_id"),
    "week_start_date": ("dim_calendar", "calendar_date"),
    "period_start_date": ("dim_calendar", "calendar_date"),
    "period_end_date": ("dim_calendar", "calendar_date"),
    "as_of_date": ("dim_calendar", "calendar_date"),
}


@contextmanager
def watched(connection: psycopg.Connection[Any]) -> Iterator[set[tuple[str, str, str]]]:
    """Relation, key and dimension of each row that any commit to Gold has shown without its member."""
    connection.rollback()
    columns = connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'gold'"
        " and column_name = any(%s) and (table_name like 'fct%%' or table_name = 'mart_data_quality')",
        (list(DIMENSIONS),),
    ).fetchall()
    lost = " union all ".join(
        f"select '{table}', {column}::text, '{DIMENSIONS[column][0]}' from gold.{table} as told"
        f" where {column} is not null {'and build_problem is null' if table == 'mart_data_quality' else ''}"
        f" and not exists (select from gold.{DIMENSIONS[column][0]} as member"
        f" where member.{DIMENSIONS[column][1]} = told.{column})"
        for table, column in columns
    )
    tables = {table for table, _ in columns} | {dimension for dimension, _ in DIMENSIONS.values()}
    connection.execute(WATCH.format(lost=lost))
    for table in tables:
        connection.execute(
            f"create constraint trigger watch after insert or update or delete on gold.{table}"
            " deferrable initially deferred for each row execute function public.note_lost_members()"
        )
    connection.commit()
    found: set[tuple[str, str, str]] = set()
    yield found
    connection.rollback()
    found.update(connection.execute("select distinct * from public.lost_members").fetchall())
    # Each commit was looked at by the triggers of the table that it wrote; none was swapped away.
    (kept,) = connection.execute("select count(*) from pg_trigger where tgname = 'watch'").fetchone() or (0,)
    assert kept == len(tables)
    connection.execute("drop function public.note_lost_members cascade; drop table public.lost_members")
    connection.commit()


@pytest.mark.slow
def test_at_no_moment_of_a_build_does_a_reader_meet_a_fact_without_its_item_place_partner_or_day(
    connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    arrivals = Arrivals(connection, random.Random(29))
    arrivals.happen(12)
    dbt("run")
    with watched(connection) as lost:
        # Who is new in everything, in a year that was mistyped.
        day = {"period_start": "2062-03-06", "period_end": "2062-03-12"}
        sold = arrivals.draw_sales() | {"item_id": "N-1", "item_id_type": "SA", "location_id": "N-2"} | day
        held = sold | {"measure": "on_hand", "qualifier": "145", "item_id": "N-3", "as_of_date": "2062-03-12"}
        newcomer = {"document_number": "1", "function": "original", "currency": "EUR", **day}
        arrivals.deliver("NEWCOMER", [newcomer | {"message_type": "SLSRPT", "lines": [sold]}])
        arrivals.deliver("NEWCOMER", [newcomer | {"message_type": "INVRPT", "lines": [held]}])
        is_valid = "update silver.outcomes set is_valid = {}, compiled_at = now() where message_id = any(%s)"
        newest = [message.message_id for message in arrivals.sent[-2:]]
        connection.execute(is_valid.format("true"), (newest,))
        connection.commit()
        dbt("run")
        told = connection.execute(
            "select (select count(*) from gold.fct_sales where partner_id = 'NEWCOMER'),"
            " (select count(*) from gold.fct_stock where partner_id = 'NEWCOMER'),"
            " (select count(*) from gold.dim_calendar where calendar_date >= '2062-01-01')"
        ).fetchone()
        assert told
        assert all(told)
        # And is gone again.
        connection.rollback()
        connection.execute("delete from silver.outcomes where message_id = any(%s)", (newest,))
        connection.execute("delete from bronze.messages where message_id = any(%s)", (newest,))
        connection.commit()
        dbt("run")
        for table in ("fct_sales", "fct_stock", "dim_item", "dim_location", "dim_partner"):
            rows = connection.execute(f"select count(*) from gold.{table} where partner_id = 'NEWCOMER'").fetchone()
            assert rows == (0,)
        connection.rollback()
    assert lost == set()
