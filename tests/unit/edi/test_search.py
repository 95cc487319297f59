"""Megabytes are searched piece by piece, with what one search would find."""

import random
import re

import pytest

from udf.edi import search
from udf.edi.delimiters import find_delimiters
from udf.edi.repair import glued_tags
from udf.edi.search import find_each

HEAD = "UNH+1+SLSRPT:D:96A:UN'"


@pytest.mark.parametrize("seed", range(20))
def test_the_matches_are_those_of_one_search(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    r = random.Random(seed)
    delimiters = find_delimiters(HEAD)
    assert delimiters is not None
    text = HEAD + "".join(
        r.choice(("LIN", "+", "1", "QTY+153:2", "  ", "\n", "'", "9501", ":EN", "UNT")) for _ in range(400)
    )
    monkeypatch.setattr(search, "_PIECE", r.randint(1, 30))
    monkeypatch.setattr(search, "_REACH", 40)
    for pattern in (glued_tags(delimiters), re.compile("LIN"), re.compile(r"([^ \t\r\n])[ \t]*+[\r\n][ \t\r\n]*+")):
        start, stop = r.randint(0, 50), r.choice((None, r.randint(100, 300)))
        expected = pattern.finditer(text, start, len(text) if stop is None else stop)
        assert [m.span() for m in find_each(pattern, text, start, stop)] == [m.span() for m in expected]


class _Watched:
    """A pattern that finds nothing, and notes how far it was asked to look at once."""

    longest = 0

    def finditer(self, text: str, start: int, stop: int) -> list[re.Match[str]]:
        self.longest = max(self.longest, stop - start)
        return []


def test_no_search_takes_a_look_at_megabytes_at_once() -> None:
    watched = _Watched()
    assert list(find_each(watched, "LIN\n" * 1_000_000)) == []  # type: ignore[arg-type]
    assert watched.longest < 100_000
