"""Dagster's daemon, which does not ask for our definitions again and again.

    python -m dagster_project.daemon run --log-level warning -w workspace.yaml

It reads all of them anew each minute, in case the server that holds them has others by now, which took a quarter of
what Dagster takes at rest (November 2026). Ours never has: changed code is loaded by the next `make ui`, and a server
that ended ends the daemon as well (services.py).
"""

# Dagster has all of it, exports none, and has no setting for it (1.13).
from dagster._daemon import controller
from dagster._daemon.cli import main as run_daemon

from dagster_project.history import write_quickly

SECONDS_BETWEEN_RELOADS = 24 * 3600


def main() -> None:
    """Becomes the daemon."""
    write_quickly()
    controller.RELOAD_WORKSPACE_INTERVAL = SECONDS_BETWEEN_RELOADS
    run_daemon()


if __name__ == "__main__":
    main()
