"""The page of operations names each check by its exact name, and no check that there is not."""

import re
from pathlib import Path

import pytest

# What dbt names after what it tests, hundreds of them: the page speaks of each kind.
KINDS = ("accepted_values_", "at_least_", "at_most_", "not_null_", "relationships_", "unique_")


@pytest.fixture(scope="module")
def page(clone: Path) -> list[str]:
    """Names in the first column of the tables of checks."""
    text = (clone / "dagster_project" / "OPERATIONS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", text.partition("## Red checks")[2], re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(.*?)`", row)]


@pytest.fixture(scope="module")
def checks(clone: Path) -> dict[str, bool]:
    """The checks of the graph, and whether each is blocking."""
    lines = (clone / "tests" / "integration" / "graph.txt").read_text().splitlines()
    return {line.split()[2]: line.endswith("(blocking)") for line in lines if line.startswith("check ")}


def test_each_check_is_on_the_page_and_each_on_the_page_is_a_check(page: list[str], checks: dict[str, bool]) -> None:
    named = {name for name in page if not name.endswith("…") and name != "reference"}
    assert named == {name for name in checks if not name.startswith(KINDS)}
    assert {name.removesuffix("…") for name in page if name.endswith("…")} == set(KINDS)


def test_the_page_says_which_ones_stop_gold(clone: Path, checks: dict[str, bool]) -> None:
    text = (clone / "dagster_project" / "OPERATIONS.md").read_text(encoding="utf-8")
    ours = dict(re.findall(r"^\| `(\w+)`( \(blocking\))? \|", text.partition("Those of Gold")[0], re.MULTILINE))
    assert {name for name, mark in ours.items() if mark} == {name for name in ours if checks[name]}
