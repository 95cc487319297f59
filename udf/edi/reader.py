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
from itertools import pairwise

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
    segments = _keep(text, found, True)
    if segments.is_repaired and not _parts_certainly(segments):
        as_sent = _keep(text, found, False)
        if _states_its_count(as_sent) and not _states_its_count(segments):
            return as_sent  # what looked like a lost terminator is the end of a name: BERLIN, before its code list
    return segments


def _parts_certainly(segments: Sequence[Segment]) -> bool:
    """Whether a segment that was parted from the one before has a tag in which no word ends."""
    return any(
        after.repaired and before.repaired and before.end == after.start and after.tag in _NO_WORDS
        for before, after in pairwise(segments)
    )


def _keep(text: str, found: Delimiters, repairs: bool) -> KeptSegments | StoredSegments:
    segments = _read(text, found, repairs)
    return KeptSegments(segments) if len(text) <= LONG else StoredSegments(segments, text, found)


def _states_its_count(segments: Sequence[Segment]) -> bool:
    """Whether a trailer states how many segments there are from its opener on (UNT 0074, SE01)."""
    opener = next((i for i, segment in enumerate(segments) if segment.tag in _OPENERS), None)
    last = next((i for i in range(len(segments) - 1, -1, -1) if segments[i].tag in _TRAILERS), None)
    return opener is not None and last is not None and segments[last].value(0) == str(last - opener + 1)


_NO_WORDS = ("QTY", "DTM", "ZA", "SDQ", "UNT", "CTT", "CTP", "SCH", "XQ")
"""Tags in which no word ends: glued to a value they are segments, whatever is counted."""
_OPENERS, _TRAILERS = ("UNH", "ST"), ("UNT", "SE")


def _read(text: str, found: Delimiters, repairs: bool) -> Iterator[Segment]:
    masked = mask_released(text, found)
    cuts = find_lost_terminators(masked, found) if repairs else iter(())
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
