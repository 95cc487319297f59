"""Texts of SQL callers: each has a row, in order, whatever it holds and however long it is."""

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.small_messages import sales
from udf.compiler import Compiler
from udf.postgres.texts import compile_texts, cut, dump_texts, flatten

TEXT = sales("LIN+1++4006381333931:EN QTY+153:12")


def session(most: int = 1 << 20) -> Any:
    settings: Callable[..., int] = lambda name, default, limit: most  # noqa: E731
    return SimpleNamespace(
        backend=SimpleNamespace(size_setting=settings), load=lambda: Compiler(None), versions=lambda: ("c", "m")
    )


def test_each_text_has_its_row_in_order() -> None:
    rows = compile_texts(session(len(TEXT)), [TEXT, "x" * (len(TEXT) + 1), TEXT, TEXT], [None, None, "[]", "{}"])
    assert [row.is_complete for row in rows] == [True, False, False, True]
    assert "message-too-large" in rows[1].problems
    assert "envelope-unreadable" in rows[2].problems


def test_an_outcome_that_is_too_long_is_told_instead_of_given() -> None:
    text = sales(" ".join(f"LIN+{n}++4006381333931:EN QTY+153:{n}" for n in range(1, 400)))
    (told,) = dump_texts(session(len(text)), [text], [None])
    assert '"code":"outcome-too-large"' in told
    (given,) = dump_texts(session(), [text], [None])
    assert '"is_complete":true' in given


def test_an_array_of_arrays_is_what_unnest_makes_of_it() -> None:
    assert flatten([["a", "b"], ["c", None]]) == ["a", "b", "c", None]
    assert flatten([]) == []


def test_many_texts_are_compiled_in_slices_that_cover_them_all() -> None:
    slices = list(cut(["x"] * 450 + [None]))
    assert (slices[0][0], slices[-1][1]) == (0, 451)
    assert all(one[1] == other[0] for one, other in itertools.pairwise(slices))
    assert len(list(cut(["x" * 400_000] * 3))) == 3
