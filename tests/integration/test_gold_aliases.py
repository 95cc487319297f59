"""One item under two numbers and one place under two codes: by what a partner says itself, and by a row."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from tests.integration.conftest import LOOKED_UP, Dbt
from tests.integration.incoming import Deliver, compile_all
from tests.integration.reports_of_partners import GTIN, write_sales, write_stock
from tests.integration.test_gold_growth import kept_apart, read_tables

STORE, OTHER_STORE = "9501101950016::9", "9501101950023::9"
OTHER_GTIN = "9501101003026:EN"


def rows(connection: psycopg.Connection[Any]) -> set[tuple[Any, ...]]:
    connection.rollback()
    return set(
        connection.execute(
            "select partner_id, item_id, location_id, sell_through_rate::float from gold.fct_sell_through_performance"
        )
    )


@pytest.mark.slow
def test_a_number_stands_for_the_gtin_beside_which_alone_its_partner_states_it(
    deliver: Deliver,
    connection: psycopg.Connection[Any],
    database: Mapping[str, str],
    server: Mapping[str, str],
    dbt: Dbt,
) -> None:
    deliver(write_stock("SHOP", STORE, 80, item="LIN+1'PIA+5+ART-7:SA"))
    compile_all()
    dbt("run")
    assert rows(connection) == {("SHOP", "ART-7", "9501101950016", None)}
    # Said later than the stock, which is counted anew; and of another partner's ART-7 it says nothing: that one has
    # sold none of it then.
    deliver(
        write_sales("SHOP", STORE, 20, item=f"LIN+1++{GTIN}'PIA+1+ART-7:SA"),
        write_sales("THIRD", STORE, 20, item=f"LIN+1++{OTHER_GTIN}"),
        write_stock("THIRD", STORE, 80, item="LIN+1'PIA+5+ART-7:SA"),
    )
    compile_all()
    dbt("run", *LOOKED_UP)
    assert rows(connection) == {
        ("SHOP", "09501101003019", "9501101950016", 0.2),
        ("THIRD", "09501101003026", "9501101950016", None),
        ("THIRD", "ART-7", "9501101950016", 0.0),
    }
    named = connection.execute(
        "select identifiers_sent from gold.dim_item where item_key = '09501101003019'"
    ).fetchone()
    assert named == ("EN 9501101003019, SA ART-7",)
    # A style: one number beside two GTINs is neither of them.
    deliver(write_sales("SHOP", STORE, 1, item=f"LIN+1++{OTHER_GTIN}'PIA+1+ART-7:SA"))
    compile_all()
    dbt("run", *LOOKED_UP)
    assert rows(connection) >= {
        ("SHOP", "09501101003019", "9501101950016", None),
        ("SHOP", "ART-7", "9501101950016", 0.0),
    }
    (row,) = connection.execute("select csv_row from gold.mart_proposed_aliases").fetchone() or (None,)
    assert row == "SHOP,vendor,ART-7,gtin,09501101003019,"
    connection.close()
    grown = read_tables(database)
    with kept_apart(database, server):
        dbt("run", "--full-refresh")
        assert read_tables(database) == grown


@pytest.mark.slow
def test_a_row_says_which_codes_are_one_place_and_which_numbers_one_item(
    deliver: Deliver, connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    deliver(
        write_sales("CHAIN", "0016::92", 20),
        write_stock("CHAIN", STORE, 80),
        write_sales("NOUGHTS", "16::92", 20),
        write_stock("NOUGHTS", "0016::92", 80),
        write_sales("NUMBERS", OTHER_STORE, 20),
        write_stock("NUMBERS", OTHER_STORE, 80, item="LIN+1'PIA+5+ART-7:SA"),
    )
    compile_all()
    dbt("run")
    assert len(rows(connection)) == 6
    proposed = connection.execute("select csv_row from gold.mart_proposed_aliases").fetchall()
    assert proposed == [("NOUGHTS,16,0016,",)]
    connection.execute(
        "insert into reference.location_aliases (partner, location_id, stands_for)"
        " values ('CHAIN', '0016', '9501101950016'), ('NOUGHTS', '16', '0016')"
    )
    connection.execute(
        "insert into reference.item_aliases (partner, item_id_type, item_id, stands_for_type, stands_for_id)"
        " values ('NUMBERS', 'vendor', 'ART-7', 'gtin', '09501101003019')"
    )
    connection.commit()
    dbt("run")
    assert rows(connection) == {
        ("CHAIN", "09501101003019", "9501101950016", 0.2),
        ("NOUGHTS", "09501101003019", "0016", 0.2),
        ("NUMBERS", "09501101003019", "9501101950023", 0.2),
    }
