"""Gold is as one build has left it, or says in a row that it is not; the next build mends what others have left."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
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
    dbt("seed")
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
