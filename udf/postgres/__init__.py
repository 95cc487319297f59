"""The compiler behind the SQL functions: what their bodies of a few lines call.

    from udf.postgres import open_door
    return open_door(plpy).compile_edi(raw)

A session opens the door at its first call and keeps it. When the files of the package change (an upgrade in place), the
sessions that hold the old ones notice and load the new ones, without anybody having to reconnect.
"""

import gc
import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from udf.postgres.session import Desk

__all__ = ["open_door"]

# Before numpy comes: a backend must stay one thread, PostgreSQL's signals and memory know of no other.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["TILLROLL_THREADS"] = "1"
# pydantic would look through the metadata of every installed package for plugins: 30 ms of a session's first call.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_PACKAGE = Path(__file__).resolve().parents[1]
_TABLES = _PACKAGE / "reference"
_WATCHED = ((_PACKAGE, "*.py"), (_PACKAGE, "[a-su-z]*/*.py"), (_PACKAGE / "model", "*"), (_TABLES, "*.csv"))
# Looking costs 0.1 ms.
_SECONDS_BETWEEN_LOOKS = 1.0


class _Opened(NamedTuple):
    desk: "Desk"
    files: object
    looked_at: float
    seen: object


_opened: _Opened | None = None


def open_door(plpy: Any) -> "Desk":
    """The session's desk, of the package as it stands on disk."""
    global _opened
    now = time.monotonic()
    if _opened is None:
        files = _stat_files()
        _opened = _Opened(_open_desk(plpy), files, now, files)
    elif now - _opened.looked_at > _SECONDS_BETWEEN_LOOKS:
        _opened.desk.tally.look()
        seen = _stat_files()
        # Changed, and the same at two looks: nobody is writing any more.
        if seen not in (_opened.files, None) and seen == _opened.seen:
            fresh = _load_anew(plpy)
            if fresh is not None:
                _opened.desk.close()
                _opened.desk.tally.close()
                return fresh
            # What could not be loaded is tried again when it has changed again.
            _opened = _opened._replace(files=seen)
        _opened = _opened._replace(looked_at=now, seen=seen)
    return _opened.desk


def _open_desk(plpy: Any) -> "Desk":
    # What is being imported stays: looking through it for garbage took a fifth of the time.
    gc.disable()
    try:
        from udf.postgres.backend import Backend
        from udf.postgres.session import Desk

        return Desk(plpy, Backend())
    finally:
        gc.enable()


def _stat_files() -> object:
    """What tells whether the package has changed: code, model and reference tables; None in the midst of a change."""
    try:
        return tuple(
            (path, status.st_mtime_ns, status.st_size, status.st_ino) for path in _files() for status in [path.stat()]
        )
    except OSError:
        return None


def _files() -> Iterator[Path]:
    for folder, pattern in _WATCHED:
        yield from sorted(folder.glob(pattern))


def _load_anew(plpy: Any) -> "Desk | None":
    """A desk of the package loaded anew, its compiler ready; None where that fails, and the old one stays in place."""
    old = {name: module for name, module in sys.modules.items() if name == "udf" or name.startswith("udf.")}
    for name in old:
        del sys.modules[name]
    importlib.invalidate_caches()
    try:
        desk: Desk = importlib.import_module("udf.postgres").open_door(plpy)
        desk.load()
    except Exception:
        for name in [name for name in sys.modules if name == "udf" or name.startswith("udf.")]:
            del sys.modules[name]
        sys.modules.update(old)
        return None
    return desk
