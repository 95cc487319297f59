"""Megabytes of nonsense are refused for what they have too much of, before anything is made of them."""

import json
import tracemalloc
from collections import Counter
from functools import partial

import pytest

from tests.pace import compare_times
from udf.compiler import Compiler
from udf.edi.delimiters import find_delimiters
from udf.standards import limits as bounds
from udf.standards import structure
from udf.train.attack.rules_engine import RulesEngine

SIZE = 16 << 20
MOMENT = 20
"""So many times as long as Python takes to count the characters: seven is the most that any of these took."""
HEAD, TAIL = "UNH+1+SLSRPT:D:96A:UN'", "'UNT+3+1'"
NONSENSE = {
    "lines that say nothing": (HEAD, "LIN'", TAIL),
    "lines with a number": (HEAD, "LIN+1'", TAIL),
    "lines ended by newlines": ("UNH+1+SLSRPT:D:96A:UN\n", "LIN+1\n", "UNT+3+1\n"),
    "lines without terminators": (HEAD, "QTY+153:2LIN+4++871:EN", TAIL),
    "wraps": (f"{HEAD}FTX+", "abc\r\n", TAIL),
    "terminators": (HEAD, "'", TAIL),
    "elements": (f"{HEAD}LIN", "+", TAIL),
    "components": (f"{HEAD}LIN+", ":", TAIL),
    "releases": (f"{HEAD}FTX+", "?", TAIL),
    "lines of X12": ("ST*852*1~", "LIN~", "SE*3*1~"),
    "elements of X12": ("ST*852*1~LIN", "*1", "~SE*3*1~"),
    "messages": ("", "UNH+1+SLSRPT:D:96A:UN'UNT+2+1'", ""),
    "messages in an interchange": ("UNB+UNOA:3+A+B+260101:1200+1'", "UNH+1+SLSRPT:D:96A:UN'UNT+2+1'", "UNZ+1+1'"),
    "interchanges": ("", "UNB+UNOA:3+A+B+260101:1200+1'", ""),
    "heads of interchanges": ("", "UNB+UNH+", ""),
    "heads of interchanges of X12": ("", "ISA*", ""),
    "one long item": (f"{HEAD}LIN+1++", "9", f":EN'QTY+153:1{TAIL}"),
    "one long quantity": (f"{HEAD}LIN+1++9501101000018:EN'QTY+153:", "9", TAIL),
    "capitals": (f"{HEAD}FTX+", "LIN ", TAIL),
}


@pytest.mark.parametrize("parts", NONSENSE.values(), ids=NONSENSE)
def test_sixteen_megabytes_of_nonsense_are_refused_in_a_moment(
    parts: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("udf.message.read_segments", pytest.fail)
    first, middle, last = parts
    text = first + middle * (SIZE // len(middle)) + last
    assert_refused_in_a_moment(text)


def assert_refused_in_a_moment(text: str) -> None:
    found: list[str] = []
    taken = compare_times(lambda: found.extend(codes_of(text)), partial(Counter, text), rounds=1)
    assert found == ["message-too-large"]
    assert taken < MOMENT


def excess(text: str) -> str | None:
    delimiters = find_delimiters(text)
    assert delimiters is not None
    return bounds.find_excess(text, delimiters)


def test_what_is_just_as_long_as_may_be_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{HEAD}FTX+AAI'LIN+1++9501101000018:EN'\r\nQTY+153:1{TAIL}"
    for name, most in (("MAX_SEGMENTS", 5), ("MAX_PARTS", 14), ("MAX_LENGTH", 23)):
        monkeypatch.setattr(bounds, name, most)
        assert excess(text) is None
        monkeypatch.setattr(bounds, name, most - 1)
        assert excess(text)
        monkeypatch.undo()


def test_a_long_message_of_short_segments_has_no_excess() -> None:
    lines = "".join(f"LIN+{n}++9501101000018:EN'QTY+153:{n % 97}:PCE'PRI+AAA:9.95'" for n in range(120_000))
    assert excess(f"{HEAD}{lines}{TAIL}") is None


def test_a_message_of_too_many_lines_is_refused_before_it_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.message.split_message", pytest.fail)
    text = HEAD + "LIN+1'" * (structure.MAX_CHUNKS + 1) + TAIL
    (row,) = Compiler(RulesEngine()).compile_rows([text])
    assert [problem["code"] for problem in json.loads(row.problems)] == ["message-too-large"]


def codes_of(text: str) -> list[str]:
    (row,) = Compiler(RulesEngine()).compile_rows([text])
    return [problem["code"] for problem in json.loads(row.problems)]


@pytest.mark.parametrize("wrap", ["", "\n"], ids=["whole", "wrapped"])
def test_a_segment_of_more_elements_than_any_has_is_too_large(monkeypatch: pytest.MonkeyPatch, wrap: str) -> None:
    long = f"PIA+1{f'+12:EN{wrap}' * 8}+12:EN"
    text = f"{HEAD}LIN+1++9501101000018:EN'{long}'QTY+153:1{TAIL}"
    for name, most in (("MAX_ELEMENTS", 19), ("MAX_LENGTH", len(long))):
        monkeypatch.setattr(bounds, "MAX_ELEMENTS", 19)
        monkeypatch.setattr(bounds, name, most)
        assert "message-too-large" not in codes_of(text)
        monkeypatch.setattr(bounds, name, most - 1)
        assert codes_of(text) == ["message-too-large"]
        monkeypatch.undo()


def test_long_segments_are_looked_through_once() -> None:
    few, many = (HEAD + f"FTX+AAI+++{'x' * 12_000}'" * count + TAIL for count in (200, 1600))
    assert excess(few) is excess(many) is None
    assert compare_times(partial(excess, many), partial(excess, few)) < 4 * 8


def test_a_header_a_group_and_a_line_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "LIN+1++9501101000018:EN'QTY+153:1"
    monkeypatch.setattr(structure, "MAX_SEGMENTS", 5)
    assert "message-too-large" not in codes_of(f"{HEAD}{line}{TAIL}")
    many = "RFF+A:1'" * 6
    for kind, text in (("header", f"{many}{line}"), ("group", f"LOC+162+W1'{many}{line}"), ("line", f"{line}'{many}")):
        (row,) = Compiler(RulesEngine()).compile_rows([f"{HEAD}{text.removesuffix(chr(39))}{TAIL}"])
        (problem,) = json.loads(row.problems)
        assert problem["code"] == "message-too-large"
        assert problem["detail"].startswith(f"A {kind} of the message has ")


def test_a_message_of_too_many_places_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_CHUNKS", 3)
    places = "".join(f"LOC+162+W{n}'" for n in range(5))
    assert codes_of(f"{HEAD}{places}LIN+1++9501101000018:EN'QTY+153:1{TAIL}") == ["message-too-large"]


def test_lines_and_their_places_have_a_bound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"LOC+162+W{n}'LIN+{n}++9501101000018:EN'QTY+153:1'" for n in range(1, 6))
    monkeypatch.setattr(structure, "MAX_TOGETHER", 10)
    assert "message-too-large" not in codes_of(f"{HEAD}{lines[:-1]}{TAIL}")
    monkeypatch.setattr(structure, "MAX_TOGETHER", 9)
    assert codes_of(f"{HEAD}{lines[:-1]}{TAIL}") == ["message-too-large"]


def test_a_line_that_repeats_too_much_for_each_of_its_quantities_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_REPEATED", 1000)
    many = "'".join(f"RFF+A{n}:{n}" for n in range(20))
    quantities = "'".join(f"LOC+162+W{n}'QTY+153:1" for n in range(20))
    assert codes_of(f"{HEAD}LIN+1++9501101000018:EN'{many}'{quantities}{TAIL}") == ["message-too-large"]
    monkeypatch.setattr(bounds, "MAX_QUANTITIES", 19)
    assert codes_of(f"{HEAD}LIN+1++9501101000018:EN'{quantities}{TAIL}") == ["message-too-large"]


@pytest.mark.parametrize("name", ["unknown tags", "parties", "quantities"])
def test_half_a_million_segments_without_a_line_are_refused_unread(name: str) -> None:
    """To read them took half a gigabyte."""
    many = {
        "unknown tags": "".join(f"Q{n:080x}'" for n in range(500_000)),
        "parties": "".join(f"NAD+BY+{n:013}::9'" for n in range(500_000)),
        "quantities": "LIN+1++9501101000018:EN'" + "QTY+153:1:PCE'" * 500_000,
    }
    text = f"{HEAD}{many[name]}LIN+2++9501101000018:EN'QTY+153:1:PCE{TAIL}"
    compiler = Compiler(RulesEngine())
    tracemalloc.start()
    (row,) = compiler.compile_rows([text])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [problem["code"] for problem in json.loads(row.problems)] == ["message-too-large"]
    assert peak < 3_000_000
    assert_refused_in_a_moment(text)


def test_segments_that_are_released_or_stand_between_many_lines_are_none_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "MAX_OF_A_PART", 9)
    assert excess(f"{HEAD}FTX+AAI+++" + "it?'s " * 20 + TAIL) is None
    assert excess(HEAD + "lin+1'QTY+153:1'" * 20 + TAIL) is None
    assert "segments without a line" in (excess(HEAD + "RFF+A:1'" * 20 + TAIL) or "")
