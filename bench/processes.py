"""Several processes doing their shares at the same time, each round of them begun together."""

import multiprocessing
import statistics
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Protocol

from bench.exactness import Exactness

_SPAWN = multiprocessing.get_context("spawn")  # no process inherits another one's llama.cpp


class Work(Protocol):
    """A share, ready to be done in rounds; `finish` says what it was, after the clock has stopped."""

    def do(self, number: int) -> None: ...

    def finish(self) -> tuple[Exactness, dict[str, Any]]: ...


@dataclass(slots=True)
class Rounds:
    """What the processes did: seconds of each round from the first start to the last end, and what came of it."""

    seconds: list[float]
    cpu_seconds: list[float]
    """CPU time of a round, over all processes."""
    exactness: Exactness = field(default_factory=Exactness)
    facts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def run_together(
    prepare: Callable[..., Work], shares: Sequence[tuple[Any, ...]], rounds: int, in_turn: bool = False
) -> Rounds:
    """Do each share in a fresh process; `prepare` is a function of a module, called there with the share.

    `in_turn`: in each round one after the other, so that what slows the machine for a while slows all shares.

    Raises RuntimeError with the traceback of a process that failed.
    """
    barrier = _SPAWN.Barrier(len(shares))
    turn = _SPAWN.Lock() if in_turn else None
    processes = []
    for share in shares:
        ours, theirs = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_work, args=(prepare, share, rounds, barrier, turn, theirs), daemon=True)
        process.start()
        theirs.close()
        processes.append((process, ours))
    reports = []
    for process, ours in processes:
        try:
            reports.append(ours.recv())
        except EOFError:
            reports.append("A process of the benchmark died.")
        process.join(60)
    failures = [report for report in reports if isinstance(report, str)]
    if failures:
        raise RuntimeError(failures[0])
    spans = [report[0] for report in reports]
    done = Rounds(
        [max(span[n][1] for span in spans) - min(span[n][0] for span in spans) for n in range(rounds)],
        [sum(span[n][2] for span in spans) for n in range(rounds)],
    )
    for _, exactness, facts in reports:
        done.exactness.add(exactness)
        done.facts.append(facts)
    return done


def _work(
    prepare: Callable[..., Work], share: tuple[Any, ...], rounds: int, barrier: Any, turn: Any, answer: Connection
) -> None:
    try:
        work = prepare(*share)
        spans = []
        for number in range(rounds):
            barrier.wait(600)
            # Of one clock for all processes: CLOCK_MONOTONIC.
            began, cpu = time.perf_counter(), time.process_time()
            with turn or nullcontext():
                work.do(number)
            spans.append((began, time.perf_counter(), time.process_time() - cpu))
        answer.send((spans, *work.finish()))
    except BaseException:
        barrier.abort()
        answer.send(traceback.format_exc())
