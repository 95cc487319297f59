"""A layout that a person approves is in Gold with the next run, and nothing of it after its withdrawal."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from tests.integration.conftest import LOOKED_UP, Dbt
from tests.integration.incoming import compile_all
from tests.integration.postgres.test_pending import fill
from tests.integration.test_gold_growth import read_tables
from tests.integration.warehouse.test_layouts import KIOSK, RIGHT, told
from tests.integration.warehouse.test_reviews import approve, withdraw
from tests.unit.approved import write_strange


@pytest.mark.slow
def test_a_layout_is_in_gold_from_its_approval_to_its_withdrawal_and_no_longer(
    database: Mapping[str, str], connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    connection.rollback()
    connection.autocommit = True
    fill(connection, [(write_strange(store="9501101910027"), KIOSK)])

    def build() -> dict[str, Any]:
        compile_all()
        dbt("run", *LOOKED_UP)
        return {name: rows for name, rows in read_tables(database).items() if name.startswith("gold.")}

    def sold() -> int:
        row = connection.execute("select sum(units_sold)::int from gold.fct_sales").fetchone()
        return int(row[0] or 0) if row else 0

    before = build()
    assert sold() == 0
    review = approve(connection, told(RIGHT), "layout", message_type="SLSRPT")
    build()
    assert sold() == 19
    withdraw(connection, review)
    assert build() == before
