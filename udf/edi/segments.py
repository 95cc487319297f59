"""Segments: tag, elements, components and where each stands in the text.

Spans are character offsets in the text that was given. `unescape(text[start:end], release)` of a component's span is
its value. Elements and spans are made when they are first asked for.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from udf.edi.delimiters import DROP_NEWLINES, Delimiters, mask_released, unescape


class Segment:
    """One segment: its tag, its elements as lists of components, and where it stands in the text.

    `elements[0]` is the first element after the tag. `start` and `end` are character offsets, the terminator excluded.
    `repaired` says that a lost terminator was put back at one of its ends.
    """

    __slots__ = ("_delimiters", "_elements", "_spans", "_text", "end", "repaired", "start", "tag")

    def __init__(
        self, tag: str, start: int, end: int, text: str, delimiters: Delimiters, repaired: bool = False
    ) -> None:
        self.tag = tag
        self.start = start
        self.end = end
        self.repaired = repaired
        self._text = text
        self._delimiters = delimiters
        self._elements: list[list[str]] | None = None
        self._spans: list[list[tuple[int, int]]] | None = None

    def __repr__(self) -> str:
        return f"Segment({self.raw!r}, {self.start}, {self.end}{', repaired' if self.repaired else ''})"

    @property
    def raw(self) -> str:
        """The segment as sent, without its terminator."""
        return self._text[self.start : self.end]

    @property
    def elements(self) -> list[list[str]]:
        """The components of each element, unescaped, without wraps, trimmed."""
        if self._elements is None:
            self._elements = self._split()
        return self._elements

    def value(self, element: int, component: int = 0) -> str:
        """The component's value, '' where the segment ends before it."""
        elements = self.elements
        if element < len(elements) and component < len(elements[element]):
            return elements[element][component]
        return ""

    def component_span(self, element: int, component: int = 0) -> tuple[int, int]:
        """[start, end) of the component's raw characters in the text; IndexError where the segment has no such one."""
        if self._spans is None:
            self._spans = self._locate()
        return self._spans[element][component]

    def _split(self) -> list[list[str]]:
        delimiters = self._delimiters
        blanks, release = delimiters.blanks, delimiters.release
        raw = self._text[self.start : self.end]
        if release is not None and release in raw:
            if self._spans is None:
                self._spans = self._locate()
            text = self._text
            return [[unescape(text[start:end], release).strip(blanks) for start, end in spans] for spans in self._spans]
        if "\n" in raw or "\r" in raw:
            raw = raw.translate(DROP_NEWLINES)
        parts = raw.split(delimiters.element)
        del parts[0]
        component = delimiters.component
        if self.tag == "ISA" or component not in raw:  # ISA16 *is* the component separator
            return [[part.strip(blanks)] for part in parts]
        if " " not in raw and raw.isprintable():  # most segments hold nothing to trim
            return [part.split(component) for part in parts]
        return [[value.strip(blanks) for value in part.split(component)] for part in parts]

    def _locate(self) -> list[list[tuple[int, int]]]:
        delimiters, text = self._delimiters, self._text
        raw = text[self.start : self.end]
        masked = mask_released(raw, delimiters)
        blanks = delimiters.blanks
        if " " in raw or not raw.isprintable():
            return self._locate_trimmed(masked, blanks)
        spans: list[list[tuple[int, int]]] = []
        position = self.start
        separator = "" if self.tag == "ISA" else delimiters.component
        for part in masked.split(delimiters.element):  # most segments hold nothing to trim
            within: list[tuple[int, int]] = []
            for piece in part.split(separator) if separator else [part]:
                within.append((position, position + len(piece)))
                position += len(piece) + 1
            spans.append(within)
        return spans[1:]

    def _locate_trimmed(self, masked: str, blanks: str) -> list[list[tuple[int, int]]]:
        delimiters = self._delimiters
        spans: list[list[tuple[int, int]]] = []
        position = self.start
        for part in masked.split(delimiters.element):
            within: list[tuple[int, int]] = []
            for piece in [part] if self.tag == "ISA" else part.split(delimiters.component):
                lead = len(piece) - len(piece.lstrip(blanks))
                size = len(piece.rstrip(blanks))
                # The blanks are trimmed from the masked piece, so that a released blank stays with its release.
                within.append((position + min(lead, size), position + size))
                position += len(piece) + 1
            spans.append(within)
        return spans[1:]


@dataclass(slots=True)
class Notes:
    """What was found out about a message as a whole or on the way through it, and would take a look at all of it."""

    activity: tuple[int, int] = (-1, -1)
    """A part of a split that was asked for last, and the segment that it stands under, -1 for none."""
    product_types: frozenset[tuple[int, str]] | None = None
    """(element, type) of the identifiers that X12 LIN state."""
    is_located: bool | None = None
    """Whether an EDIFACT LOC names a place of the lines."""
    store_lengths: Mapping[int, int] | None = None
    """How many places of X12 SDQ have so many characters."""


class KeptSegments(list[Segment]):
    """The segments of a text that is not long."""

    notes: Notes

    def __init__(self, segments: Iterable[Segment]) -> None:
        super().__init__(segments)
        self.notes = Notes()

    @property
    def is_repaired(self) -> bool:
        """Whether some segments had run together."""
        return any(segment.repaired for segment in self)


class StoredSegments(Sequence[Segment]):
    """The segments of a long text: where each stands is kept, and of what was made of them the last `KEPT`.

    A segment with its elements takes up to a kilobyte, and is read again in a microsecond.
    """

    def __init__(self, segments: Iterable[Segment], text: str, delimiters: Delimiters) -> None:
        self._text, self._delimiters = text, delimiters
        self._tags: list[str] = []
        self._starts, self._ends = array("L"), array("L")
        self._repaired: set[int] = set()
        self._made: dict[int, Segment] = {}
        self.notes = Notes()
        for number, segment in enumerate(segments):
            self._tags.append(sys.intern(segment.tag[:_LONGEST_TAG]))
            self._starts.append(segment.start)
            self._ends.append(segment.end)
            if segment.repaired:
                self._repaired.add(number)

    @property
    def is_repaired(self) -> bool:
        """Whether some segments had run together."""
        return bool(self._repaired)

    def __len__(self) -> int:
        return len(self._tags)

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice) -> list[Segment]: ...

    def __getitem__(self, index: int | slice) -> Segment | list[Segment]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._made.get(index) or self._make(range(len(self))[index])

    def __iter__(self) -> Iterator[Segment]:
        return map(self.__getitem__, range(len(self)))

    def _make(self, number: int) -> Segment:
        made = self._made
        if len(made) >= KEPT:
            made.clear()
        segment = made[number] = Segment(
            self._tags[number], self._starts[number], self._ends[number], self._text, self._delimiters,
            number in self._repaired,
        )  # fmt: skip
        return segment


LONG = 500_000
"""Characters of a text whose segments are not all kept."""
KEPT = 10_000
_LONGEST_TAG = 24
"""Characters that are kept of a tag: more tell nothing where no known one has more than three."""


def notes_of(segments: Sequence[Segment]) -> Notes:
    """The notes that go with the segments of a message; of any other sequence, new ones."""
    return segments.notes if isinstance(segments, (KeptSegments, StoredSegments)) else Notes()
