"""Times of things done side by side: each round does all of them once, so that a busy minute hits all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

ROUNDS = 5
Made = TypeVar("Made")


@dataclass(slots=True)
class Timing:
    """Seconds of each round, on the wall and of this process's CPU time."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median on the wall."""
        return statistics.median(self.wall)

    @property
    def cpu_seconds(self) -> float:
        """The median of the CPU time: on a busy machine it says more than the wall."""
        return statistics.median(self.cpu)


def time_once(work: Callable[[], Made], into: Timing) -> Made:
    """Do it, note what it took, and give what it made."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    into.wall.append(time.perf_counter() - wall)
    into.cpu.append(time.process_time() - cpu)
    return made


def race(runners: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, Timing]:
    """The timing of each runner; none of them goes first in every round."""
    timings = {name: Timing() for name in runners}
    names = list(runners)
    for n in range(rounds):
        for name in names[n % len(names) :] + names[: n % len(names)]:
            time_once(runners[name], timings[name])
    return timings


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> float:
    """Rounded to a microsecond."""
    return round(1000 * seconds, 3)
