"""Superset in an environment of its own, on this machine alone: its state, its web server, its dashboard.

Starting can be repeated, also after it was killed at any point. Everything lies in one folder: the database in which
Superset keeps users and dashboards, secrets, logs, and the number of the process.
"""

import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dagster_project.warehouse.account import CLONE, WarehouseError
from dagster_project.warehouse.embedded import STATE
from dagster_project.warehouse.files import is_free, lock, write_private

PROGRAMS = CLONE / ".venv-bi" / "bin"
ASSETS = CLONE / "dbt" / "superset"
DASHBOARD = "sell-through"
PORT = 8088
# On two busy cores Superset alone takes half a minute to import itself and answer.
START_SECONDS = 180


@dataclass(frozen=True)
class Superset:
    """The Superset whose state lies in one folder and which answers on one port of 127.0.0.1."""

    state: Path = STATE / "superset"
    port: int = PORT
    programs: Path = PROGRAMS

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dashboard(self) -> str:
        return f"{self.url}/superset/dashboard/{DASHBOARD}/"

    @property
    def log(self) -> Path:
        return self.state / "superset.log"

    def secret(self, name: str) -> str:
        """The secret of that name, drawn when it is first asked for: secret_key, and a password for each login."""
        path = self.state / name
        if not path.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            self.state.chmod(0o700)
            write_private(path, secrets.token_urlsafe(32 if name == "secret_key" else 12))
        return path.read_text()

    def furnish(self, address: str) -> None:
        """Create or upgrade Superset's tables and users; import the dashboard, which reads what is at `address`."""
        if not (self.programs / "gunicorn").exists():
            raise WarehouseError("Superset is not installed: make bi-setup.")
        for name in ("secret_key", "admin_password", "analyst_password"):
            self.secret(name)
        log = self.state / "furnish.log"
        with lock(self.state), log.open("w") as output:
            done = subprocess.run(
                [self.programs / "python", "-P", Path(__file__).with_name("metadata.py"), ASSETS],
                env=self._environment() | {"TILLROLL_BI_ADDRESS": address},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            end = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-12:])
            raise WarehouseError(f"Superset could not be prepared; the end of {log}:\n{end}")

    def start(self) -> None:
        """Start the web server in the background and wait until it answers."""
        with lock(self.state):
            if self.is_running():
                if self.is_healthy():
                    return
                self.stop()  # it hangs, or listens on the port of another time
            if not is_free(self.port):
                raise WarehouseError(
                    f"Port {self.port} is taken by another program: make bi BI_PORT=8089, or another that is free."
                )
            command: list[str | Path] = [self.programs / "gunicorn", "--bind", f"127.0.0.1:{self.port}"]
            # Charts are asked for together; two processes for two cores, threads for what waits for the warehouse.
            command += ["--workers", "2", "--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
            # It outlives the command that started it.
            command += ["--daemon", "--pid", self._pid_file, "--log-file", self.log, "--capture-output"]
            self._pid_file.unlink(missing_ok=True)
            subprocess.run([*command, "superset.app:create_app()"], cwd=self.state, env=self._environment(), check=True)
            deadline = time.monotonic() + START_SECONDS
            has_begun = False
            while not self.is_healthy():
                has_begun |= self.is_running()
                if (has_begun and not self.is_running()) or time.monotonic() > deadline:
                    self.stop()
                    end = "".join(self.log.read_text(errors="replace").splitlines(keepends=True)[-12:])
                    raise WarehouseError(f"Superset does not start; the end of {self.log}:\n{end}")
                time.sleep(0.5)

    def stop(self) -> bool:
        """Stop it and wait; False where it was not running."""
        pid = self._pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 20
        while self._pid() == pid:
            if time.monotonic() > deadline:
                os.killpg(pid, signal.SIGKILL)
            time.sleep(0.1)
        return True

    def is_running(self) -> bool:
        return self._pid() is not None

    def is_healthy(self) -> bool:
        with suppress(urllib.error.URLError, OSError):
            return bool(urllib.request.urlopen(f"{self.url}/health", timeout=5).status == 200)
        return False

    @property
    def _pid_file(self) -> Path:
        return self.state / "pid"

    def _pid(self) -> int | None:
        """Its process, as long as that is ours and not a later one that was given its number."""
        with suppress(OSError, ValueError):
            pid = int(self._pid_file.read_text())
            os.kill(pid, 0)
            command = Path(f"/proc/{pid}/cmdline")
            # Where there is no /proc, a process of that number must do.
            if not Path("/proc/self").exists() or os.fsencode(self._pid_file) in command.read_bytes().split(b"\0"):
                return pid
        return None

    def _environment(self) -> dict[str, str]:
        """What Superset lives in: our settings, and not the owner's name and password for the warehouse."""
        ours = {name: value for name, value in os.environ.items() if name not in {"PGUSER", "PGPASSWORD", "PGPASSFILE"}}
        return ours | {
            "SUPERSET_CONFIG_PATH": str(Path(__file__).with_name("settings.py")),
            "SUPERSET_HOME": str(self.state),
            "TILLROLL_BI_STATE": str(self.state),
            "SCARF_ANALYTICS": "false",
            # A variable of ours would put our packages before Superset's.
            "PYTHONPATH": "",
        }
