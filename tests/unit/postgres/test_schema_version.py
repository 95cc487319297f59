"""A warehouse of another version is told in one sentence, and every place that names the version names the same."""

from pathlib import Path

import pytest

from udf.postgres.schema_version import SCHEMA_VERSION, describe_mismatch


def test_a_warehouse_of_our_version_is_no_matter() -> None:
    assert describe_mismatch(SCHEMA_VERSION) is None


@pytest.mark.parametrize(
    ("version", "remedy"),
    [(None, "make up"), (0, "make up"), (SCHEMA_VERSION + 1, "use the newer program")],
)
def test_any_other_is_one_sentence_with_its_version_and_a_remedy(version: int | None, remedy: str) -> None:
    complaint = describe_mismatch(version)
    assert complaint
    assert remedy in complaint
    assert complaint.count(".") == 1
    assert version is None or f"schema version {version} " in complaint


def test_there_is_a_step_to_each_version(clone: Path) -> None:
    steps = {path.stem for path in (clone / "dagster_project" / "warehouse" / "steps").glob("*.sql")}
    assert steps == {str(number) for number in range(1, SCHEMA_VERSION + 1)}


def test_dbt_reads_the_same_version(clone: Path) -> None:
    assert f"\n  schema_version: {SCHEMA_VERSION}\n" in (clone / "dbt" / "dbt_project.yml").read_text()
