"""Dagster for a person: its pages, and the daemon that watches the landing folder, one at a time for each instance.

    python -m dagster_project.ui --port 3000

Whatever a killed one has left, processes and runs, is ended before the next begins. Becomes services.py in the end,
which needs a tenth of the memory.
"""

import argparse
import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import dagster as dg
import psycopg

from dagster_project.ingest.landing import DEFAULT_LANDING, LandingError, find_folder
from dagster_project.processes import hear_signals
from dagster_project.recovery import recover
from dagster_project.services import end_leftovers
from dagster_project.warehouse import WarehouseError, refuse_mismatch
from dagster_project.warehouse.files import is_free, read_holder


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
    # Kept by the program that this process becomes, and by none of its children.
    os.set_inheritable(holder, True)
    return holder


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
        hold(home, port)
        if ended := end_leftovers(home):
            print(f"{ended} processes that a killed Dagster had left are ended.")
        if not is_free(port):
            raise BusyError(f"Port {port} is taken by another program: make ui PORT=another.")
        refuse_other_warehouse()
    except (BusyError, LandingError, WarehouseError) as error:
        sys.exit(f"Error: {error}")
    with dg.DagsterInstance.get() as instance:
        for run_id in recover(instance, home):
            print(f"Run {run_id} had been killed at work; what it left is done now.")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "dagster_project.services", "--port", str(port)])


if __name__ == "__main__":
    main()
