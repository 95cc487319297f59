"""Gold against a calculation on paper: seeds/golden says what each message of the demonstration holds."""

import csv
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.integration.conftest import Dbt

Row = dict[str, Any]
MESSAGE = re.compile(r"UNH\W.*?(?:UNT\W[^~']*|\Z)|(?<!\w[*|])ST[*|]\d{3}[*|].*?SE[*|]\d+[*|]\d+", re.DOTALL)
LANDED = datetime(2026, 1, 21, 8, tzinfo=UTC)


@pytest.fixture
def golden(clone: Path) -> dict[Path, Row]:
    """Golden documents by the file that they were read from, in the order of the names."""
    found = {}
    for path in sorted((clone / "seeds" / "golden").rglob("*.json")):
        message_file = clone / "seeds" / "edi" / path.relative_to(clone / "seeds" / "golden").with_suffix(".edi")
        found[message_file] = json.loads(path.read_text())
    return found


@pytest.fixture
def build(dbt: Dbt) -> Dbt:
    """Runs `dbt build`, against the fresh database."""
    return partial(dbt, "build")


def insert(connection: psycopg.Connection[Any], path: Path, record: Row, received_at: datetime) -> None:
    """Write a file and the outcomes of its messages as Bronze and Silver would hold them."""
    content = path.read_bytes()
    interchange_id = hashlib.sha256(content).hexdigest()
    texts = MESSAGE.findall(content.decode("latin-1"))
    assert len(texts) == len(record["messages"]), path.name
    connection.execute(
        "insert into bronze.interchanges (interchange_id, file_name, size_bytes, received_at) values (%s, %s, %s, %s)",
        (interchange_id, path.name, len(content), received_at),
    )
    for text, message in zip(texts, record["messages"], strict=True):
        message_id = hashlib.sha256(f"{interchange_id}:{message['position']}".encode()).hexdigest()
        document = message["document"]
        is_valid = message.get("is_valid", True)
        connection.execute(
            "insert into bronze.messages (message_id, interchange_id, position, raw, content_sha256, message_type,"
            " reference, envelope, problems, received_at) values (%s, %s, %s, %s, %s, %s, %s, %s, '[]', %s)",
            (
                message_id,
                interchange_id,
                message["position"],
                text,
                hashlib.sha256(text.encode()).hexdigest(),
                document["message_type"],
                document["message_reference"],
                Jsonb(record["envelope"]),
                received_at,
            ),
        )
        connection.execute(
            "insert into silver.outcomes (message_id, compiler_version, is_valid, is_complete, document,"
            " rejected_lines, problems, route, attempts, compile_ms)"
            " values (%s, 'by hand', %s, %s, %s, %s, '[]', 'review', 0, 0)",
            (
                message_id,
                is_valid,
                is_valid and not message["rejected_lines"],
                Jsonb(document),
                Jsonb([{"text": ""}] * message["rejected_lines"]),
            ),
        )


def paper(clone: Path) -> dict[str, set[tuple[Any, ...]]]:
    """Rows calculated by hand, by the name of their table."""
    tables = {}
    for path in sorted((clone / "seeds" / "golden" / "gold").glob("*.csv")):
        with path.open(newline="") as file:
            tables[path.stem] = {tuple(plain(value or None) for value in row.values()) for row in csv.DictReader(file)}
    assert len(tables) == 5
    return tables


def gold(connection: psycopg.Connection[Any], clone: Path) -> dict[str, set[tuple[Any, ...]]]:
    """The same columns of the same tables, as dbt has calculated them."""
    tables = {}
    for path in sorted((clone / "seeds" / "golden" / "gold").glob("*.csv")):
        header = path.read_text().splitlines()[0].split(",")
        columns = ", ".join(f"{column}::text" for column in header)
        rows = connection.execute(f"select {columns} from gold.{path.stem}").fetchall()
        assert len(rows) == len(set(rows))
        tables[path.stem] = {tuple(plain(value) for value in row) for row in rows}
    return tables


def plain(value: str | None) -> str | Decimal | None:
    """The value, a number with a decimal point freed of its trailing zeros."""
    if value is not None and re.fullmatch(r"-?\d{1,9}(\.\d+)?", value) and not re.fullmatch(r"0\d+", value):
        return Decimal(value).normalize()
    return value


@pytest.mark.slow
def test_gold_equals_the_calculation_on_paper(
    connection: psycopg.Connection[Any], golden: dict[Path, Row], build: Dbt, clone: Path
) -> None:
    for path, record in golden.items():
        insert(connection, path, record, LANDED)
    connection.commit()

    build()

    assert gold(connection, clone) == paper(clone)


@pytest.mark.slow
def test_gold_does_not_depend_on_the_order_in_which_files_land(
    connection: psycopg.Connection[Any], golden: dict[Path, Row], build: Dbt, clone: Path
) -> None:
    for hours, (path, record) in enumerate(reversed(golden.items())):
        insert(connection, path, record, LANDED + timedelta(hours=hours))
    connection.commit()

    build("--exclude-resource-type", "unit_test", "test")

    assert gold(connection, clone) == paper(clone)


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
def test_each_demonstration_message_compiles_to_its_golden_document(
    connection: psycopg.Connection[Any], golden: dict[Path, Row]
) -> None:
    wrong: list[tuple[Any, ...]] = []
    for path, record in golden.items():
        for message in record["messages"]:
            found = connection.execute(
                "select is_valid, document, jsonb_array_length(rejected_lines) from silver.outcomes"
                " join bronze.messages using (message_id) join bronze.interchanges using (interchange_id)"
                " where file_name = %s and position = %s",
                (path.name, message["position"]),
            ).fetchone()
            assert found, path.name
            is_valid, document, rejected = found
            expected = [message.get("is_valid", True), message["rejected_lines"]]
            if [is_valid, rejected] != expected:
                wrong.append((path.name, message["position"], [is_valid, rejected], expected))
            elif is_valid:
                fields = message["document"]["lines"][0]
                stated = [{name: line[name] for name in fields} for line in document["lines"]]
                wrong += [
                    (path.name, message["position"], line) for line in difference(stated, message["document"]["lines"])
                ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
def test_gold_of_the_landing_folder_equals_the_calculation_on_paper(
    connection: psycopg.Connection[Any], build: Dbt, clone: Path
) -> None:
    build("--exclude-resource-type", "unit_test")

    found, expected = gold(connection, clone), paper(clone)
    # What is no message at all names no partner or week: five of the folder's are at no place, and none of their lines.
    nowhere = {row for row in found["mart_data_quality"] if "unknown" in row}
    assert connection.execute(
        "select sum(message_count), sum(invalid_message_count), sum(line_count) from gold.mart_data_quality"
        " where is_location_unknown"
    ).fetchone() == (5, 5, 0)
    found["mart_data_quality"] -= nowhere
    expected["mart_data_quality"] = {row for row in expected["mart_data_quality"] if "unknown" not in row}
    assert found == expected


def difference(found: list[Row], expected: list[Row]) -> list[tuple[str, Row]]:
    """Lines that only one side has; numbers are compared as numbers."""
    missing = list(expected)
    extra = []
    for line in found:
        if line in missing:
            missing.remove(line)
        else:
            extra.append(line)
    return [("not expected", line) for line in extra] + [("missing", line) for line in missing]


@pytest.mark.slow
def test_an_empty_warehouse_gives_an_empty_gold_that_an_analyst_may_read(
    connection: psycopg.Connection[Any], build: Dbt
) -> None:
    build("--exclude-resource-type", "unit_test", "test")

    connection.execute("set role analyst")
    assert connection.execute("select count(*) from gold.fct_sell_through_performance").fetchone() == (0,)
    assert connection.execute("select count(*) > 0 from reference.quantity_meanings").fetchone() == (True,)
    for hidden in ("intermediate.int_lines", "staging.base_compiled_lines", "silver.outcomes", "bronze.messages"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(f"select 1 from {hidden}")
