"""The wheel is the compiler, whole and alone: model and tables are in it, training and the platform are not."""

import email
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.small_messages import sales
from tests.wheel import CLONE, build, copy_clone

pytestmark = pytest.mark.skipif(not (CLONE / "udf").is_dir(), reason="there is no clone that a wheel could be made of")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None or not (CLONE / ".git").exists():
        pytest.skip("not a git clone")
    folder = tmp_path_factory.mktemp("wheel")
    return build(copy_clone(folder / "clone"), folder)


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_it_has_every_module_that_is_not_training_and_nothing_else(unpacked: Path) -> None:
    ours = {path.relative_to(CLONE) for path in (CLONE / "udf").rglob("*.py")}
    wanted = {path for path in ours if path.parts[1] != "train"}
    assert {path.relative_to(unpacked) for path in unpacked.rglob("*.py")} == wanted


def test_the_model_the_tables_and_the_types_are_inside(unpacked: Path) -> None:
    for name in ("model/tillroll.gguf", "model/card.json", "contract.schema.json", "py.typed", "postgres/work.sql"):
        assert (unpacked / "udf" / name).read_bytes() == (CLONE / "udf" / name).read_bytes()
    tables = {path.name: path.read_bytes() for path in (CLONE / "seeds" / "reference").glob("*.csv")}
    assert {path.name: path.read_bytes() for path in (unpacked / "udf" / "reference").iterdir()} == tables


def test_it_weighs_little_more_than_the_model(wheel: Path) -> None:
    assert wheel.stat().st_size < (CLONE / "udf" / "model" / "tillroll.gguf").stat().st_size + 500_000


def test_compiling_needs_two_packages_and_the_rest_are_extras(unpacked: Path) -> None:
    (metadata,) = unpacked.glob("*.dist-info/METADATA")
    told = email.message_from_string(metadata.read_text(encoding="utf-8"))
    needed = {re.split(r"[^a-z-]", text)[0] for text in told.get_all("Requires-Dist", []) if "extra ==" not in text}
    assert needed == {"llama-cpp-python", "pydantic"}
    assert {"platform", "train", "bench", "exam", "test", "dev"} <= set(told.get_all("Provides-Extra", []))
    assert told["Requires-Python"] == "<3.14,>=3.11"


def test_it_compiles_where_there_is_no_clone(unpacked: Path, tmp_path: Path) -> None:
    program = "import sys, udf; print(udf.__file__, udf.compiler_version(), udf.compile_edi(sys.stdin.read()).is_valid)"
    text = sales("LIN+1++4006381333931:EN QTY+153:1")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(unpacked)}, input=text,
                          capture_output=True, encoding="utf-8", check=False)  # fmt: skip
    here = subprocess.run([sys.executable, "-c", "import udf; print(udf.compiler_version())"], cwd=CLONE,
                          capture_output=True, encoding="utf-8", check=True)  # fmt: skip
    expected = f"{unpacked / 'udf' / '__init__.py'} {here.stdout.strip()} True\n"
    assert done.stdout == expected, done.stderr


def test_importing_it_loads_nothing_that_only_compiling_needs() -> None:
    program = "import sys, udf; print(*{name.partition('.')[0] for name in sys.modules}, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=CLONE, capture_output=True, encoding="utf-8", check=True)
    slow = {
        "asyncio",
        "ctypes",
        "csv",
        "dataclasses",
        "httpx",
        "json",
        "llama_cpp",
        "numpy",
        "pydantic",
        "rich",
        "typer",
    }
    assert slow & set(done.stdout.split()) == set()
