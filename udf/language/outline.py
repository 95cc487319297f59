"""A message cut by what repeats in it, where the structure of its standard does not fit it.

What opens a line is LIN, or where there is none whatever segment repeats with a quantity each time. What stands above
the first line, again between lines and not behind the last one opens groups, whatever its tag. Nothing here knows what
a segment means; of an ordinary message these are the chunks that the standard's structure gives.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from udf.language.spread import Spread, key_of
from udf.reading import SegmentLike
from udf.standards.chunks import Chunks, each_line
from udf.standards.quantities import QUANTITIES
from udf.standards.structure import SILENT, body_range, line_openers, make_chunk, make_line_chunks

_Key = tuple[str, str]
_OF_HEADERS = frozenset("BGM DTM NAD RFF CUX LOC XQ BIA BPT N1 REF N9 CUR PTD GIS GEI UNS ALI".split())
"""What a message may have above its only line, where nothing repeats that would tell."""
_OF_LINES = frozenset((*QUANTITIES, "LIN", "PIA", "PRI", "CTP", "UIT", "SDQ", "SCH", "MOA", "AMT", "INV"))
"""What opens no group."""


def cut_by_outline(segments: Sequence[SegmentLike], message_type: str) -> Chunks:
    """Header, groups and lines of one message. Raises ExcessError."""
    start, end = body_range(segments)
    openers = line_openers(segments, start, end, message_type) or _find_openers(segments, start, end)
    if not openers:
        return Chunks(make_chunk("header", segments, range(start, end)))
    first = openers[0]
    stops = [*openers[1:], end]
    forward = _find_group_openers(segments, start, openers, end)
    above = next((i for i in range(start, first) if key_of(segments[i]) in forward), first)
    chunks = Chunks(make_chunk("header", segments, range(start, above)))
    if above < first:
        chunks.groups.append(make_chunk("group", segments, range(above, first)))
    for number, (opener, stop) in enumerate(zip(openers, stops, strict=True), 1):
        floor = _last_quantity(segments, opener, stop) + 1
        cut = next((i for i in range(floor, stop) if key_of(segments[i]) in forward), stop) if stop < end else stop
        group = chunks.groups[-1] if chunks.groups else None
        for window in make_line_chunks(segments, opener, cut):
            window.group, window.line = group, number
            chunks.lines.append(window)
        if cut < stop:
            chunks.groups.append(make_chunk("group", segments, range(cut, stop)))
    return chunks


def spread_of(segments: Sequence[SegmentLike], chunks: Chunks) -> Spread:
    """How values are spread over what the chunks of a message show."""
    start, end = body_range(segments)
    shown = [segments[i] for i in range(start, end) if segments[i].tag not in SILENT]
    return Spread(shown, len(each_line(chunks)))


def _last_quantity(segments: Sequence[SegmentLike], opener: int, stop: int) -> int:
    """The last segment of a line that is surely its own."""
    return max((i for i in range(opener, stop) if segments[i].tag in _OF_LINES), default=opener)


def _find_openers(segments: Sequence[SegmentLike], start: int, end: int) -> list[int]:
    """Where lines begin without LIN: at what repeats most often with a quantity behind it each time."""
    quantities = [i for i in range(start, end) if segments[i].tag in QUANTITIES]
    places: dict[str, list[int]] = {}
    for i in range(start, end):
        if segments[i].tag not in SILENT and segments[i].tag not in QUANTITIES:
            places.setdefault(segments[i].tag, []).append(i)
    best: list[int] = []
    for tag, found in places.items():
        if tag in _OF_HEADERS or (quantities and not _are_each_before(found, quantities, end)):
            continue
        if len(found) > len(best):
            best = found
    if best or not quantities:
        return best
    return [quantities[0]]


def _are_each_before(found: Sequence[int], quantities: Sequence[int], end: int) -> bool:
    """Whether a quantity stands behind each segment before the next one of its kind."""
    return all(
        any(here < quantity < following for quantity in quantities)
        for here, following in zip(found, [*found[1:], end], strict=True)
    )


def _find_group_openers(segments: Sequence[SegmentLike], start: int, openers: Sequence[int], end: int) -> set[_Key]:
    """What stands above the first line and between some, and neither in the last one nor in each of them."""
    seen: Counter[_Key] = Counter()
    for opener, stop in pairwise(openers):
        floor = _last_quantity(segments, opener, stop) + 1
        seen.update({key_of(segments[i]) for i in range(floor, stop)})
    above = {key_of(segments[i]) for i in range(start, openers[0])}
    last = {key_of(segments[i]) for i in range(openers[-1], end)}
    return {
        key for key in (*seen, *(key for key in above if key[0] == "PTD"))
        if key in above and key not in last and key[0] not in _OF_LINES and key[0] not in SILENT
    } | {key for key in seen if key[0] == "PTD"}  # fmt: skip
