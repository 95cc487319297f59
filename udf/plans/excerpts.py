"""Short messages made of a long one: header, some of its first lines and trailer, with counts and sums that fit.

The model's route holds some ten kilobytes for each line, and takes half a millisecond. A message of a hundred thousand
lines in a dialect that has no plans yet is therefore read by its excerpts first: they are compiled and proved like any
message, and what is learnt from them may read the whole.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import NamedTuple

from udf.edi.delimiters import Delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.message_types import STANDARDS, read_type
from udf.standards.quantities import SPLITS, quantity_positions
from udf.standards.structure import ExcessError, split_message
from udf.standards.values import UnreadableValueError, read_number

_HEAD, _TAIL = 60_000, 2_000
"""Characters of its beginning and its end that excerpts are made of."""
_ENDS = 4
"""Lines of the first excerpt that one of them ends with."""


class _Piece(NamedTuple):
    """A header, group or line: where it stands in the text, its segments, how many of them are LIN, and its units."""

    kind: str
    start: int
    stop: int
    segments: int
    lins: int
    units: Decimal | None
    """The sum of its quantities, without the parts of a split total; None where one is no number."""


def make_excerpts(text: str, delimiters: Delimiters, count: int) -> list[str]:
    """So many short messages, none of whose lines stands in another one; then the first of them without its last lines.

    The latter end with another line each: what a layout means depends on its last line, too.

    None at all where the pieces of the message do not follow one another plainly, or its trailer states more than how
    many segments, lines and units there are. A sum that a partner forms in another way makes no harm: an excerpt that
    states a wrong one is refused, and teaches nothing.
    """
    trailer = _find_trailer(text, delimiters)
    pieces = _cut(text[:_HEAD], delimiters)
    lines = [number for number, piece in enumerate(pieces) if piece.kind == "line"]
    size = len(lines) // count
    if not trailer or size < 2:
        return []
    made: list[str] = []
    blocks = [lines[k * size : (k + 1) * size] for k in range(count)]
    for first, *_, last in [*blocks, *(blocks[0][:-left_out] for left_out in range(1, min(_ENDS, size - 1)))]:
        group = max((n for n in range(first) if pieces[n].kind == "group"), default=0)
        chosen = [pieces[0], *pieces[group : group + 1 if group else 0], *pieces[first : last + 1]]
        end = _write_trailer(text, trailer, chosen)
        if end is None:
            return []
        made.append("".join([*(text[piece.start : piece.stop] for piece in chosen), end]))
    return made


def _cut(head: str, delimiters: Delimiters) -> list[_Piece]:
    """The pieces of a message's beginning, but for the last one, which may be a part; none where they have gaps."""
    segments = read_segments(head, delimiters)[:-1]
    if not segments or segments[0].start or segments[0].tag not in ("UNH", "ST"):
        return []
    try:
        chunks = split_message(segments, read_type(segments[0]))
    except ExcessError:
        return []
    bounds = [("header", 0, chunks.header.last)]
    bounds += [("group", chunk.first, chunk.last) for chunk in chunks.groups]
    for _, windows in groupby(chunks.lines, key=lambda chunk: chunk.line):
        held = list(windows)
        bounds.append(("line", held[0].first, held[-1].last))
    bounds.sort(key=lambda bound: bound[1])
    if any(one[2] != other[1] for one, other in pairwise(bounds)):
        return []
    return [
        _Piece(
            kind, segments[first].start, segments[last].start, last - first,
            sum(segment.tag == "LIN" for segment in segments[first:last]),
            _add_up(segments, first, last, delimiters),
        )
        for kind, first, last in bounds if last < len(segments)
    ]  # fmt: skip


def _add_up(segments: Sequence[Segment], first: int, last: int, delimiters: Delimiters) -> Decimal | None:
    totals: list[Decimal] = []
    parts: list[Decimal] = []
    try:
        for s, e, c in quantity_positions(segments, first, last, STANDARDS[delimiters.standard]):
            if value := segments[s].value(e, c):
                of = parts if segments[s].tag in SPLITS else totals
                of.append(read_number(value, delimiters.decimal))
    except UnreadableValueError:
        return None
    return sum(totals or parts, Decimal(0))


def _find_trailer(text: str, delimiters: Delimiters) -> list[tuple[Segment, int]]:
    """The segments of the trailer, and what has to be added to their offsets."""
    start = text.find(delimiters.segment, max(0, len(text) - _TAIL)) + 1
    segments = read_segments(text[start:], delimiters)
    first = len(segments)
    while first and segments[first - 1].tag in ("CNT", "CTT", "UNT", "SE"):
        first -= 1
    return [(segment, start) for segment in segments[first:]]


def _write_trailer(text: str, trailer: Sequence[tuple[Segment, int]], pieces: Sequence[_Piece]) -> str | None:
    """The trailer of a message of these pieces; None where it states anything but counts and sums."""
    before, lins = sum(piece.segments for piece in pieces), sum(piece.lins for piece in pieces)
    units = [piece.units for piece in pieces if piece.units is not None]
    total = f"{sum(units, Decimal(0)):f}" if len(units) == len(pieces) else None
    first, shift = trailer[0]
    parts: list[str] = []
    position = first.start + shift
    for number, (segment, _) in enumerate(trailer, 1):
        values: dict[tuple[int, int], int | str | None] = {}
        if segment.tag in ("UNT", "SE"):
            values[0, 0] = before + number
        elif segment.tag == "CTT":
            values[0, 0] = lins
            if segment.value(1):
                values[1, 0] = total
        elif segment.value(0) in ("1", "2"):
            values[0, 1] = total if segment.value(0) == "1" else lins
        if not values:
            return None
        for place, value in values.items():
            if value is None or not segment.value(*place):
                return None
            start, stop = segment.component_span(*place)
            parts += (text[position : shift + start], str(value))
            position = shift + stop
    return "".join([*parts, text[position:]])
