"""A pool of worker processes and the batches they share; a worker that is killed costs its open batch, which is redone.

Processes of `python -m dagster_project.compile.worker` rather than forks: a fork of a process with threads, or with a
model in llama.cpp, may hang, and multiprocessing's spawn would import whatever program the run was started by.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

from dagster_project.processes import end
from udf.postgres.worker import Log, Progress

CLONE = Path(__file__).resolve().parents[2]
# A worker that is asked to end leaves its open batch; PostgreSQL takes back what it had begun.
PATIENCE_SECONDS = 10


class WorkerProcess:
    """A worker process and the batch it is at."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, [str(CLONE), os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dagster_project.compile.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # There is a process for each core: none needs threads.
            env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            # Ctrl-C reaches every process of the terminal's group; whoever started us decides what it means.
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout
        self.batch: list[str] = []
        self._heard = b""

    def give(self, batch: list[str], compiler_version: str) -> None:
        self.batch = batch
        job = json.dumps({"compiler_version": compiler_version, "message_ids": batch}) + "\n"
        # One that died just now is noticed by the end of its output.
        with contextlib.suppress(BrokenPipeError):
            self.input.write(job.encode())
            self.input.flush()

    def listen(self) -> list[dict[str, Any]] | None:
        """The lines it has written meanwhile; None when it has ended."""
        # Not readline(): select() knows nothing of what a buffer of ours has taken already.
        heard = os.read(self.output.fileno(), 1 << 16)
        if not heard:
            return None
        *lines, self._heard = (self._heard + heard).split(b"\n")
        return [json.loads(line) for line in lines]

    def dismiss(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.input.close()


def share(batches: Iterable[list[str]], workers: int, compiler_version: str, log: Log) -> Generator[Progress]:
    """Let the workers compile the batches; yield what came of each, in the order in which they end.

    A batch whose worker was killed is redone message by message. Raises RuntimeError where a worker fails for a reason
    of the machine, or where one message kills its worker twice. No worker is left behind, however this ends.
    """
    waiting = iter(batches)
    redo: deque[list[str]] = deque()
    with selectors.DefaultSelector() as ready, contextlib.ExitStack() as leaving:
        pool: list[WorkerProcess] = []
        leaving.callback(_end, pool)

        def assign(worker: WorkerProcess) -> None:
            """Give the worker its next batch, or let it end."""
            if batch := redo.popleft() if redo else next(waiting, []):
                worker.give(batch, compiler_version)
                return
            worker.batch = []
            ready.unregister(worker.output)
            worker.dismiss()

        def start() -> None:
            worker = WorkerProcess()
            pool.append(worker)
            ready.register(worker.output, selectors.EVENT_READ, worker)
            assign(worker)

        for _ in range(workers):
            start()
        while ready.get_map():
            for key, _ in ready.select():
                worker: WorkerProcess = key.data
                said = worker.listen()
                if said is None:
                    ready.unregister(worker.output)
                    redo.extend(_explain_death(worker, log))
                    start()
                for words in said or ():
                    if "progress" in words:
                        yield Progress(*words["progress"])
                        assign(worker)
                    elif "failed" in words:
                        raise RuntimeError(f"a worker failed: {words['failed']}")
                    else:
                        getattr(log, words["level"])("%s", words["text"])


def _explain_death(worker: WorkerProcess, log: Log) -> Iterator[list[str]]:
    """Tell that the worker died; the batches in which its work is to be redone."""
    code = worker.process.wait()
    reason = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    if code >= 0 or len(worker.batch) == 1:
        raise RuntimeError(f"a worker ended ({reason}) at message {', '.join(worker.batch[:1]) or 'none'}")
    log.warning("a worker was killed (%s); its batch of %d messages is redone", reason, len(worker.batch))
    for message_id in worker.batch:
        yield [message_id]


def _end(pool: list[WorkerProcess]) -> None:
    """End whoever is still there, and wait for all of them."""
    for worker in pool:
        worker.dismiss()
        if worker.batch:
            worker.process.terminate()
    for worker in pool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(PATIENCE_SECONDS)
        end(worker.process, 0)
        worker.output.close()


def usable_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
