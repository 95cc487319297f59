"""From any number of Gold one query walks back to the characters that were sent: dbt/analyses/trace_a_number.sql."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.integration.conftest import run_dbt

Row = dict[str, Any]
KEY = ("partner_id", "item_id_type", "item_id", "location_id", "unit", "week_start_date")


@pytest.fixture
def gold(clone: Path, target: Path, compiled: None) -> None:
    """The demonstration folder, compiled by the shipped model and built by dbt."""
    run_dbt(clone, target, "build", "--exclude-resource-type", "unit_test", "test")


@pytest.fixture
def trace(clone: Path, target: Path, connection: psycopg.Connection[Any], gold: None) -> Callable[[Row], list[Row]]:
    """The documented query, asked for one row of Gold."""
    variables = ", ".join(f'{name}: "%({name})s"' for name in KEY)
    run_dbt(clone, target, "compile", "--select", "trace_a_number", "--vars", f"{{{variables}}}")
    query = (target / "compiled" / "tillroll" / "analyses" / "trace_a_number.sql").read_text()
    for name in KEY:
        query = query.replace(f"'%({name})s'", f"%({name})s")

    def ask(row: Row) -> list[Row]:
        return connection.cursor(row_factory=dict_row).execute(query.encode(), row).fetchall()

    return ask


def quantities(traced: list[Row], *measures: str) -> list[Row]:
    return [
        value
        for value in traced
        if value["field"] == "quantity" and value["fate"] == "counted" and value["measure"] in measures
    ]


@pytest.mark.slow
def test_every_number_of_gold_is_found_in_the_text_that_was_sent(
    connection: psycopg.Connection[Any], trace: Callable[[Row], list[Row]]
) -> None:
    texts = dict(connection.execute("select message_id, raw from bronze.messages").fetchall())
    rows = connection.cursor(row_factory=dict_row).execute("select * from gold.fct_sell_through_performance").fetchall()
    assert len(rows) == 34
    for row in rows:
        traced = trace(row)
        for value in traced:
            # The spans are of the message as it was received, in bronze.
            assert texts[value["message_id"]][value["span_start"] : value["span_end"]] == value["text_as_sent"]
            if value["field"] == "quantity":
                assert abs(Decimal(value["text_as_sent"].replace(",", "."))) == abs(value["quantity"])
        sold = [value["quantity"] for value in quantities(traced, "sold")]
        assert sum(quantity for quantity in sold if quantity > 0) == (row["units_sold"] or 0), row
        assert sum(value["quantity"] for value in quantities(traced, "received")) == (row["units_received"] or 0), row
        snapshot = [
            value["quantity"]
            for value in quantities(traced, "on_hand", "available")
            if (value["measure"], value["end_date"]) == (row["on_hand_measure"], row["on_hand_as_of_date"])
        ]
        assert (sum(snapshot) if snapshot else None) == row["on_hand_units"], row

    # What was restated shows both words, and which of them counts.
    restated = dict(
        zip(KEY, ("9501101900011", "gtin", "09501101000018", "9501101910010", "EA", "2026-01-05"), strict=True)
    )
    assert {
        (value["file_name"], value["text_as_sent"], value["fate"])
        for value in trace(restated)
        if value["field"] == "quantity" and value["measure"] == "sold"
    } == {
        ("01_nordhus_slsrpt_week_02.edi", "24", "superseded"),
        ("05_nordhus_slsrpt_week_02_restated.edi", "22", "counted"),
    }
