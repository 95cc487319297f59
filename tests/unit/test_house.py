"""The house rules that no other tool watches: which room holds what, and who may import whom."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.samples import MISSING, SAMPLES

CLONE = Path(__file__).resolve().parents[2]

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "bench",
    "constraints.txt",
    "dagster_project",
    "dbt",
    "pyproject.toml",
    "seeds",
    "tests",
    "udf",
}

TESTED_ELSEWHERE = {
    "udf/edi/tags.py": "tests/unit/edi/test_repair.py",
    "udf/install.py": "tests/integration/test_install.py",
    "udf/postgres/database.py": "tests/integration/postgres/test_worker.py",
    "udf/postgres/session.py": "tests/integration/postgres/test_functions.py",
    "udf/postgres/spi.py": "tests/integration/postgres/test_pending.py",
}
"""Modules whose tests need more than unit tests have, or are those of what reads them as a table."""


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={CLONE}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CLONE,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    if listed.returncode != 0:
        pytest.skip("not a git clone")
    return [Path(name) for name in listed.stdout.split("\0") if name and (CLONE / name).exists()]


def imports(path: Path) -> Iterator[str]:
    """Top-level names of all packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse((CLONE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def importers(files: list[Path], room: str, *packages: str) -> set[str]:
    """Modules of a room that import any of the packages."""
    return {
        str(path)
        for path in files
        if path.suffix == ".py" and path.parts[0] == room and set(packages) & set(imports(path))
    }


def test_the_top_level_holds_the_rooms_and_nothing_else(files: list[Path]) -> None:
    assert {path.parts[0] for path in files} <= TOP_LEVEL


def test_no_python_lies_under_dbt(files: list[Path]) -> None:
    # The folder dbt/ is merged into the installed package dbt; an __init__.py there would replace dbt-core.
    assert [str(path) for path in files if path.parts[0] == "dbt" and path.suffix in {".py", ".pyc"}] == []


@pytest.mark.skipif(find_spec("dagster_dbt") is None, reason="the platform is not installed: make setup")
def test_dbt_is_still_dbt() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import dbt.cli.main; print(dbt.cli.main.__file__)"],
        cwd=CLONE,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert "site-packages" in found.stdout


def test_the_compiler_knows_neither_the_schedule_nor_the_arithmetic(files: list[Path]) -> None:
    assert importers(files, "udf", "dagster", "dagster_dbt", "dagster_project", "dbt") == set()


def test_the_compiler_speaks_to_a_database_in_the_installer_alone(files: list[Path]) -> None:
    assert importers(files, "udf", "psycopg", "psycopg2", "sqlalchemy") <= {"udf/install.py"}


def test_torch_is_needed_in_the_training_room_alone(files: list[Path]) -> None:
    training = {"torch", "transformers", "gguf", "peft", "safetensors", "matplotlib"}
    found = {path for room in ("udf", "dagster_project") for path in importers(files, room, *training)}
    assert {path for path in found if not path.startswith("udf/train/")} == set()


def test_importing_the_compiler_loads_nothing_that_starts_slowly() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, udf; print(*sys.modules, sep='\\n')"],
        cwd=CLONE,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert not re.findall(r"^(?:dagster|dbt|psycopg|torch)(?:\.|$)", loaded.stdout, re.MULTILINE)


def test_there_is_no_room_for_leftovers(files: list[Path]) -> None:
    leftovers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service"}
    assert [str(path) for path in files if path.suffix == ".py" and path.stem in leftovers] == []


def test_constraints_name_versions_and_nothing_else() -> None:
    lines = (CLONE / "constraints.txt").read_text().splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert [line for line in pinned if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
    assert pinned == sorted(pinned, key=lambda line: re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower())


def test_only_weights_and_pictures_are_large(files: list[Path]) -> None:
    # 4 MB is what the model, and the adapter it is compared with, may have; everything else is text.
    large = {str(path) for path in files if (CLONE / path).stat().st_size > 1_500_000}
    weights = ("udf/model/", "udf/train/specialist/")
    assert {path for path in large if not path.startswith(weights) and not path.endswith(".png")} == set()
    assert [path for path in large if (CLONE / path).stat().st_size > 4 * 1024 * 1024] == []


def test_other_peoples_messages_are_not_in_the_repository(files: list[Path]) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(MISSING)
    theirs = {path.read_bytes() for path in SAMPLES.rglob("*") if path.is_file() and path.stat().st_size > 200}
    ours = [path for path in files if path.parts[0] in {"seeds", "tests", "bench"}]
    assert [str(path) for path in ours if (CLONE / path).read_bytes() in theirs] == []


def test_make_help_names_every_command(files: list[Path]) -> None:
    makefile = (CLONE / "Makefile").read_text()
    phony = {name for line in re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE) for name in line.split()}
    told = subprocess.run(["make", "help"], cwd=CLONE, check=True, capture_output=True, encoding="utf-8").stdout
    assert phony == set(re.findall(r"^  make (\S+)", told, re.MULTILINE))


def test_continuous_integration_runs_commands_that_exist() -> None:
    script = (CLONE / ".ci" / "run").read_text()
    makefile = (CLONE / "Makefile").read_text()
    commands = re.findall(r"^(?:make|prove) ([a-z0-9-]+)", script, re.MULTILINE)
    assert {"setup", "lint", "test", "test-long"} <= set(commands)
    for command in commands:
        assert re.search(rf"^{re.escape(command)}:", makefile, re.MULTILINE), command


def test_each_module_of_the_compiler_has_tests_of_its_name(files: list[Path]) -> None:
    there = {str(path) for path in files}
    missing = set()
    for path in files:
        if path.parts[0] != "udf" or path.suffix != ".py" or path.stem == "__init__":
            continue
        if path.parts[1] == "train":
            continue
        # What PostgreSQL runs is tested in it.
        kinds = ("unit", "integration") if path.parts[1] == "postgres" else ("unit",)
        names = {str(Path("tests", kind, *path.parts[1:-1], f"test_{path.stem}.py")) for kind in kinds}
        if not (names | {TESTED_ELSEWHERE.get(str(path))}) & there:
            missing.add(str(path))
    assert missing == set()


def test_what_tests_start_can_be_interrupted() -> None:
    """A script's background ignores SIGINT, and whoever inherits that cannot be ended by it."""
    probe = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True).stdout == b"True\n"
