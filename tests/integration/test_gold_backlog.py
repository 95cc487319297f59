"""What a message costs Gold does not grow with how many come at once."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from bench.history import draw_days
from dagster_project import warehouse
from tests.integration.conftest import LOOKED_UP, Dbt

DAYS = int(os.environ.get("TILLROLL_BACKLOG_DAYS", "14"))
"""Of the backlog: 5,000 messages of one to eight lines; 30 have 10,000."""
FIRST = date(2026, 1, 5)
STORES = 70

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
