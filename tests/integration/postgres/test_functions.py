"""The SQL functions: the same answers as in Python, whatever is asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

import udf
from tests.integration.postgres.sessions import Connection, ask, codes, compile_edi, lines_of
from udf.outcome import Envelope, dump_problems
from udf.postgres.faults import PLAIN_MESSAGE

# What may differ from call to call: how long it took, and which route a session had learnt by then.
OF_THE_CALL = {"compile_ms", "route", "attempts"}


@pytest.fixture(scope="module")
def messages(clone: Path) -> list[tuple[str, Envelope]]:
    """Text and envelope of every message of the demonstration."""
    return [
        (message.text, message.envelope)
        for path in sorted((clone / "seeds" / "edi").rglob("*.edi"))
        for message in udf.split_interchange(path.read_bytes()).messages
        if "\0" not in message.text
    ]


def comparable(outcome: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outcome.items() if name not in OF_THE_CALL}


def test_sql_and_python_give_the_same_outcome(session: Connection, messages: list[tuple[str, Envelope]]) -> None:
    assert len(messages) > 20
    for raw, envelope in messages:
        said = ask(session, "select udf.compile_edi(%s, %s)", raw, Jsonb(envelope._asdict()))
        assert comparable(said) == comparable(json.loads(udf.compile_edi(raw, envelope).model_dump_json()))


def test_an_outcome_has_every_field_of_the_contract_in_sql_too(session: Connection) -> None:
    assert set(compile_edi(session, PLAIN_MESSAGE)) == set(json.loads(udf.compile_edi(PLAIN_MESSAGE).model_dump_json()))


def test_an_envelope_says_what_a_body_without_service_segments_is(session: Connection) -> None:
    body = "BGM+12+REF45'LOC+162+BERLIN_01'LIN+1++DE-PROD-321:SA'QTY+153:77'"
    query = "select udf.compile_edi(%s, jsonb_build_object('message_type', %s::text)) -> 'message_type'"
    assert [ask(session, query, body, named) for named in ("SLSRPT", None)] == ["SLSRPT", None]


def test_null_in_is_null_out(session: Connection) -> None:
    for query in ("compile_edi(null)", "compile_edi(null, '{}')", "compile_edi('x', null)"):
        assert ask(session, f"select udf.{query}") is None
    for query in ("lines(null)", "problems(null)", "segments(null)", "split_interchange(null)", "explain(null)"):
        assert session.execute(f"select * from udf.{query}".encode()).fetchall() == []
    found = session.execute("select * from udf.compile_edi_batch(array[null, %s, null])", (PLAIN_MESSAGE,)).fetchall()
    assert [row[0] is None for row in found] == [True, False, True]


def test_a_batch_comes_back_in_its_order(session: Connection) -> None:
    raws = [lines_of(1, first=n) for n in range(450)]
    found = session.execute("select udf.compile_edi_batch(%s)", (raws,)).fetchall()
    assert [row[0]["document"]["lines"][0]["item_id"] for row in found] == [str(9501101000000 + n) for n in range(450)]


def test_an_array_of_two_dimensions_is_read_as_unnest_reads_it(session: Connection) -> None:
    raws = [[lines_of(1, first=2 * n + m) for m in range(2)] for n in range(2)]
    for envelopes in ("", ", array[['{}'::jsonb, null], [null::jsonb, null]]"):
        found = session.execute(f"select udf.compile_edi_batch(%s{envelopes})".encode(), (raws,)).fetchall()
        assert [row[0]["document"]["lines"][0]["item_id"] for row in found] == [
            str(9501101000000 + n) for n in range(4)
        ]


def test_arrays_of_different_lengths_are_said_to_be_so(session: Connection) -> None:
    with pytest.raises(errors.InvalidParameterValue, match="2 messages have 1 envelopes"):
        session.execute("select * from udf.compile_edi_batch(array['a', 'b'], array['{}'::jsonb])").fetchall()


def test_lines_are_typed_rows_of_a_valid_message(session: Connection) -> None:
    rows = session.execute(
        """
        select line.line, line.item_id, line.quantity, line.period_end, line.measure
        from unnest(%s::text[]) as message (raw)
        cross join lateral udf.lines(message.raw) as line
        """,
        ([PLAIN_MESSAGE, "nonsense"],),
    ).fetchall()
    assert [(*row[:3], str(row[3]), row[4]) for row in rows] == [(1, "9501101000018", 12, "2026-01-11", "sold")]


def test_lines_and_problems_are_those_of_the_outcome(session: Connection, messages: list[tuple[str, Envelope]]) -> None:
    lines = """
        select coalesce(jsonb_agg(to_jsonb(found) - 'line' order by found.line), '[]')
        from udf.lines(%s, %s) as found
    """
    problems = "select coalesce(jsonb_agg(code || ': ' || detail), '[]') from udf.problems(%s, %s)"
    for raw, envelope in [*messages, (lines_of(1000), Envelope()), ("nonsense", Envelope())]:
        known = Jsonb(envelope._asdict())
        outcome = ask(session, "select udf.compile_edi(%s, %s)", raw, known)
        assert ask(session, lines, raw, known) == (outcome["document"]["lines"] if outcome["is_valid"] else [])
        assert ask(session, problems, raw, known) == [f"{one['code']}: {one['detail']}" for one in outcome["problems"]]


def test_a_refused_message_has_no_lines_and_says_why(session: Connection) -> None:
    torn = PLAIN_MESSAGE.replace("UNT+9", "UNT+7")
    assert session.execute("select * from udf.lines(%s)", (torn,)).fetchall() == []
    (problem,) = session.execute("select code, severity, source from udf.problems(%s)", (torn,)).fetchall()
    assert problem == ("unt-count-mismatch", "error", "UNT+7+1")


def test_explain_shows_where_each_field_was_taken_from(session: Connection) -> None:
    rows = session.execute(
        "select field, value, source, segment, tag, is_valid, route from udf.explain(%s)", (PLAIN_MESSAGE,)
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    assert found["quantity"] == ("12", "12", 8, "QTY", True, "model")
    assert found["period_start"] == ("2026-01-05", "20260105", 3, "DTM", True, "model")
    assert found["measure"][:2] == ("sold", None)


def test_explain_names_the_plan_of_each_piece(session: Connection) -> None:
    # Two shapes of lines and a place above them: three plans beside header and trailer.
    known = Jsonb(Envelope("EDIFACT", sender="explained")._asdict())
    messages = [
        f"UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+{n}+9'DTM+90:20260105:102'DTM+91:20260111:102'LOC+162+950110191001{n}::9'"
        f"LIN+1++950110100001{n}:EN'QTY+153:{n}'LIN+2++950110100002{n}:EN'QTY+153:{n}:PCE'UNT+10+1'"
        for n in range(10)
    ]
    for message in messages:
        ask(session, "select udf.compile_edi(%s, %s)", message, known)
    query = "select line, field, source, route, plan from udf.explain(%s, %s)"
    rows = session.execute(query, (messages[7], known)).fetchall()
    assert {route for *_, route, _ in rows} == {"plan"}
    plans = {(line, field): plan for line, field, _, _, plan in rows}
    assert len({plans[1, "location_id"], plans[1, "period_end"], plans[1, "item_id"], plans[2, "item_id"]}) == 4
    for one in (1, 2):
        assert plans[one, "quantity"] == plans[one, "item_id"] == plans[one, "measure"]
    assert plans[1, "location_id"] == plans[2, "location_id"]
    assert None not in plans.values()


def test_segments_are_numbered_as_problems_number_them(session: Connection) -> None:
    raw = f"UNB+UNOA:3+A+B+260101:1200+1'{PLAIN_MESSAGE}"
    rows = session.execute("select segment, tag, source from udf.segments(%s)", (raw,)).fetchall()
    assert rows[:3] == [
        (None, "UNB", "UNB+UNOA:3+A+B+260101:1200+1"),
        (1, "UNH", "UNH+1+SLSRPT:D:96A:UN:EAN004"),
        (2, "BGM", "BGM+73E+1+9"),
    ]


def test_a_file_is_split_as_bronze_splits_it(session: Connection, clone: Path) -> None:
    for path in sorted((clone / "seeds" / "edi").rglob("*.edi")):
        content = path.read_bytes()
        rows = session.execute(
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
def test_bad_input_is_an_outcome_with_a_problem(session: Connection, raw: str) -> None:
    outcome = compile_edi(session, raw)
    assert not outcome["is_valid"]
    assert outcome["problems"]
    assert "internal-error" not in codes(outcome)
    assert compile_edi(session, PLAIN_MESSAGE)["is_valid"]


def test_bytes_of_no_encoding_are_split_compiled_and_refused(session: Connection) -> None:
    for content in (
        b"\xff\xfe\x00\xd8\x00",
        b"UNH+1+SLSRPT:D:96A:UN'\xc3\x28\x00\xed\xa0\x80'UNT+3+1'",
        b"\x00" * 5000,
    ):
        rows = session.execute(
            "select udf.compile_edi(raw, envelope), problems from udf.split_interchange(%s)", (content,)
        ).fetchall()
        assert rows
        assert [row for row in rows if row[0]["is_valid"]] == []


@pytest.mark.parametrize("envelope", ["[]", '"text"', "5", '{"sender": 5}', '{"unheard": "of"}', '{"standard": "A"}'])
def test_an_envelope_that_is_none_is_a_problem_too(session: Connection, envelope: str) -> None:
    outcome = ask(session, "select udf.compile_edi(%s, %s)", PLAIN_MESSAGE, envelope)
    assert codes(outcome) == ["envelope-unreadable"]


def test_a_message_larger_than_the_setting_is_refused_with_its_code(session: Connection) -> None:
    session.execute("set tillroll.max_message_bytes = '1kB'")
    assert codes(compile_edi(session, lines_of(100))) == ["message-too-large"]
    assert compile_edi(session, PLAIN_MESSAGE)["is_valid"]
    assert codes(compile_edi(session, "ü" * 600)) == ["message-too-large"]
    (row,) = session.execute("select * from udf.compile_edi_batch(%s)", ([lines_of(100)],)).fetchall()
    assert codes(row[0]) == ["message-too-large"]
    assert session.execute("select * from udf.segments(%s)", (lines_of(100),)).fetchall() == []
    session.execute("set tillroll.max_message_bytes = 'plenty'")
    assert compile_edi(session, lines_of(100))["is_valid"]
    session.execute("set tillroll.max_interchange_bytes = 100")
    assert (
        ask(session, "select problems -> 0 ->> 'code' from udf.split_interchange(%s)", b"U" * 101)
        == "message-too-large"
    )


def test_an_outcome_larger_than_the_setting_is_refused_with_its_code_and_its_lines_are_not(session: Connection) -> None:
    session.execute("set tillroll.max_outcome_bytes = '150kB'")
    raws = [lines_of(100), lines_of(300), PLAIN_MESSAGE]
    found = [row[0] for row in session.execute("select udf.compile_edi_batch(%s)", (raws,)).fetchall()]
    assert [outcome["is_valid"] for outcome in found] == [True, False, True]
    assert codes(found[1]) == codes(compile_edi(session, raws[1])) == ["outcome-too-large"]
    assert found[1]["document"] is None
    assert ask(session, "select count(*) from udf.lines(%s)", raws[1]) == 300
    assert ask(session, "select count(distinct line) from udf.explain(%s)", raws[1]) == 300
    session.execute("set tillroll.max_outcome_bytes = '1MB'")
    assert compile_edi(session, raws[1])["is_valid"]


def test_a_message_of_a_hundred_thousand_lines_has_a_row_for_each(session: Connection) -> None:
    raw = lines_of(100_000)
    session.execute("set tillroll.max_outcome_bytes = '1GB'")  # no setting goes beyond what a session has memory for
    assert codes(compile_edi(session, raw)) == ["outcome-too-large"]
    assert session.execute("select count(*), sum(quantity), max(line) from udf.lines(%s)", (raw,)).fetchone() == (
        100_000, sum(n % 97 + 1 for n in range(1, 100_001)), 100_000
    )  # fmt: skip


def test_a_text_of_too_many_segments_has_none_to_be_looked_at(session: Connection) -> None:
    nonsense = "UNH+1+SLSRPT:D:96A:UN'" + "LIN'" * 2_000_000
    assert session.execute("select * from udf.segments(%s)", (nonsense,)).fetchall() == []


def test_the_digest_of_a_refused_message_is_the_contracts(session: Connection) -> None:
    expected = udf.compile_edi(" ").verification_hash
    session.execute("set tillroll.max_message_bytes = 0")
    assert compile_edi(session, " ")["verification_hash"] == expected


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
def test_one_poisoned_message_among_ten_thousand_costs_the_others_nothing(session: Connection, poison: str) -> None:
    began = ask(session, "select pg_postmaster_start_time()")
    session.execute("set tillroll.max_message_bytes = '1GB'")
    raws = [lines_of(1, first=n) for n in range(10_000)]
    raws[5_000] = poison
    query = """
        select number, outcome -> 'is_valid', outcome -> 'problems' -> 0 ->> 'code'
        from udf.compile_edi_batch(%s) with ordinality as compiled (outcome, number)
    """
    found = session.execute(query, (raws,)).fetchall()
    assert len(found) == 10_000
    ((number, _, code),) = [row for row in found if not row[1]]
    assert number == 5_001
    assert code not in (None, "internal-error")
    assert ask(session, "select pg_postmaster_start_time()") == began


@pytest.mark.slow
def test_one_message_of_no_encoding_in_a_file_of_ten_thousand_is_the_only_one_refused(session: Connection) -> None:
    messages = [lines_of(1, first=n).replace("UNH+1+", f"UNH+{n}+").replace("UNT+9+1'", f"UNT+9+{n}'").encode()
                for n in range(10_000)]  # fmt: skip
    messages[5_000] = b"UNH+5000+SLSRPT:D:96A:UN'LIN+1++\xc3\x28\x00\xed\xa0\x80\xff:EN'QTY+153:\xf0\x28'UNT+4+5000'"
    file = b"UNB+UNOW:3+A+B+260101:1200+1'" + b"".join(messages) + b"UNZ+10000+1'"
    found = session.execute(
        "select position, udf.compile_edi(raw, envelope) from udf.split_interchange(%s)", (file,)
    ).fetchall()
    assert len(found) == 10_000
    assert [(position, codes(outcome) != []) for position, outcome in found if not outcome["is_complete"]] == [
        (5_001, True)
    ]


def test_no_session_raises_the_limit_beyond_the_hard_one(session: Connection) -> None:
    session.execute("set tillroll.max_message_bytes = '1GB'")
    (problem,) = compile_edi(session, "UNH+" * (17 << 20))["problems"]
    assert problem["code"] == "message-too-large"
    assert str(64 << 20) in problem["detail"]


def test_a_compiler_that_fails_is_an_outcome_and_spares_the_rest_of_the_batch(session: Connection) -> None:
    compile_edi(session, PLAIN_MESSAGE)
    # The class is patched within the session's own Python, which dies with it.
    session.execute(
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
    rows = session.execute("select udf.compile_edi_batch(%s)", ([lines_of(1, first=n) for n in range(6)],)).fetchall()
    assert [row[0]["is_valid"] for row in rows] == [True, True, True, False, True, True]
    assert codes(rows[3][0]) == ["internal-error"]
