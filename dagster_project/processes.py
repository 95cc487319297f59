"""Processes that we start, and that they end.

    python -m dagster_project.processes COMMAND ...     # becomes the command, which then hears of SIGINT and SIGTERM

A shell without job control, a script's, starts `command &` with SIGINT ignored, and whatever that starts inherits it.
Dagster takes for SIGTERM what it finds for SIGINT, and passes that on to its own children: nothing of it could be ended
but by SIGKILL.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_HANDLERS: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
# dbt cancels its queries when it is asked to end.
BOUND_PATIENCE_SECONDS = 5.0


def hear_signals() -> None:
    """Be ended by SIGINT and SIGTERM again where whoever started us has made us deaf to them."""
    for number, handler in _HANDLERS.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def hearing(*command: str | os.PathLike[str]) -> list[str | os.PathLike[str]]:
    """The command, started such that it hears of signals."""
    return [sys.executable, os.fspath(__file__), *command]


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes], patience_seconds: float) -> None:
    """Ask the process to end and wait; kill it when it has not ended by then."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def bound(process: subprocess.Popen[Any]) -> Iterator[None]:
    """The process ends with this block, and also with this process, however that ends: nobody waits for an orphan."""
    # A watcher that hears our end by the pipe between us, which the system closes even after SIGKILL.
    watcher = subprocess.Popen(
        [sys.executable, "-I", __file__, "--after-me", str(process.pid)], stdin=subprocess.PIPE, start_new_session=True
    )
    assert watcher.stdin
    try:
        yield
    finally:
        end(process, BOUND_PATIENCE_SECONDS)
        watcher.kill()
        watcher.wait()
        watcher.stdin.close()


def end_after_parent(pid: int) -> None:
    """Wait until whoever started us is gone, then end the process that was its own."""
    sys.stdin.buffer.read()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            time.sleep(BOUND_PATIENCE_SECONDS)


if __name__ == "__main__":
    if sys.argv[1] == "--after-me":
        end_after_parent(int(sys.argv[2]))
        sys.exit()
    hear_signals()
    os.execvp(sys.argv[1], sys.argv[1:])
