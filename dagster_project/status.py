"""How everything is: where the warehouse is, what waits, when Gold was last built, whether Dagster lives, its disk use.

    python -m dagster_project.status [--json]

Exit code 0 where the warehouse is there and of this program's version, 1 where it is not, 3 where it is down.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

import udf
from dagster_project.manifest import LAST_OF_GOLD
from dagster_project.warehouse import STATE, Server, WarehouseError, connect, libpq_variables, names_another
from dagster_project.warehouse.backup import find_programs
from dagster_project.warehouse.connection import find_schema_version
from dagster_project.warehouse.files import read_holder
from udf.postgres.schema_version import SCHEMA_VERSION, describe_mismatch

Report = dict[str, Any]

PENDING = """
    select count(*), min(messages.received_at)
    from bronze.messages
    where not exists (
        select
        from silver.settled_outcomes
        where settled_outcomes.message_id = messages.message_id and settled_outcomes.compiler_version = %s
    )
"""
DECISIONS = "select count(*), count(distinct partner) from silver.decisions"
UNSPLIT = "select count(*) from bronze.interchanges where message_count is null"


def report(server: Server, home: Path) -> tuple[Report, int]:
    """All there is to say, in values that JSON knows, None where nobody can tell; and the exit code."""
    said: Report = {
        "problem": None,
        "compiler_version": udf.compiler_version(),
        "model_version": udf.model_version(),
        "schema_version_needed": SCHEMA_VERSION,
    }
    for part in (_ask_warehouse, _ask_dagster):
        said |= part(server, home)
    folders = {"data": server.data, "log": server.log.parent, "dagster": home}
    said["disk_mb"] = {name: round(_size(folder) / 1e6, 1) for name, folder in folders.items() if folder.is_dir()}
    return said, said.pop("exit_code")


def _ask_warehouse(server: Server, home: Path) -> Report:
    empty: Report = dict.fromkeys(
        (
            "server", "host", "port", "database", "programs", "database_mb", "schema_version", "pending_messages",
            "oldest_pending_at", "pending_interchanges", "decisions", "decided_partners",
        )
    )  # fmt: skip
    if not names_another(os.environ) and not server.is_running():
        return empty | {"problem": "The embedded warehouse is not running: make up.", "exit_code": 3}
    variables = libpq_variables(os.environ) if names_another(os.environ) else server.variables()
    try:
        with connect(variables) as connection:
            return empty | _ask_tables(connection) | {"programs": _find_programs(server, connection)}
    except psycopg.OperationalError as error:
        return empty | {"problem": str(error).splitlines()[0], "exit_code": 3}


def _ask_tables(connection: psycopg.Connection[Any]) -> Report:
    info, one = connection.info, _asking(connection)
    version = find_schema_version(connection)
    said: Report = {
        "server": f"PostgreSQL {(info.parameter_status('server_version') or '?').split()[0]}",
        "host": info.host,
        "port": info.port,
        "database": info.dbname,
        "database_mb": round(one("select pg_database_size(current_database())")[0] / 1e6, 1),
        "schema_version": version,
    }
    if complaint := describe_mismatch(version):
        return said | {"problem": complaint, "exit_code": 1}
    connection.execute("set role tillroll_loader")
    pending, oldest = one(PENDING, udf.compiler_version())
    decisions, partners = one(DECISIONS)
    return said | {
        "pending_messages": pending,
        "oldest_pending_at": oldest and oldest.astimezone(UTC).isoformat(timespec="seconds"),
        "pending_interchanges": one(UNSPLIT)[0],
        "decisions": decisions,
        "decided_partners": partners,
        "exit_code": 0,
    }


def _asking(connection: psycopg.Connection[Any]) -> Callable[..., tuple[Any, ...]]:
    def one(query: str, *values: Any) -> tuple[Any, ...]:
        row = connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return tuple(row)

    return one


def _find_programs(server: Server, connection: psycopg.Connection[Any]) -> str | None:
    with suppress(WarehouseError):
        return str(find_programs(server, connection.info.server_version // 10000))
    return None


def _ask_dagster(server: Server, home: Path) -> Report:
    said: Report = {"ui": read_holder(home / "ui.lock"), "daemon_heartbeat_at": None, "gold_built_at": None}
    if not (home / "history").is_dir():
        return said
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home)) as instance:
        beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
        gold = instance.get_latest_materialization_event(dg.AssetKey(LAST_OF_GOLD))
    return said | {
        "daemon_heartbeat_at": _when(max(beats, default=None)),
        "gold_built_at": _when(gold and gold.timestamp),
    }


def _when(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _size(folder: Path) -> int:
    """Bytes of the files below; those that go away meanwhile, or may not be seen, count as nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
    return total


def write_text(said: Report) -> str:
    """The report for a person, a line for each fact."""
    where = f"{said['server']} at {said['host']}:{said['port']}, database {said['database']}, {said['database_mb']} MB"
    disk = ", ".join(f"{name} {size} MB" for name, size in said["disk_mb"].items())
    lines = {
        "warehouse": where if said["server"] else said["problem"],
        "programs": said["programs"] or "none that fits (pg_dump, psql)",
        "schema version": f"{_or(said['schema_version'])} (this program: {said['schema_version_needed']})",
        "compiler, model": f"{said['compiler_version']}, {said['model_version']}",
        "pending": f"{_or(said['pending_messages'])} messages, {_or(said['pending_interchanges'])} interchanges",
        "oldest pending": _or(said["oldest_pending_at"], "none"),
        "decisions": f"{_or(said['decisions'])}, for {_or(said['decided_partners'])} partners",
        "last Gold": _or(said["gold_built_at"], "never"),
        "Dagster": _or(said["ui"], "not running: make ui"),
        "heartbeat": _or(said["daemon_heartbeat_at"], "never"),
        "disk": disk or "nothing",
    }
    text = "\n".join(f"{name:<16} {value}" for name, value in lines.items())
    return f"{text}\n{said['problem']}" if said["server"] and said["problem"] else text


def _or(value: object, otherwise: str = "unknown") -> str:
    return otherwise if value is None else str(value)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dagster_project.status", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true", help="the same as one JSON object")
    parser.add_argument("--state", type=Path, default=STATE, help="folder of the embedded server (default: .warehouse)")
    chosen = parser.parse_args(arguments)
    state = chosen.state.resolve()
    said, code = report(Server(state), Path(os.environ.get("DAGSTER_HOME") or state / "dagster"))
    print(json.dumps(said, indent=2) if chosen.json else write_text(said))
    return code


if __name__ == "__main__":
    sys.exit(main())
