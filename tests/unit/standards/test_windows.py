"""Windows: where a long line is cut, and what each piece repeats."""

import pytest

from tests.unit.standards.test_structure import split, tags
from udf.edi.reader import read_segments
from udf.standards.windows import Window, cut_line


def test_a_long_line_is_cut_into_windows_that_repeat_its_head_and_activity() -> None:
    stores = "".join(f"*{n:03d}*{n}" for n in range(10))
    chunks = split("XQ*H*20260101 LIN*1*UP*012345678905 ZA*QS " + f"SDQ*EA*92{stores} " * 8 + "CTT*1", "852")
    assert len(chunks.lines) > 1
    assert {line.line for line in chunks.lines} == {1}
    assert all(tags(line).startswith("LIN ZA SDQ") for line in chunks.lines)
    assert sum(len(line.segments) - line.carried for line in chunks.lines) == 1 + 1 + 8


def test_a_total_is_never_parted_from_the_split_that_follows_it() -> None:
    stores = "".join(f"*{n:03d}*{n}" for n in range(10))
    body = "XQ*H*20260101 LIN*1*UP*012345678905 " + "".join(f"ZA*{c}*45*EA SDQ*EA*92{stores} " for c in ("QS", "QA"))
    chunks = split(body + "CTT*1", "852")
    assert [tags(line) for line in chunks.lines] == ["LIN ZA SDQ"] * 2


def test_a_price_behind_the_last_quantity_is_shown_with_all_of_a_long_line() -> None:
    quantities = "".join(f"QTY+153:{n}:PCE LOC+162+{n:013d}::9 " for n in range(9))
    chunks = split(f"BGM+73E+1+9 LIN+1++4:EN {quantities}PRI+AAA:5 LIN+2++5:EN QTY+153:1 UNT+9+1")
    assert len(chunks.lines) > 2
    assert all(tags(line).endswith("PRI") for line in chunks.lines if line.line == 1)


@pytest.mark.parametrize("count", [5, 6, 9, 11])
def test_no_chunk_holds_more_than_five_quantities(count: int) -> None:
    activities = " ".join(f"ZA*Q{n}*{n}*EA" for n in range(count))
    chunks = split(f"XQ*H*20260101 LIN*1*UP*012345678905 {activities} CTT*1", "852")
    shown = [tags(line).split().count("ZA") for line in chunks.lines]
    assert max(shown) <= 5
    assert sum(shown) == count


def test_a_short_line_is_shown_at_once() -> None:
    segments = read_segments("ST*852*0001~LIN*1*UP*012345678905~ZA*QS*5*EA~")
    assert cut_line(segments, [1, 2]) is None


def test_a_window_says_how_many_segments_it_repeats() -> None:
    quantities = "".join(f"ZA*Q{n}*{n}*EA~" for n in range(7))
    segments = read_segments(f"ST*852*0001~LIN*1*UP*012345678905~{quantities}")
    # the head alone is repeated, and the first window repeats nothing
    assert cut_line(segments, list(range(1, 9))) == [Window([1, 2, 3, 4, 5, 6], 0), Window([1, 7, 8], 1)]
