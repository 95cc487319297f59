"""What people decide reaches Gold with the next run, and leaves it with the one after its withdrawal."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from tests.integration.conftest import LOOKED_UP, Dbt
from tests.integration.incoming import compile_all
from tests.integration.postgres.test_pending import fill
from tests.integration.test_gold_growth import read_tables
from tests.integration.warehouse.test_reviews import approve, withdraw
from tests.unit.decided import NEEDS, STORE
from tests.unit.plans.routes import write_report
from udf.outcome import Envelope

KIOSK, OTHER = (Envelope(standard="EDIFACT", sender=name) for name in ("KIOSK", "OTHER"))
SOLD = {"standard": "EDIFACT", "segment": "QTY", "code": "Z9", "measure": "sold"}
RETURNED = {**SOLD, "code": "153", "measure": "returned"}


@pytest.mark.slow
def test_a_decision_is_in_gold_from_its_approval_to_its_withdrawal_and_no_longer(
    database: Mapping[str, str], connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    text = NEEDS["code"][0].replace(STORE, "9501101910010")
    connection.rollback()
    connection.autocommit = True
    fill(connection, [(text, KIOSK), (text, OTHER), (write_report(number=2), KIOSK), (write_report(), OTHER)])

    def build() -> dict[str, Any]:
        compile_all()
        dbt("run", *LOOKED_UP)
        return {name: rows for name, rows in read_tables(database).items() if name.startswith("gold.")}

    def sold() -> dict[str, tuple[int, int]]:
        found = connection.execute(
            "select partner_id, sum(units_sold)::int, sum(units_returned)::int from gold.fct_sales group by 1"
        )
        return {partner: (units, returned) for partner, units, returned in found}

    before = build()
    assert sold() == {"KIOSK": (19, 0), "OTHER": (19, 0)}
    first = approve(connection, SOLD)
    build()
    assert sold() == {"KIOSK": (38, 0), "OTHER": (19, 0)}
    second = approve(connection, RETURNED)
    build()
    assert sold() == {"KIOSK": (19, 19), "OTHER": (19, 0)}
    withdraw(connection, second)
    withdraw(connection, first)
    assert build() == before
