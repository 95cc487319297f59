"""Run a command while Debian's PostgreSQL 15 stands by: a throwaway server that the PG variables name.

    python -m tests.postgres15 COMMAND ...

The second warehouse of the tests: another server than the embedded one, two major versions of syntax older, reached in
the way anybody's own PostgreSQL is reached.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dagster_project.warehouse.account import find_account, run_as
from dagster_project.warehouse.embedded import THROWAWAY_SETTINGS
from dagster_project.warehouse.files import find_free_port, make_folder

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


def main(command: list[str]) -> int:
    if not (PROGRAMS / "initdb").exists():
        sys.exit("PostgreSQL 15 is missing: apt-get install postgresql-15 postgresql-plpython3-15.")
    folder = Path(tempfile.mkdtemp(prefix="tillroll-postgres15-"))
    account = find_account(folder / "data")
    make_folder(folder, account, 0o700)
    data, port = folder / "data", find_free_port()
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **THROWAWAY_SETTINGS}
    options = " ".join([f"-p {port}", *(f"-c {name}='{value}'" for name, value in settings.items())])
    server = [PROGRAMS / "pg_ctl", "-D", data, "-w"]
    try:
        run_as(
            account, [PROGRAMS / "initdb", "-D", data, "-U", "postgres", "--encoding=UTF8", "-A", "trust"], folder, {}
        )
        run_as(account, [*server, "start", "-l", folder / "log", "-o", options], folder, {})
        variables = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres", "PGDATABASE": "postgres"}
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "TILLROLL_EMBEDDED"))}
        return subprocess.run(command, check=False, env=bare | variables).returncode
    finally:
        if (data / "postmaster.pid").exists():
            run_as(account, [*server, "stop", "-m", "immediate"], folder, {}, may_fail=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
