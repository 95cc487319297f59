"""What a message may hold at most to be read segment by segment: counted before anything is made of it.

Sixteen megabytes of nothing but `LIN'` would be four million segments, as many of `+` one segment with more elements
than memory has room for, and one long quantity an answer four times as long: minutes and gigabytes for what no partner
has ever sent.
"""

import re
from collections import Counter
from collections.abc import Sequence

from udf.edi.delimiters import Delimiters
from udf.edi.segments import Segment
from udf.standards.chunks import Chunk, Chunks
from udf.standards.quantities import MEASURED, quantity_positions
from udf.standards.standard import Standard
from udf.standards.structure import MAX_SEGMENTS as MAX_OF_A_PART

MAX_SEGMENTS = 600_000
"""Five for each of the lines that the model reads of one message."""
MAX_PARTS = 2_500_000
"""Elements and components, each of which takes a hundred bytes while its segment is looked at, and releases."""
MAX_LENGTH = 250_000
"""Characters of a segment. The longest of either standard's directories have some thousand."""
MAX_ELEMENTS = 10_000
"""Elements and components of a segment. The longest of either standard's directories have a hundred."""
MAX_QUANTITIES = 25_000
"""Quantities of a line, as of one item in each store of a chain: the largest have ten thousand."""
MAX_REPEATED = 20_000_000
"""Characters that a line states above its quantities, once for each of them: they may be attributes of all."""


def find_excess(text: str, delimiters: Delimiters) -> str | None:
    """What the text has too much of, in a sentence; None where it can be read. Delimiters that are released count."""
    # A line's end may end a segment where it is no terminator, and stands beside one as often.
    ends = {delimiters.segment, "\n", "\r"}
    segments = max(map(text.count, ends))
    if segments > MAX_SEGMENTS:
        return f"The message has {segments} segments or line ends, more than {MAX_SEGMENTS}."
    parts = sum(text.count(mark) for mark in (delimiters.element, delimiters.component, delimiters.release) if mark)
    if parts > MAX_PARTS:
        return f"The message has {parts} elements, components and release characters, more than {MAX_PARTS}."
    start = 0
    while len(text) - start > MAX_LENGTH:
        end = max(text.rfind(mark, start, start + MAX_LENGTH + 1) for mark in ends)
        if end < 0:
            return f"A segment of the message has more than {MAX_LENGTH} characters."
        start = end + 1
    return _find_excess_between_lines(text, delimiters) if text.count(delimiters.segment) > MAX_OF_A_PART else None


def _find_excess_between_lines(text: str, delimiters: Delimiters) -> str | None:
    """Whether so many segments stand together without a line that there is no need to read each.

    What looks like a line, in a name, counts as one: it is looked at again when the segments are read.
    """
    start = 0
    for end in (*(found.start() for found in _LINE.finditer(text)), len(text)):
        if end - start > MAX_OF_A_PART:
            number = text.count(delimiters.segment, start, end)
            if delimiters.release and number > MAX_OF_A_PART:
                number -= text.count(delimiters.release + delimiters.segment, start, end)
            if number > MAX_OF_A_PART:
                return f"The message has {number} segments without a line among them, more than {MAX_OF_A_PART}."
        start = end
    return None


_LINE = re.compile("LIN", re.IGNORECASE)


def find_excess_of_segments(segments: Sequence[Segment], delimiters: Delimiters) -> str | None:
    """What a segment has too much of, in a sentence; None where each can be read. Lines' ends within it are of no help.

    Sizes are looked at first: nearly all are short.
    """
    for segment in segments:
        size = segment.end - segment.start
        if size <= MAX_ELEMENTS:
            continue
        if size > MAX_LENGTH:
            return f"A segment of the message has more than {MAX_LENGTH} characters."
        raw = segment.raw
        parts = raw.count(delimiters.element) + raw.count(delimiters.component)
        if parts > MAX_ELEMENTS:
            return f"A segment of the message has {parts} elements and components, more than {MAX_ELEMENTS}."
    return None


def find_excess_of_lines(segments: Sequence[Segment], chunks: Chunks, standard: Standard) -> str | None:
    """What a line has too much of, in a sentence; None where each can be read."""
    for line in {chunk.line: chunk for chunk in chunks.lines}.values():
        size = segments[line.last - 1].end - segments[line.first].start
        if size * size // _LEAST <= MAX_REPEATED:  # nearly all lines
            continue
        quantities, repeated = _measure(segments, line, standard)
        if quantities > MAX_QUANTITIES:
            return f"A line of the message has {quantities} quantities, more than {MAX_QUANTITIES}."
        if repeated > MAX_REPEATED:
            return f"What a line states for each of its quantities takes more than {MAX_REPEATED} characters."
    return None


_LEAST = 4
"""Characters of a quantity, with the place in an SDQ and what parts them."""


def _measure(segments: Sequence[Segment], line: Chunk, standard: Standard) -> tuple[int, int]:
    """How many quantities a line has, and how long is what stands above them, once for each that it is stated for."""
    stated = Counter(s for s, _, _ in quantity_positions(segments, line.first, line.last, standard))
    repeated = head = under = 0
    above, is_open = True, False
    for index in range(line.first, line.last):
        segment = segments[index]
        if segment.tag in MEASURED:
            head, under, above = head + (under if above else 0), 0, False
            is_open = True
        elif stated[index]:
            is_open = False
        if stated[index]:
            repeated += stated[index] * (head + under)
        if above or is_open:
            under += segment.end - segment.start
    return stated.total(), repeated
