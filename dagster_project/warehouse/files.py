"""Folders and files that several processes, and another user, share; and ports that are free."""

import fcntl
import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock(state: Path) -> Iterator[None]:
    """Hold the folder for ourselves; another run waits."""
    with (state / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_holder(place: Path) -> str | None:
    """What the process wrote that holds this file's lock; None where nobody holds it."""
    try:
        with place.open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return handle.read() or "just started"
    except FileNotFoundError:
        pass
    return None


def make_folder(path: Path, account: pwd.struct_passwd, mode: int) -> None:
    path.mkdir(exist_ok=True)
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, account.pw_uid, account.pw_gid)


def write_private(path: Path, text: str) -> None:
    """Replace the file at once, readable by its owner alone: never half of it, even when killed."""
    half_done = path.with_name(f"{path.name}.half")
    half_done.unlink(missing_ok=True)
    with os.fdopen(os.open(half_done, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    half_done.rename(path)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
