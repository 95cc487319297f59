"""The compiler's tests against its wheel: python -m tests.wheel FOLDER_OF_LLAMA_CPP [PYTHON [pytest's arguments]]

The wheel is built from a copy of the clone and installed, beside llama.cpp's, in an empty environment of another
Python. The tests run in a copy of the clone that has no compiler in it; of `udf` only `udf.train`, which the wheel
leaves out and which draws the messages of many tests, comes from there.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent


def find_pythons() -> list[str]:
    """Other Pythons that the compiler runs on, the newest first: on the path, or installed beside this one."""
    found = []
    for minor in (13, 12, 11):
        beside = sorted(Path(sys.base_prefix).parent.glob(f"3.{minor}.*/bin/python3.{minor}"))
        for path in (shutil.which(f"python3.{minor}"), *beside):
            if path and minor != sys.version_info.minor and can_make_environments(path):
                found.append(str(path))
                break
    return found


def can_make_environments(python: str | Path) -> bool:
    """Whether it can: Debian's comes without, and pyenv's commands may stand for nothing."""
    return subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


def copy_clone(folder: Path) -> Path:
    """The files of the clone, committed or about to be."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={CLONE}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CLONE, check=True, stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (CLONE / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CLONE / name, folder / name, follow_symlinks=False)
    return folder


def build(source: Path, folder: Path) -> Path:
    """The wheel of a copy of the clone, made with this environment's setuptools."""
    run(sys.executable, *PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, source)
    (wheel,) = folder.glob("tillroll-*.whl")
    return wheel


PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "-qq")


def run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, env={**os.environ, "PYTHONPATH": ""})


def test_wheel(python: Path, llama: Path, arguments: list[str], folder: Path) -> int:
    """pytest's exit code."""
    source = copy_clone(folder / "clone")
    wheel = build(source, folder)
    own = folder / "environment" / "bin" / "python"
    run(python, "-m", "venv", folder / "environment")
    run(own, *PIP, "install", "-c", CLONE / "constraints.txt", "--find-links", llama, "--only-binary", ":all:",
        f"tillroll[test] @ {wheel.as_uri()}")  # fmt: skip
    shutil.move(source / "udf" / "train", folder / "train")
    shutil.rmtree(source / "udf")
    told = subprocess.run(
        [own, "-c", "import udf, sys; print(udf.__path__[0], sys.version.split()[0], udf.compiler_version())"],
        cwd=source, check=True, stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    package, version, compiler = told.stdout.split()
    print(f"Python {version}, compiler {compiler}, from {wheel.name} ({wheel.stat().st_size / 1e6:.2f} MB)", flush=True)
    shutil.move(folder / "train", Path(package) / "train")
    tests = arguments or ["tests/unit", "tests/model"]
    return subprocess.run([own, "-m", "pytest", *tests], cwd=source, check=False).returncode


def main(llama: str, python: str = "", *arguments: str) -> int:
    """pytest's exit code; 0, and a line that says why, where the tests cannot run."""
    python = python or next(iter(find_pythons()), "")
    if not python or not list(Path(llama).glob("*.whl")):
        missing = f"llama.cpp's wheel in {llama}" if python else "a second Python (PYTHON2=/path/to/python3.13)"
        print(f"Left out: the tests of the wheel, for want of {missing}.")
        return 0
    # Ended from outside, it ends what it has started and clears its folder away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="tillroll-wheel-") as folder:
        return test_wheel(Path(python), Path(llama), list(arguments), Path(folder).resolve())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
