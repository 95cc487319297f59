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
from typing import Any

_HANDLERS: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


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


if __name__ == "__main__":
    hear_signals()
    os.execvp(sys.argv[1], sys.argv[1:])
