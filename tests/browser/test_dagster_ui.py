"""A person opens Dagster, sees one graph from the landing folder to Gold, and materialises it with one click."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import WINDOW
from tests.browser.page import PAGE_SECONDS, click, run_states, see, serve, shoot, wait_until

# On two busy cores dbt alone has taken two minutes.
RUN_SECONDS = 900


@pytest.fixture
def dagster(database: dict[str, str], clone: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a Dagster web server on a fresh instance and a fresh database."""
    with serve(clone, tmp_path, TILLROLL_LANDING=str(clone / "seeds" / "edi")) as address:
        yield address


@pytest.mark.slow
def test_materialising_everything_from_the_graph_succeeds(browser: webdriver.Chrome, dagster: str) -> None:
    browser.get(f"{dagster}/asset-groups")
    see(browser, "landing", "bronze", "silver", "staging", "reference", "intermediate", "gold", "Materialize all")
    shoot(browser, "lineage_before")

    click(browser, "Materialize all")
    wait_until(lambda: bool(run_states(dagster)), PAGE_SECONDS, lambda: "the click started no run")
    wait_until(
        lambda: run_states(dagster)[0] in {"SUCCESS", "FAILURE", "CANCELED"}, RUN_SECONDS, lambda: "still running"
    )
    assert run_states(dagster) == ["SUCCESS"]

    browser.get(f"{dagster}/runs")
    see(browser, "Success")
    shoot(browser, "runs")

    browser.set_window_size(2200, 900)
    browser.get(f"{dagster}/asset-groups")
    see(browser, "landing", "gold", "Materialize all")
    shoot(browser, "lineage_groups", settle_seconds=10)
    browser.set_window_size(*WINDOW)
    ActionChains(browser).key_down(Keys.ALT).send_keys("e").key_up(Keys.ALT).perform()  # expand all groups
    shoot(browser, "lineage", settle_seconds=10)

    browser.get(f"{dagster}/assets/silver/outcomes?view=overview")
    see(browser, "One row per message", "Row count", "ms per message")
    shoot(browser, "silver_outcomes")

    browser.get(f"{dagster}/assets/silver/outcomes?view=checks&checkDetail=flagged_invalid_rows")
    see(browser, "Checks (", "flagged_invalid_rows", "partners_report_as_before", "unsupported-message-type")
    shoot(browser, "silver_checks")

    browser.get(f"{dagster}/assets/gold/fct_sell_through_performance?view=overview")
    see(browser, "Row count", "sell_through_rate")
    shoot(browser, "gold")
