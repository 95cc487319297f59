"""What all tests may ask for: the clone, other people's samples, a real server and a fresh database.

The server is an embedded one that this run starts for itself and removes in the end, or, where PGHOST names another
than the embedded warehouse, that one: `make test-integration` and `make test-postgres15` prove both.

    def test_something(connection):          # psycopg connection as the owner, warehouse.sql applied
    def test_something_else(database):       # libpq's variables, also set in os.environ while the test runs
"""

import os
import shutil
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings

from tests.samples import MISSING, SAMPLES

try:
    import psycopg
    from psycopg import sql

    from dagster_project import warehouse
    from dagster_project.warehouse.embedded import STATE, Server
except ModuleNotFoundError:  # the compiler alone is installed, and none of its tests asks for a server
    warehouse = None  # type: ignore[assignment]

# A busy machine is no finding: how long things take is measured elsewhere.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# What a script starts in the background ignores Ctrl-C, and so would each process that a test starts and interrupts;
# Dagster then ignores SIGTERM as well.
with suppress(ValueError):  # in another thread than the main one
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where another's server is named, there may be one for each process: tests/postgres15.py.
PORTS = os.environ.get("TILLROLL_TEST_PORTS", os.environ.get("PGPORT", "")).split(",")
if (process := os.environ.get("PYTEST_XDIST_WORKER")) and "TILLROLL_TEST_PORTS" in os.environ:
    os.environ["PGPORT"] = PORTS[int(process.removeprefix("gw"))]

CLONE = Path(__file__).resolve().parent.parent
Variables = dict[str, str]
NAME = f"tillroll_test_{uuid.uuid4().hex[:12]}"
"""Of each fresh database in turn: what dbt has parsed knows it by its name."""


@pytest.fixture(scope="session")
def clone() -> Path:
    """The folder of the clone."""
    return CLONE


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of hand-checked messages; skips where there is none."""
    if not SAMPLES.is_dir():
        pytest.skip(MISSING)
    return SAMPLES


@pytest.fixture(scope="session")
def room() -> Iterator[Path]:
    """A folder for embedded servers of this test run; they are stopped and removed in the end.

    Not below /tmp: pytest's folders there are closed to the user that a server of root's runs as.
    """
    for folder in STATE.glob("test-*"):
        if not is_process(int(folder.name.removeprefix("test-"))):
            clear(folder)
    folder = STATE / f"test-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        clear(folder)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Variables:
    """libpq's variables of a server on which databases may be created."""
    if warehouse.names_another(os.environ):
        return {"PGDATABASE": "postgres"} | warehouse.libpq_variables(os.environ)
    throwaway = Server(request.getfixturevalue("room") / "shared", is_durable=False)
    throwaway.start()
    return throwaway.variables("postgres")


@pytest.fixture(scope="session")
def template(server: Variables) -> Iterator[str]:
    """Name of a database in which warehouse.sql stands, for others to be copied from."""
    with new_database(server, "template0") as variables:
        warehouse.prepare(variables)
        yield variables["PGDATABASE"]


@pytest.fixture
def original(template: str) -> str:
    """Name of the database of which `database` is a copy."""
    return template


@pytest.fixture
def database(server: Variables, original: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Variables]:
    """libpq's variables of a fresh database, which are this process's environment during the test."""
    with new_database(server, original, NAME) as variables:
        for name in warehouse.libpq_variables(os.environ):
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield variables


@pytest.fixture
def connection(database: Variables) -> "Iterator[psycopg.Connection]":
    """An open connection to a fresh database, as its owner."""
    with warehouse.connect(database) as connection:
        yield connection


@contextmanager
def new_database(server: Variables, template: str, name: str | None = None) -> Iterator[Variables]:
    name = name or f"tillroll_test_{uuid.uuid4().hex[:12]}"
    with warehouse.connect(server) as connection:
        connection.autocommit = True
        connection.execute(
            sql.SQL("create database {} template {} encoding 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield server | {"PGDATABASE": name}
    finally:
        with warehouse.connect(server) as connection:
            connection.autocommit = True
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def is_process(pid: int) -> bool:
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False


def clear(folder: Path) -> None:
    # Two runs that begin at once both clear away what a killed one has left.
    with suppress(FileNotFoundError):
        for state in folder.iterdir():
            Server(state).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_xdist_auto_num_workers() -> int:
    """A process for each core, up to four, each with a server of its own; on one of another's they would collide."""
    if warehouse and warehouse.names_another(os.environ):
        return len(PORTS)
    return min(os.cpu_count() or 1, 4)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was left out: a line for each reason, which says what mends it."""
    reports = terminalreporter.getreports("skipped")
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in reports)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"left out {count}: {reason}", yellow=True)


def pytest_report_header() -> str:
    if warehouse is None:
        return "warehouse: none, the compiler alone is installed"
    if not warehouse.names_another(os.environ):
        return f"warehouse: embedded, below {STATE}"
    try:
        return f"warehouse: {warehouse.describe({'PGDATABASE': 'postgres'} | warehouse.libpq_variables(os.environ))}"
    except psycopg.OperationalError as error:
        return f"warehouse: {error}"
