"""Dagster's three programs, watched by a small one: its pages, its daemon, and the server that holds our definitions.

    python -m dagster_project.services --port 3000

`dg dev` does the same with two programs more, which took a quarter of a gigabyte (November 2026) to reload definitions
at a click: here `make ui` again does that. Whoever started us has made sure that we are the only ones (ui.py).
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from dagster_project.processes import hear_signals

# In the environment of all that we start, and so of what it starts in turn: by this a killed one's are known.
MARK = "TILLROLL_UI"
PATIENCE_SECONDS = 10.0
MODULE = "dagster_project.definitions"
LOCATION = "tillroll"


def find_leftovers(home: Path) -> list[int]:
    """Processes that were started for this instance, ourselves left out."""
    mark = os.fsencode(f"{MARK}={home}")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def end_leftovers(home: Path) -> int:
    """End them, at first gently, and wait; how many there were."""
    left = find_leftovers(home)
    count, deadline = len(left), time.monotonic() + PATIENCE_SECONDS
    number = signal.SIGTERM
    while left:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        time.sleep(0.2)
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        left = find_leftovers(home)
    return count


class Services:
    """The programs of one instance, which begin and end together."""

    def __init__(self, home: Path, port: int, folder: Path) -> None:
        """`folder` is for what they need meanwhile."""
        self.home, self.port = home, port
        self.socket, self.workspace = folder / "code", folder / "workspace.yaml"
        self.workspace.write_text(
            f"load_from:\n- grpc_server: {{host: localhost, socket: '{self.socket}', location_name: {LOCATION}}}\n"
        )
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start them, the others once the server of our definitions answers."""
        code: list[str | Path] = [
            "dagster",
            "api",
            "grpc",
            "-m",
            MODULE,
            "--socket",
            self.socket,
            "--lazy-load-user-code",
        ]
        self._start("code server", *code)
        while not self._answers() and not self.find_ended():
            time.sleep(0.1)
        pages: list[str | Path] = [
            "dagster_webserver",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "-w",
            self.workspace,
        ]
        self._start("web server", *pages)
        # At its own level it tells of each look that found nothing: two megabytes a day in a file.
        self._start("daemon", "dagster_project.daemon", "run", "--log-level", "warning", "-w", self.workspace)

    def _start(self, name: str, *module: str | Path) -> None:
        environment = os.environ | {MARK: str(self.home)}
        self.running[name] = subprocess.Popen([sys.executable, "-m", *module], env=environment)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def find_ended(self) -> str | None:
        """Which of them has ended."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def end(self) -> None:
        """End them, and the runs that they were at."""
        # The server of our definitions last: it waits for those who ask it.
        code, *others = self.running.values()
        for together in (others, [code]):
            for process in together:
                process.terminate()
            deadline = time.monotonic() + PATIENCE_SECONDS
            for process in together:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
        end_leftovers(self.home)
        for process in self.running.values():
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dagster_project.services", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    hear_signals()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # A socket's path may have 107 characters only, and the instance may lie deeper than that.
    with tempfile.TemporaryDirectory(prefix="tillroll-") as folder:
        services = Services(Path(os.environ["DAGSTER_HOME"]).resolve(), port, Path(folder))
        try:
            services.start()
            print(f"Dagster begins on http://localhost:{port}.", flush=True)
            while not (ended := services.find_ended()):
                time.sleep(1)
            print(f"Error: Dagster's {ended} has ended; make ui begins anew.", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 128 + signal.SIGINT
        finally:
            # Whoever asks again is not heard: it would leave half of them.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            services.end()


if __name__ == "__main__":
    sys.exit(main())
