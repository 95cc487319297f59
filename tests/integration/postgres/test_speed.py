"""What SQL costs beside the compiler: processor time of the backend against that of the same work in Python.

Processor time and several rounds, since the machine that runs tests does other things as well.
"""

import logging
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pytest

import udf
from tests.conftest import Variables
from tests.integration.postgres.sessions import Connection, ask, compile_edi, lines_of, open_session
from udf.postgres.faults import PLAIN_MESSAGE

ROUNDS = 5
LOG = logging.getLogger("test_speed")


@pytest.fixture
def session(house: Variables) -> Iterator[Connection]:
    """A session that has called before, as this process has."""
    with open_session(house) as connection:
        for _ in range(5):  # the fourth is read by a plan
            compile_edi(connection, PLAIN_MESSAGE)
            udf.compile_edi(PLAIN_MESSAGE)
        yield connection


def spent(session: Connection) -> float:
    """Processor time of the backend, in seconds."""
    nanoseconds: str = ask(session, "select pg_read_file(format('/proc/%%s/schedstat', pg_backend_pid()))")
    return int(nanoseconds.split()[0]) / 1e9


def compare(
    session: Connection, what: str, rounds: Iterable[tuple[Callable[[], object], Callable[[], object]]]
) -> float:
    """SQL's time by Python's, side by side in each round, as what else is at work slows both alike; of the rounds the
    median, since the least is one in which something has held Python up."""
    ratios = []
    for in_sql, in_python in rounds:
        sql, python = _spend(lambda: spent(session), in_sql), _spend(time.process_time, in_python)
        LOG.info("%s: %.1f ms in SQL, %.1f in Python", what, 1e3 * sql, 1e3 * python)
        ratios.append(sql / python)
    return statistics.median(ratios)


def _spend(clock: Callable[[], float], work: Callable[[], object]) -> float:
    began = clock()
    work()
    return clock() - began


FIRST = """
import resource, sys, udf
udf.compile_rows([sys.argv[1]])
print(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
"""


def test_the_first_call_of_a_session_costs_what_a_process_of_python_takes_for_it(house: Variables) -> None:
    def start() -> float:
        command = [sys.executable, "-c", FIRST, PLAIN_MESSAGE]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
        return float(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)

    ratios = []
    for _ in range(ROUNDS):
        python = start()
        with open_session(house) as connection:
            sql = _spend(lambda: spent(connection), lambda: compile_edi(connection, PLAIN_MESSAGE))
        LOG.info("the first call: %.0f ms in SQL, a process of Python %.0f", 1000 * sql, 1000 * python)
        ratios.append(sql / python)
    assert statistics.median(ratios) < 1.3


def test_a_call_for_one_line_costs_little_more_than_in_python(session: Connection) -> None:
    count = 1000
    query = "select udf.compile_edi(replace(%s, '153:12', '153:' || n)) from generate_series(1, %s) as n"
    texts = [PLAIN_MESSAGE.replace("153:12", f"153:{n}") for n in range(1, count + 1)]
    in_sql = partial(session.execute, query, (PLAIN_MESSAGE, count))
    in_python = partial(each, udf.compile_edi, texts)
    assert compare(session, "a thousand lines by a plan", [(in_sql, in_python)] * ROUNDS) < 1.3


def test_a_call_in_a_statement_of_its_own_costs_what_it_costs_in_python_and_the_round_trip(session: Connection) -> None:
    # The round trip is that of a statement which asks nothing and brings an answer as long. Python makes that trip too
    # before each call: what a client does between two calls has filled the processor's caches, and the same compiler
    # takes a third longer than in a loop of nothing else (November 2026).
    texts = [PLAIN_MESSAGE.replace("153:12", f"153:{n}") for n in range(1, 201)]
    answer = udf.compile_edi(PLAIN_MESSAGE).model_dump_json()
    trip = partial(ask, session, "select %s::jsonb")
    ratios = []
    for _ in range(ROUNDS):
        way, call = (
            _spend(partial(spent, session), partial(each, work, texts))
            for work in (lambda _: trip(answer), partial(compile_edi, session))
        )
        alone, both = (
            _spend(time.process_time, partial(each, work, texts))
            for work in (lambda _: trip(answer), lambda text: (trip(answer), udf.compile_edi(text)))
        )
        ratios.append((call - way) / (both - alone))
    LOG.info("beside the round trip %.2f", statistics.median(ratios))
    assert statistics.median(ratios) < 1.3


def draw_shapes(seed: int, count: int = 40) -> list[str]:
    """Messages of one line that look like no other: each has its own row of segments before the quantity."""
    drawn = random.Random(seed)
    extra = ("PIA+5+A1:SA'", "IMD+F++:::SOCKS'", "RFF+ON:1'", "MOA+203:7'", "PRI+AAA:1'", "GIN+BN+5'")
    found = []
    for _ in range(count):
        rows = drawn.choices(extra, k=6)
        found.append(PLAIN_MESSAGE.replace("QTY+", "".join(rows) + "QTY+").replace("UNT+9", "UNT+15"))
    return found


def test_a_call_of_its_own_for_a_line_that_the_model_reads_costs_little_more_than_in_python(
    session: Connection,
) -> None:
    rounds = []
    for seed in range(ROUNDS):  # the same new shapes for both
        texts = draw_shapes(seed)
        rounds.append((partial(each, partial(compile_edi, session), texts), partial(each, udf.compile_edi, texts)))
    assert compare(session, "40 lines by the model", rounds) < 1.3


def each(work: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        work(text)


def test_a_batch_of_ten_thousand_lines_costs_little_more_than_in_python(session: Connection) -> None:
    texts = [lines_of(10, first=10 * n) for n in range(1000)]
    query = "select outcome from udf.compile_edi_batch(%s) as outcome"
    rounds = [(partial(session.execute, query, (texts,)), partial(udf.compile_batch, texts))] * ROUNDS
    assert compare(session, "10,000 lines in a batch", rounds) < 1.2
