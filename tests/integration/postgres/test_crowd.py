"""Many sessions: they come, call and go, or stay and call all at once, and cost no more for it.

`TILLROLL_CROWD_SESSIONS` and `TILLROLL_CROWD_SECONDS` say how many and how long: 200 and 300 are the figures of the
requirements, 200 and 60 those of `make test-long`, the defaults those of a test that one waits for. `--log-cli-level
INFO` tells what was measured.
"""

import logging
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Variables
from tests.integration.postgres.sessions import ask, compile_edi, lines_of, memory, open_session

SESSIONS = int(os.environ.get("TILLROLL_CROWD_SESSIONS", "24"))
SECONDS = float(os.environ.get("TILLROLL_CROWD_SECONDS", "10"))
AT_ONCE = 32
LOG = logging.getLogger("test_crowd")


def started_at(house: Variables) -> object:
    """A server that a crash has made restart is another one."""
    with open_session(house) as connection:
        return ask(connection, "select pg_postmaster_start_time()")


@pytest.mark.long
def test_sessions_come_call_and_go(house: Variables) -> None:
    began = started_at(house)

    def visit(number: int) -> tuple[int, float]:
        with open_session(house) as connection:
            entered = time.perf_counter()
            outcome = compile_edi(connection, lines_of(1 + number % 3, first=number))
            taken = time.perf_counter() - entered
            assert len(outcome["document"]["lines"]) == 1 + number % 3
            return memory(connection), taken

    with ThreadPoolExecutor(8) as pool:
        visits = list(pool.map(visit, range(SESSIONS)))
    sizes, seconds = zip(*visits, strict=True)
    third = len(sizes) // 3
    # The last sessions are no larger than the first: what one leaves behind is nobody else's burden.
    assert statistics.median(sizes[-third:]) < 1.02 * statistics.median(sizes[:third])
    assert started_at(house) == began
    LOG.info("%d sessions, at most %d kB, first call %.0f ms", SESSIONS, max(sizes), 1000 * statistics.median(seconds))


@pytest.mark.long
def test_many_at_once_stay_at_their_level(house: Variables) -> None:
    began = started_at(house)
    raws = [lines_of(1 + n % 5, first=n).replace("LOC+162+95", f"LOC+162+9{n % 7}") for n in range(200)]

    def stay(seat: int) -> tuple[int, int, int]:
        with open_session(house) as connection:
            calls = settled = 0
            end = time.monotonic() + SECONDS
            half = time.monotonic() + SECONDS / 3
            while time.monotonic() < end or not settled:
                raw = raws[(seat * 31 + calls) % len(raws)]
                outcome = compile_edi(connection, raw)
                assert outcome["is_valid"], outcome["problems"]
                assert len(outcome["document"]["lines"]) == raw.count("LIN+")
                calls += 1
                if not settled and time.monotonic() > half:
                    settled = memory(connection)
            return calls, settled, memory(connection)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        calls, before, after = zip(*pool.map(stay, range(AT_ONCE)), strict=True)
    assert started_at(house) == began
    assert statistics.median(after) < 1.03 * statistics.median(before)
    assert max(map(growth, zip(before, after, strict=True))) < 4_000
    LOG.info("%d sessions, %d calls, %d to %d kB", AT_ONCE, sum(calls), min(before), max(after))


def growth(sizes: tuple[int, int]) -> int:
    return sizes[1] - sizes[0]
