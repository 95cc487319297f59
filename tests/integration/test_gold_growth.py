"""Tables that grow by what has changed hold what a full rebuild would give, whatever arrives, wherever a run ends."""

import json
import os
import random
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql

from dagster_project import warehouse
from tests.arrivals import Arrivals, Sent
from tests.integration.conftest import LOOKED_UP, Dbt, run_dbt

STEPS = int(os.environ.get("TILLROLL_GROWTH_STEPS", "4"))
"""Of each history; 40 take some five minutes."""
SEEDS = [int(seed) for seed in os.environ.get("TILLROLL_GROWTH_SEEDS", "1").split(",")]
PARTS = [
    *("int_judged_lines", "base_compiled_lines", "int_superseded_lines", "int_periods", "int_sales"),
    *("int_messages+1", "int_line_fates+"),
]
ODD_RUNS = [
    # As if the run had ended there, or begun.
    *(["--select", part] for part in PARTS),
    # As people run dbt: one part anew, or all but a part.
    *(["--full-refresh", "--select", part] for part in PARTS),
    *(["--exclude", part] for part in PARTS),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--vars", "{counted_sales_measures: [sold, sold_online]}"], "sold_online, which int_sales cannot add up"),
    ],
)
def test_a_run_after_which_gold_would_be_wrong_is_refused_before_it_changes_anything(
    arguments: list[str], advice: str, connection: psycopg.Connection[Any], dbt: Dbt
) -> None:
    with pytest.raises(AssertionError, match=advice):
        dbt("run", *arguments)
    assert connection.execute("select count(*) from pg_class where relnamespace = 'gold'::regnamespace").fetchone() == (
        0,
    )


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_grown_tables_equal_a_full_rebuild_after_every_step_of_a_random_history(
    seed: int, database: Mapping[str, str], server: Mapping[str, str], dbt: Dbt
) -> None:
    dice = random.Random(seed)
    arrivals = None
    for step in range(STEPS):
        with warehouse.connect(database) as connection:
            arrivals = Arrivals(connection, dice, *([arrivals.sent, arrivals.compiler] if arrivals else []))
            happened = arrivals.happen(dice.randint(8, 12) if step == 0 else dice.randint(0, 4))
        if step and dice.random() < 0.5:
            odd = dice.choice(ODD_RUNS)
            # What is left out may be missing: dbt drops the views behind a view that it makes anew. Then the run ends
            # early, as any run may.
            with suppress(AssertionError):
                dbt("run", *odd)
            with warehouse.connect(database) as connection:
                happened += odd
                happened += Arrivals(connection, dice, arrivals.sent, arrivals.compiler).happen(dice.randint(0, 2))
        dbt("run", *(LOOKED_UP if step % 2 else ()))
        grown = read_tables(database)
        with kept_apart(database, server):
            dbt("run", "--full-refresh")
            rebuilt = read_tables(database)
        assert grown.keys() == rebuilt.keys()
        different = {name: difference(grown[name], rebuilt[name]) for name in grown if grown[name] != rebuilt[name]}
        assert different == {}, f"seed {seed}, step {step}: {happened}"


class Calm(random.Random):
    """Chance without mishaps: nothing is invalid, incomplete or of a wrong clock."""

    def random(self) -> float:
        return 0.5


class Stated(NamedTuple):
    """What one message says of one item at one place."""

    measure: str
    start: str
    end: str


QUALIFIERS = {"sold": "153", "net_sold": "Q1", "returned": "61", "received": "48", "on_hand": "145"}
# What stands, what arrives, and the weeks, by their first day, in which that changes what counts or is flagged: those
# of the periods that arrive, and further ones that share days with them. Each is of a partner of its own, since what is
# built anew are weeks of partners.
REACHING = (
    {
        # The first fortnight is told by its weeks then, and overlaps nothing any more.
        f"weeks of two fortnights of {measure} that overlap": (
            [Stated(measure, "2026-01-05", "2026-01-18"), Stated(measure, "2026-01-12", "2026-01-25")],
            [Stated(measure, "2026-01-05", "2026-01-11"), Stated(measure, "2026-01-12", "2026-01-18")],
            {"2026-01-05", "2026-01-12", "2026-01-19"},
        )
        for measure in ("sold", "received")
    }
    | {
        # What stood stays, beside another row of its week.
        f"the next day of {measure}": (
            [Stated(measure, "2026-01-05", "2026-01-05")],
            [Stated(measure, "2026-01-06", "2026-01-06")],
            {"2026-01-05"},
        )
        for measure in ("sold", "received", "on_hand")
    }
    | {
        "a week of a month": (
            [Stated("sold", "2026-01-05", "2026-02-08")],
            [Stated("sold", "2026-01-12", "2026-01-18")],
            {"2026-01-12", "2026-02-02"},
        ),
        "months of a quarter that overlaps another": (
            [Stated("sold", "2026-01-01", "2026-03-31"), Stated("sold", "2026-03-01", "2026-05-31")],
            [
                Stated("sold", "2026-01-01", "2026-01-31"),
                Stated("sold", "2026-02-01", "2026-02-28"),
                Stated("sold", "2026-03-01", "2026-03-31"),
            ],
            {"2026-01-26", "2026-02-23", "2026-03-30", "2026-05-25"},
        ),
        # Net sales of five weeks have their returns within, until all of the weeks tell the sales.
        "weeks of net sales whose last weeks have returns of their own": (
            [Stated("net_sold", "2026-01-05", "2026-02-08"), Stated("returned", "2026-01-19", "2026-02-01")],
            [
                Stated("sold", "2026-01-05", "2026-01-11"),
                Stated("sold", "2026-01-12", "2026-01-18"),
                Stated("sold", "2026-01-19", "2026-01-25"),
                Stated("sold", "2026-01-26", "2026-02-01"),
                Stated("sold", "2026-02-02", "2026-02-08"),
            ],
            {"2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02"},
        ),
        # Two stretches of days, the second of them of two periods that follow one another.
        "weeks here and there of fortnights": (
            [
                Stated("sold", "2026-01-05", "2026-01-18"),
                Stated("sold", "2026-02-02", "2026-02-15"),
                Stated("sold", "2026-02-16", "2026-03-01"),
            ],
            [
                Stated("sold", "2026-01-05", "2026-01-11"),
                Stated("sold", "2026-02-02", "2026-02-08"),
                Stated("sold", "2026-02-09", "2026-02-22"),
            ],
            {"2026-01-05", "2026-01-12", "2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"},
        ),
    }
    | {
        # The second fortnight is told by its weeks, so nothing overlaps the first one, whose last week is touched.
        f"stock in a week that fortnights of {measure} reach": (
            [
                Stated(measure, "2026-01-05", "2026-01-18"),
                Stated(measure, "2026-01-12", "2026-01-25"),
                Stated(measure, "2026-01-12", "2026-01-18"),
                Stated(measure, "2026-01-19", "2026-01-25"),
            ],
            [Stated("on_hand", "2026-01-18", "2026-01-18")],
            {"2026-01-12"},
        )
        for measure in ("sold", "received")
    }
)


def state(database: Mapping[str, str], sent: list[Sent], stated: Mapping[str, Iterable[Stated]]) -> None:
    """A message for each that a partner says of the same item and place, by chance without mishaps."""
    with warehouse.connect(database) as connection:
        arrivals = Arrivals(connection, Calm(1), sent)
        for partner, statements in stated.items():
            for measure, start, end in statements:
                is_sales = measure not in {"received", "on_hand"}
                line = arrivals.draw_sales() | {"measure": measure, "qualifier": QUALIFIERS[measure]}
                line |= {"period_start": start, "period_end": end} | ({} if is_sales else {"as_of_date": end})
                message_type = "SLSRPT" if is_sales else "INVRPT"
                arrivals.deliver(partner, [{"message_type": message_type, "function": "original", "lines": [line]}])


@pytest.mark.slow
def test_what_arrives_is_told_to_all_periods_that_share_days_with_it_in_whichever_week_they_end(
    database: Mapping[str, str], server: Mapping[str, str], dbt: Dbt
) -> None:
    partners = {f"PARTNER{number}": case for number, case in enumerate(REACHING)}
    sent: list[Sent] = []
    state(database, sent, {partner: REACHING[case][0] for partner, case in partners.items()})
    dbt("run")
    before, stood = read_periods(database), len(sent)
    state(database, sent, {partner: REACHING[case][1] for partner, case in partners.items()})
    dbt("run", *LOOKED_UP)
    after, grown = read_periods(database), read_tables(database)
    changed: dict[str, set[str]] = {case: set() for case in REACHING}
    for row in map(json.loads, before ^ after):
        changed[partners[row["partner_id"]]].add(row["week_start_date"])
    assert changed == {case: weeks for case, (_, _, weeks) in REACHING.items()}
    with warehouse.connect(database) as connection:
        for measure, table in (("sold", "int_sales"), ("received", "int_receipts")):
            number = list(REACHING).index(f"stock in a week that fortnights of {measure} reach")
            told = connection.execute(
                f"select is_redundant, is_overlapping from intermediate.{table} where partner_id = %s"
                " order by start_date, end_date",
                (f"PARTNER{number}",),
            ).fetchall()
            assert told == [(False, False), (True, False), (True, False), (False, False)]
    with kept_apart(database, server):
        dbt("run", "--full-refresh")
        assert read_tables(database) == grown
    # And once more as it goes.
    with warehouse.connect(database) as connection:
        gone = [message.message_id for message in sent[stood:]]
        connection.execute("delete from silver.outcomes where message_id = any(%s)", (gone,))
    dbt("run", *LOOKED_UP)
    assert read_periods(database) == before


def read_periods(database: Mapping[str, str]) -> set[str]:
    """What is said of each period of sales and of receipts, and of stock, as JSON."""
    with warehouse.connect(database) as connection:
        return {
            row
            for table in ("int_sales", "int_receipts", "int_stock")
            for (row,) in connection.execute(f"select to_jsonb(said)::text from intermediate.{table} as said")
        }


@pytest.mark.slow
def test_a_run_in_another_zone_and_style_of_dates_finds_nothing_changed(
    clone: Path, target: Path, database: Mapping[str, str], dbt: Dbt
) -> None:
    with warehouse.connect(database) as connection:
        Arrivals(connection, random.Random(29)).happen(12)
    dbt("run")
    grown, versions = read_tables(database), read_versions(database)
    assert len(versions) > 10
    run_dbt(clone, target, "run", variables={"PGTZ": "America/New_York", "PGDATESTYLE": "SQL, DMY"})
    assert read_versions(database) == versions
    assert read_tables(database) == grown


@pytest.mark.slow
def test_changed_reference_data_and_lost_tables_are_built_anew(
    database: Mapping[str, str], server: Mapping[str, str], dbt: Dbt
) -> None:
    with warehouse.connect(database) as connection:
        Arrivals(connection, random.Random(7)).happen(20)
    dbt("run")
    for change in (
        "update reference.units set unit_of_measure = 'CA' where unit = 'PCE'",
        "update reference.partners set week_calendar = '4-5-4' where partner = 'KIOSKPUNKT'",
    ):
        with warehouse.connect(database) as connection:
            connection.execute(change)  # type: ignore[arg-type]
        dbt("run")
        grown = read_tables(database)
        with kept_apart(database, server):
            dbt("run", "--full-refresh")
            assert read_tables(database) == grown, change
    for table in ("int_sales", "int_judged_lines"):
        with warehouse.connect(database) as connection:
            connection.execute(f"drop table intermediate.{table} cascade")
        dbt("run")
        assert read_tables(database) == grown, table


@pytest.mark.slow
def test_a_maintained_table_that_is_made_a_plain_one_costs_time_and_nothing_else(
    project: Path, dbt_of_the_copy: Dbt, database: Mapping[str, str]
) -> None:
    dbt = dbt_of_the_copy
    dbt("seed")
    with warehouse.connect(database) as connection:
        arrivals = Arrivals(connection, random.Random(11))
        arrivals.happen(12)
        dbt("run")
        path = project / "dbt" / "models" / "intermediate" / "int_superseded_lines.sql"
        path.write_text(path.read_text().replace("materialized='maintained'", "materialized='table'"))
        dbt("parse")
        for _ in range(2):
            arrivals.happen(3)
            dbt("run")
    grown = read_tables(database)
    dbt("run", "--full-refresh")
    rebuilt = read_tables(database)
    assert {name: difference(grown[name], rebuilt[name]) for name in grown if grown[name] != rebuilt[name]} == {}


@pytest.mark.slow
def test_a_changed_macro_builds_anew_what_it_is_written_into(
    project: Path, dbt_of_the_copy: Dbt, database: Mapping[str, str]
) -> None:
    dbt = dbt_of_the_copy
    dbt("seed")
    with warehouse.connect(database) as connection:
        Arrivals(connection, random.Random(13)).happen(5)
    dbt("run")
    before = read_builds(database)
    dbt("run")
    assert read_builds(database) == before
    # Of the growing form alone: as whole tables are made, it is not read.
    path = project / "dbt" / "macros" / "looks_back.sql"
    text = path.read_text()
    path.write_text(text.replace("// 7 + 2", "// 7 + 3"))
    assert path.read_text() != text
    dbt("parse")
    dbt("run")
    after = read_builds(database)
    assert after["intermediate.int_on_hand_by_week"] != before["intermediate.int_on_hand_by_week"]
    assert after["intermediate.int_sales"] == before["intermediate.int_sales"]


@pytest.mark.slow
def test_a_daily_build_waits_for_no_reader_and_no_reader_for_it_and_unchanged_csvs_are_not_written(
    clone: Path, target: Path, database: Mapping[str, str], dbt: Dbt
) -> None:
    with warehouse.connect(database) as connection:
        arrivals = Arrivals(connection, random.Random(17))
        arrivals.happen(5)
    dbt("run")
    with warehouse.connect(database) as reader:
        schemas = ["gold", "reference", "intermediate", "staging"]
        relations = reader.execute(
            "select oid::regclass::text, relnamespace::regnamespace::text from pg_class where relkind in ('r', 'v')"
            " and relnamespace::regnamespace::text = any(%s)",
            (schemas,),
        ).fetchall()
        assert {schema for _, schema in relations} == set(schemas)
        rows = {name: reader.execute(f"select count(*) from {name}").fetchone() for name, _ in relations}
        seeds = [name for name, schema in relations if schema == "reference"]
        versions = read_row_versions(reader, seeds)
        messages = reader.execute("select sum(message_count) from gold.dim_partner").fetchone()
        with warehouse.connect(database) as connection:
            Arrivals(connection, random.Random(19), arrivals.sent, arrivals.compiler).happen(5)
            connection.execute("update reference.units set unit_of_measure = 'CA' where unit = 'PCE'")
            connection.execute("insert into reference.units select * from reference.units where unit = 'EA'")
        with read_again_and_again(database, list(rows)) as refused:
            impatient = {"PGOPTIONS": "-c lock_timeout=5s"}
            run_dbt(clone, target, "build", "--exclude-resource-type", "unit_test", "test", variables=impatient)
        assert refused == []
        for name in rows:
            reader.execute(f"select count(*) from {name}")
    with warehouse.connect(database) as reader:
        assert reader.execute("select sum(message_count) from gold.dim_partner").fetchone() != messages
        after = read_row_versions(reader, seeds)
        # The row that was changed, and the one that was there twice.
        assert len(versions["units"] ^ after.pop("units")) <= 3
        assert versions == after | {"units": versions["units"]}
        assert reader.execute("select unit_of_measure from reference.units where unit = 'PCE'").fetchone() == ("EA",)


def read_row_versions(reader: psycopg.Connection[Any], seeds: list[str]) -> dict[str, set[tuple[Any, ...]]]:
    """Of each table of a CSV, the transactions that wrote its rows."""
    return {
        seed.removeprefix("reference."): set(reader.execute(f"select ctid::text, xmin::text from {seed}"))
        for seed in seeds
    }


@contextmanager
def read_again_and_again(database: Mapping[str, str], names: list[str]) -> Iterator[list[str]]:
    """While it lasts, another session reads all; what it had to wait for longer than seconds."""
    refused: list[str] = []
    is_over = threading.Event()

    def read() -> None:
        with warehouse.connect(database) as reader:
            reader.autocommit = True
            reader.execute("set lock_timeout = '3s'")
            while not is_over.is_set():
                for name in names:
                    try:
                        reader.execute(f"select from {name} limit 1")
                    except psycopg.errors.LockNotAvailable:
                        refused.append(name)

    thread = threading.Thread(target=read)
    thread.start()
    yield refused
    is_over.set()
    thread.join()


def read_versions(database: Mapping[str, str]) -> set[tuple[Any, ...]]:
    """Every week of every maintained table, with its version."""
    with warehouse.connect(database) as connection:
        return set(connection.execute("select * from intermediate.maintained_weeks").fetchall())


def read_builds(database: Mapping[str, str]) -> dict[str, Any]:
    """Which build of each table stands."""
    with warehouse.connect(database) as connection:
        return dict(connection.execute("select relation, build_id from intermediate.maintained_tables").fetchall())


@contextmanager
def kept_apart(database: Mapping[str, str], server: Mapping[str, str]) -> Iterator[None]:
    """While it lasts, the database is a copy of itself; dbt's manifest knows one name of it only."""
    name, kept = sql.Identifier(database["PGDATABASE"]), sql.Identifier(database["PGDATABASE"] + "_kept")

    def administer(*statements: sql.Composed) -> None:
        with warehouse.connect(server) as connection:
            connection.autocommit = True
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (database["PGDATABASE"],)
            )
            for statement in statements:
                connection.execute(statement)

    administer(sql.SQL("create database {} template {}").format(kept, name))
    yield
    administer(
        sql.SQL("drop database {} with (force)").format(name),
        sql.SQL("alter database {} rename to {}").format(kept, name),
    )


def read_tables(database: Mapping[str, str]) -> dict[str, list[str]]:
    """Rows of every table and view behind Silver, as text and in order, but for the books of growth itself."""
    with warehouse.connect(database) as connection:
        names = connection.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'v')"
            " and relnamespace::regnamespace::text in ('staging', 'intermediate', 'gold')"
            " and relname not in ('maintained_tables', 'maintained_weeks', 'unfinished_steps') order by 1"
        ).fetchall()
        return {
            name: [row for (row,) in connection.execute(f"select relation::text from {name} as relation order by 1")]
            for (name,) in names
        }


def difference(grown: list[str], rebuilt: list[str]) -> dict[str, list[str]]:
    """Up to five rows that only one side has."""
    return {
        "grown only": sorted(set(grown) - set(rebuilt))[:5] or grown[:0],
        "rebuilt only": sorted(set(rebuilt) - set(grown))[:5],
        "rows": [str(len(grown)), str(len(rebuilt))],
    }


def test_the_history_is_the_same_for_the_same_seed(connection: psycopg.Connection[Any]) -> None:
    first = Arrivals(connection, random.Random(3)).happen(5)
    connection.execute("truncate bronze.interchanges, bronze.messages, silver.outcomes cascade")
    assert Arrivals(connection, random.Random(3)).happen(5) == first
