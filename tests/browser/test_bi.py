"""A BI user opens the dashboard in Superset and reads what Gold holds, in a real browser over the demonstration."""

import json
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bench.dashboard import read_queries
from dagster_project import demo, warehouse
from dagster_project.bi.__main__ import bring_up
from dagster_project.bi.server import PROGRAMS, Superset
from dagster_project.warehouse.files import find_free_port
from tests.browser.conftest import open_browser
from tests.browser.page import PAGE_SECONDS, SCREENSHOTS, see, wait_until
from tests.conftest import new_database

pytestmark = pytest.mark.slow

TILES = ("Net sold", "Sell-through", "On hand", "Weeks of supply", "In stock", "Places reporting")
TABLES = (
    "Items, best sellers first",
    "Places, best sellers first",
    "Out of stock",
    "What is missing, late or refused",
    "Lines by partner",
)
CANVASES = ("Sales and sell-through by week", "Sell-through of places by week")

# Gold by hand, from the fact that the others are made of: pieces alone, the last week on the common axis.
LAST_WEEK = """
with pieces as (
    select * from gold.fct_sell_through_performance where unit = 'EA'
),
by_item as (
    select
        item_key, partner_id, sum(net_units_sold) as sold, sum(on_hand_units) as held,
        (
            select avg(weeks.sold) from (
                select sum(earlier.net_units_sold) as sold from pieces as earlier
                where earlier.item_key = pieces.item_key and earlier.partner_id = pieces.partner_id
                    and earlier.week_start_date between pieces.week_start_date - 21 and pieces.week_start_date
                group by earlier.week_start_date
            ) as weeks
        ) as pace
    from pieces
    where iso_week_start_date = (select max(iso_week_start_date) from pieces)
    group by item_key, partner_id, week_start_date
)
select
    sum(net_units_sold) as net_sold,
    sum(net_units_sold) filter (where not is_stock_missing)
        / sum(net_units_sold + on_hand_units) filter (where not is_stock_missing) as sell_through,
    sum(on_hand_units) as on_hand,
    (select sum(held) / sum(pace) from by_item where pace > 0 and held >= 0) as supply,
    count(*) filter (where on_hand_units > 0)::numeric / count(on_hand_units) as in_stock,
    count(distinct location_key) filter (where net_units_sold is not null) as reporting
from pieces
where iso_week_start_date = (select max(iso_week_start_date) from pieces)
"""

TREND = """
select
    to_char(iso_week_start_date, 'IYYY-"W"IW'),
    sum(net_units_sold),
    sum(net_units_sold) filter (where not is_stock_missing)
        / sum(net_units_sold + on_hand_units) filter (where not is_stock_missing)
from gold.fct_sell_through_performance
where unit = 'EA'
group by iso_week_start_date
order by iso_week_start_date
"""

PLACES_AND_WEEKS = """
select
    dim_location.location_id,
    to_char(performance.iso_week_start_date, 'IYYY-"W"IW'),
    sum(net_units_sold) filter (where not is_stock_missing)
        / nullif(sum(net_units_sold + on_hand_units) filter (where not is_stock_missing), 0)
from gold.fct_sell_through_performance as performance
inner join gold.dim_location using (location_key)
where unit = 'EA'
group by dim_location.location_id, performance.iso_week_start_date
"""

ITEMS = """
select item_id, sum(net_units_sold)
from gold.fct_sell_through_performance
where unit = 'EA'
group by partner_id, item_id
having sum(net_units_sold) is not null
"""

OUT_OF_STOCK = """
select item_description, location_name
from gold.fct_sell_through_performance
inner join gold.dim_item using (item_key)
inner join gold.dim_location using (location_key)
where unit = 'EA' and on_hand_units <= 0
"""


@dataclass
class Dashboard:
    """The open page, and what Superset answered it."""

    browser: webdriver.Chrome
    superset: Superset
    answers: list[dict[str, Any]] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self) -> None:
        self.browser.get(self.superset.dashboard)
        see(self.browser, *TILES, *TABLES, *CANVASES)
        self.settle()

    def settle(self) -> None:
        """Wait until no chart is loading; note what was answered."""
        loading = "[data-test='loading-indicator'], .loading"
        # What was clicked has begun to load by then.
        time.sleep(2)
        wait_until(
            lambda: not self.browser.find_elements(By.CSS_SELECTOR, loading), PAGE_SECONDS, lambda: "still loading"
        )
        time.sleep(2)
        self.listen()

    def listen(self) -> None:
        self.answers = []
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.responseReceived":
                continue
            response = message["params"]["response"]
            if response["url"].startswith("http"):
                self.hosts.add(response["url"].split("/")[2])
            if "/chart/data" in response["url"]:
                asked = {"requestId": message["params"]["requestId"]}
                body = json.loads(self.browser.execute_cdp_cmd("Network.getResponseBody", asked)["body"])
                assert response["status"] == 200, body
                self.answers += body["result"]

    def chart(self, title: str) -> str:
        """The text of a chart, as a person reads it."""
        holder = f"[data-test-chart-name={json.dumps(title)}]"
        return self.browser.find_element(By.CSS_SELECTOR, holder).text

    def rows(self, title: str) -> list[list[str]]:
        """The cells of a table."""
        rows = f"[data-test-chart-name={json.dumps(title)}] tbody tr"
        return self.browser.execute_script(
            "const rows = [...document.querySelectorAll(arguments[0])];"
            "return rows.map(row => [...row.cells].map(cell => cell.innerText))",
            rows,
        )

    def answer(self, *columns: str) -> list[dict[str, Any]]:
        """Rows of the one answer that has exactly these columns."""
        found = [each["data"] for each in self.answers if set(each["colnames"]) == set(columns)]
        assert len(found) == 1, [each["colnames"] for each in self.answers]
        return found[0]

    def call(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """Status and text of an answer of Superset's interface, asked with the rights of who is logged in."""
        script = """
        const [method, path, body, done] = arguments;
        (async () => {
            const token = (await (await fetch('/api/v1/security/csrf_token/')).json()).result;
            const answer = await fetch('/api/v1/' + path, {
                method, headers: {'Content-Type': 'application/json', 'X-CSRFToken': token}, body: JSON.stringify(body),
            });
            return [answer.status, await answer.text()];
        })().then(done, error => done([0, String(error)]));
        """
        status, text = self.browser.execute_async_script(script, method, path, body)
        return status, text

    def ask(self, statement: str) -> tuple[int, str]:
        """The same for a statement in SQL Lab."""
        return self.call("POST", "sqllab/execute/", {"database_id": 1, "sql": statement, "runAsync": False})

    def choose(self, place: int, value: str) -> None:
        """Choose a value of a filter, counted from the left, and apply."""
        inputs = self.browser.find_elements(By.CSS_SELECTOR, "[data-test='form-item-value'] input[role='combobox']")
        inputs[place].click()
        inputs[place].send_keys(value)
        time.sleep(1)
        inputs[place].send_keys(Keys.ENTER, Keys.ESCAPE)
        self.apply()

    def choose_days(self, first: str, end: str) -> None:
        """Choose a range of days, without its end, in the filter of weeks, and apply."""
        find = self.browser.find_element
        find(By.CSS_SELECTOR, "[data-test='time-range-trigger']").click()
        see(self.browser, "Range type")
        find(By.CSS_SELECTOR, "[data-test='Range type'] .ant-select-selector").click()
        find(By.CSS_SELECTOR, "[data-test='Range type'] input").send_keys("Advanced", Keys.ENTER)
        see(self.browser, "End (exclusive)")
        days = self.browser.find_elements(By.CSS_SELECTOR, ".time-range-popover input[type='text']")
        for box, day in zip(days, (first, end), strict=True):
            box.click()
            box.send_keys(Keys.CONTROL, "a")
            box.send_keys(day)
        see(self.browser, f"{first} ≤ col < {end}")
        find(By.CSS_SELECTOR, "[data-test='date-filter-control__apply-button']").click()
        self.apply()

    def apply(self) -> None:
        self.browser.find_element(By.CSS_SELECTOR, "[data-test='filter-bar__apply-button']").click()
        self.settle()


@pytest.fixture(scope="module")
def gold(server: dict[str, str], template: str, clone: Path, tmp_path_factory: Any) -> Iterator[psycopg.Connection]:
    """A connection to a warehouse in which the demonstration has run."""
    if not (PROGRAMS / "gunicorn").exists():
        pytest.skip("Superset is missing: make bi-setup")
    folder = tmp_path_factory.mktemp("demonstration")
    (folder / "dagster").mkdir()
    with pytest.MonkeyPatch.context() as patch, new_database(server, template) as variables:
        for name in warehouse.libpq_variables(os.environ):
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setenv("DAGSTER_HOME", str(folder / "dagster"))
        patch.setenv("TILLROLL_LANDING", str(clone / "seeds" / "edi"))
        patch.chdir(clone)
        for _ in demo.materialize(folder / "demo.log"):
            pass
        with warehouse.connect(variables) as connection:
            connection.autocommit = True
            yield connection


@contextmanager
def running(superset: Superset, gold: psycopg.Connection) -> Iterator[Superset]:
    # Roles belong to the server, which may have a Superset of its own already.
    login = f"tillroll_bi_{uuid.uuid4().hex[:12]}"
    try:
        bring_up(superset, gold, login)
        yield superset
    finally:
        superset.stop()
        gold.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(login)))


@pytest.fixture(scope="module")
def superset(room: Path, gold: psycopg.Connection) -> Iterator[Superset]:
    with running(Superset(room / "superset", find_free_port()), gold) as superset:
        yield superset


@pytest.fixture(scope="module")
def dashboard(superset: Superset, tmp_path_factory: Any) -> Iterator[Dashboard]:
    """The dashboard, opened by the analyst once: the tests that look at it come before those that click."""
    capabilities = {"goog:loggingPrefs": {"performance": "ALL"}}
    with open_browser(tmp_path_factory.mktemp("browser"), **capabilities) as browser:
        # As tall as the dashboard, which draws a chart when it comes into sight.
        browser.set_window_size(1680, 2200)
        browser.get(f"{superset.url}/login/")
        see(browser, "Sign in")
        browser.find_element(By.CSS_SELECTOR, "input#username, input[name='username']").send_keys("analyst")
        password = browser.find_element(By.CSS_SELECTOR, "input[type='password']")
        password.send_keys(superset.secret("analyst_password"), Keys.ENTER)
        wait_until(lambda: "/login" not in browser.current_url, PAGE_SECONDS, lambda: "not logged in")
        opened = Dashboard(browser, superset)
        opened.open()
        yield opened


def test_no_chart_of_the_dashboard_shows_an_error(dashboard: Dashboard) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    dashboard.browser.save_screenshot(str(SCREENSHOTS / "dashboard.png"))
    assert len(dashboard.answers) >= len(TILES + TABLES + CANVASES)
    assert [each["error"] for each in dashboard.answers if each["error"]] == []
    page = dashboard.browser.find_element(By.TAG_NAME, "body").text
    assert not re.search(r"error|no data|no results", page, re.IGNORECASE)


def test_the_tiles_show_the_last_week_of_gold(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    row = gold.execute(LAST_WEEK.encode()).fetchone()
    assert row
    for title, value, form in zip(TILES, row, (",.0f", ".1%", ",.0f", ",.1f", ".0%", ",.0f"), strict=True):
        assert format(value, form) in dashboard.chart(title).split("\n"), title


def test_the_trend_is_golds(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    expected = gold.execute(TREND.encode()).fetchall()
    sold = dashboard.answer("week_name", "net_sold")
    rates = dashboard.answer("week_name", "sell_through")
    assert {row["week_name"]: row["net_sold"] for row in sold} == {week: float(units) for week, units, _ in expected}
    assert {row["week_name"]: round(row["sell_through"], 9) for row in rates} == {
        week: round(float(rate), 9) for week, _, rate in expected
    }


def test_the_heat_map_has_every_place_and_week_of_gold(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    shown = [row["sell_through"] for row in dashboard.answer("week_name", "place", "sell_through", "rank")]
    expected = [rate for _, _, rate in gold.execute(PLACES_AND_WEEKS.encode())]
    assert sorted(round(rate, 9) for rate in shown if rate is not None) == sorted(
        round(float(rate), 9) for rate in expected if rate is not None
    )
    assert len(shown) == len(expected)


def test_the_ranking_of_items_is_golds_best_seller_first(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    rows = dashboard.rows("Items, best sellers first")
    shown = [(row[1], Decimal(row[3])) for row in rows if row[3] != "N/A"]
    # Of the last ones nobody stated sales.
    assert {row[3] for row in rows[len(shown) :]} <= {"N/A"}
    expected = [(item, units.normalize()) for item, units in gold.execute(ITEMS.encode())]
    assert sorted(shown) == sorted(expected)
    assert [units for _, units in shown] == sorted((units for _, units in expected), reverse=True)


def test_what_is_out_of_stock_is_listed(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    shown = [(row[1], row[2]) for row in dashboard.rows("Out of stock")]
    assert sorted(shown) == sorted(gold.execute(OUT_OF_STOCK.encode()).fetchall())


def test_every_partner_with_lines_is_in_the_data_quality(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    lines = "select partner_name, sum(line_count) from gold.mart_data_quality join gold.dim_partner using (partner_id)"
    shown = [(row[0], Decimal(row[1])) for row in dashboard.rows("Lines by partner")]
    assert sorted(shown) == sorted(gold.execute(f"{lines} group by 1".encode()).fetchall())


def test_the_queries_that_the_benchmark_times_are_those_of_the_page(dashboard: Dashboard) -> None:
    asked = set()
    for each in dashboard.answers:
        asked.add("\n".join(line.rstrip() for line in each["query"].strip().rstrip(";").splitlines()))
    assert asked == set(read_queries())


def test_the_page_is_made_by_this_machine_alone(dashboard: Dashboard) -> None:
    assert dashboard.hosts == {f"127.0.0.1:{dashboard.superset.port}"}


def test_the_analyst_cannot_read_messages_in_sql_lab_either(dashboard: Dashboard) -> None:
    status, text = dashboard.ask("select count(*) as places from gold.dim_location")
    assert status == 200, text
    for statement in ("select raw from bronze.messages", "select document from silver.outcomes"):
        status, text = dashboard.ask(statement)
        assert status >= 400
        assert "permission denied" in text


@pytest.mark.parametrize(
    "statement",
    [
        "create table gold.own (id integer)",
        "begin read write; create temp table own (id integer); select 1",
        "do $$ begin execute 'create temp table own (id integer)'; end $$",
        "delete from gold.dim_partner",
        "with gone as (delete from gold.dim_partner returning 1) select * from gone",
        "explain analyze delete from gold.dim_partner",
        "select lo_create(0)",
        "set transaction read write; select lo_create(0)",
        "set role tillroll_dbt",
        "select usename from pg_shadow",
        "select pg_read_file('/etc/passwd')",
        "copy (select 1) to program 'id'",
    ],
)
def test_the_analyst_writes_nothing_in_sql_lab(statement: str, dashboard: Dashboard) -> None:
    status, text = dashboard.ask(statement)
    assert status >= 400, text


def test_the_analyst_changes_no_definition_and_connects_nothing_else(dashboard: Dashboard) -> None:
    for path, change in (
        ("dataset/1", {"description": "changed"}),
        ("chart/1", {"slice_name": "changed"}),
        ("dashboard/1", {"dashboard_title": "changed"}),
    ):
        assert dashboard.call("PUT", path, change)[0] == 403, path
    assert dashboard.call("DELETE", "dashboard/1", {})[0] == 403
    own = {"database_name": "own", "sqlalchemy_uri": "sqlite:////etc/passwd"}
    assert dashboard.call("POST", "database/", own)[0] == 403


def test_a_filter_narrows_every_chart_to_one_partner(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    dashboard.choose(0, "Nordhus")
    dashboard.browser.save_screenshot(str(SCREENSHOTS / "dashboard_filtered.png"))
    partner = (
        "where partner_id = (select partner_id from gold.dim_partner where partner_name = 'Nordhus') and unit = 'EA'"
    )
    row = gold.execute(ITEMS.replace("where unit = 'EA'", partner).encode()).fetchall()
    shown = [(line[1], Decimal(line[3])) for line in dashboard.rows("Items, best sellers first")]
    assert sorted(shown) == sorted((item, units.normalize()) for item, units in row)
    assert {line[0] for line in dashboard.rows("Lines by partner")} == {"Nordhus"}


def test_the_filter_of_weeks_narrows_every_chart_to_them(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    dashboard.open()
    dashboard.choose_days("2026-01-05", "2026-01-12")
    dashboard.browser.save_screenshot(str(SCREENSHOTS / "dashboard_week.png"))
    week = "where iso_week_start_date = '2026-01-05' and unit = 'EA'"
    expected = gold.execute(ITEMS.replace("where unit = 'EA'", week).encode()).fetchall()
    rows = dashboard.rows("Items, best sellers first")
    assert {row[-1] for row in rows} == {"05 Jan 2026"}
    shown = [(row[1], Decimal(row[3])) for row in rows if row[3] != "N/A"]
    assert sorted(shown) == sorted((item, units.normalize()) for item, units in expected)
    assert [row["week_name"] for row in dashboard.answer("week_name", "net_sold")] == ["2026-W02"]
    assert {row["week_name"] for row in dashboard.answer("week_name", "place", "sell_through", "rank")} == {"2026-W02"}
    assert {row[0] for row in dashboard.rows("What is missing, late or refused")} == {"05 Jan 2026"}
    # The tiles tell of the last of the weeks chosen.
    (sold,) = (
        gold.execute(f"select sum(net_units_sold) from gold.fct_sell_through_performance {week}".encode()).fetchone()
        or ()
    )
    assert format(sold, ",.0f") in dashboard.chart("Net sold").split("\n")


def test_the_filter_of_items_narrows_what_is_told_of_items(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    dashboard.open()
    places = dashboard.rows("Places, best sellers first")
    dashboard.choose(1, "Oat drink 1 l")
    dashboard.browser.save_screenshot(str(SCREENSHOTS / "dashboard_item.png"))
    item = "where item_id = '09501101000018' and unit = 'EA'"
    expected = gold.execute(ITEMS.replace("where unit = 'EA'", item).encode()).fetchall()
    rows = dashboard.rows("Items, best sellers first")
    assert {row[0] for row in rows} == {"Oat drink 1 l"}
    assert sorted((row[1], Decimal(row[3])) for row in rows) == sorted((i, units.normalize()) for i, units in expected)
    assert {row[1] for row in dashboard.rows("Out of stock")} == {"Oat drink 1 l"}
    weekly = gold.execute(TREND.replace("where unit = 'EA'", item).encode()).fetchall()
    assert {row["week_name"]: row["net_sold"] for row in dashboard.answer("week_name", "net_sold")} == {
        week: float(units) for week, units, _ in weekly
    }
    # Charts of places are of all items, as the filter's own words say.
    assert dashboard.rows("Places, best sellers first") == places


def test_bringing_it_up_again_changes_nothing(dashboard: Dashboard, gold: psycopg.Connection) -> None:
    charts = "return fetch('/api/v1/chart/').then(answer => answer.json()).then(found => found.count)"
    before = dashboard.browser.execute_script(charts)
    login = gold.execute("select rolname from pg_roles where rolname like 'tillroll_bi_%'").fetchall()
    bring_up(dashboard.superset, gold, login[-1][0])
    assert dashboard.browser.execute_script(charts) == before
    dashboard.open()
    assert [each["error"] for each in dashboard.answers if each["error"]] == []
