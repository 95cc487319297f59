"""What an operator asks and does: how everything is, a backup, and the way back."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

import udf
from dagster_project import status, warehouse
from dagster_project.manifest import LAST_OF_GOLD
from dagster_project.warehouse import STATE, Server, WarehouseError
from dagster_project.warehouse.backup import back_up, find_programs, restore
from tests.conftest import Variables, new_database
from tests.integration.incoming import Deliver, compile_all, write_sales
from tests.integration.warehouse.test_reviews import approve
from tests.integration.warehouse.test_version import SECOND_SHAPE
from udf.postgres.schema_version import SCHEMA_VERSION

Connection = psycopg.Connection[Any]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))

    def say(*arguments: str) -> tuple[int, str]:
        code = status.main([*arguments, "--state", str(tmp_path)])
        return code, capsys.readouterr().out

    return say


def test_status_says_what_is_pending_and_how_all_is(
    ask: Callable[..., Any], deliver: Deliver, connection: Connection, database: Variables
) -> None:
    deliver(write_sales(1), write_sales(2))
    code, text = ask("--json")
    said = json.loads(text)
    assert code == 0
    assert (said["database"], said["port"]) == (database["PGDATABASE"], int(database["PGPORT"]))
    assert (said["schema_version"], said["compiler_version"]) == (SCHEMA_VERSION, udf.compiler_version())
    assert said["model_version"] == udf.model_version()
    assert (said["pending_messages"], said["pending_interchanges"]) == (2, 0)
    ((oldest,),) = connection.execute("select min(received_at) from bronze.messages").fetchall()
    assert said["oldest_pending_at"][:19] == oldest.strftime("%Y-%m-%dT%H:%M:%S")
    assert said["gold_built_at"] is said["daemon_heartbeat_at"] is said["ui"] is said["problem"] is None
    compile_all()
    approve(connection)
    connection.commit()
    code, text = ask()
    lines = dict(line.split(None, 1) for line in text.splitlines())
    assert lines["pending"] == "0 messages, 0 interchanges"
    assert lines["decisions"] == "1, for 1 partners"
    assert lines["Dagster"] == "not running: make ui"


def test_status_says_what_is_wrong(
    ask: Callable[..., Any], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("drop table bronze.schema_versions")
    connection.commit()
    code, text = ask()
    assert code == 1
    assert "make up brings it there" in text
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    code, text = ask()
    assert code == 3
    assert "The embedded warehouse is not running: make up." in text


def test_status_reads_dagsters_heartbeat_and_last_gold(tmp_path: Path) -> None:
    import dagster as dg
    from dagster._daemon.types import DaemonHeartbeat

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_daemon_heartbeat(DaemonHeartbeat(1_700_000_000.0, "SENSOR", None))
        instance.report_runless_asset_event(dg.AssetMaterialization(LAST_OF_GOLD))
    said = status._ask_dagster(Server(tmp_path), tmp_path)
    assert said["daemon_heartbeat_at"] == "2023-11-14T22:13:20+00:00"
    assert said["gold_built_at"] is not None


SUMS = """
    select
        (select count(*) from bronze.messages),
        (select count(*) from silver.outcomes where is_valid),
        (select md5(string_agg(content, '' order by interchange_id, part)) from bronze.interchange_parts),
        (select sum(units) from gold.built),
        (select jsonb_agg(reviews order by review_id) from silver.reviews),
        (select jsonb_agg(decisions_in_force) from silver.decisions_in_force)
"""


@pytest.fixture
def programs(database: Variables, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Whose pg_dump and pg_restore fit the server."""
    programs = Server(STATE)
    if Server(STATE / f"test-{os.getpid()}" / "shared").port == int(database["PGPORT"]):
        monkeypatch.setenv(warehouse.EMBEDDED_AT, f"{database['PGHOST']}:{database['PGPORT']}")
    with warehouse.connect(database) as asked:
        try:
            find_programs(programs, asked.info.server_version // 10000)
        except WarehouseError as error:
            pytest.skip(str(error))
    return programs


def test_a_backup_comes_back_into_an_empty_warehouse_with_all_its_sums(
    deliver: Deliver,
    connection: Connection,
    server: Variables,
    database: Variables,
    tmp_path: Path,
    programs: Server,
) -> None:
    deliver(write_sales(1), write_sales(2))
    compile_all()
    approve(connection)
    connection.execute("set role tillroll_dbt")
    connection.execute("create table gold.built as select 7 as units")
    connection.commit()
    file = tmp_path / "of today.dump"
    back_up(programs, database, file)
    assert sorted(path.suffix for path in tmp_path.glob("of today*")) == [".dump"]
    with pytest.raises(WarehouseError, match="holds data: restore into an empty one"):
        restore(programs, database, file)
    with new_database(server, "template0") as other:
        warehouse.prepare(other)
        restore(programs, other, file)
        assert warehouse.prepare(other) == []
        with warehouse.connect(other) as restored:
            assert restored.execute(SUMS.encode()).fetchone() == connection.execute(SUMS.encode()).fetchone()
            restored.execute("set role analyst")
            assert restored.execute("select units from gold.built").fetchone() == (7,)


def test_a_backup_of_before_peoples_decisions_comes_back_as_well(
    deliver: Deliver, connection: Connection, server: Variables, database: Variables, tmp_path: Path, programs: Server
) -> None:
    deliver(write_sales(1))
    compile_all()
    connection.execute(SECOND_SHAPE.encode())
    connection.commit()
    file = tmp_path / "of then.dump"
    back_up(programs, database, file)
    with new_database(server, "template0") as other:
        warehouse.prepare(other)
        restore(programs, other, file)
        (remark,) = warehouse.prepare(other)
        assert remark.startswith("The warehouse had schema version 2")
        with warehouse.connect(other) as restored:
            assert restored.execute("select count(*) from silver.settled_outcomes").fetchone() == (1,)
            with pytest.raises(errors.InsufficientPrivilege):
                restored.execute("truncate silver.reviews")


def test_where_something_was_decided_nothing_is_restored(
    connection: Connection, database: Variables, tmp_path: Path, programs: Server
) -> None:
    approve(connection)
    connection.commit()
    (tmp_path / "any.dump").write_bytes(b"")
    with pytest.raises(WarehouseError, match="holds data: restore into an empty one"):
        restore(programs, database, tmp_path / "any.dump")


def test_a_pg_dump_older_than_the_server_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.9'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PGHOST", "elsewhere")
    assert find_programs(Server(tmp_path), 15) == tmp_path
    with pytest.raises(WarehouseError, match="no pg_dump of version 18 or newer"):
        find_programs(Server(tmp_path), 18)
