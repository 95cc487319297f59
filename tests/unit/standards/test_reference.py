"""The reference tables: each problem that the code can name has a severity and a remedy, and no other is listed."""

import ast
import csv
import re
import shutil
from pathlib import Path

import pytest

import udf
from udf.standards import reference
from udf.standards.reference import FOLDER, load_reference

ROOT = Path(__file__).parents[3]
PACKAGE = Path(udf.__file__).parent
SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py")
    if path.relative_to(PACKAGE).parts[0] not in ("train", "language", "engines") and path.name != "install.py"
)  # fmt: skip
COMPOSED = {"unt-count-mismatch", "se-count-mismatch", "header-not-proved", "group-not-proved"}
NO_PROBLEMS = {"syntax-identifier", "by-layout", "utf-8-sig"}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed() -> set[str]:
    return {row["code"] for row in rows("problem_severities")}


def named() -> set[str]:
    """Codes that the code names: the compiler's string constants of hyphenated words, the scheduler's `code=`."""
    found = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found = {text for text in found if re.fullmatch(r"[a-z]+(-[a-z]+)+", text)} - NO_PROBLEMS
    for path in (ROOT / "dagster_project").rglob("*.py"):
        found |= set(re.findall(r'code="([a-z-]+)"', path.read_text("utf-8")))
    return found | COMPOSED


def test_every_problem_that_the_code_can_name_is_in_the_table() -> None:
    assert named() - listed() == set()


def test_every_problem_of_the_table_is_named_by_the_code() -> None:
    assert listed() - named() == set()


def test_every_problem_says_what_it_is_and_what_to_do() -> None:
    for row in rows("problem_severities"):
        assert row["severity"] in ("error", "warning"), row
        assert row["description"], row
        assert row["remedy"], row


def test_no_key_of_a_table_stands_twice() -> None:
    keys = {
        "problem_severities": ("code", "partner"), "price_types": ("standard", "element", "code"),
        "party_roles": ("standard", "segment", "partner", "code"),
        "date_roles": ("standard", "segment", "partner", "code"),
        "quantity_meanings": ("standard", "message_type", "segment", "version", "partner", "code"),
    }  # fmt: skip
    for name, columns in keys.items():
        found = [tuple(row[column] for column in columns) for row in rows(name)]
        assert len(found) == len(set(found)), name


def test_a_row_of_a_partner_holds_for_that_partner_and_before_all_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER, tmp_path / "tables")
    for name, row in (("party_roles", "EDIFACT,NAD,KIOSK,MS,yes,\n"), ("date_roles", "X12,DTM,KIOSK,405,as_of,\n")):
        with (tmp_path / "tables" / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(row)
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "tables")
    tables = reference.Reference()
    assert tables.place_role("EDIFACT", "NAD", "MS", "KIOSK") == "yes"
    assert tables.place_role("EDIFACT", "NAD", "MS", "OTHER") == tables.place_role("EDIFACT", "NAD", "MS") == "no"
    assert tables.place_role("EDIFACT", "NAD", "ST", "KIOSK") == "yes"
    assert tables.date_role("X12", "DTM", "405", "KIOSK") == "as_of"
    assert tables.date_role("X12", "DTM", "405") == "ignored"
    assert tables.is_settled("EDIFACT", "NAD", "MS", "KIOSK")
    assert not tables.is_settled("EDIFACT", "NAD", "ST", "KIOSK")


def test_roles_are_of_the_known_kinds() -> None:
    assert {row["is_place"] for row in rows("party_roles")} <= {"yes", "weak", "no"}
    assert {row["role"] for row in rows("date_roles")} <= {
        "period_start", "period_end", "period", "as_of", "document", "ignored",
    }  # fmt: skip


def test_a_code_means_what_its_standard_says() -> None:
    reference = load_reference()
    assert reference.measure("EDIFACT", "INVRPT", "QTY", "D:96A:UN", "", "33") == "maximum_delivery"
    assert reference.measure("X12", "846", "QTY", "004010", "", "33") == "available"
    assert reference.measure("X12", "852", "ZA", "004010", "", "QO") == "out_of_stock"
    assert reference.measure("X12", "846", "QTY", "004010", "", "QO") == "unmapped"


def test_a_code_that_changed_its_meaning_is_read_by_version() -> None:
    reference = load_reference()
    assert reference.measure("EDIFACT", "INVRPT", "QTY", "D:96A:UN:EAN004", "", "152") == "on_hand"
    assert reference.measure("EDIFACT", "INVRPT", "QTY", "D:01B:UN:EAN007", "", "152") == "consignment"


def test_a_problem_that_no_row_names_is_an_error() -> None:
    assert load_reference().severity("never-heard-of") == "error"
