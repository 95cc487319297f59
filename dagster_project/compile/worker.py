"""One of several processes that compile pending messages: `python -m dagster_project.compile.worker`.

It reads a line of JSON from its standard input for each batch, `{"compiler_version": ..., "message_ids": [...]}`, and
writes lines of JSON to its standard output: `{"level": ..., "text": ...}` for the run's log, then the batch's
`{"progress": [...]}`, or `{"failed": ...}` as its last words. It ends when its input does, so that none is left when
whoever started it was killed.
"""

import json
import os
import sys
import traceback
from typing import Any, TextIO

import udf
from dagster_project.compile.pending import open_worker
from dagster_project.processes import hear_signals
from dagster_project.warehouse.connection import connect_as


class Reporter:
    """A log whose records are lines of JSON for whoever started us."""

    def __init__(self, output: TextIO) -> None:
        self.output = output

    def say(self, **words: Any) -> None:
        self.output.write(json.dumps(words) + "\n")
        self.output.flush()

    def info(self, text: str, *values: object) -> None:
        self.say(level="info", text=text % values)

    def warning(self, text: str, *values: object) -> None:
        self.say(level="warning", text=text % values)

    def error(self, text: str, *values: object) -> None:
        self.say(level="error", text=text % values)


def main() -> int:
    hear_signals()
    # Whatever a library prints must not stand between our lines.
    reporter = Reporter(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    try:
        with connect_as("tillroll_loader", is_derived=True) as connection:
            worker = open_worker(connection, udf.compiler_version(), reporter)
            for line in sys.stdin:
                job = json.loads(line)
                if job["compiler_version"] != worker.version:
                    raise RuntimeError("the compiler was changed while the run was at work")
                with connection.transaction():
                    progress = worker.work(job["message_ids"])
                reporter.say(progress=progress)
    except BrokenPipeError:
        return 1
    except Exception as fault:
        traceback.print_exc()
        reporter.say(failed=f"{type(fault).__name__}: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
