"""How long one thing takes beside another: the only question about time that a test may ask.

Both are done by turns and in processor time, so that a slow or busy machine is slow for both, and without the garbage
collector, which takes the longer the more other tests have left behind.
"""

import gc
import statistics
import time
from collections.abc import Callable

Work = Callable[[], object]


def compare_times(work: Work, other: Work, rounds: int = 5) -> float:
    """How many times as long as the other the work takes, by the median of each."""
    spent = [(spend(work), spend(other)) for _ in range(rounds)]
    works, others = zip(*spent, strict=True)
    return statistics.median(works) / statistics.median(others)


def spend(work: Work) -> float:
    """Seconds of this process's processor time."""
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        gc.enable()
