"""Messages cut by what repeats in them: as the standard cuts them where it can, and where it cannot as well."""

import random
from collections import Counter

from udf.edi.reader import read_segments
from udf.language.outline import cut_by_outline, spread_of
from udf.language.vocabulary import SPREAD_ID
from udf.reading import SegmentLike
from udf.standards.chunks import Chunks
from udf.standards.structure import split_message
from udf.train.corpus.partners import draw_written

HEAD = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'DTM+137:20260117:102'"


def cut(body: str) -> tuple[Chunks, list[SegmentLike]]:
    segments: list[SegmentLike] = list(read_segments(f"{HEAD}{body}UNT+9+1'"))
    return cut_by_outline(segments, "SLSRPT"), segments


def tags(chunks: Chunks) -> list[tuple[str, list[str]]]:
    return [(chunk.kind, [segment.tag for segment in chunk.segments]) for chunk in chunks]


def test_an_ordinary_message_is_cut_as_its_standard_cuts_it() -> None:
    r = random.Random(1)
    same: Counter[bool] = Counter()
    for _ in range(200):
        dialect, _ = draw_written(r)
        if dialect.message_type in ("852", "846", "INVRPT"):
            draft = dialect.draft(r)
            cuts = (
                split_message(draft.segments, draft.message_type),
                cut_by_outline(draft.segments, draft.message_type),
            )
            one, other = ([(c.kind, c.first, c.last) for c in chunks] for chunks in cuts)
            same[one == other] += 1
    assert same[False] <= 0.03 * same.total()


def test_a_reference_that_stands_above_lines_and_between_them_opens_groups() -> None:
    line = "LIN+{0}++400638133393{0}:EN'QTY+153:5:PCE'"
    chunks, _ = cut("RFF+ZS:12'" + line.format(1) + line.format(2) + "RFF+ZS:13'" + line.format(3))
    assert [kind for kind, _ in tags(chunks)] == ["header", "group", "group", "line", "line", "line"]
    assert [line.group is chunks.groups[1] for line in chunks.lines] == [False, False, True]


def test_a_reference_of_each_line_opens_none() -> None:
    chunks, _ = cut("LIN+1++1:EN'QTY+153:5'RFF+ZL:A'LIN+2++2:EN'QTY+153:5'RFF+ZL:B'")
    assert [kind for kind, _ in tags(chunks)] == ["header", "line", "line"]


def test_without_lin_a_line_begins_with_what_repeats_before_its_quantities() -> None:
    chunks, _ = cut("NAD+SN+12'PIA+5+1:EN'QTY+153:5'QTY+61:1'PIA+5+2:EN'QTY+153:7'")
    assert tags(chunks)[1:] == [("line", ["PIA", "QTY", "QTY"]), ("line", ["PIA", "QTY"])]


def test_a_segment_of_nobodys_may_open_lines() -> None:
    chunks, _ = cut("NAD+SN+12'Z20+1++1:EN'QTY+153:5'Z20+2++2:EN'QTY+153:7'")
    assert [found for _, found in tags(chunks)[1:]] == [["Z20", "QTY"], ["Z20", "QTY"]]


def test_a_message_without_any_line_is_a_header() -> None:
    chunks, _ = cut("NAD+SN+12'")
    assert [kind for kind, _ in tags(chunks)] == ["header"]


def test_the_spread_is_that_of_the_body() -> None:
    chunks, segments = cut("RFF+ZS:12'LIN+1++1:EN'QTY+153:5'")
    reference = next(segment for segment in segments if segment.tag == "RFF")
    assert spread_of(segments, chunks).token(reference, 0, 1) == SPREAD_ID["once"]
