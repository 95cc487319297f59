"""A partner that means something else by the same words is told of, whoever read its messages."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_project.defs import drift, silver, silver_checks
from dagster_project.defs.resources import Warehouse
from dagster_project.ingest import delivery, intake
from dagster_project.ingest.landing import list_files
from tests.integration.incoming import LOG, compile_all
from udf.compiler import load_compiler

GTINS = ("4006381333931", "9501101530003", "5449000000996")
Write = Callable[[random.Random, int], str]


def write_sales(
    r: random.Random, number: int, factor: int = 1, unit: str = "PCE", cents: bool = False, place: str = "401234500003"
) -> str:
    """An interchange of one message of three lines."""
    rows = [
        f"UNH+{number}+SLSRPT:D:96A:UN:EAN004", f"BGM+73E+S{number}+9", "DTM+137:20261109:102",
        "DTM+356:2026110220261108:718", f"LOC+162+{place}{number % 10}::9",
    ]  # fmt: skip
    for count, item in enumerate(GTINS, 1):
        price = r.randint(199, 999)
        shown = str(price) if cents else f"{price / 100:.2f}"
        rows += [f"LIN+{count}++{item}:EN", f"QTY+153:{r.randint(2, 9) * factor}:{unit}", f"PRI+AAA:{shown}"]
    text = "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])
    return f"UNB+UNOA:3+5412345000013:14+8798765000017:14+261109:0900+R{number}'{text}UNZ+1+R{number}'"


@pytest.fixture(autouse=True)
def forget_plans() -> None:
    """The plans of a process outlive the warehouse of a test."""
    load_compiler.cache_clear()


@pytest.fixture
def send(tmp_path: Path, database: dict[str, str]) -> Any:
    """Brings messages to Silver, a file each."""
    r = random.Random(5)

    def bring(numbers: range, **changes: Any) -> None:
        for number in numbers:
            (tmp_path / f"{number}.edi").write_text(write_sales(r, number, **changes))
        with Warehouse().connect() as loader:
            for file in list_files(tmp_path):
                delivery.deliver(loader, file)
            intake.split_pending(loader, LOG)
        compile_all()

    return bring


def check(asset_check: Any, name: str) -> tuple[bool, dict[str, Any]]:
    result = dg.materialize([silver.outcomes, asset_check], resources={"warehouse": Warehouse()}, raise_on_error=False)
    (found,) = [one for one in result.get_asset_check_evaluations() if one.check_name == name]
    return found.passed, {name: value.value for name, value in found.metadata.items()}


def changed_fields() -> set[str]:
    passed, metadata = check(drift.drift_check, "partners_report_as_before")
    fields = {record.data["field"] for record in metadata["drift"].records}
    assert passed == (not fields)
    return fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, set()),
        ({"factor": 3}, set()),
        ({"factor": 24}, {"quantity, sold"}),
        ({"factor": -1}, {"quantity, sold"}),
        ({"unit": "CT"}, {"unit, sold"}),
        ({"cents": True}, {"price, AAA"}),
        ({"place": "12"}, {"place"}),
    ],
)
def test_what_changes_within_a_partners_last_messages_is_told(
    send: Any, changes: dict[str, Any], fields: set[str]
) -> None:
    send(range(1, 41))
    assert changed_fields() == set()
    send(range(41, 66), **changes)
    assert changed_fields() == fields


def test_a_planted_change_of_dialect_revokes_the_plans_and_raises_the_check(
    send: Any, connection: psycopg.Connection[Any]
) -> None:
    send(range(1, 41))
    by_plan = "select count(*) from silver.outcomes where route = 'plan'"
    (before,) = connection.execute(by_plan).fetchone() or (0,)
    assert before > 20
    assert check(silver_checks.silver_checks, "plans_agree_with_the_model")[0]
    send(range(41, 61), cents=True)
    connection.rollback()
    assert connection.execute(by_plan).fetchone() == (before,)
    ((detail, requeued),) = connection.execute("select detail, requeued from silver.disagreements").fetchall()
    assert "PRI AAA: decimals were «.2» and are «none»" in detail
    assert requeued == 0
    passed, metadata = check(silver_checks.silver_checks, "plans_agree_with_the_model")
    assert not passed
    assert detail in metadata["details"]
