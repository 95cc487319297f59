"""A tolerant reader: the text of one message becomes segments with their elements and their places in the text.

`find_delimiters` works from the message alone, because a message in Bronze has lost its UNA or ISA: the element
separator is what follows UNH or ST, the component separator is what stands in UNH's second element, and the terminator
is what precedes the tags that the reader knows (a vote over the first of them, so that one damaged place decides
nothing). A UNA is believed where the message agrees with it.

What is tolerated: a BOM, indentation, blanks and line ends around terminators, a newline as terminator, lines wrapped
at any column (a CR or LF that is no terminator is dropped from values), a missing last terminator, doubled terminators
(an empty segment is no segment), lower-case tags (given back in upper case), release characters before anything.
Where a terminator was lost and two segments ran together (`QTY+153:2:PCELIN+4++871:EN'`), they are parted again, but
only where the tail of a component is a known tag *and* what follows has that tag's shape; both pieces are marked
`repaired`. Anything else stays as it was sent: a segment nobody knows is still a segment.

Spans are character offsets in the text that was given. `unescape(text[start:end], release)` of a component's span is
its value. Reading is linear in the text; elements and spans are made when they are first asked for.
"""

import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import Literal, overload

from udf.shapes import CERTAIN, EDIFACT_SHAPES, EDIFACT_TAGS, FREE_TEXT, X12_CERTAIN, X12_SHAPES, X12_TAGS, Shapes

_BLANKS = " \t\r\n\v\f\x85\xa0\ufeff"
_NEWLINES = "\r\n"
_DROP_NEWLINES = {ord(character): None for character in _NEWLINES}

# X12 names its component separator in ISA16 alone, which a message in Bronze has lost. None of the five message types
# needs composites, and splitting a description at a guessed ":" or ">" would tear it, so the separator is then the
# control character that X12.6 reserves for the purpose and that no text contains.
_NO_COMPONENT = "\x1f"

# The vote over terminators stops here: a thousand votes say no more than sixty-four, and who has not come by the second
# megabyte is not waited for, as a search of all that is possible takes seconds.
_VOTES = 64
_VOTERS = 2_000_000
_FEW = 4


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that structure a message; None where the syntax has none."""

    standard: Literal["EDIFACT", "X12"]
    segment: str
    element: str
    component: str
    release: str | None = None
    repetition: str | None = None
    decimal: str | None = None
    blanks: str = field(init=False, repr=False, compare=False)
    """The characters trimmed around segments and components: no delimiter is ever one of them."""

    def __post_init__(self) -> None:
        used = self.segment + self.element + self.component + (self.release or "")
        object.__setattr__(self, "blanks", "".join(character for character in _BLANKS if character not in used))


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
            raw = raw.translate(_DROP_NEWLINES)
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


class KeptSegments(list[Segment]):
    """The segments of a text that is not long."""

    notes: Notes

    def __init__(self, segments: Iterable[Segment]) -> None:
        super().__init__(segments)
        self.notes = Notes()


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


def unescape(raw: str, release: str | None) -> str:
    """The value of raw characters: wraps dropped, each release character resolved; a lone one at the end stays."""
    if "\n" in raw or "\r" in raw:
        raw = raw.translate(_DROP_NEWLINES)
    if release is None or release not in raw:
        return raw
    return _released(release).sub(lambda match: match.group(1), raw)


@lru_cache(maxsize=64)
def _released(release: str) -> re.Pattern[str]:
    return re.compile(re.escape(release) + "(.)", re.DOTALL)


@lru_cache(maxsize=64)
def _released_across_wraps(release: str, newline_terminates: bool) -> re.Pattern[str]:
    wraps = "" if newline_terminates else r"[\r\n]*"
    # A newline is never released: as a terminator because `WHAT?` at a line's end means a question mark, as a wrap
    # because it is no data and the release character is meant for what follows it.
    return re.compile(re.escape(release) + wraps + r"[^\r\n]")


def mask_released(text: str, delimiters: Delimiters) -> str:
    """The text, of the same length, with every released character and its release replaced by one that is no delimiter.

    After it a plain split finds the true delimiters.
    """
    release = delimiters.release
    if release is None or release not in text:
        return text
    pattern = _released_across_wraps(release, delimiters.segment in _NEWLINES)
    stand_in = "\ue000"
    if stand_in in text:
        used = set(text)
        stand_in = next(chr(code) for code in range(0xE000, 0x110000) if chr(code) not in used)
    pair = stand_in * 2
    return pattern.sub(lambda match: pair if match.end() - match.start() == 2 else stand_in * len(match[0]), text)


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
    cuts = _lost_terminators(masked, found)
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
                    tag = _tidy_tag(text[start : start + len(tag)], found)
                yield Segment(tag, start, end, text, found)
            else:
                here: list[int] = []
                while next_cut is not None and next_cut < end:
                    if next_cut > start:
                        here.append(next_cut)
                    next_cut = next(cuts, None)
                if rows is None:
                    rows = _writes_rows(masked, found)
                yield from _part(text, masked, start, end, here, found, rows)
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


def _part(
    text: str, masked: str, start: int, end: int, cuts: list[int], delimiters: Delimiters, rows: bool
) -> Iterator[Segment]:
    """The segments of a piece in which terminators were lost, or lines wrapped."""
    body = masked[start:end]
    at_newline: set[int] = set()
    if delimiters.segment not in _NEWLINES and ("\n" in body or "\r" in body):
        at_newline = {start + cut for cut in _starts_after_newline(body, delimiters, rows)}
    kept = [start]
    for cut in sorted({*cuts, *at_newline}):
        if cut in at_newline:
            kept.append(cut)
            continue
        holder, tag = _tag_at(text, masked, kept[-1], end, delimiters), _tag_at(text, masked, cut, end, delimiters)
        if delimiters.standard == "X12":
            before = masked[masked.rfind(delimiters.element, start, cut) + 1 : cut].rstrip(_MISTAKEN_TERMINATORS)
            if not _may_part(holder, tag, before):
                continue
        if not masked[cut - 1].isalpha() or holder not in FREE_TEXT or tag in CERTAIN:
            kept.append(cut)
    for left, right in pairwise([*kept, end]):
        piece = masked[left:right].rstrip(delimiters.blanks)
        if right != end and piece and piece[-1] in _MISTAKEN_TERMINATORS:
            piece = piece[:-1].rstrip(delimiters.blanks)
        if piece:
            tag = _tag_at(text, masked, left, left + len(piece), delimiters)
            yield Segment(tag, left, left + len(piece), text, delimiters, repaired=len(kept) > 1)


def _may_part(holder: str, tag: str, before: str) -> bool:
    """Whether a tag glued to `before` may be parted from an X12 segment: behind a GTIN or a date nearly always."""
    if len(before) >= 6 and before.isdecimal():
        return holder != "LIN" or tag in CERTAIN
    return holder != "LIN" and tag in X12_CERTAIN


def _tag_at(text: str, masked: str, start: int, end: int, delimiters: Delimiters) -> str:
    stop = masked.find(delimiters.element, start, end)
    return _tidy_tag(text[start : end if stop < 0 else stop], delimiters)


# A terminator that was sent wrongly rather than lost: typographic quotes and the other syntax's usual ones.
_MISTAKEN_TERMINATORS = "'\"`´‘’~^"


def _tidy_tag(tag: str, delimiters: Delimiters) -> str:
    """The tag in upper case, without wraps and blanks, and without the explicit nesting of `LIN:1`."""
    tag = tag.translate(_DROP_NEWLINES).strip(delimiters.blanks).upper()
    return tag.split(delimiters.component, 1)[0] if delimiters.component in tag else tag


def _lost_terminators(masked: str, delimiters: Delimiters) -> Iterator[int]:
    """Where a known tag with its shape is glued to the component before it, in ascending order."""
    for match in glued_tags(delimiters).finditer(masked):
        yield match.start()


@lru_cache(maxsize=256)
def glued_tags(delimiters: Delimiters) -> re.Pattern[str]:
    """The pattern of a known tag with its shape, glued to the component before it."""
    # Tag first, then a look back: a pattern that starts with literals lets the scan skip from capital to capital.
    not_glued = "[^" + re.escape(delimiters.segment + delimiters.element + delimiters.component + " \t\r\n") + "]"
    return re.compile("|".join(f"{tag}(?<={not_glued}{tag}){shape}" for tag, shape in _shapes(delimiters).items()))


def _writes_rows(masked: str, delimiters: Delimiters) -> bool:
    """True where the sender begins a line after each terminator and nowhere else, but for the few that were lost."""
    lines = Counter(match[1] == delimiters.segment for match in _LINE_ENDS.finditer(masked))
    ended = lines[True]
    return ended >= 3 and lines[False] <= max(1, ended // 10) and 10 * ended >= 9 * masked.count(delimiters.segment)


# The last visible character of a line; the blanks behind it are taken whole, so that the search stays linear.
_LINE_ENDS = re.compile(r"([^ \t\r\n])[ \t]*+[\r\n][ \t\r\n]*+")


def _starts_after_newline(body: str, delimiters: Delimiters, rows: bool) -> Iterator[int]:
    """Where a newline stands in the terminator's place: a known tag begins the line, with its shape if lines wrap."""
    inside = delimiters.element + delimiters.component
    pattern = _rows(delimiters) if rows else _tags_after_newline(delimiters)
    for match in pattern.finditer(body):
        before = _visible_before(body, match.start())
        if before >= 0 and body[before] not in inside:
            yield match.start(1)


@lru_cache(maxsize=256)
def _tags_after_newline(delimiters: Delimiters) -> re.Pattern[str]:
    tags = "|".join(tag + shape for tag, shape in _shapes(delimiters).items())
    return re.compile(f"[\\r\\n][ \\t]*+({tags})")


@lru_cache(maxsize=256)
def _rows(delimiters: Delimiters) -> re.Pattern[str]:
    tags = "|".join(sorted(EDIFACT_TAGS if delimiters.standard == "EDIFACT" else X12_TAGS))
    return re.compile(f"[\\r\\n][ \\t]*+((?:{tags}){re.escape(delimiters.element)})", re.IGNORECASE)


def _shapes(delimiters: Delimiters) -> Shapes:
    table = EDIFACT_SHAPES if delimiters.standard == "EDIFACT" else X12_SHAPES
    element, component = re.escape(delimiters.element), re.escape(delimiters.component)
    terminator = re.escape(delimiters.segment)
    inside = re.escape(delimiters.element + delimiters.component + delimiters.segment + _NEWLINES)
    fill = {
        "«E»": element,
        "«C»": component,
        "«S»": terminator,
        "«T»": f"(?=[ \\t]*+(?:{terminator}|$|[\\r\\n]))",
        "«V»": f"[^{inside}]",
    }
    filled: dict[str, str] = {}
    for tag, shape in table.items():
        for name, pattern in fill.items():
            shape = shape.replace(name, pattern)
        filled[tag] = shape
    return filled


def delimiters_of_una(una: str) -> Delimiters | None:
    """The delimiters that a service string announces, `UNA:+.? '` or its six characters; None where it is garbled.

    Five characters are taken for a string that lost its reserved blank.
    """
    body = una[3:] if una[:3].upper() == "UNA" else una
    visible = body.rstrip("\r\n")
    if len(visible) == 5:
        body = visible + "\n" if visible[4] == " " else visible[:4] + " " + visible[4]
    if len(body) < 6:
        return None
    component, element, decimal, release, reserved, segment = tuple(body[:6])
    structural = (component, element, segment)
    if len(set(structural)) < 3 or any(character.isalnum() or character in " \t" for character in structural):
        return None
    if component in _NEWLINES or element in _NEWLINES or release in structural or release.isalnum():
        return None
    return Delimiters(
        standard="EDIFACT",
        segment=segment,
        element=element,
        component=component,
        release=None if release in _BLANKS else release,
        repetition=reserved if _may_delimit(reserved, release, *structural) else None,
        decimal=decimal if decimal in ".," else None,
    )


def _may_delimit(character: str, *others: str) -> bool:
    return not character.isalnum() and character not in " \t\r\n" and character not in others


# Control characters are separators in UNOB and in some X12 files, and \s would take them for blanks.
_SEPARATOR = r"([^A-Za-z0-9 \t\r\n])"
_LEAD = r"[\ufeff \t\r\n]*+"
_UNA = re.compile(r"[\ufeff \t\r\n\"']*+UNA(.{4,8}?)[ \t\r\n]*+(?=UN[BGH][^A-Za-z0-9])", re.DOTALL | re.IGNORECASE)
_BOM = re.compile("\ufeff*")
_UNB = re.compile(_LEAD + r"UN[BG]" + _SEPARATOR + r"\w{1,6}" + _SEPARATOR, re.IGNORECASE)
_UNH = re.compile(
    r"UNH[ \t\r\n]*+" + _SEPARATOR + r"([\s\S]{0,60}?)\1((?:[ \t\r\n]*+[A-Za-z]){6})[ \t\r\n]*+" + _SEPARATOR
)
_UNH_TAG = re.compile("UNH")
_UNH_ANY_CASE = re.compile(_UNH.pattern, re.IGNORECASE)
_ISA = re.compile(_LEAD + "ISA" + _SEPARATOR, re.IGNORECASE)
_ST = re.compile(r"ST[ \t\r\n]*+" + _SEPARATOR + r"[ \t\r\n]*+[0-9]{3}[ \t\r\n]*+\1")
_ST_AT_START = re.compile(_LEAD + _ST.pattern, re.IGNORECASE)
_FIRST_TAG = re.compile(_LEAD + "([A-Z][A-Z0-9]{1,2})" + _SEPARATOR, re.IGNORECASE)
_CONTROL_NUMBER = re.compile("[A-Za-z0-9 ]{1,40}([^A-Za-z0-9 ])")

# UNH, UNB and ISA stand at the front; only a text with rubbish before them is searched as a whole.
_HEAD = 4096
# A text with so many beginnings of an UNH that are none is rubbish from end to end.
_FRUITLESS = 10_000


def find_una(text: str) -> str | None:
    """The service string at the front of the text as sent, `UNA:+.? '`; None where there is none."""
    match = _UNA.match(text)
    if match is None:
        return None
    body = text[match.start(1) : match.start(1) + 6] if len(match[1]) == 4 else match[1][:6]  # the search is lazy
    visible = body.rstrip("\r\n")
    return "UNA" + (body if len(visible) != 5 else visible + "\n" if visible[4] == " " else visible)


def skip_una(text: str) -> int:
    """Where the segments begin: after a BOM, and after a UNA whatever it holds."""
    match = _UNA.match(text) or _BOM.match(text)
    return match.end() if match else 0


def find_delimiters(text: str, una: str | None = None) -> Delimiters | None:
    """The delimiters of a message, found in the text alone, or in `una` where the text agrees with it.

    None where the text is no EDIFACT and no X12 message. Never raises.
    """
    una = find_una(text) or una
    return _edifact(text, una) or _x12(text, _ISA.match(text) or _ST_AT_START.match(text)) or _fragment(text, una)


def announce(delimiters: Delimiters | None, una: str | None) -> Delimiters | None:
    """Take over the release character that the interchange's UNA announced; everything else the message shows."""
    if delimiters is None or delimiters.standard != "EDIFACT" or not una or len(una) < 9:
        return delimiters
    if una[3] != delimiters.component or una[4] != delimiters.element:
        return delimiters
    return Delimiters(
        "EDIFACT", delimiters.segment, delimiters.element, delimiters.component,
        None if una[6] == " " else una[6], delimiters.repetition, una[5],
    )  # fmt: skip


def _edifact(text: str, una: str | None) -> Delimiters | None:
    unh = _UNH_ANY_CASE.search(text[:_HEAD])
    unb = None if unh else _UNB.match(text, skip_una(text))
    if unb is not None:
        return _announced_or_voted(text, una, unb.group(1), unb.group(2))
    unh = unh or _find_unh(text)
    return _announced_or_voted(text, una, unh.group(1), unh.group(4)) if unh else None


def _find_unh(text: str) -> re.Match[str] | None:
    """The first UNH, wherever it stands; one by one, since nobody can end a search through megabytes meanwhile."""
    tags = islice(_UNH_TAG.finditer(text), _FRUITLESS)
    return next((match for tag in tags if (match := _UNH.match(text, tag.start()))), None)


def _announced_or_voted(text: str, una: str | None, element: str, component: str) -> Delimiters:
    announced = delimiters_of_una(una) if una else None
    votes = _votes(text, EDIFACT_TAGS, element)
    if announced is not None and announced.element == element:
        if not votes or 2 * votes[announced.segment] >= max(votes.values()):
            return announced
        return replace(announced, segment=_winner(votes))
    segment = _winner(votes) if votes else "'"
    if component in (element, segment):  # `UNH+1+SLSRPT'BGM…`: no version, so what follows the type is the terminator
        component = next(character for character in (":", _NO_COMPONENT, "\x1e") if character not in (element, segment))
    release = "?" if "?" not in (element, component, segment) else None
    return Delimiters("EDIFACT", segment, element, component, release)


def _x12(text: str, start: re.Match[str] | None) -> Delimiters | None:
    if start is None:
        return None
    element = start.group(1)
    votes = _votes(text, X12_TAGS, element)
    if votes:
        segment = _winner(votes)
    else:
        after = _CONTROL_NUMBER.match(text, start.end())
        segment = after.group(1) if after and after.group(1) != element else "\n" if element == "~" else "~"
    component, repetition = next(c for c in (_NO_COMPONENT, "\x1e", "\x1d") if c not in (element, segment)), None
    if _ISA.match(text):
        fields = text[:_HEAD].split(element, 17)
        if len(fields) > 16 and _may_delimit(fields[16][:1] or " ", element, segment):
            component = fields[16][0]
        if len(fields) > 11 and len(fields[11].strip()) == 1 and _may_delimit(fields[11].strip(), element, segment):
            repetition = fields[11].strip()
    return Delimiters("X12", segment, element, component, None, None if repetition == component else repetition)


def _fragment(text: str, una: str | None) -> Delimiters | None:
    """The delimiters of a text without a head: its first tag says what separates elements, the next ones the rest."""
    first = _FIRST_TAG.match(text)
    tag = first.group(1).upper() if first else ""
    if first is not None and tag in EDIFACT_TAGS and (first.group(2) == "+" or tag not in X12_TAGS):
        element = first.group(2)
        if "'" not in text and not _votes(text, EDIFACT_TAGS, element):
            return None
        return _announced_or_voted(text, una, element, ":")
    if first is not None and tag in X12_TAGS and _votes(text, X12_TAGS, first.group(2)):
        return _x12(text, re.compile(_LEAD + tag + _SEPARATOR, re.IGNORECASE).match(text))
    for match in _ST.finditer(text):
        if text[match.start() - 1 : match.start()] != match.group(1):  # else the ST of `N1*ST*…`
            return _x12(text, match)
    return None


def _votes(text: str, tags: frozenset[str], element: str) -> Counter[str]:
    """What precedes the known tags: a visible character, a newline, or both where the one follows the other."""
    votes: Counter[str] = Counter()
    for match in islice(_known_tags(tags, element, False).finditer(text, 0, _VOTERS), _VOTES):
        _vote(votes, text, match.start(), element)
    if votes.total() < _FEW:  # tags in lower case; what looked like one in upper case may have been a value
        for match in islice(_known_tags(tags, element, True).finditer(text[:_HEAD]), _VOTES):
            _vote(votes, text, match.start(), element)
    return votes


def _vote(votes: Counter[str], text: str, start: int, element: str) -> None:
    before = _visible_before(text, start)
    gap = text[before + 1 : start]
    if before < 0 or text[before] == element:
        return
    if "\n" in gap:
        votes["\n"] += 1
    elif "\r" in gap:
        votes["\r"] += 1
    if not text[before].isalnum():
        votes[text[before]] += 1


def _visible_before(text: str, position: int) -> int:
    """The index of the last character before the position that is no blank and no line end; -1 where there is none."""
    position -= 1
    while position >= 0 and text[position] in " \t\r\n\ufeff":
        position -= 1
    return position


def _winner(votes: Counter[str]) -> str:
    # `'` with CR/LF after it votes for both, and the visible character is the terminator. A newline wins where most
    # lines end in nothing but data, of which some happens to be a bracket or a full stop.
    visible = max((character for character in votes if character not in _NEWLINES), key=votes.__getitem__, default="")
    return visible if visible and 2 * votes[visible] > max(votes.values()) else "\n" if votes["\n"] else "\r"


@lru_cache(maxsize=64)
def _known_tags(tags: frozenset[str], element: str, ignore_case: bool) -> re.Pattern[str]:
    pattern = "(?:" + "|".join(sorted(tags)) + ")" + re.escape(element)
    return re.compile(pattern, re.IGNORECASE if ignore_case else re.NOFLAG)
