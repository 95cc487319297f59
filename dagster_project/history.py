"""Dagster's history in SQLite, written without waiting for the disk at each event.

Dagster opens and closes a database two or three times for each event, and a run that builds Gold has 950 of them. By
SQLite's defaults each commit and each last close wait for the disk: 10 ms a commit, half a minute a run (November
2026).
"""

import sqlite3
import threading
from collections import OrderedDict
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

# Runs, events of all runs, schedules; each run has a database of its own besides.
KEPT_OPEN = 8
_kept: OrderedDict[str, sqlite3.Connection] = OrderedDict()
_lock = threading.Lock()


def write_quickly() -> None:
    """Let what this process writes reach the disk when SQLite empties its log into the database, not at each commit.

    A process that is killed loses nothing by it. A machine that loses its power may lose the last events, never the
    database: recovery.py begins anew what was at work then, and files and Gold are in PostgreSQL.
    """
    if not event.contains(Engine, "connect", _prepare):
        event.listen(Engine, "connect", _prepare)


def _prepare(connection: Any, _: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.execute("pragma synchronous = normal")
    ((_, _, path),) = connection.execute("pragma database_list").fetchall()
    if path:
        with _lock:
            _keep_open(path)


def _keep_open(path: str) -> None:
    """The last to close a database empties its log, and waits for the disk: so one connection of ours stays."""
    try:
        if path not in _kept:
            _kept[path] = sqlite3.connect(path, timeout=0, check_same_thread=False)
        _kept.move_to_end(path)
        # Only who has looked into a database since it has a log is known there.
        _kept[path].execute("pragma schema_version").fetchone()
    except sqlite3.Error:  # just being made, or removed
        if path in _kept:
            _kept.pop(path).close()
    while len(_kept) > KEPT_OPEN:
        _, oldest = _kept.popitem(last=False)
        oldest.close()
