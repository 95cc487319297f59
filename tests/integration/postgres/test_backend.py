"""A backend that the compiler is a guest of: one thread, memory that comes back, ended when PostgreSQL wants it to."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import errors

from dagster_project import warehouse
from tests.conftest import Variables
from tests.integration.postgres.sessions import Connection, ask, compile_edi, lines_of, memory
from udf.postgres.faults import PLAIN_MESSAGE


def test_a_backend_stays_one_thread(session: Connection) -> None:
    compile_edi(session, lines_of(200))
    status = ask(session, "select pg_read_file(format('/proc/%%s/status', pg_backend_pid()))")
    assert "\nThreads:\t1\n" in status


@pytest.mark.slow
def test_memory_is_back_at_its_level_after_ten_thousand_calls(session: Connection) -> None:
    def call(count: int) -> None:
        session.execute(
            "select count(udf.compile_edi(replace(%s, '153:12', '153:' || n))) from generate_series(1, %s) as n",
            (lines_of(3), count),
        )

    call(500)
    before = memory(session)
    # PostgreSQL 15 holds the results of a statement's calls until it ends.
    statements = 1 if session.info.server_version >= 160_000 else 20
    for _ in range(statements):
        call(10_000 // statements)
    assert memory(session) - before < 4_000


def test_memory_of_a_large_message_is_given_back(session: Connection) -> None:
    compile_edi(session, lines_of(100))
    before = memory(session)
    compile_edi(session, lines_of(3_000))
    compile_edi(session, PLAIN_MESSAGE)
    assert memory(session) - before < 40_000


# Queries that take so many turns, and the message that they find in the table `asked`. No long parameter: while a
# backend still reads a statement's parameters, it is active, and PostgreSQL drops a cancel that comes then. Never the
# same argument twice, or PostgreSQL remembers the rows.
_LINES_OF = (
    "select count(*) from asked, generate_series(1, {turns}) as n"
    " cross join lateral udf.lines(replace(raw, '20260105', to_char(date '2000-01-01' + n, 'YYYYMMDD')))"
)
LONG = {
    "a long message": ("select count(udf.compile_edi(raw)) from asked, generate_series(1, {turns})", lines_of(20_000)),
    "a long batch": (
        "select count(*) from asked, generate_series(1, {turns}) as n cross join lateral udf.compile_edi_batch("
        "array_fill(replace(raw, '20260105', to_char(date '2000-01-01' + n, 'YYYYMMDD')), array[300]))",
        lines_of(50),
    ),
    "outcomes as long as may be": (
        "select count(udf.compile_edi(raw)) from asked, generate_series(1, 2 * {turns})",
        lines_of(6_500),
    ),
    "lines of a long message": (_LINES_OF, lines_of(20_000)),
    "many calls": (_LINES_OF.replace("{turns}", "200 * {turns}"), lines_of(50)),
    "heads of interchanges without a message": (
        "select count(udf.compile_edi(raw || n)) from asked, generate_series(1, 2 * {turns}) as n",
        "UNB+UNH+" * 1_000_000,
    ),
    "tags without a separator": (
        "select count(udf.compile_edi(raw || n)) from asked, generate_series(1, 2 * {turns}) as n",
        "ST*852*0001\n" + "LIN\n" * 3_500_000,
    ),
    "a file of one letter": (
        "select count(*) from asked, generate_series(1, {turns}) as n"
        " cross join lateral udf.split_interchange(convert_to(repeat(raw, 50000000 + n), 'utf8'))",
        "U",
    ),
}


@pytest.mark.parametrize("what", LONG)
def test_a_cancel_takes_effect_in_the_midst_of_a_turn(session: Connection, other: Connection, what: str) -> None:
    query, message = LONG[what]
    session.execute("create temporary table asked as select %s::text as raw", (message,))
    compile_edi(session, PLAIN_MESSAGE)
    began = time.monotonic()
    session.execute(query.format(turns=1).encode())
    turn = time.monotonic() - began
    for share in (0.1, 0.4):
        # Who was deaf would need what is left of the turn. The best of three, as machines are busy.
        needed = min(time_cancel(session, other, query.format(turns=1000), share * turn) for _ in range(3))
        assert needed < 0.5 * turn
    # The session goes on with a compiler that nothing was left half-way in.
    assert compile_edi(session, PLAIN_MESSAGE)["is_valid"]


def time_cancel(session: Connection, other: Connection, query: str, seconds: float) -> float:
    """Seconds from a cancel, sent so long after the statement began, to the statement's end."""
    compile_edi(session, PLAIN_MESSAGE)
    pid = session.info.backend_pid
    sent: list[float] = []

    def cancel() -> None:
        while not ask(other, "select state = 'active' from pg_stat_activity where pid = %s", pid):
            time.sleep(0.005)
        time.sleep(seconds)
        sent.append(time.monotonic())
        other.execute("select pg_cancel_backend(%s)", (pid,))

    killer = threading.Thread(target=cancel)
    killer.start()
    try:
        with pytest.raises(errors.QueryCanceled):
            session.execute(query.encode()).fetchall()
        ended = time.monotonic()
    finally:
        # Also when the statement ended by itself, or the cancel would hit what the session does next.
        killer.join()
    return ended - sent[0]


def test_a_statement_that_takes_too_long_ends_in_postgresqls_words(session: Connection) -> None:
    compile_edi(session, PLAIN_MESSAGE)
    session.execute("set statement_timeout = 300")
    with pytest.raises(errors.QueryCanceled, match="canceling statement due to statement timeout"):
        compile_edi(session, lines_of(60_000))


def test_a_cancel_that_comes_as_the_watch_begins_leaves_no_timer_behind(session: Connection) -> None:
    compile_edi(session, PLAIN_MESSAGE)
    left = """
        do language plpython3u $$
        import signal
        from types import SimpleNamespace
        from udf.postgres import backend, open_functions
        served = open_functions(plpy).session
        ours = served.backend
        asked = iter((False, True))
        ours.is_interrupted = lambda: next(asked)

        def arm(which, first, following=0):
            signal.setitimer(which, first, following)
            if first:
                ours._look(0, None)

        backend.signal = SimpleNamespace(**vars(signal) | {"setitimer": arm})
        try:
            served.serve(1_000_000, lambda: plpy.error("the watch has begun"))
        except plpy.Error as error:
            assert "interrupted" in str(error), error
        finally:
            backend.signal = signal
            del ours.is_interrupted
        if signal.getitimer(signal.ITIMER_VIRTUAL)[0] or ours._is_watching:
            plpy.error("the watch goes on")
        $$
    """
    session.execute(left.encode())


def test_a_session_that_is_terminated_ends_in_the_midst_of_a_message(session: Connection, other: Connection) -> None:
    compile_edi(session, PLAIN_MESSAGE)
    pid = session.info.backend_pid
    killer = threading.Timer(0.5, lambda: other.execute("select pg_terminate_backend(%s)", (pid,)))
    killer.start()
    with pytest.raises(errors.AdminShutdown):
        compile_edi(session, lines_of(60_000))
    killer.join()


def test_a_table_is_compiled_by_parallel_workers_with_the_same_result(session: Connection) -> None:
    session.execute(
        "create table public.messages as select %s::text as raw from generate_series(1, 400)", (lines_of(3),)
    )
    session.execute("alter table public.messages set (parallel_workers = 2)")
    session.execute("set min_parallel_table_scan_size = 0")
    session.execute("set parallel_setup_cost = 0")
    query = "select sum(jsonb_array_length(udf.compile_edi(raw) -> 'document' -> 'lines')) from public.messages"
    plan = ask(session, f"explain (analyze, format json) {query}")
    assert '"Workers Launched": ' in json.dumps(plan)
    assert '"Workers Launched": 0' not in json.dumps(plan)
    assert ask(session, query) == 1_200


def test_a_read_only_transaction_may_ask(session: Connection) -> None:
    with session.transaction():
        session.execute("set transaction read only")
        assert compile_edi(session, PLAIN_MESSAGE)["is_valid"]


@pytest.mark.slow
def test_sessions_may_come_and_go(session: Connection, house: Variables) -> None:
    for _ in range(20):
        with warehouse.connect(house) as connection:
            assert compile_edi(connection, PLAIN_MESSAGE)["is_valid"]


@pytest.mark.slow
def test_many_sessions_at_once_agree(session: Connection, house: Variables) -> None:
    def work(number: int) -> set[str]:
        with warehouse.connect(house) as connection:
            return {compile_edi(connection, lines_of(3))["verification_hash"] for _ in range(20)}

    with ThreadPoolExecutor(16) as pool:
        assert len(set[str]().union(*pool.map(work, range(16)))) == 1
