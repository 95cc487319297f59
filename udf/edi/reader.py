"""A tolerant reader: the text of one message becomes segments with their elements and their places in the text.

What is tolerated: a BOM, indentation, blanks and line ends around terminators, a newline as terminator, lines wrapped
at any column (a CR or LF that is no terminator is dropped from values), a missing last terminator, doubled terminators
(an empty segment is no segment), lower-case tags (given back in upper case), release characters before anything.
Where a terminator was lost and two segments ran together (`QTY+153:2:PCELIN+4++871:EN'`), they are parted again, but
only where the tail of a component is a known tag *and* what follows has that tag's shape; both pieces are marked
`repaired`. Anything else stays as it was sent: a segment nobody knows is still a segment.

Spans are character offsets in the text that was given. `unescape(text[start:end], release)` of a component's span is
its value. Reading is linear in the text; elements and spans are made when they are first asked for.
"""

from collections.abc import Iterator, Sequence

from udf.edi.delimiters import Delimiters, find_delimiters, mask_released, skip_una
from udf.edi.repair import find_lost_terminators, part_segments, tidy_tag, writes_rows
from udf.edi.segments import LONG, KeptSegments, Segment, StoredSegments
from udf.edi.tags import EDIFACT_TAGS, X12_TAGS


def read_segments(text: str, delimiters: Delimiters | None = None) -> Sequence[Segment]:
    """The segments of one message in order; UNA is none, and neither is what stands between two terminators.

    An empty list where no delimiters can be found: the text is then no EDI. Never raises.
    """
    found = delimiters or find_delimiters(text)
    if found is None:
        return []
    segments = _read(text, found)
    return KeptSegments(segments) if len(text) <= LONG else StoredSegments(segments, text, found)


def _read(text: str, found: Delimiters) -> Iterator[Segment]:
    masked = mask_released(text, found)
    cuts = find_lost_terminators(masked, found)
    next_cut = next(cuts, None)
    blanks, element = found.blanks, found.element
    known = EDIFACT_TAGS if found.standard == "EDIFACT" else X12_TAGS
    rows: bool | None = None
    position = skip_una(text)
    for piece in _pieces(masked, position, found.segment):
        body = piece.strip(blanks)
        after = position + len(piece) + 1
        if body:
            start = position if len(body) == len(piece) else position + piece.index(body)
            end = start + len(body)
            if (next_cut is None or next_cut >= end) and "\n" not in body and "\r" not in body:
                cut = body.find(element)
                tag = body if cut < 0 else body[:cut]
                if tag not in known:
                    tag = tidy_tag(text[start : start + len(tag)], found)
                yield Segment(tag, start, end, text, found)
            else:
                here: list[int] = []
                while next_cut is not None and next_cut < end:
                    if next_cut > start:
                        here.append(next_cut)
                    next_cut = next(cuts, None)
                if rows is None:
                    rows = writes_rows(masked, found)
                yield from part_segments(text, masked, start, end, here, found, rows)
        position = after


def _pieces(masked: str, position: int, terminator: str) -> Iterator[str]:
    """What stands between terminators. Of a long text not all at once: the pieces take as much memory as it does."""
    while len(masked) - position > LONG:
        end = masked.rfind(terminator, position, position + LONG)
        if end < 0:
            end = masked.find(terminator, position + LONG)
        if end < 0:
            break
        yield from masked[position:end].split(terminator)
        position = end + 1
    yield from (masked[position:] if position else masked).split(terminator)
