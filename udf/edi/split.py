"""One file becomes its messages, each with what its envelope says; nothing that arrives is ever an exception.

A file may hold several interchanges, each with its own delimiters, its own UNA or none, EDIFACT beside X12, no
envelope at all, or no EDI. Service segments are looked for where segments begin, never inside data, so "UNA", "UNB" or
"ISA" in a description start nothing. A message runs from UNH or ST to the terminator of UNT or SE; where the trailer is
missing it runs to the next service segment or the end, and is still a message. A file without any message is one
message that is the whole text, of no type: whatever arrives has a row.

Work is linear in the size of the file, and memory does not grow with it: `InterchangeStream` reads it piece by piece,
`split_interchange` is the same for a file in one piece.
"""

import hashlib
from collections.abc import Generator, Iterator

from udf.edi.delimiters import find_delimiters, find_una, skip_una
from udf.edi.encoding import Pieces, decode_pieces, find_encoding
from udf.edi.envelope import control_reference, message_reference, message_type
from udf.edi.interchange import Amendment, Interchange, InterchangeMessage, Portion
from udf.edi.sections import (
    Group,
    Problems,
    Section,
    close_interchange,
    compare_count,
    compare_reference,
    envelope_problem,
    missing_trailer,
    name_count,
    nothing_found,
    too_large,
)
from udf.edi.segments import Segment
from udf.edi.service_segments import (
    BLANK,
    FRONT,
    SAME_AS,
    ServiceSegments,
    next_start,
    read_front,
    read_one,
    segment_end,
)
from udf.edi.window import BEGINNING_LENGTH, MOST_HELD, TextWindow
from udf.outcome import Envelope, Problem

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
        self._window = TextWindow([])
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
        self._window = TextWindow(decode_pieces(self._read, self.encoding))
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
                text, is_torn = text[:BEGINNING_LENGTH], True
                break
        if not self.problems.holds("no-message-found"):
            self.problems.add_last(nothing_found(text))
        if is_torn:
            self.problems.add_last(too_large())
        delimiters = find_delimiters(text[:FRONT])
        envelope = self._envelope or Envelope(standard=delimiters.standard if delimiters else None)
        return InterchangeMessage(1, text, None, None, envelope, self.problems.listed())

    def _messages(self) -> Iterator[InterchangeMessage]:
        window = self._window
        position = covered = fruitless = 0
        has_sections = False
        while fruitless < _FRUITLESS:
            start = next_start(window, position)
            if start is None:
                break
            window.anchor = start
            front = read_front(window, start)
            delimiters = find_delimiters(front)
            section = None
            if delimiters is not None:
                section = Section(delimiters, find_una(front), self.count + 1)
                end = yield from self._walk(start, start + skip_una(front), section, fruitless >= _DOUBTFUL)
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
            window.hold(covered)
            fruitless = 0 if section.found else fruitless + 1
        while window.extend():
            window.anchor = window.end
        if has_sections:
            self.problems.add_outside(window.take(window.end), window.end - covered, BLANK)

    def _walk(
        self, floor: int, start: int, section: Section, is_doubtful: bool
    ) -> Generator[InterchangeMessage, None, int]:
        """The section's messages, while it is filled with what its service segments say; gives back where it ends.

        Until a header or a message is found, it may be no section at all, and reading begins anew behind `floor`. From
        a doubtful header a message is near or not of it.
        """
        window, delimiters = self._window, section.delimiters
        segments = ServiceSegments(window, start, delimiters, floor)
        first = window.slice(start, start + 3).upper()
        found: tuple[int, str] | None = (start, first if first[:2] == "UN" or first == "ISA" else first[:2])
        opened: Segment | None = None
        group: Group | None = None
        covered = start
        while found is not None:
            position, tag = found
            part = SAME_AS.get(tag, tag)
            is_next = part in ("UNA", "UNB") and position > start
            if segments.floor is not None and part in ("UNB", "UNH") and not is_next:
                section.outside = (window.take(floor), floor - window.held)
                segments.floor = None
                window.hold(covered)
            if opened is not None:
                if part != "UNT":
                    yield self._close_message(section, group, opened, position)
                    opened = None
            else:
                text = window.slice(covered, position) if segments.floor is not None else window.take(position)
                section.problems.add_outside(text, position - covered, BLANK + delimiters.segment)
            if is_next:
                self._close_section(section, group, complete=False)
                return position
            end = segment_end(window, position, delimiters)
            following = segments.peek(end)
            if following is not None:
                # Where the terminator of UNT was lost, the next service segment is glued to it.
                end = min(end, following[0])
            covered = end
            if part == "UNT" and opened is not None:
                yield self._close_message(section, group, opened, end, is_trimmed=False)
                opened = None
            else:
                segment = read_one(window, position, end, tag, delimiters)
                if part == "UNB":
                    section.header = segment
                elif part == "UNG":
                    self._close_group(section, group, None)
                    group = Group(segment, self.count + 1)
                    section.groups += 1
                elif part == "UNH":
                    section.found += 1
                    if group is not None:
                        group.messages += 1
                    opened = segment
                    window.hold(position)
                elif part == "UNT":
                    section.warn("trailer-without-header", f"{segment.raw!r} closes no message.")
                elif part == "UNE":
                    self._close_group(section, group, segment)
                    group = None
                elif part == "UNZ":
                    close_interchange(section, segment)
                    self._close_section(section, group, complete=True)
                    return end
            if opened is None and segments.floor is None:
                window.hold(covered)
            if segments.floor is not None:
                found = segments.take(floor + FRONT)
            else:
                found = segments.take(covered + _NEAR if is_doubtful and not section.found else None)
        if opened is not None:
            yield self._close_message(section, group, opened, window.end)
            covered = window.end
        self._close_section(section, group, complete=False)
        return covered

    def _close_message(
        self, section: Section, group: Group | None, header: Segment, end: int, is_trimmed: bool = True
    ) -> InterchangeMessage:
        text = self._window.take(end)
        self.count += 1
        return InterchangeMessage(
            position=self.count,
            text=text.rstrip(BLANK) if is_trimmed else text,
            message_type=message_type(header),
            reference=message_reference(header),
            envelope=section.envelope() if group is None else group.envelope_in(section),
            problems=[too_large()] if self._window.torn is not None else [],
        )

    def _close_group(self, section: Section, group: Group | None, trailer: Segment | None) -> None:
        """Say what is wrong with a group, now that it ends, and with its messages."""
        if group is None:
            if trailer is not None:
                section.warn("trailer-without-header", f"{trailer.raw!r} closes no group.")
            return
        if trailer is None:
            section.warn("missing-group-trailer", missing_trailer(group.header), group)
        else:
            code = "une-count-mismatch" if trailer.tag == "UNE" else "ge-count-mismatch"
            compare_count(section, code, trailer, group.messages, group)
            compare_reference(section, group.header, trailer, group)
        self._amend(group.first, self.count, group.problems)

    def _close_section(self, section: Section, group: Group | None, complete: bool) -> None:
        """Say what is missing when the section ends without its trailer, or holds nothing."""
        self._close_group(section, group, None)
        header = section.header
        if header is None:
            if section.found:
                section.warn("no-envelope", f"{name_count(section.found, 'message')} without UNB or ISA around them.")
            return
        if not complete:
            section.warn("missing-interchange-trailer", missing_trailer(header))
        if not section.found:
            detail = f"The interchange {control_reference(header)!r} holds neither UNH nor ST."
            section.problems.add(envelope_problem("no-message-found", detail, "error"))
