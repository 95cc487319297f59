"""Run a command while Debian's PostgreSQL 15 stands by: throwaway servers, one for each process of the tests.

    python -m tests.postgres15 COMMAND ...

The second warehouse of the tests: another server than the embedded one, two major versions of syntax older, reached in
the way anybody's own PostgreSQL is reached: by the PG variables. TILLROLL_TEST_PORTS names the port of each server.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dagster_project.warehouse.account import find_account, run_as
from dagster_project.warehouse.embedded import THROWAWAY_SETTINGS
from dagster_project.warehouse.files import find_free_port, make_folder

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
SERVERS = min(os.cpu_count() or 1, 4)


def main(command: list[str]) -> int:
    if not (PROGRAMS / "initdb").exists():
        sys.exit("PostgreSQL 15 is missing: apt-get install postgresql-15 postgresql-plpython3-15.")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "TILLROLL_EMBEDDED"))}
    with ExitStack() as servers:
        ports = [str(servers.enter_context(running_server())) for _ in range(SERVERS)]
        variables = {"PGHOST": "127.0.0.1", "PGPORT": ports[0], "PGUSER": "postgres", "PGDATABASE": "postgres"}
        return subprocess.run(
            command, check=False, env=bare | variables | {"TILLROLL_TEST_PORTS": ",".join(ports)}
        ).returncode


@contextmanager
def running_server() -> Iterator[int]:
    """The port of a server that is stopped and removed in the end."""
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
        yield port
    finally:
        if (data / "postmaster.pid").exists():
            run_as(account, [*server, "stop", "-m", "immediate"], folder, {}, may_fail=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
