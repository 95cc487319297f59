"""What a message costs Gold does not grow with how many come at once."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.history import draw_days
from dagster_project import warehouse
from tests.integration.conftest import LOOKED_UP, Dbt

DAYS = int(os.environ.get("TILLROLL_BACKLOG_DAYS", "14"))
"""Of the backlog: 5,000 messages of one to eight lines; 30 have 10,000."""
FIRST = date(2026, 1, 5)
STORES = 70
READ_AGAIN = 20
"""How often all lines may be read for one thing: a handful of times is a matter of taste, hundreds are a square."""

Arrive = Callable[[int], int]


@pytest.fixture
def arrive(database: Mapping[str, str]) -> Arrive:
    """Lets the reports of so many days more arrive; how many messages those are."""
    following, arrived = FIRST, 0

    def draw(days: int) -> int:
        nonlocal following, arrived
        with warehouse.connect(database) as connection:
            draw_days(connection, following, following + timedelta(days=days - 1), items=1, stores=STORES)
            (count,) = connection.execute("select count(*) from bronze.messages").fetchone() or (0,)
        following += timedelta(days=days)
        arrived, before = count, arrived
        return count - before

    return draw


def read_seconds(target: Path) -> dict[str, float]:
    """What each table took in dbt's last run; not those that are the same whatever arrives, and no views."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    manifest = json.loads((target / "manifest.json").read_text())["nodes"]
    return {
        result["unique_id"]: result["execution_time"]
        for result in results
        if manifest.get(result["unique_id"], {}).get("config", {}).get("materialized") == "maintained"
    }


@pytest.mark.slow
@pytest.mark.long
def test_a_message_of_a_backlog_takes_no_table_longer_than_one_of_a_day(
    dbt: Dbt, dbt_target: Path, arrive: Arrive
) -> None:
    arrive(4)
    dbt("run")
    messages_of_a_day = arrive(2)
    dbt("run", *LOOKED_UP)
    day = read_seconds(dbt_target)
    messages_of_the_backlog = arrive(DAYS)
    assert messages_of_the_backlog > 5 * messages_of_a_day
    dbt("run", *LOOKED_UP)
    backlog = read_seconds(dbt_target)
    assert len(backlog) > 20
    slower = {
        name: (day[name] / messages_of_a_day, seconds / messages_of_the_backlog)
        for name, seconds in backlog.items()
        if seconds / messages_of_the_backlog > day[name] / messages_of_a_day
    }
    assert slower == {}


def list_scans(plan: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """What each part of a plan that reads rows reads, and how many of them, as often as it does."""
    if "Scan" in plan["Node Type"]:
        rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        yield plan.get("CTE Name") or plan.get("Relation Name") or plan["Node Type"], rows * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from list_scans(part)


@pytest.mark.slow
def test_no_table_is_made_by_reading_all_messages_for_each_of_them(
    dbt: Dbt, dbt_target: Path, arrive: Arrive, connection: psycopg.Connection[Any]
) -> None:
    arrive(10)
    dbt("run")
    manifest = json.loads((dbt_target / "manifest.json").read_text())["nodes"]
    (lines,) = connection.execute("select sum(jsonb_array_length(document -> 'lines')) from silver.outcomes").fetchone()
    connection.execute("set role tillroll_dbt")
    often = {}
    for node in manifest.values():
        if node["config"]["materialized"] != "maintained":
            continue
        for setting in ("work_mem = '128MB'", "random_page_cost = 1.1"):
            connection.execute(f"set {setting}")
        sql = (dbt_target / "compiled" / "tillroll" / node["original_file_path"]).read_text()
        ((explained,),) = connection.execute("explain (analyze, timing off, format json) " + sql)
        often |= {
            (node["name"], what): round(rows / lines)
            for what, rows in list_scans(explained[0]["Plan"])
            if rows > READ_AGAIN * lines
        }
    assert often == {}


@pytest.mark.slow
def test_where_most_has_changed_all_is_computed_and_where_little_has_only_that(
    dbt: Dbt, dbt_target: Path, arrive: Arrive, database: Mapping[str, str]
) -> None:
    def change(where: str) -> dict[str, bool]:
        """As if another compiler had read messages anew; whether their changes are looked up, by the SQL last sent."""
        with warehouse.connect(database) as connection:
            connection.execute(
                "update silver.outcomes set document = replace(document::text, '\"PCE\"', '\"CA\"')::jsonb " + where
            )
        dbt("run")
        return {
            path.stem: "changed_messages" in path.read_text() or "computed_weeks" in path.read_text()
            for path in (dbt_target / "run").rglob("*.sql")
            if path.stem in {"base_compiled_lines", "int_judged_lines", "int_sales", "fct_sales"}
        }

    arrive(7)
    dbt("run")
    few = change(
        "where document -> 'lines' -> 0 ->> 'location_id' like '%0001' and document ->> 'period_end' = '2026-01-06'"
    )
    assert few == dict.fromkeys(few, True)
    most = change("")
    assert most == dict.fromkeys(few, False)
    assert len(most) == 4
