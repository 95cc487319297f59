"""The landing folder over time: uploads seen half-way, folders that nobody empties, partners that fall silent."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_project.defs import bronze, freshness, silver
from dagster_project.defs.resources import Landing, Warehouse
from dagster_project.ingest import delivery
from dagster_project.ingest.known import KnownFiles
from dagster_project.ingest.landing import list_files
from tests.integration.conftest import Dbt
from tests.integration.incoming import compile_all, rows, write_sales

Connection = psycopg.Connection[Any]
Load = Callable[..., dict[str, Any]]

SALES = write_sales(7)
HALF = SALES[: SALES.index(b"QTY") + 5]
WITHDRAWN = "select size_bytes from bronze.interchanges where is_withdrawn order by 1"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture
def load(landing: Path, database: dict[str, str]) -> Load:
    """Materialises Bronze from the landing folder; what the run said of it."""

    def materialize(is_thorough: bool = False) -> dict[str, Any]:
        config = bronze.LandingRun(settle_seconds=0, is_thorough=is_thorough)
        result = dg.materialize(
            [bronze.interchanges, bronze.messages],
            resources={"warehouse": Warehouse(), "landing": Landing(path=str(landing))},
            run_config=dg.RunConfig({"bronze__interchanges": config}),
        )
        (event,) = result.asset_materializations_for_node("bronze__interchanges")
        return {name: getattr(value, "value", value) for name, value in event.metadata.items()}

    return materialize


def test_half_an_upload_is_withdrawn_when_the_whole_comes_under_its_name(
    landing: Path, load: Load, connection: Connection, dbt: Dbt
) -> None:
    (landing / "sales.edi").write_bytes(HALF)
    load()
    compile_all()
    # Views, and what they are maintained from: what came later is seen by them at once.
    dbt("run", "--select", "+stg_messages")
    arrived = "select is_valid from staging.stg_messages"
    assert rows(connection, arrived) == [(False,)]
    assert connection.execute(silver.REASONS).fetchall()
    (landing / "sales.edi").write_bytes(SALES)
    load()
    compile_all()
    assert rows(connection, WITHDRAWN) == [(len(HALF),)]
    assert rows(connection, arrived) == [(True,)]
    assert connection.execute(silver.REASONS).fetchall() == []
    # It stays where it is, with its outcome.
    assert rows(connection, "select count(*), count(*) filter (where is_valid) from silver.outcomes") == [(2, 1)]


def test_every_earlier_look_at_an_upload_is_withdrawn(landing: Path, load: Load, connection: Connection) -> None:
    for end in (0, 20, len(HALF), len(SALES)):
        (landing / "sales.edi").write_bytes(SALES[:end])
        load()
    assert rows(connection, WITHDRAWN) == [(0,), (20,), (len(HALF),)]
    before = rows(
        connection,
        "select interchanges.size_bytes from bronze.deliveries"
        " inner join bronze.interchanges on interchanges.interchange_id = deliveries.continues order by delivery_id",
    )
    assert before == [(0,), (20,), (len(HALF),)]


def test_a_file_of_several_parts_goes_on_too(
    landing: Path, load: Load, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PART_BYTES", 32)
    for end in (64, 70, len(SALES)):
        (landing / "sales.edi").write_bytes(SALES[:end])
        load()
    assert rows(connection, WITHDRAWN) == [(64,), (70,)]


def test_what_is_replaced_by_something_else_stands(landing: Path, load: Load, connection: Connection) -> None:
    (landing / "sales.edi").write_bytes(HALF)
    load()
    (landing / "sales.edi").write_bytes(SALES.replace(b"R7", b"R8"))
    load()
    assert rows(connection, WITHDRAWN) == []


def test_the_same_half_under_a_name_that_brought_no_more_stands(
    landing: Path, load: Load, connection: Connection
) -> None:
    (landing / "a.edi").write_bytes(HALF)
    load()
    (landing / "a.edi").write_bytes(SALES)
    load()
    (landing / "b.edi").write_bytes(HALF)
    load()
    assert rows(connection, WITHDRAWN) == []
    (landing / "b.edi").write_bytes(SALES)
    load()
    assert rows(connection, WITHDRAWN) == [(len(HALF),)]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were opened."""
    names: list[str] = []
    read = delivery._read

    def watch(location: str) -> Any:
        names.append(Path(location).name)
        return read(location)

    monkeypatch.setattr(delivery, "_read", watch)
    return names


def test_a_known_file_is_opened_again_by_a_thorough_run_alone(
    landing: Path, load: Load, connection: Connection, opened: list[str]
) -> None:
    for number in range(3):
        (landing / f"{number}.edi").write_bytes(write_sales(number))
    (landing / "notes.md").write_text("not EDI")
    load()
    assert sorted(opened) == ["0.edi", "1.edi", "2.edi"]
    opened.clear()
    # The same size, and its time put back: only its bytes tell.
    status = (landing / "1.edi").stat()
    (landing / "1.edi").write_bytes(write_sales(9).replace(b"R9", b"R1"))
    os.utime(landing / "1.edi", ns=(status.st_atime_ns, status.st_mtime_ns))
    (landing / "2.edi").write_bytes(write_sales(22))
    said = load()
    assert opened == ["2.edi"]
    assert (said["files"], said["known"], said["new interchanges"]) == (4, 3, 1)
    opened.clear()
    said = load(is_thorough=True)
    assert sorted(opened) == ["0.edi", "1.edi", "2.edi"]
    assert (said["files"], said["known"], said["new interchanges"]) == (4, 3, 1)


def test_another_folder_knows_nothing_of_this_one(landing: Path, load: Load, connection: Connection) -> None:
    (landing / "a.edi").write_bytes(SALES)
    load()
    moved = landing.rename(landing.with_name("moved"))
    with Warehouse().connect() as loader:
        assert [file.path for file in KnownFiles(loader, moved).list_unknown(list_files(moved))] == ["a.edi"]


def test_a_file_that_is_gone_is_no_longer_known(landing: Path, load: Load, connection: Connection) -> None:
    for name in ("a.edi", "b.edi"):
        (landing / name).write_bytes(SALES)
    load()
    (landing / "a.edi").unlink()
    load()
    assert rows(connection, "select path from bronze.landing_files") == [("b.edi",)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_be_read_at_last_is_read(landing: Path, load: Load, connection: Connection) -> None:
    (landing / "a.edi").write_bytes(SALES)
    (landing / "a.edi").chmod(0)
    assert load()["unreadable"] == 1
    (landing / "a.edi").chmod(0o600)
    assert load()["new interchanges"] == 1


def arrive(connection: Connection, partner: str, days_ago: float) -> None:
    connection.execute(
        """
        with interchange as (
            insert into bronze.interchanges (interchange_id, file_name, size_bytes, received_at)
            values (encode(sha256(convert_to(%(partner)s || %(days)s, 'utf8')), 'hex'), 'a', 1,
                now() - %(days)s * interval '1 day')
            returning interchange_id, received_at
        )

        insert into bronze.messages (
            message_id, interchange_id, position, raw, content_sha256, envelope, problems, received_at
        )
        select interchange_id, interchange_id, 1, '', '', jsonb_build_object('sender', %(partner)s::text), '[]',
            received_at
        from interchange
        """,
        {"partner": partner, "days": days_ago},
    )
    connection.commit()


def check_freshness(**knobs: float) -> tuple[bool, list[str]]:
    found = freshness.freshness_check(Warehouse(), freshness.Ages(**knobs))
    assert isinstance(found, dg.AssetCheckResult)
    table: Any = found.metadata["silent partners"]
    return bool(found.passed), [record.data["partner"] for record in table.records]


def test_freshness_is_that_of_each_partners_newest_data(connection: Connection) -> None:
    assert check_freshness() == (True, [])
    arrive(connection, "WEEKLY", 7.5)
    arrive(connection, "LATE", 9)
    arrive(connection, "LATE", 20)
    arrive(connection, "GONE", 60)
    assert check_freshness() == (False, ["LATE"])
    assert check_freshness(max_age_days=10) == (True, [])
    # A clock that was wrong for a moment makes nobody fresh.
    arrive(connection, "LATE", -30)
    assert check_freshness() == (False, ["LATE"])


def test_a_warehouse_to_which_nobody_sends_any_more_is_not_fresh(connection: Connection) -> None:
    arrive(connection, "GONE", 60)
    assert check_freshness() == (False, [])
