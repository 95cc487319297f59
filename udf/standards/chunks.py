"""Chunks: the segments of a message that are read together, as a header, a group or a line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from udf.reading import SegmentLike


@dataclass(slots=True)
class Chunk:
    """Consecutive segments that are compiled together.

    `segments` are shown to the model; `carried` of them, at the start, are repeated from an earlier window of the same
    line. `first` and `last` are the indices, in the message, of the first segment and the one after the last.
    """

    kind: str
    message: Sequence[SegmentLike]
    indices: Sequence[int]
    """In the message, of the segments that are shown."""
    first: int
    last: int
    carried: int = 0
    group: "Chunk | None" = None
    line: int = 0
    """The number of the line in the message, from 1; the windows of one line share it."""

    @property
    def segments(self) -> list[SegmentLike]:
        """Those that are shown."""
        return [self.message[index] for index in self.indices]


@dataclass(slots=True)
class Chunks:
    """All chunks of a message in stream order."""

    header: Chunk
    groups: list[Chunk] = field(default_factory=list)
    lines: list[Chunk] = field(default_factory=list)
    ambiguous: bool = False
    """More than one way to bind places to lines fits the layout."""

    def __iter__(self):  # type: ignore[no-untyped-def]
        yield self.header
        yield from self.groups
        yield from self.lines


def each_line(chunks: Chunks) -> list[Chunk]:
    """One chunk of each line; the windows of a line know where all of it begins and ends."""
    return list({chunk.line: chunk for chunk in chunks.lines}.values())
