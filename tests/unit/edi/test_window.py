"""Of a text that is read piece by piece, what was asked for stays readable and the rest is let go."""

import re

import pytest

from udf.edi import window
from udf.edi.window import LOOKBACK, TextWindow

PIECES = [f"{number:07} " * 1000 for number in range(10)]
WHOLE = "".join(PIECES)


def test_positions_are_those_of_the_whole_text_however_much_was_let_go() -> None:
    text = TextWindow(PIECES)
    for start in range(0, len(WHOLE), 5000):
        text.anchor = text.held = start
        text.reach(start + 100)
        assert text.slice(start, start + 100) == WHOLE[start : start + 100]
    assert text.base >= 65_000 - LOOKBACK
    assert not text.is_whole
    assert not text.extend()
    assert text.is_whole
    assert text.end == len(WHOLE)


def test_what_stands_just_before_the_anchor_stays_readable() -> None:
    text = TextWindow(PIECES)
    text.reach(40_000)
    text.anchor = text.held = 40_000
    text.reach(60_000)
    assert text.slice(40_000 - LOOKBACK, 40_000) == WHOLE[40_000 - LOOKBACK : 40_000]
    assert text.slice(0, 10) == ""


def test_held_text_stays_readable_until_it_is_taken() -> None:
    text = TextWindow(PIECES)
    text.hold(100)
    text.reach(70_000)
    text.anchor = 70_000
    text.reach(75_000)
    assert text.take(75_000) == WHOLE[100:75_000]


def test_of_held_text_that_is_too_long_its_beginning_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MOST_HELD", 20_000)
    monkeypatch.setattr(window, "BEGINNING_LENGTH", 50)
    text = TextWindow(PIECES)
    text.hold(100)
    while text.extend():
        text.anchor = text.end
    assert text.take(70_000) == WHOLE[100:150]
    assert len(text.text) < 20_000
    text.hold(79_990)
    assert text.torn is None
    assert text.take(80_000) == WHOLE[79_990:]


def test_a_match_counts_once_what_it_may_look_at_has_been_read() -> None:
    text = TextWindow(["one tw", "o three"])
    pattern = re.compile(r"\w+")
    text.extend()
    found = text.search(pattern, 0, margin=4)
    assert found is not None
    assert found[0] == "one"
    assert text.search(pattern, 4, margin=4) is None
    text.extend()
    found = text.search(pattern, 4, margin=4)
    assert found is not None
    assert found[0] == "two"
    assert text.search(pattern, 8, margin=6) is None
    assert not text.extend()
    assert text.search(pattern, 8, margin=6) is not None
