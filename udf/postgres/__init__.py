"""The compiler behind the SQL functions, and the worker that takes messages from Bronze to Silver.

    from udf.postgres import open_functions
    return open_functions(plpy).compile_edi(raw, envelope)

A session loads the package at its first call and keeps it. When the files of the package change (an upgrade in place),
the sessions that hold the old ones notice and load the new ones, without anybody having to reconnect: two compilers at
work in one warehouse would take each other's outcomes for pending, again and again.
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
    from udf.postgres.functions import Functions

__all__ = ["open_functions"]

_PACKAGE = Path(__file__).resolve().parents[1]
_NOT_WATCHED = ("train", "__pycache__")
# Looking costs 0.3 ms.
_SECONDS_BETWEEN_LOOKS = 1.0


class _Opened(NamedTuple):
    functions: "Functions"
    files: object
    looked_at: float
    seen: object


_opened: _Opened | None = None


def open_functions(plpy: Any) -> "Functions":
    """The session's functions, of the package as it stands on disk."""
    global _opened
    now = time.monotonic()
    if _opened is None:
        files = _stat_files()
        _opened = _Opened(_open(plpy), files, now, files)
    elif now - _opened.looked_at > _SECONDS_BETWEEN_LOOKS:
        seen = _stat_files()
        # Changed, and the same at two looks: nobody is writing any more.
        if seen not in (_opened.files, None) and seen == _opened.seen:
            fresh = _load_anew(plpy)
            if fresh is not None:
                _opened.functions.session.close()
                return fresh
            # What could not be loaded is tried again when it has changed again.
            _opened = _opened._replace(files=seen)
        _opened = _opened._replace(looked_at=now, seen=seen)
    return _opened.functions


def _open(plpy: Any) -> "Functions":
    # Before numpy comes: a backend must stay one thread, PostgreSQL's signals and memory know of no other.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["TILLROLL_THREADS"] = "1"
    # pydantic would look through the metadata of every installed package for plugins: 30 ms of a session's first call.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is being imported stays: looking through it for garbage took a fifth of the time.
    gc.disable()
    try:
        from udf.postgres.backend import Backend
        from udf.postgres.functions import Functions
        from udf.postgres.session import Session

        return Functions(Session(plpy, Backend()))
    finally:
        gc.enable()


def _stat_files() -> object:
    """What tells whether the package has changed: code, model and reference tables; None in the midst of a change."""
    try:
        return tuple(
            (path, status.st_mtime_ns, status.st_size, status.st_ino)
            for path in _list_files()
            for status in [os.stat(path)]
        )
    except OSError:
        return None


def _list_files() -> Iterator[str]:
    # In a clone the reference tables are a link.
    for folder, rooms, names in os.walk(_PACKAGE, followlinks=True):
        rooms[:] = sorted(set(rooms).difference(_NOT_WATCHED))
        yield from (os.path.join(folder, name) for name in sorted(names))


def _load_anew(plpy: Any) -> "Functions | None":
    """Functions of the package loaded anew, their compiler ready; None where that fails, and the old ones stay."""
    old = {name: module for name, module in sys.modules.items() if name == "udf" or name.startswith("udf.")}
    for name in old:
        del sys.modules[name]
    importlib.invalidate_caches()
    try:
        functions: Functions = importlib.import_module("udf.postgres").open_functions(plpy)
        functions.session.load()
    except Exception:
        for name in [name for name in sys.modules if name == "udf" or name.startswith("udf.")]:
            del sys.modules[name]
        sys.modules.update(old)
        return None
    return functions
