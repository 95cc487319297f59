"""Chunks of a message: how they follow each other, and what a line with several windows is."""

from udf.edi.reader import read_segments
from udf.standards.chunks import Chunk, Chunks, each_line

SEGMENTS = read_segments("UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'IMD+F++:::TEA'LIN+1'QTY+153:1'LIN+2'QTY+153:2'UNT+8+1'")


def chunk(kind: str, *indices: int, line: int = 0) -> Chunk:
    return Chunk(kind, SEGMENTS, indices, indices[0], indices[-1] + 1, line=line)


def test_a_chunk_shows_some_of_the_segments_between_its_first_and_its_last() -> None:
    shown = chunk("header", 1, 3)
    assert [segment.tag for segment in shown.segments] == ["BGM", "LIN"]
    assert (shown.first, shown.last) == (1, 4)


def test_chunks_come_as_header_groups_and_lines() -> None:
    chunks = Chunks(chunk("header", 1), [chunk("group", 2)], [chunk("line", 3, 4, line=1), chunk("line", 5, 6, line=2)])
    assert [one.kind for one in chunks] == ["header", "group", "line", "line"]


def test_a_line_is_looked_at_once_however_many_windows_it_has() -> None:
    windows = [chunk("line", 3, 4, line=1), chunk("line", 3, 4, line=1), chunk("line", 5, 6, line=2)]
    assert [one.line for one in each_line(Chunks(chunk("header", 1), [], windows))] == [1, 2]
