"""End to end: a million lines from landing files to Gold through Dagster, stage by stage, in a warehouse of its own."""

import importlib
import os
import random
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from bench.exactness import InexactError
from bench.partners import Message, draw_partner, wrap, write_messages
from bench.run import SEED, Run
from dagster_project import warehouse
from dagster_project.demo import materialize
from dagster_project.warehouse.embedded import STATE, Server
from udf.version import MODEL

PARTNERS = 40
MESSAGES, GROUPS = 10, 50
"""Of a file."""
_DONE = re.compile(r"(?P<step>\S+) done in (?P<seconds>[0-9.]+) s")
_OUTCOMES = """
    select interchanges.file_name, messages.position, outcomes.is_valid, outcomes.is_complete, outcomes.document::text
    from silver.outcomes
    inner join bronze.messages on messages.message_id = outcomes.message_id
    inner join bronze.interchanges on interchanges.interchange_id = messages.interchange_id
    order by interchanges.file_name, messages.position
"""


def measure(run: Run) -> dict[str, Any]:
    """Seconds of the whole run and of its steps. Every outcome is compared, and the units of Gold are counted."""
    if run.model.resolve() != MODEL.resolve():
        raise InexactError("the pipeline runs with the shipped model only")
    lines = run.choose(1_000_000, 20_000)
    with open_warehouse() as (state, variables):
        run.tell(f"writing {lines:,} lines as files")
        files, size, units = write_landing(state / "landing", lines)
        # Whoever starts Dagster has it read dbt's project, once after each change and before the first file lands.
        importlib.import_module("dagster_project.defs.gold")
        steps: dict[str, float] = {}
        began = time.perf_counter()
        for line in materialize(state / "dagster.log"):
            if done := _DONE.fullmatch(line):
                steps[done["step"]] = float(done["seconds"])
                run.tell(line)
        seconds = time.perf_counter() - began
        run.tell("comparing every outcome")
        with warehouse.connect(variables) as connection:
            stated = _compare(run, connection, lines)
            _count_units(connection, units)
    return {
        "seconds_end_to_end": round(seconds, 1), "end_to_end_lines": stated, "end_to_end_files": files,
        "end_to_end_mb": round(size / 1e6, 1), "end_to_end_steps": steps,
        "lines_per_s_end_to_end": round(stated / seconds),
    }  # fmt: skip


@contextmanager
def open_warehouse() -> Iterator[tuple[Path, Mapping[str, str]]]:
    """An embedded server of this run's own, which is this process's warehouse meanwhile and is removed in the end."""
    for left in STATE.glob("bench-*"):  # by a run that was killed
        if not Path("/proc", left.name.removeprefix("bench-")).exists():
            _remove(left)
    state = STATE / f"bench-{os.getpid()}"
    server = Server(state / "server", STATE / "server")
    before = dict(os.environ)
    try:
        server.start()
        variables = server.variables()
        for name in warehouse.libpq_variables(os.environ):
            del os.environ[name]
        os.environ |= variables | {"DAGSTER_HOME": str(state / "dagster"), "TILLROLL_LANDING": str(state / "landing")}
        warehouse.prepare(variables)
        for folder in ("dagster", "landing"):
            (state / folder).mkdir()
        shutil.copy(Path(warehouse.__file__).parents[1] / "dagster.yaml", state / "dagster")
        yield state, variables
    finally:
        os.environ.clear()
        os.environ |= before
        _remove(state)


def _remove(state: Path) -> None:
    Server(state / "server", STATE / "server").stop()
    shutil.rmtree(state, ignore_errors=True)


def write_landing(folder: Path, lines: int) -> tuple[int, int, Decimal]:
    """Files with so many lines at least; how many, their bytes, and the units that were sold according to them."""
    size, units = 0, Decimal(0)
    number = 0
    for number, (data, messages) in enumerate(draw_files(lines), 1):
        (folder / f"{number:05d}.edi").write_bytes(data)
        size += len(data)
        units += sum((Decimal(str(line[6])) for m in messages for line in m.lines if line[5] == "sold"), Decimal(0))
    return number, size, units


def draw_files(lines: int) -> Iterator[tuple[bytes, list[Message]]]:
    """(file, its messages) of the partners in turn, until so many lines are stated."""
    r = random.Random(SEED)
    partners = [draw_partner(r, number) for number in range(PARTNERS)]
    sources = [write_messages(SEED, partner, GROUPS) for partner in partners]
    number = 0
    while lines > 0:
        at = number % PARTNERS
        messages = [next(sources[at]) for _ in range(MESSAGES)]
        yield wrap(partners[at], messages, number + 1), messages
        lines -= sum(len(message.lines) for message in messages)
        number += 1


def _compare(run: Run, connection: psycopg.Connection, lines: int) -> int:
    stated = 0
    messages = (message for _, messages in draw_files(lines) for message in messages)
    with connection.cursor("outcomes") as cursor:
        cursor.itersize = 500
        cursor.execute(_OUTCOMES)
        for (_, _, is_valid, is_complete, document), message in zip(cursor, messages, strict=True):
            run.exactness.mark_document(document if is_valid else None, is_complete, message)
            stated += len(message.lines)
    return stated


def _count_units(connection: psycopg.Connection, units: Decimal) -> None:
    row = connection.execute("select sum(net_units_sold) from gold.fct_sell_through_performance").fetchone()
    if row is None or row[0] != units:
        raise InexactError(f"Gold counts {row and row[0]} units as sold, the files state {units}")
