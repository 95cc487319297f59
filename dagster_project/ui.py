"""Dagster for a person: its pages, and the daemon that watches the landing folder, one at a time for each instance.

    python -m dagster_project.ui --port 3000

Whatever a killed one has left, processes and runs, is ended before the next begins. Becomes `dg dev` in the end.
"""

import argparse
import fcntl
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import dagster as dg
import psycopg

from dagster_project.ingest.landing import DEFAULT_LANDING, LandingError, find_folder
from dagster_project.processes import hear_signals
from dagster_project.recovery import recover
from dagster_project.warehouse import WarehouseError, refuse_mismatch
from dagster_project.warehouse.files import is_free, read_holder

# In the environment of all that we start, and so of what it starts in turn: by this a killed one's are known.
MARK = "TILLROLL_UI"
PATIENCE_SECONDS = 10.0


class BusyError(Exception):
    """Why Dagster cannot begin here, and what to do about it."""


def hold(home: Path, port: int) -> int:
    """Take the instance for this process, and give the open file that says so; BusyError where another has it."""
    place = home / "ui.lock"
    holder = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(holder)
        raise BusyError(f"Dagster runs already: {read_holder(place)}. Open it, or end it first.") from None
    os.ftruncate(holder, 0)
    os.write(holder, f"http://localhost:{port}, process {os.getpid()}".encode())
    # Kept by `dg dev`, which this process becomes, and by none of its children.
    os.set_inheritable(holder, True)
    return holder


def find_leftovers(home: Path) -> list[int]:
    """Processes that an earlier one has started for this instance, ourselves left out."""
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


def refuse_other_warehouse() -> None:
    """Raise WarehouseError where the warehouse is of another version; one that is away is waited for at each run."""
    with suppress(psycopg.OperationalError), psycopg.connect("", connect_timeout=10) as connection:
        refuse_mismatch(connection)


def main() -> NoReturn:
    parser = argparse.ArgumentParser(prog="python -m dagster_project.ui", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=3000)
    port = parser.parse_args().port
    hear_signals()
    home = Path(os.environ["DAGSTER_HOME"]).resolve()
    home.mkdir(parents=True, exist_ok=True)
    try:
        os.environ["TILLROLL_LANDING"] = str(find_folder(os.environ.get("TILLROLL_LANDING") or DEFAULT_LANDING))
        refuse_other_warehouse()
        hold(home, port)
        if ended := end_leftovers(home):
            print(f"{ended} processes that a killed Dagster had left are ended.")
        if not is_free(port):
            raise BusyError(f"Port {port} is taken by another program: make ui PORT=another.")
    except (BusyError, LandingError, WarehouseError) as error:
        sys.exit(f"Error: {error}")
    with dg.DagsterInstance.get() as instance:
        for run_id in recover(instance, home):
            print(f"Run {run_id} had been killed at work; what it left is done now.")
    os.environ[MARK] = str(home)
    sys.stdout.flush()
    os.execvp("dg", ["dg", "dev", "--host", "127.0.0.1", "--port", str(port)])


if __name__ == "__main__":
    main()
