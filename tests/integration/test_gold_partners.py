"""Who reports: retailers behind one mailbox, a retailer behind several, and what only looks like either."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from tests.integration.conftest import LOOKED_UP, Dbt
from tests.integration.incoming import Deliver, compile_all
from tests.integration.reports_of_partners import write_activity, write_sales, write_stock
from tests.integration.test_gold_growth import kept_apart, read_tables

ONE, OTHER = "9501101960015", "9501101960022"
STORE = "9501101950016"


def build(dbt: Dbt) -> None:
    compile_all()
    dbt("run")


def sold(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], int]:
    """Units by partner and place."""
    connection.rollback()
    found = connection.execute("select partner_id, location_id, sum(units_sold)::int from gold.fct_sales group by 1, 2")
    return {(partner, place): units for partner, place, units in found}


def rates(connection: psycopg.Connection[Any]) -> list[tuple[str, float | None]]:
    connection.rollback()
    return connection.execute(
        "select partner_id, sell_through_rate::float from gold.fct_sell_through_performance order by 1, 2"
    ).fetchall()


def proposed(connection: psycopg.Connection[Any]) -> set[str]:
    """Rows that might be added to the aliases."""
    connection.rollback()
    return {row for (row,) in connection.execute("select csv_row from gold.mart_proposed_aliases")}


@pytest.mark.slow
def test_retailers_behind_one_mailbox_are_told_apart_and_never_supersede_each_other(
    deliver: Deliver, connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    deliver(
        write_sales("BUREAU", "0001::92", 40, f"BY+{ONE}::9"),
        write_sales("BUREAU", "0001::92", 5, f"BY+{OTHER}::9"),
        # By seller beside supplier, by the group's sender, and by name.
        write_sales("SELLERS", "0001::92", 7, f"SE+{ONE}::9"),
        write_sales("SELLERS", "0001::92", 8, f"SE+{OTHER}::9"),
        write_activity("VAN", "ALPHA", "0001", 11),
        write_activity("VAN", "BETA", "0001", 12),
        write_activity("NAMES", "NAMES", "0001", 13, "FR*ALPHA STORES*92*HQ"),
        write_activity("NAMES", "NAMES", "0001", 14, "FR*BETA STORES*92*HQ"),
    )
    build(dbt)
    assert sold(connection) == {
        (f"BUREAU:{ONE}", "0001"): 40,
        (f"BUREAU:{OTHER}", "0001"): 5,
        (f"SELLERS:{ONE}", "0001"): 7,
        (f"SELLERS:{OTHER}", "0001"): 8,
        ("VAN:ALPHA", "0001"): 11,
        ("VAN:BETA", "0001"): 12,
        ("NAMES:HQ ALPHA STORES", "0001"): 13,
        ("NAMES:HQ BETA STORES", "0001"): 14,
    }
    assert connection.execute(
        "select count(*) from gold.fct_sell_through_performance where is_restated"
    ).fetchone() == (0,)
    partners = connection.execute("select partner_id, sender_ids, reporting_parties from gold.dim_partner").fetchall()
    assert (f"BUREAU:{ONE}", "BUREAU", ONE) in partners


@pytest.mark.slow
def test_what_varies_and_names_no_retailer_splits_no_history(
    deliver: Deliver, connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    deliver(
        # The buyer is the store itself, by its GLN or by one GLN for each of its own numbers.
        write_sales("STORES", f"{STORE}::9", 1, f"BY+{STORE}::9"),
        write_sales("STORES", f"{ONE}::9", 2, f"BY+{ONE}::9"),
        write_sales("NUMBERS", "0001::92", 3, f"BY+{ONE}::9"),
        write_sales("NUMBERS", "0002::92", 4, f"BY+{OTHER}::9"),
        # Another party in another type of message, or none.
        write_sales("RETAILER", f"{STORE}::9", 20, f"BY+{ONE}::9"),
        write_stock("RETAILER", f"{STORE}::9", 80, f"GY+{OTHER}::9"),
        write_sales("BRIEF", f"{STORE}::9", 20, f"BY+{ONE}::9"),
        write_stock("BRIEF", f"{STORE}::9", 80),
        # The supplier's own divisions, who are sold to and do not report.
        write_activity("DIVIDED", "DIVIDED", "0001", 6, "VN*VENDOR*92*GARDEN"),
        write_activity("DIVIDED", "DIVIDED", "0002", 7, "VN*VENDOR*92*TOOLS"),
    )
    build(dbt)
    assert sold(connection) == {
        ("STORES", STORE): 1,
        ("STORES", ONE): 2,
        ("NUMBERS", "0001"): 3,
        ("NUMBERS", "0002"): 4,
        ("RETAILER", STORE): 20,
        ("BRIEF", STORE): 20,
        ("DIVIDED", "0001"): 6,
        ("DIVIDED", "0002"): 7,
    }
    assert {("RETAILER", 0.2), ("BRIEF", 0.2)} <= set(rates(connection))
    # But nobody is merged unheard.
    assert {f"NUMBERS,{ONE},NUMBERS:{ONE},", f"NUMBERS,{OTHER},NUMBERS:{OTHER},"} <= proposed(connection)


@pytest.mark.slow
def test_a_row_says_that_senders_are_one_partner_or_that_a_mailbox_is(
    deliver: Deliver, connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    deliver(
        write_sales("POS", f"{STORE}::9", 20),
        write_stock("WMS", f"{STORE}::9", 80),
        write_sales("BUREAU", "0001::92", 40, f"BY+{ONE}::9"),
        write_sales("BUREAU", "0001::92", 5, f"BY+{OTHER}::9"),
        write_sales("DEPARTMENTS", "0001::92", 6, f"BY+{ONE}::9"),
        write_sales("DEPARTMENTS", "0001::92", 7, f"BY+{OTHER}::9", "LIN+1++9501101003026:EN"),
    )
    build(dbt)
    assert rates(connection)[-2:] == [("POS", None), ("WMS", None)]
    assert proposed(connection) == {"WMS,,POS,", "DEPARTMENTS,,DEPARTMENTS,"}
    connection.execute(
        "insert into reference.partner_aliases (sender, party, partner) values"
        f" ('WMS', null, 'POS'), ('BUREAU', '{ONE}', 'Alpha'), ('DEPARTMENTS', null, 'DEPARTMENTS')"
    )
    connection.commit()
    dbt("run")
    assert rates(connection)[-1] == ("POS", 0.2)
    assert proposed(connection) == set()
    assert sold(connection) == {
        ("POS", STORE): 20,
        ("Alpha", "0001"): 40,
        (f"BUREAU:{OTHER}", "0001"): 5,
        ("DEPARTMENTS", "0001"): 13,
    }


@pytest.mark.slow
def test_a_mailbox_that_turns_out_to_be_two_retailers_is_told_apart_as_a_rebuild_would(
    deliver: Deliver,
    connection: psycopg.Connection[Any],
    database: Mapping[str, str],
    server: Mapping[str, str],
    dbt: Dbt,
) -> None:
    connection.execute("insert into reference.partners (partner, week_calendar) values ('BUREAU', '4-5-4')")
    connection.commit()
    deliver(
        write_sales("BUREAU", "0001::92", 40, f"BY+{ONE}::9"), write_stock("BUREAU", "0001::92", 60, f"BY+{ONE}::9")
    )
    build(dbt)
    assert rates(connection) == [("BUREAU", 0.4)]
    deliver(write_sales("BUREAU", "0001::92", 5, f"BY+{OTHER}::9"))
    compile_all()
    dbt("run", *LOOKED_UP)
    assert sold(connection) == {(f"BUREAU:{ONE}", "0001"): 40, (f"BUREAU:{OTHER}", "0001"): 5}
    # What is agreed with the mailbox holds for both, until one has a row of its own.
    calendars = connection.execute("select partner_id, week_calendar from gold.dim_partner where message_count > 0")
    assert set(calendars) == {(f"BUREAU:{ONE}", "4-5-4"), (f"BUREAU:{OTHER}", "4-5-4")}
    connection.close()
    grown = read_tables(database)
    with kept_apart(database, server):
        dbt("run", "--full-refresh")
        assert read_tables(database) == grown
