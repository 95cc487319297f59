"""What several tests of the warehouse start from: a shared database, a compiled demonstration folder, dbt."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg
import pytest

import udf.compiler
from tests.conftest import NAME, Variables, new_database
from tests.integration.incoming import LOG, Deliver

Dbt = Callable[..., str]


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
def dbt_process(clone: Path, server: Variables, dbt_target: Path) -> Iterator[subprocess.Popen[str]]:
    """dbt in a process that stays, on whichever fresh database stands."""
    command = [sys.executable, clone / "tests" / "dbt_server.py", dbt_target]
    with subprocess.Popen(
        command,
        cwd=clone / "dbt",
        env=os.environ | server | {"PGDATABASE": NAME},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def dbt(request: pytest.FixtureRequest, database: Variables) -> Dbt:
    """Runs dbt's command on the clone's project and the fresh database, and says what it printed."""
    process: subprocess.Popen[str] = request.getfixturevalue("dbt_process")

    def run(*arguments: str) -> str:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(arguments) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert answer["success"], answer["said"]
        return str(answer["said"])

    return run


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
        from dagster_project.ingest import intake
        from dagster_project.ingest.landing import list_files

        with Warehouse().connect() as loader:
            for file in list_files(tmp_path):
                intake.deliver(loader, file)
            intake.split_pending(loader, LOG)

    return bring
