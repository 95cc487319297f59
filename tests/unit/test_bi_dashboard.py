"""The dashboard as code: what it refers to is there, what it says is described, and stock is never summed over time."""

import re
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="the platform is not installed: make setup")

ASSETS = Path(__file__).resolve().parents[2] / "dbt" / "superset"
# What may be added over weeks; all else is a state at the end of one.
ADDITIVE = {"net_units_sold", "line_count", "counted_line_count", "restated_line_count", "rejected_line_count"}
ADDITIVE |= {"unmapped_line_count"}


def read(kind: str) -> dict[str, Any]:
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted((ASSETS / kind).rglob("*.yaml"))}


@pytest.fixture(scope="module")
def datasets() -> dict[str, Any]:
    return read("datasets")


@pytest.fixture(scope="module")
def charts() -> dict[str, Any]:
    return read("charts")


@pytest.fixture(scope="module")
def dashboard() -> Any:
    return read("dashboards")["sell_through"]


def test_everything_is_named_once(datasets: dict[str, Any], charts: dict[str, Any], dashboard: Any) -> None:
    uuids = [each["uuid"] for each in [*datasets.values(), *charts.values(), dashboard]]
    assert len(set(uuids)) == len(uuids)


def test_charts_and_filters_refer_to_datasets_that_are_there(
    datasets: dict[str, Any], charts: dict[str, Any], dashboard: Any
) -> None:
    known = {dataset["uuid"] for dataset in datasets.values()}
    filters = dashboard["metadata"]["native_filter_configuration"]
    targets = [target for each in filters for target in each["targets"] if target]
    assert {chart["dataset_uuid"] for chart in charts.values()} <= known
    assert {target["datasetUuid"] for target in targets} <= known


def test_the_dashboard_holds_every_chart(charts: dict[str, Any], dashboard: Any) -> None:
    placed = {each["meta"]["uuid"] for key, each in dashboard["position"].items() if key.startswith("CHART-")}
    assert placed == {chart["uuid"] for chart in charts.values()}


def test_a_person_is_told_what_each_thing_is(datasets: dict[str, Any], charts: dict[str, Any], dashboard: Any) -> None:
    metrics = [metric for dataset in datasets.values() for metric in dataset["metrics"]]
    for each in [*datasets.values(), *charts.values(), *metrics, dashboard]:
        assert each["description"].strip(), each


def test_charts_ask_for_metrics_that_their_dataset_has(datasets: dict[str, Any], charts: dict[str, Any]) -> None:
    metrics = {dataset["uuid"]: {m["metric_name"] for m in dataset["metrics"]} for dataset in datasets.values()}
    for name, chart in charts.items():
        params = chart["params"]
        asked = [*params.get("metrics", []), *params.get("metrics_b", []), params.get("metric")]
        asked.append(params.get("timeseries_limit_metric"))
        assert {metric for metric in asked if metric} <= metrics[chart["dataset_uuid"]], name


def test_a_metric_over_several_weeks_is_null_unless_it_may_be_added(datasets: dict[str, Any]) -> None:
    for dataset in datasets.values():
        for metric in dataset["metrics"]:
            expression = metric["expression"]
            summed = set(re.findall(r"(?:sum|avg)\(([a-z_ +]+)\)", expression))
            columns = {column.strip() for each in summed for column in each.split("+")}
            if columns - ADDITIVE:
                assert "min(week) = max(week)" in expression, metric["metric_name"]


def test_units_of_measure_are_never_added_up(datasets: dict[str, Any]) -> None:
    for dataset in datasets.values():
        for metric in dataset["metrics"]:
            if re.search(r"sum\([a-z_]*units", metric["expression"]):
                assert "min(unit) = max(unit)" in metric["expression"], metric["metric_name"]


def test_datasets_read_gold_alone(datasets: dict[str, Any]) -> None:
    for dataset in datasets.values():
        assert dataset["schema"] == "gold"
        read_from = re.findall(r"(?:from|join) (\S+)", dataset.get("sql") or "")
        assert {relation.partition(".")[0] for relation in read_from} <= {"gold"}


def test_no_password_and_no_address_of_a_machine_is_kept() -> None:
    (database,) = read("databases").values()
    assert database["sqlalchemy_uri"] == "postgresql+psycopg2://tillroll_bi@127.0.0.1/tillroll"
    assert not database["allow_dml"]
