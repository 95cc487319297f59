"""The compiler behind SQL: the same answers as in Python, whatever is asked, and a backend that stays a good one."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

import udf
from dagster_project import warehouse
from tests.conftest import Variables
from udf.outcome import Envelope, dump_problems
from udf.postgres.faults import PLAIN_MESSAGE

Connection = psycopg.Connection[Any]
# What may differ from call to call: how long it took, and which route a session had learnt by then.
OF_THE_CALL = {"compile_ms", "route", "attempts"}


@contextmanager
def open_session(variables: Variables) -> Iterator[Connection]:
    """A session in a database in which the functions are installed."""
    with warehouse.connect(variables) as connection:
        connection.autocommit = True
        if not ask(connection, "select count(*) from pg_available_extensions where name = 'plpython3u'"):
            pytest.skip("this PostgreSQL has no plpython3u")
        assert ask(connection, "select to_regprocedure('udf.compile_edi(text)')")
        yield connection


@pytest.fixture
def door(house: Variables) -> Iterator[Connection]:
    """A session of this test's own."""
    with open_session(house) as connection:
        yield connection


@pytest.fixture
def other(house: Variables) -> Iterator[Connection]:
    """A second session."""
    with open_session(house) as connection:
        yield connection


@pytest.fixture
def fresh(database: Variables) -> Iterator[Connection]:
    """A session in a database that nobody has called in before."""
    with open_session(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def messages(clone: Path) -> list[tuple[str, Envelope]]:
    """Text and envelope of every message of the demonstration."""
    return [
        (message.text, message.envelope)
        for path in sorted((clone / "seeds" / "edi").rglob("*.edi"))
        for message in udf.split_interchange(path.read_bytes()).messages
        if "\0" not in message.text
    ]


def compile_edi(door: Connection, raw: str | None) -> Any:
    return ask(door, "select udf.compile_edi(%s)", raw)


def ask(door: Connection, query: str, *parameters: Any) -> Any:
    """The one value of a query's one row."""
    row = door.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


def comparable(outcome: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outcome.items() if name not in OF_THE_CALL}


def codes(outcome: Any) -> list[str]:
    return [problem["code"] for problem in outcome["problems"]]


def lines_of(count: int, first: int = 1) -> str:
    """A valid message with so many lines."""
    head, _, tail = PLAIN_MESSAGE.partition("LIN+1")
    lines = "".join(f"LIN+{n}++{9501101000000 + n}:EN'QTY+153:{n % 97 + 1}'" for n in range(first, first + count))
    return f"{head}{lines}UNT+{7 + 2 * count}+1'" if tail else head


def test_both_doors_give_the_same_outcome(door: Connection, messages: list[tuple[str, Envelope]]) -> None:
    assert len(messages) > 20
    for raw, envelope in messages:
        said = ask(door, "select udf.compile_edi(%s, %s)", raw, Jsonb(envelope._asdict()))
        assert comparable(said) == comparable(json.loads(udf.compile_edi(raw, envelope).model_dump_json()))


def test_an_outcome_has_every_field_of_the_contract_in_sql_too(door: Connection) -> None:
    assert set(compile_edi(door, PLAIN_MESSAGE)) == set(json.loads(udf.compile_edi(PLAIN_MESSAGE).model_dump_json()))


def test_null_in_is_null_out(door: Connection) -> None:
    for query in ("compile_edi(null)", "compile_edi(null, '{}')", "compile_edi('x', null)"):
        assert ask(door, f"select udf.{query}") is None
    for query in ("lines(null)", "problems(null)", "segments(null)", "split_interchange(null)", "explain(null)"):
        assert door.execute(f"select * from udf.{query}".encode()).fetchall() == []
    found = door.execute("select * from udf.compile_edi_batch(array[null, %s, null])", (PLAIN_MESSAGE,)).fetchall()
    assert [row[0] is None for row in found] == [True, False, True]


def test_a_batch_comes_back_in_its_order(door: Connection) -> None:
    raws = [lines_of(1, first=n) for n in range(450)]
    found = door.execute("select udf.compile_edi_batch(%s)", (raws,)).fetchall()
    assert [row[0]["document"]["lines"][0]["item_id"] for row in found] == [str(9501101000000 + n) for n in range(450)]


def test_an_array_of_two_dimensions_is_read_as_unnest_reads_it(door: Connection) -> None:
    raws = [[lines_of(1, first=2 * n + m) for m in range(2)] for n in range(2)]
    for envelopes in ("", ", array[['{}'::jsonb, null], [null::jsonb, null]]"):
        found = door.execute(f"select udf.compile_edi_batch(%s{envelopes})".encode(), (raws,)).fetchall()
        assert [row[0]["document"]["lines"][0]["item_id"] for row in found] == [
            str(9501101000000 + n) for n in range(4)
        ]


def test_arrays_of_different_lengths_are_said_to_be_so(door: Connection) -> None:
    with pytest.raises(errors.InvalidParameterValue, match="2 messages have 1 envelopes"):
        door.execute("select * from udf.compile_edi_batch(array['a', 'b'], array['{}'::jsonb])").fetchall()


def test_lines_are_typed_rows_of_a_valid_message(door: Connection) -> None:
    rows = door.execute(
        """
        select line.line, line.item_id, line.quantity, line.period_end, line.measure
        from unnest(%s::text[]) as message (raw)
        cross join lateral udf.lines(message.raw) as line
        """,
        ([PLAIN_MESSAGE, "nonsense"],),
    ).fetchall()
    assert [(*row[:3], str(row[3]), row[4]) for row in rows] == [(1, "9501101000018", 12, "2026-01-11", "sold")]


def test_lines_and_problems_are_those_of_the_outcome(door: Connection, messages: list[tuple[str, Envelope]]) -> None:
    lines = """
        select coalesce(jsonb_agg(to_jsonb(found) - 'line' order by found.line), '[]')
        from udf.lines(%s, %s) as found
    """
    problems = "select coalesce(jsonb_agg(code || ': ' || detail), '[]') from udf.problems(%s, %s)"
    for raw, envelope in [*messages, (lines_of(1000), Envelope()), ("nonsense", Envelope())]:
        known = Jsonb(envelope._asdict())
        outcome = ask(door, "select udf.compile_edi(%s, %s)", raw, known)
        assert ask(door, lines, raw, known) == (outcome["document"]["lines"] if outcome["is_valid"] else [])
        assert ask(door, problems, raw, known) == [f"{one['code']}: {one['detail']}" for one in outcome["problems"]]


def test_a_refused_message_has_no_lines_and_says_why(door: Connection) -> None:
    torn = PLAIN_MESSAGE.replace("UNT+9", "UNT+7")
    assert door.execute("select * from udf.lines(%s)", (torn,)).fetchall() == []
    (problem,) = door.execute("select code, severity, source from udf.problems(%s)", (torn,)).fetchall()
    assert problem == ("unt-count-mismatch", "error", "UNT+7+1")


def test_explain_shows_where_each_field_was_taken_from(door: Connection) -> None:
    rows = door.execute(
        "select field, value, source, segment, tag, is_valid, route from udf.explain(%s)", (PLAIN_MESSAGE,)
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    assert found["quantity"] == ("12", "12", 8, "QTY", True, "model")
    assert found["period_start"] == ("2026-01-05", "20260105", 3, "DTM", True, "model")
    assert found["measure"][:2] == ("sold", None)


def test_explain_names_the_plan_of_each_piece(door: Connection) -> None:
    # Two shapes of lines and a place above them: three plans beside header and trailer.
    known = Jsonb(Envelope("EDIFACT", sender="explained")._asdict())
    messages = [
        f"UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+{n}+9'DTM+90:20260105:102'DTM+91:20260111:102'LOC+162+950110191001{n}::9'"
        f"LIN+1++950110100001{n}:EN'QTY+153:{n}'LIN+2++950110100002{n}:EN'QTY+153:{n}:PCE'UNT+10+1'"
        for n in range(10)
    ]
    for message in messages:
        ask(door, "select udf.compile_edi(%s, %s)", message, known)
    query = "select line, field, source, route, plan from udf.explain(%s, %s)"
    rows = door.execute(query, (messages[7], known)).fetchall()
    assert {route for *_, route, _ in rows} == {"plan"}
    plans = {(line, field): plan for line, field, _, _, plan in rows}
    assert len({plans[1, "location_id"], plans[1, "period_end"], plans[1, "item_id"], plans[2, "item_id"]}) == 4
    for one in (1, 2):
        assert plans[one, "quantity"] == plans[one, "item_id"] == plans[one, "measure"]
    assert plans[1, "location_id"] == plans[2, "location_id"]
    assert None not in plans.values()


def test_segments_are_numbered_as_problems_number_them(door: Connection) -> None:
    raw = f"UNB+UNOA:3+A+B+260101:1200+1'{PLAIN_MESSAGE}"
    rows = door.execute("select segment, tag, source from udf.segments(%s)", (raw,)).fetchall()
    assert rows[:3] == [
        (None, "UNB", "UNB+UNOA:3+A+B+260101:1200+1"),
        (1, "UNH", "UNH+1+SLSRPT:D:96A:UN:EAN004"),
        (2, "BGM", "BGM+73E+1+9"),
    ]


def test_a_file_is_split_as_bronze_splits_it(door: Connection, clone: Path) -> None:
    for path in sorted((clone / "seeds" / "edi").rglob("*.edi")):
        content = path.read_bytes()
        rows = door.execute(
            "select position, message_type, reference, envelope, problems from udf.split_interchange(%s)", (content,)
        ).fetchall()
        assert rows == [
            (
                message.position,
                message.message_type,
                message.reference,
                message.envelope._asdict(),
                [json.loads(dump_problems([problem]))[0] for problem in message.problems],
            )
            for message in udf.split_interchange(content).messages
        ], path.name


# Bad input -----------------------------------------------------------------------------------------------------------

POISON = {
    "nothing": "",
    "blanks": " \r\n\t",
    "noise": "".join(chr(33 + n * 7919 % 900) for n in range(1_000_000)),
    "separators": "UNH+1+SLSRPT:D:96A:UN'LIN+" + "+:" * 50_000 + "'UNT+3+1'",
    "releases": "UNH+1+SLSRPT:D:96A:UN'" + "?" * 100_000 + "'UNT+3+1'",
    "terminators": "UNH+1+SLSRPT:D:96A:UN" + "'" * 500_000,
    "headers": "UNH+1+SLSRPT:D:96A:UN'" * 20_000,
    "control characters": "UNH+1+SLSRPT:D:96A:UN'" + "".join(map(chr, range(1, 32))) * 1000 + "'UNT+3+1'",
    "non-characters": "ST*852*1~" + "\ufffe\uffff\U0010ffff" * 1000 + "~SE*3*1~",
    "a digit that is none": "UNH+1+SLSRPT:D:96A:UN'LIN+1++9501101000018:EN'QTY+153:١٢'UNT+4+1'",
}


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON)
def test_bad_input_is_an_outcome_with_a_problem(door: Connection, raw: str) -> None:
    outcome = compile_edi(door, raw)
    assert not outcome["is_valid"]
    assert outcome["problems"]
    assert "internal-error" not in codes(outcome)
    assert compile_edi(door, PLAIN_MESSAGE)["is_valid"]


def test_bytes_of_no_encoding_are_split_compiled_and_refused(door: Connection) -> None:
    for content in (
        b"\xff\xfe\x00\xd8\x00",
        b"UNH+1+SLSRPT:D:96A:UN'\xc3\x28\x00\xed\xa0\x80'UNT+3+1'",
        b"\x00" * 5000,
    ):
        rows = door.execute(
            "select udf.compile_edi(raw, envelope), problems from udf.split_interchange(%s)", (content,)
        ).fetchall()
        assert rows
        assert [row for row in rows if row[0]["is_valid"]] == []


@pytest.mark.parametrize("envelope", ["[]", '"text"', "5", '{"sender": 5}', '{"unheard": "of"}', '{"standard": "A"}'])
def test_an_envelope_that_is_none_is_a_problem_too(door: Connection, envelope: str) -> None:
    outcome = ask(door, "select udf.compile_edi(%s, %s)", PLAIN_MESSAGE, envelope)
    assert codes(outcome) == ["envelope-unreadable"]


def test_a_message_larger_than_the_setting_is_refused_with_its_code(door: Connection) -> None:
    door.execute("set tillroll.max_message_bytes = '1kB'")
    assert codes(compile_edi(door, lines_of(100))) == ["message-too-large"]
    assert compile_edi(door, PLAIN_MESSAGE)["is_valid"]
    assert codes(compile_edi(door, "ü" * 600)) == ["message-too-large"]
    (row,) = door.execute("select * from udf.compile_edi_batch(%s)", ([lines_of(100)],)).fetchall()
    assert codes(row[0]) == ["message-too-large"]
    assert door.execute("select * from udf.segments(%s)", (lines_of(100),)).fetchall() == []
    door.execute("set tillroll.max_message_bytes = 'plenty'")
    assert compile_edi(door, lines_of(100))["is_valid"]
    door.execute("set tillroll.max_interchange_bytes = 100")
    assert (
        ask(door, "select problems -> 0 ->> 'code' from udf.split_interchange(%s)", b"U" * 101) == "message-too-large"
    )


def test_an_outcome_larger_than_the_setting_is_refused_with_its_code_and_its_lines_are_not(door: Connection) -> None:
    door.execute("set tillroll.max_outcome_bytes = '150kB'")
    raws = [lines_of(100), lines_of(300), PLAIN_MESSAGE]
    found = [row[0] for row in door.execute("select udf.compile_edi_batch(%s)", (raws,)).fetchall()]
    assert [outcome["is_valid"] for outcome in found] == [True, False, True]
    assert codes(found[1]) == codes(compile_edi(door, raws[1])) == ["outcome-too-large"]
    assert found[1]["document"] is None
    assert ask(door, "select count(*) from udf.lines(%s)", raws[1]) == 300
    assert ask(door, "select count(distinct line) from udf.explain(%s)", raws[1]) == 300
    door.execute("set tillroll.max_outcome_bytes = '1MB'")
    assert compile_edi(door, raws[1])["is_valid"]


def test_a_message_of_a_hundred_thousand_lines_has_a_row_for_each(door: Connection) -> None:
    raw = lines_of(100_000)
    assert codes(compile_edi(door, raw)) == ["outcome-too-large"]
    assert door.execute("select count(*), sum(quantity), max(line) from udf.lines(%s)", (raw,)).fetchone() == (
        100_000, sum(n % 97 + 1 for n in range(1, 100_001)), 100_000
    )  # fmt: skip


def test_a_text_of_too_many_segments_has_none_to_be_looked_at(door: Connection) -> None:
    nonsense = "UNH+1+SLSRPT:D:96A:UN'" + "LIN'" * 2_000_000
    assert door.execute("select * from udf.segments(%s)", (nonsense,)).fetchall() == []


def test_the_digest_of_a_refused_message_is_the_contracts(door: Connection) -> None:
    expected = udf.compile_edi(" ").verification_hash
    door.execute("set tillroll.max_message_bytes = 0")
    assert compile_edi(door, " ")["verification_hash"] == expected


# 100 MB, or as much as the largest setting lets through.
LARGE = {
    "100 MB of noise": "".join(chr(33 + n * 7919 % 900) for n in range(100_000)) * 550,
    "noise that is read": "".join(chr(33 + n * 7919 % 90) for n in range(100_000)) * 480,
    "characters like NUL": "\x01\x1a\u2400\ufeff\u200b" * 1_000_000,
    "50,000 levels of separators": "UNH+1+SLSRPT:D:96A:UN'LIN+" + "+:?'" * 50_000 + "'UNT+3+1'",
    "100 MB of separators": "UNH+1+SLSRPT" + "+:'?" * 25_000_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("poison", LARGE.values(), ids=LARGE)
def test_one_poisoned_message_among_ten_thousand_costs_the_others_nothing(door: Connection, poison: str) -> None:
    began = ask(door, "select pg_postmaster_start_time()")
    door.execute("set tillroll.max_message_bytes = '1GB'")
    raws = [lines_of(1, first=n) for n in range(10_000)]
    raws[5_000] = poison
    query = """
        select number, outcome -> 'is_valid', outcome -> 'problems' -> 0 ->> 'code'
        from udf.compile_edi_batch(%s) with ordinality as compiled (outcome, number)
    """
    found = door.execute(query, (raws,)).fetchall()
    assert len(found) == 10_000
    ((number, _, code),) = [row for row in found if not row[1]]
    assert number == 5_001
    assert code not in (None, "internal-error")
    assert ask(door, "select pg_postmaster_start_time()") == began


@pytest.mark.slow
def test_one_message_of_no_encoding_in_a_file_of_ten_thousand_is_the_only_one_refused(door: Connection) -> None:
    messages = [lines_of(1, first=n).replace("UNH+1+", f"UNH+{n}+").replace("UNT+9+1'", f"UNT+9+{n}'").encode()
                for n in range(10_000)]  # fmt: skip
    messages[5_000] = b"UNH+5000+SLSRPT:D:96A:UN'LIN+1++\xc3\x28\x00\xed\xa0\x80\xff:EN'QTY+153:\xf0\x28'UNT+4+5000'"
    file = b"UNB+UNOW:3+A+B+260101:1200+1'" + b"".join(messages) + b"UNZ+10000+1'"
    found = door.execute(
        "select position, udf.compile_edi(raw, envelope) from udf.split_interchange(%s)", (file,)
    ).fetchall()
    assert len(found) == 10_000
    assert [(position, codes(outcome) != []) for position, outcome in found if not outcome["is_complete"]] == [
        (5_001, True)
    ]


def test_no_session_raises_the_limit_beyond_the_hard_one(door: Connection) -> None:
    door.execute("set tillroll.max_message_bytes = '1GB'")
    (problem,) = compile_edi(door, "UNH+" * (17 << 20))["problems"]
    assert problem["code"] == "message-too-large"
    assert str(64 << 20) in problem["detail"]


def test_a_compiler_that_fails_is_an_outcome_and_spares_the_rest_of_the_batch(door: Connection) -> None:
    compile_edi(door, PLAIN_MESSAGE)
    # The class is patched within the session's own Python, which dies with it.
    door.execute(
        r"""
        do language plpython3u $$
        from udf.compiler import Compiler
        whole = Compiler.compile_rows
        def fail(self, texts, envelopes=None):
            if any("9501101000003" in text for text in texts):
                raise RecursionError("a bug")
            return whole(self, texts, envelopes)
        Compiler.compile_rows = fail
        $$
        """
    )
    rows = door.execute("select udf.compile_edi_batch(%s)", ([lines_of(1, first=n) for n in range(6)],)).fetchall()
    assert [row[0]["is_valid"] for row in rows] == [True, True, True, False, True, True]
    assert codes(rows[3][0]) == ["internal-error"]


# The backend ---------------------------------------------------------------------------------------------------------


def test_a_backend_stays_one_thread(door: Connection) -> None:
    compile_edi(door, lines_of(200))
    status = ask(door, "select pg_read_file(format('/proc/%%s/status', pg_backend_pid()))")
    assert "\nThreads:\t1\n" in status


def memory(door: Connection) -> int:
    """Resident memory of the backend, in kB."""
    status: str = ask(door, "select pg_read_file(format('/proc/%%s/status', pg_backend_pid()))")
    return int(status.partition("VmRSS:")[2].split()[0])


@pytest.mark.slow
def test_memory_is_back_at_its_level_after_ten_thousand_calls(door: Connection) -> None:
    def call(count: int) -> None:
        door.execute(
            "select count(udf.compile_edi(replace(%s, '153:12', '153:' || n))) from generate_series(1, %s) as n",
            (lines_of(3), count),
        )

    call(500)
    before = memory(door)
    # PostgreSQL 15 holds the results of a statement's calls until it ends.
    statements = 1 if door.info.server_version >= 160_000 else 20
    for _ in range(statements):
        call(10_000 // statements)
    assert memory(door) - before < 4_000


def test_memory_of_a_large_message_is_given_back(door: Connection) -> None:
    compile_edi(door, lines_of(100))
    before = memory(door)
    compile_edi(door, lines_of(3_000))
    compile_edi(door, PLAIN_MESSAGE)
    assert memory(door) - before < 40_000


# A query that lasts for longer than any machine needs until it is cancelled, and the message it finds in the table
# `asked`. No long parameter: while a backend still reads a statement's parameters, it is active, and PostgreSQL drops a
# cancel that comes then.
LONG = {
    "a long message": (
        "select count(udf.compile_edi(raw)) from asked, generate_series(1, 1000)",
        lines_of(20_000),
    ),
    "a long batch": (
        "select count(*) from udf.compile_edi_batch(array_fill((select raw from asked), '{5000}'))",
        lines_of(50),
    ),
    "outcomes as long as may be": (
        "select count(udf.compile_edi(raw)) from asked, generate_series(1, 1000)",
        lines_of(6_500),
    ),
    "lines of a long message": (
        # Not the same argument twice, or PostgreSQL remembers the lines.
        "select count(*) from asked, generate_series(1, 1000) as n"
        " cross join lateral udf.lines(replace(raw, '20260105', to_char(date '2000-01-01' + n, 'YYYYMMDD')))",
        lines_of(20_000),
    ),
    "many calls": (
        "select count(*) from asked, generate_series(1, 100000) as n"
        " cross join lateral udf.lines(replace(raw, '20260105', to_char(date '2000-01-01' + n, 'YYYYMMDD')))",
        lines_of(50),
    ),
    "heads of interchanges without a message": (
        "select count(udf.compile_edi(raw || n)) from asked, generate_series(1, 1000) as n",
        "UNB+UNH+" * 1_000_000,
    ),
    "heads of messages without a type": (
        "select count(udf.compile_edi(raw || n)) from asked, generate_series(1, 1000) as n",
        "UNH+" * 3_000_000,
    ),
    "a file of one letter": (
        "select count(*) from asked, generate_series(1, 1000) as n"
        " cross join lateral udf.split_interchange(convert_to(repeat(raw, 50000000 + n), 'utf8'))",
        "U",
    ),
}


@pytest.mark.parametrize("seconds", [0.05, 0.6])
@pytest.mark.parametrize("what", LONG)
def test_a_cancel_takes_effect_within_200_ms(door: Connection, other: Connection, what: str, seconds: float) -> None:
    query, message = LONG[what]
    door.execute("create temporary table asked as select %s::text as raw", (message,))
    # The best of three: how long a busy machine lets a process wait is no finding.
    assert min(time_cancel(door, other, query, seconds) for _ in range(3)) < 0.2
    # The session goes on with a compiler that nothing was left half-way in.
    assert compile_edi(door, PLAIN_MESSAGE)["is_valid"]


def time_cancel(door: Connection, other: Connection, query: str, seconds: float) -> float:
    """Seconds from a cancel, sent so long after the statement began, to the statement's end."""
    compile_edi(door, PLAIN_MESSAGE)
    pid = door.info.backend_pid
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
            door.execute(query.encode()).fetchall()
        ended = time.monotonic()
    finally:
        # Also when the statement ended by itself, or the cancel would hit what the session does next.
        killer.join()
    return ended - sent[0]


def test_a_statement_that_takes_too_long_ends_in_postgresqls_words(door: Connection) -> None:
    compile_edi(door, PLAIN_MESSAGE)
    door.execute("set statement_timeout = 300")
    with pytest.raises(errors.QueryCanceled, match="canceling statement due to statement timeout"):
        compile_edi(door, lines_of(60_000))


def test_a_cancel_that_comes_as_the_watch_begins_leaves_no_timer_behind(door: Connection) -> None:
    compile_edi(door, PLAIN_MESSAGE)
    left = """
        do language plpython3u $$
        import signal
        from types import SimpleNamespace
        from udf.postgres import backend, open_door
        desk = open_door(plpy)
        ours = desk.backend
        asked = iter((False, True))
        ours.is_interrupted = lambda: next(asked)

        def arm(which, first, following=0):
            signal.setitimer(which, first, following)
            if first:
                ours._look(0, None)

        backend.signal = SimpleNamespace(**vars(signal) | {"setitimer": arm})
        try:
            desk.serve(1_000_000, lambda: plpy.error("the watch has begun"))
        except plpy.Error as error:
            assert "interrupted" in str(error), error
        finally:
            backend.signal = signal
            del ours.is_interrupted
        if signal.getitimer(signal.ITIMER_VIRTUAL)[0] or ours._is_watching:
            plpy.error("the watch goes on")
        $$
    """
    door.execute(left.encode())


def test_a_session_that_is_terminated_ends_in_the_midst_of_a_message(door: Connection, other: Connection) -> None:
    compile_edi(door, PLAIN_MESSAGE)
    pid = door.info.backend_pid
    killer = threading.Timer(0.5, lambda: other.execute("select pg_terminate_backend(%s)", (pid,)))
    killer.start()
    with pytest.raises(errors.AdminShutdown):
        compile_edi(door, lines_of(60_000))
    killer.join()


def test_a_table_is_compiled_by_parallel_workers_with_the_same_result(door: Connection) -> None:
    door.execute("create table public.messages as select %s::text as raw from generate_series(1, 400)", (lines_of(3),))
    door.execute("alter table public.messages set (parallel_workers = 2)")
    door.execute("set min_parallel_table_scan_size = 0")
    door.execute("set parallel_setup_cost = 0")
    query = "select sum(jsonb_array_length(udf.compile_edi(raw) -> 'document' -> 'lines')) from public.messages"
    plan = ask(door, f"explain (analyze, format json) {query}")
    assert '"Workers Launched": ' in json.dumps(plan)
    assert '"Workers Launched": 0' not in json.dumps(plan)
    assert ask(door, query) == 1_200


def test_a_read_only_transaction_may_ask(door: Connection) -> None:
    with door.transaction():
        door.execute("set transaction read only")
        assert compile_edi(door, PLAIN_MESSAGE)["is_valid"]


@pytest.mark.slow
def test_sessions_may_come_and_go(door: Connection, house: Variables) -> None:
    for _ in range(20):
        with warehouse.connect(house) as connection:
            assert compile_edi(connection, PLAIN_MESSAGE)["is_valid"]


@pytest.mark.slow
def test_many_sessions_at_once_agree(door: Connection, house: Variables) -> None:
    def work(number: int) -> set[str]:
        with warehouse.connect(house) as connection:
            return {compile_edi(connection, lines_of(3))["verification_hash"] for _ in range(20)}

    with ThreadPoolExecutor(16) as pool:
        assert len(set[str]().union(*pool.map(work, range(16)))) == 1


# Seen ----------------------------------------------------------------------------------------------------------------


def calls(door: Connection) -> dict[str, dict[str, Any]]:
    with door.cursor(row_factory=dict_row) as cursor:
        return {row["role_name"]: row for row in cursor.execute("select * from udf.calls").fetchall()}


def test_calls_are_counted_by_role(fresh: Connection) -> None:
    compile_edi(fresh, PLAIN_MESSAGE)
    fresh.execute("set role analyst")
    compile_edi(fresh, lines_of(3))
    compile_edi(fresh, "nonsense")
    fresh.execute("select * from udf.compile_edi_batch(%s)", ([lines_of(2), PLAIN_MESSAGE],)).fetchall()
    fresh.execute("reset role")
    found = calls(fresh)
    mine = found["analyst"]
    assert (mine["calls"], mine["messages"], mine["lines"], mine["refused_messages"]) == (3, 4, 6, 1)
    assert mine["ms"] > 0
    assert len(found) == 2


def test_an_outcome_too_large_is_counted_as_refused(fresh: Connection) -> None:
    fresh.execute("set tillroll.max_outcome_bytes = '150kB'")
    compile_edi(fresh, lines_of(300))
    fresh.execute("select * from udf.compile_edi_batch(%s)", ([lines_of(300), PLAIN_MESSAGE],)).fetchall()
    (found,) = calls(fresh).values()
    assert (found["messages"], found["lines"], found["refused_messages"]) == (3, 1, 2)


def test_a_call_counts_though_its_transaction_is_taken_back(fresh: Connection, database: Variables) -> None:
    with fresh.transaction(force_rollback=True):
        compile_edi(fresh, PLAIN_MESSAGE)
    with open_session(database) as another:
        (row,) = calls(another).values()
    assert row["calls"] == 1


def test_what_sessions_counted_that_have_ended_is_kept_in_one_place(fresh: Connection, database: Variables) -> None:
    for _ in range(5):
        with warehouse.connect(database) as connection:
            compile_edi(connection, PLAIN_MESSAGE)
            pid = connection.info.backend_pid
        while ask(fresh, "select count(*) from pg_stat_activity where pid = %s", pid):
            time.sleep(0.01)
    assert ask(fresh, "select sum(calls) from udf.calls") == 5
    assert ask(fresh, "select count(*) from udf.read_calls()") == 1


def test_counting_that_fails_does_not_fail_the_call(fresh: Connection) -> None:
    assert calls(fresh) == {}
    fresh.execute(
        r"""
        do language plpython3u $$
        from pathlib import Path
        from udf.postgres import open_door
        open_door(plpy).tally.path = Path("no such folder/calls")
        $$
        """
    )
    assert compile_edi(fresh, PLAIN_MESSAGE)["is_valid"]
    assert calls(fresh) == {}
