"""One file becomes its messages, each with what its envelope says; nothing that arrives is ever an exception.

A file may hold several interchanges, each with its own delimiters, its own UNA or none, EDIFACT beside X12, no
envelope at all, or no EDI. Service segments are looked for where segments begin, never inside data, so "UNA", "UNB" or
"ISA" in a description start nothing. A message runs from UNH or ST to the terminator of UNT or SE; where the trailer is
missing it runs to the next service segment or the end, and is still a message. A file without any message is one
message that is the whole text, of no type: whatever arrives has a row.

Work is linear in the size of the file, and memory does not grow with it: `InterchangeStream` reads it piece by piece,
`split_interchange` is the same for a file in one piece.

Bytes are decoded without loss, in this order: byte order mark; EBCDIC, recognised by its first tag; the character set
that UNB's syntax identifier names, unless the bytes contradict it (UTF-8 under UNOC, Windows-1252 under UNOA: the label
often lies); UTF-8; Windows-1252; and ISO 8859-1, in which every byte is a character.

Problems of the envelope, all of them `warning` but those that say `error`; reference data may say otherwise:

| code                          | meaning                                                                             |
|-------------------------------|-------------------------------------------------------------------------------------|
| `empty-file`                  | error: the file holds no character                                                  |
| `no-message-found`            | error: the file, or an interchange in it, holds neither UNH nor ST                  |
| `no-envelope`                 | messages stand outside UNB…UNZ or ISA…IEA, so sender and test flag are unknown      |
| `missing-interchange-trailer` | UNB without UNZ, or ISA without IEA: the file may be cut off                        |
| `missing-group-trailer`       | UNG without UNE, or GS without GE                                                   |
| `trailer-without-header`      | UNT, SE, UNE, GE, UNZ or IEA that closes nothing                                    |
| `unz-count-mismatch`          | UNZ 0036 is not the number of messages, or of groups where UNG is used              |
| `une-count-mismatch`          | UNE 0060 is not the number of messages of the group                                 |
| `iea-count-mismatch`          | IEA01 is not the number of functional groups                                        |
| `ge-count-mismatch`           | GE01 is not the number of transaction sets of the group                             |
| `control-reference-mismatch`  | UNB/UNZ 0020, UNG/UNE 0048, ISA13/IEA02 or GS06/GE02 differ                         |
| `text-outside-message`        | text between messages or interchanges that belongs to none                          |
| `encoding-label-mismatch`     | the bytes are not in the character set that the syntax identifier names             |
| `encoding-fallback`           | the character set is a guess: no label, and no valid UTF-8                          |
| `message-too-large`           | error: a message, or a file without one, of more than 50,000,000 characters         |
| `more-problems`               | the file has more than 500 problems of its envelopes; the others are not listed     |

The counts and references of UNT and SE are no matter of the envelope: the gatekeeper checks them within the message.
"""

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field

from udf.encoding import EncodingSource, Pieces, decode_pieces, find_encoding
from udf.envelope import add_group, control_reference, message_reference, message_type, read_envelope
from udf.outcome import Envelope, Problem, Severity
from udf.scroll import BEGINNING, MOST_HELD, Scroll
from udf.segments import Delimiters, Segment, find_delimiters, find_una, skip_una
from udf.services import BLANK, SAME_AS, WINDOW, ServiceSegments, next_start, own_window, read_one, segment_end


@dataclass(frozen=True, slots=True)
class InterchangeMessage:
    """One UNH…UNT or ST…SE; `text` is exactly as received, decoded; `position` is 1-based in the file.

    Of a message of more than 50,000,000 characters, `text` is the beginning alone.
    """

    position: int
    text: str
    message_type: str | None
    reference: str | None
    envelope: Envelope
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Interchange:
    """A file: its digest, how it was decoded, its problems, and at least one message."""

    sha256: str
    size: int
    encoding: str
    encoding_source: EncodingSource
    problems: list[Problem]
    messages: list[InterchangeMessage]


@dataclass(frozen=True, slots=True)
class Amendment:
    """Problems that came to light after these messages were given; they stand before those that they have."""

    first: int
    last: int
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Portion:
    """Messages of an interchange in order, and what is to be added to the problems of those given before."""

    messages: list[InterchangeMessage]
    amendments: list[Amendment]


# A file cut to pieces may have a problem for each piece; a row of the warehouse needs no more than these.
_MOST_PROBLEMS = 500
# A file of rubbish may look like a start in many places; so many in a row without a message are enough.
_FRUITLESS = 1000
# After so many headers without a message, one is looked for near the next ones alone: each look to the end of the file
# would take as long as reading it.
_DOUBTFUL = 2
_NEAR = 8192
_PIECE = 1 << 20


def split_interchange(data: bytes) -> Interchange:
    """The messages of a file, in order; problems of an envelope stand with the file and with each of its messages."""
    stream = InterchangeStream(lambda: cut(data), portion_size=None)
    messages = [message for portion in stream.portions() for message in portion.messages]
    digest = hashlib.sha256(data).hexdigest()
    return Interchange(
        digest, len(data), stream.encoding.name, stream.encoding.source, stream.problems.listed(), messages
    )


def cut(data: bytes) -> Iterator[bytes]:
    """The bytes in pieces: whoever waits for a search through all of them could end it no sooner than it ends."""
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))


class InterchangeStream:
    """A file that is split while it is read. `read` gives its bytes in pieces, and is called several times.

    `problems` are those of the file as a whole, complete once all portions have been given. A portion holds about
    `portion_size` characters; with None, one portion is everything. Raises nothing but what `read` does.
    """

    def __init__(self, read: Pieces, portion_size: int | None = 4_000_000) -> None:
        self._read = read
        self._portion_size = portion_size
        self._scroll = Scroll([])
        self._waiting: list[InterchangeMessage] = []
        self._waiting_size = 0
        self._amendments: list[Amendment] = []
        self._envelope: Envelope | None = None
        self.encoding = find_encoding(read)
        self.count = 0
        """Messages found so far."""
        self.problems = Problems(self.encoding.problems)

    def portions(self) -> Iterator[Portion]:
        """The messages, at least one."""
        self._scroll = Scroll(decode_pieces(self._read, self.encoding))
        for message in self._messages():
            self._waiting.append(message)
            self._waiting_size += len(message.text)
            if self._portion_size is not None and self._waiting_size >= self._portion_size:
                yield self._give()
        if not self.count:
            self._waiting.append(self._whole_file())
            self.count = 1
        if self._waiting or self._amendments:
            yield self._give()

    def _give(self) -> Portion:
        portion = Portion(self._waiting, self._amendments)
        self._waiting, self._waiting_size, self._amendments = [], 0, []
        return portion

    def _amend(self, first: int, last: int, problems: list[Problem]) -> None:
        """Put the problems before those that the messages from first to last have already."""
        if not problems or last < first:
            return
        given = self.count - len(self._waiting)
        for message in self._waiting[max(0, first - 1 - given) : max(0, last - given)]:
            message.problems[:0] = problems
        if first <= given:
            self._amendments.append(Amendment(first, min(last, given), list(problems)))

    def _whole_file(self) -> InterchangeMessage:
        """The message that a file without any is: its text, or the beginning of one that is too long."""
        text, is_torn = "", False
        for piece in decode_pieces(self._read, self.encoding):
            text += piece
            if len(text) > MOST_HELD:
                text, is_torn = text[:BEGINNING], True
                break
        if not self.problems.holds("no-message-found"):
            self.problems.add_last(_nothing_found(text))
        if is_torn:
            self.problems.add_last(_too_large())
        delimiters = find_delimiters(text[:WINDOW])
        envelope = self._envelope or Envelope(standard=delimiters.standard if delimiters else None)
        return InterchangeMessage(1, text, None, None, envelope, self.problems.listed())

    # --- sections ----------------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[InterchangeMessage]:
        scroll = self._scroll
        position = covered = fruitless = 0
        has_sections = False
        while fruitless < _FRUITLESS:
            start = next_start(scroll, position)
            if start is None:
                break
            scroll.anchor = start
            window = own_window(scroll, start)
            delimiters = find_delimiters(window)
            section = None
            if delimiters is not None:
                section = _Section(delimiters, find_una(window), self.count + 1)
                end = yield from self._walk(start, start + skip_una(window), section, fruitless >= _DOUBTFUL)
            if section is None or not (section.found or section.header):
                position, fruitless = start + 2, fruitless + 1
                continue
            section.problems.add_outside(*section.outside, BLANK)
            self.problems.extend(section.problems)
            self._amend(section.first, self.count, section.shared)
            if not has_sections:
                self._envelope = section.envelope()
                has_sections = True
            position = covered = end
            scroll.hold(covered)
            fruitless = 0 if section.found else fruitless + 1
        while scroll.extend():
            scroll.anchor = scroll.end
        if has_sections:
            self.problems.add_outside(scroll.take(scroll.end), scroll.end - covered, BLANK)

    def _walk(
        self, floor: int, start: int, section: "_Section", is_doubtful: bool
    ) -> Generator[InterchangeMessage, None, int]:
        """The section's messages, while it is filled with what its service segments say; gives back where it ends.

        Until a header or a message is found, it may be no section at all, and reading begins anew behind `floor`. From
        a doubtful header a message is near or not of it.
        """
        scroll, delimiters = self._scroll, section.delimiters
        segments = ServiceSegments(scroll, start, delimiters, floor)
        first = scroll.slice(start, start + 3).upper()
        found: tuple[int, str] | None = (start, first if first[:2] == "UN" or first == "ISA" else first[:2])
        opened: Segment | None = None
        group: _Group | None = None
        covered = start
        while found is not None:
            position, tag = found
            part = SAME_AS.get(tag, tag)
            is_next = part in ("UNA", "UNB") and position > start
            if segments.floor is not None and part in ("UNB", "UNH") and not is_next:
                section.outside = (scroll.take(floor), floor - scroll.held)
                segments.floor = None
                scroll.hold(covered)
            if opened is not None:
                if part != "UNT":
                    yield self._close_message(section, group, opened, position)
                    opened = None
            else:
                text = scroll.slice(covered, position) if segments.floor is not None else scroll.take(position)
                section.problems.add_outside(text, position - covered, BLANK + delimiters.segment)
            if is_next:
                self._close_section(section, group, complete=False)
                return position
            end = segment_end(scroll, position, delimiters)
            following = segments.peek(end)
            if following is not None:
                # Where the terminator of UNT was lost, the next service segment is glued to it.
                end = min(end, following[0])
            covered = end
            if part == "UNT" and opened is not None:
                yield self._close_message(section, group, opened, end, is_trimmed=False)
                opened = None
            else:
                segment = read_one(scroll, position, end, tag, delimiters)
                if part == "UNB":
                    section.header = segment
                elif part == "UNG":
                    self._close_group(section, group, None)
                    group = _Group(segment, self.count + 1)
                    section.groups += 1
                elif part == "UNH":
                    section.found += 1
                    if group is not None:
                        group.messages += 1
                    opened = segment
                    scroll.hold(position)
                elif part == "UNT":
                    section.warn("trailer-without-header", f"{segment.raw!r} closes no message.")
                elif part == "UNE":
                    self._close_group(section, group, segment)
                    group = None
                elif part == "UNZ":
                    _close_interchange(section, segment)
                    self._close_section(section, group, complete=True)
                    return end
            if opened is None and segments.floor is None:
                scroll.hold(covered)
            if segments.floor is not None:
                found = segments.take(floor + WINDOW)
            else:
                found = segments.take(covered + _NEAR if is_doubtful and not section.found else None)
        if opened is not None:
            yield self._close_message(section, group, opened, scroll.end)
            covered = scroll.end
        self._close_section(section, group, complete=False)
        return covered

    def _close_message(
        self, section: "_Section", group: "_Group | None", header: Segment, end: int, is_trimmed: bool = True
    ) -> InterchangeMessage:
        text = self._scroll.take(end)
        self.count += 1
        return InterchangeMessage(
            position=self.count,
            text=text.rstrip(BLANK) if is_trimmed else text,
            message_type=message_type(header),
            reference=message_reference(header),
            envelope=section.envelope() if group is None else group.envelope_in(section),
            problems=[_too_large()] if self._scroll.torn is not None else [],
        )

    def _close_group(self, section: "_Section", group: "_Group | None", trailer: Segment | None) -> None:
        """Say what is wrong with a group, now that it ends, and with its messages."""
        if group is None:
            if trailer is not None:
                section.warn("trailer-without-header", f"{trailer.raw!r} closes no group.")
            return
        if trailer is None:
            section.warn("missing-group-trailer", _missing_trailer(group.header), group)
        else:
            code = "une-count-mismatch" if trailer.tag == "UNE" else "ge-count-mismatch"
            _compare_count(section, code, trailer, group.messages, group)
            _compare_reference(section, group.header, trailer, group)
        self._amend(group.first, self.count, group.problems)

    def _close_section(self, section: "_Section", group: "_Group | None", complete: bool) -> None:
        """Say what is missing when the section ends without its trailer, or holds nothing."""
        self._close_group(section, group, None)
        header = section.header
        if header is None:
            if section.found:
                section.warn("no-envelope", f"{_counted(section.found, 'message')} without UNB or ISA around them.")
            return
        if not complete:
            section.warn("missing-interchange-trailer", _missing_trailer(header))
        if not section.found:
            detail = f"The interchange {control_reference(header)!r} holds neither UNH nor ST."
            section.problems.add(_problem("no-message-found", detail, "error"))


class Problems:
    """Problems of a file or a section in order, the first 500 of them; how many more there were is one of its own."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._kept = list(problems)
        self._left_out = 0
        self._last: list[Problem] = []

    def add(self, problem: Problem) -> None:
        if len(self._kept) < _MOST_PROBLEMS:
            self._kept.append(problem)
        else:
            self._left_out += 1

    def add_last(self, problem: Problem) -> None:
        """Add one that is listed however many there are."""
        self._last.append(problem)

    def add_outside(self, text: str, length: int, blanks: str) -> None:
        """Note text that belongs to no message, unless it is blank; `text` is all of it, or its beginning."""
        left = text.lstrip(blanks)
        if left:
            count = length - (len(text) - len(left)) if length > len(text) else len(left.rstrip(blanks))
            detail = f"{count} characters belong to no message: {left.rstrip(blanks)[:40]!r}."
            self.add(_problem("text-outside-message", detail))

    def extend(self, others: "Problems") -> None:
        for problem in others._kept:
            self.add(problem)
        self._left_out += others._left_out

    def holds(self, code: str) -> bool:
        return any(problem.code == code for problem in self._kept)

    def listed(self) -> list[Problem]:
        """All that are kept, and how many were left out."""
        detail = f"{self._left_out} more problems of this file are left out."
        return [*self._kept, *([_problem("more-problems", detail)] if self._left_out else []), *self._last]


def _problem(code: str, detail: str, severity: Severity = "warning") -> Problem:
    return Problem(code=code, severity=severity, detail=detail)


def _too_large() -> Problem:
    detail = f"It has more than {MOST_HELD} characters; the first {BEGINNING} are kept beside the file's own bytes."
    return _problem("message-too-large", detail, "error")


def _nothing_found(text: str) -> Problem:
    if not text.strip(BLANK):
        return _problem("empty-file", "The file is empty.", "error")
    what = "it is TRADACOMS" if re.match(r"[\ufeff\s]*STX=", text) else "neither UNH nor ST was found"
    return _problem("no-message-found", f"The file holds no EDIFACT or X12 message: {what}.", "error")


@dataclass(slots=True)
class _Group:
    header: Segment
    first: int
    """Position of its first message."""
    messages: int = 0
    problems: list[Problem] = field(default_factory=list)
    envelope: Envelope | None = None

    def envelope_in(self, section: "_Section") -> Envelope:
        if self.envelope is None:
            self.envelope = add_group(section.envelope(), self.header)
        return self.envelope


@dataclass(slots=True)
class _Section:
    """One interchange of the file, or a run of messages that have no envelope."""

    delimiters: Delimiters
    una: str | None
    first: int
    """Position of its first message."""
    header: Segment | None = None
    found: int = 0
    groups: int = 0
    outside: tuple[str, int] = ("", 0)
    """The text before it that belongs to nothing, or its beginning, and its length."""
    problems: Problems = field(default_factory=Problems)
    shared: list[Problem] = field(default_factory=list)
    _envelope: Envelope | None = None

    def envelope(self) -> Envelope:
        if self._envelope is None:
            self._envelope = read_envelope(self.delimiters, self.una, self.header)
        return self._envelope

    def warn(self, code: str, detail: str, group: _Group | None = None) -> None:
        problem = _problem(code, detail)
        self.problems.add(problem)
        concerned = self.shared if group is None else group.problems
        if len(concerned) < _MOST_PROBLEMS:
            concerned.append(problem)


def _close_interchange(section: _Section, trailer: Segment) -> None:
    if section.header is None:
        section.warn("trailer-without-header", f"{trailer.raw!r} closes no interchange.")
    else:
        edifact = trailer.tag == "UNZ"
        count = section.groups or section.found if edifact else section.groups
        _compare_count(section, "unz-count-mismatch" if edifact else "iea-count-mismatch", trailer, count)
        _compare_reference(section, section.header, trailer)


def _compare_count(section: _Section, code: str, trailer: Segment, count: int, group: _Group | None = None) -> None:
    stated = trailer.value(0)
    if not (stated.isascii() and stated.isdigit() and int(stated[:18]) == count):
        section.warn(code, f"{trailer.tag} states {stated[:20]!r}, {count} found.", group)


def _compare_reference(section: _Section, header: Segment, trailer: Segment, group: _Group | None = None) -> None:
    opened, closed = control_reference(header), trailer.value(1)
    if opened != closed:
        detail = f"{header.tag} has the control reference {opened[:40]!r}, {trailer.tag} has {closed[:40]!r}."
        section.warn("control-reference-mismatch", detail, group)


def _missing_trailer(header: Segment) -> str:
    trailer = {"UNB": "UNZ", "UNG": "UNE", "ISA": "IEA", "GS": "GE"}.get(header.tag, "trailer")
    return f"{header.tag} {control_reference(header)[:40]!r} has no {trailer}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
