"""What several tests of the warehouse start from: a shared database, a compiled demonstration folder, dbt."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
import pytest

import udf.compiler
from tests.conftest import NAME, Variables, new_database
from tests.integration.incoming import LOG, Deliver

Dbt = Callable[..., str]
LOOKED_UP = ("--vars", "{computed_whole_from: 1}")
"""Of dbt: tables grow by what has changed, however much that is."""


@pytest.fixture(autouse=True)
def no_earlier_instance() -> None:
    """A context left open by a test makes an instance that is gone the current one, whenever it is collected."""
    from dagster._core.storage.defs_state.base import _current_storage

    _current_storage.set(None)


@pytest.fixture(scope="module")
def house(server: Variables, template: str) -> Iterator[Variables]:
    """A database that the tests of a module share."""
    with new_database(server, template) as variables:
        yield variables


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt's target folder, shared by all tests so that the project is parsed once."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="session")
def dbt_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target folder of `dbt_process`."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="session")
def dbt_of_the_clone(clone: Path, server: Variables, dbt_target: Path) -> Iterator[Dbt]:
    """`dbt`, without a database that stands."""
    with dbt_at(clone, dbt_target, server) as run:
        yield run


@pytest.fixture(scope="session")
def seeded(server: Variables, template: str, dbt_of_the_clone: Dbt) -> Iterator[str]:
    """Name of a database in which dbt's CSVs stand too: to write them anew for each test took a minute of all."""
    with ExitStack() as copies:
        with new_database(server, template, NAME):
            dbt_of_the_clone("seed")
            variables = copies.enter_context(new_database(server, NAME))
        yield variables["PGDATABASE"]


@pytest.fixture
def original(request: pytest.FixtureRequest) -> str:
    """Who asks for `dbt` finds its CSVs."""
    return str(request.getfixturevalue("seeded" if "dbt" in request.fixturenames else "template"))


@pytest.fixture
def dbt(dbt_of_the_clone: Dbt, database: Variables) -> Dbt:
    """Runs dbt's command on the clone's project and the fresh database, and gives what it printed."""
    return dbt_of_the_clone


@pytest.fixture
def project(clone: Path, tmp_path: Path) -> Path:
    """A copy of the dbt project and what it reads, which a test may change."""
    folder = tmp_path / "project"
    shutil.copytree(clone / "dbt", folder / "dbt", ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(clone / "seeds" / "reference", folder / "seeds" / "reference")
    return folder


@pytest.fixture
def dbt_of_the_copy(project: Path, tmp_path: Path, server: Variables, database: Variables) -> Iterator[Dbt]:
    """As `dbt`, on the copy; "parse" reads what has changed there."""
    with dbt_at(project, tmp_path / "target", server) as run:
        yield run


@contextmanager
def dbt_at(place: Path, target: Path, server: Variables, *always: str, **variables: str) -> Iterator[Dbt]:
    """dbt in a process that stays, on a project and whichever fresh database stands; `always` goes with each call."""
    with subprocess.Popen(
        [sys.executable, Path(__file__).parent.parent / "dbt_server.py", target, *always],
        cwd=place / "dbt",
        env=os.environ | server | {"PGDATABASE": NAME} | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        requests, answers = process.stdin, process.stdout

        def run(*arguments: str) -> str:
            requests.write(json.dumps(arguments) + "\n")
            requests.flush()
            answer = json.loads(answers.readline())
            assert answer["success"], answer["said"]
            return str(answer["said"])

        yield run
        requests.close()


def run_dbt(clone: Path, target: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
    """What dbt prints, run as an analytics engineer would, against the warehouse that the variables name."""
    command: list[str | Path] = [Path(sys.executable).with_name("dbt"), "--no-use-colors", *arguments]
    places: list[str | Path] = ["--project-dir", ".", "--profiles-dir", ".", "--target-path", target]
    done = subprocess.run(
        [*command, *places, "--log-path", target],
        cwd=clone / "dbt",
        env=os.environ | (variables or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def compiled(clone: Path, database: Variables) -> None:
    """Bronze and Silver of the demonstration folder, by the shipped model."""
    if not udf.compiler.MODEL.exists():
        pytest.fail(f"no model at {udf.compiler.MODEL.relative_to(clone)}")
    # Silver's definition names the compiler's version, so that importing it needs the model.
    from dagster_project.defs import bronze, silver
    from dagster_project.defs.resources import Landing, Warehouse

    dg.materialize(
        [bronze.interchanges, bronze.messages, silver.outcomes],
        resources={"warehouse": Warehouse(), "landing": Landing(path=str(clone / "seeds" / "edi"))},
        run_config=dg.RunConfig({"bronze__interchanges": bronze.LandingRun(settle_seconds=0)}),
    )


@pytest.fixture
def deliver(tmp_path: Path, database: dict[str, str]) -> Deliver:
    """Brings contents into Bronze."""

    def bring(*contents: bytes) -> None:
        for position, content in enumerate(contents):
            (tmp_path / f"{position}.edi").write_bytes(content)
        from dagster_project.defs.resources import Warehouse
        from dagster_project.ingest import delivery, intake
        from dagster_project.ingest.landing import list_files

        with Warehouse().connect() as loader:
            for file in list_files(tmp_path):
                delivery.deliver(loader, file)
            intake.split_pending(loader, LOG)

    return bring
