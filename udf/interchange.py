"""One file becomes its messages, each with what its envelope says; nothing that arrives is ever an exception.

A file may hold several interchanges, each with its own delimiters, its own UNA or none, EDIFACT beside X12, no
envelope at all, or no EDI. Service segments are looked for where segments begin, never inside data, so "UNA", "UNB" or
"ISA" in a description start nothing. A message runs from UNH or ST to the terminator of UNT or SE; where the trailer is
missing it runs to the next service segment or the end, and is still a message. A file without any message is one
message that is the whole text, of no type: whatever arrives has a row. Work is linear in the size of the file.

Bytes are decoded without loss, in this order: byte order mark; EBCDIC, recognised by its first tag; the character set
that UNB's syntax identifier names, unless the bytes contradict it (UTF-8 under UNOC, Windows-1252 under UNOA: the label
often lies); UTF-8; Windows-1252; and ISO 8859-1, in which every byte is a character.

Problems of the envelope, all of them `warning` but the first two; reference data may say otherwise:

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
| `more-problems`               | the file has more than 500 problems of its envelopes; the others are not listed     |

The counts and references of UNT and SE are no matter of the envelope: the gatekeeper checks them within the message.
"""

import datetime
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise

from udf.contract import Envelope, Problem, Severity
from udf.encoding import EncodingSource, decode
from udf.segments import Delimiters, Segment, find_delimiters, find_una, read_segments, skip_una


@dataclass(frozen=True, slots=True)
class InterchangeMessage:
    """One UNH…UNT or ST…SE; `text` is exactly as received, decoded; `position` is 1-based in the file."""

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


# A file cut to pieces may have a problem for each piece; a row of the warehouse needs no more than these.
_MOST_PROBLEMS = 500


def split_interchange(data: bytes) -> Interchange:
    """The messages of a file, in order; problems of an envelope stand with the file and with each of its messages."""
    text, encoding, source, problems = decode(data)
    messages: list[InterchangeMessage] = []
    sections, outside = _read_sections(text)
    for section in sections:
        problems.extend(section.problems)
        messages.extend(section.messages(text, len(messages)))
    if outside:
        problems.append(_outside(outside))
    if len(problems) > _MOST_PROBLEMS:
        left_out = len(problems) - _MOST_PROBLEMS
        problems[_MOST_PROBLEMS:] = [_problem("more-problems", f"{left_out} more problems of this file are left out.")]
    if not messages:
        if all(problem.code != "no-message-found" for problem in problems):
            problems.append(_nothing_found(text))
        envelope = _envelope(sections[0]) if sections else _bare_envelope(text)
        messages = [InterchangeMessage(1, text, None, None, envelope, list(problems))]
    digest = hashlib.sha256(data).hexdigest()
    return Interchange(digest, len(data), encoding, source, problems, messages)


def _bare_envelope(text: str) -> Envelope:
    delimiters = find_delimiters(text[:_WINDOW])
    return Envelope(standard=delimiters.standard if delimiters else None)


def _problem(code: str, detail: str, severity: Severity = "warning") -> Problem:
    return Problem(code=code, severity=severity, detail=detail)


def _outside(text: str) -> Problem:
    return _problem("text-outside-message", f"{len(text)} characters belong to no message: {text[:40]!r}.")


def _nothing_found(text: str) -> Problem:
    if not text.strip(_BLANK):
        return _problem("empty-file", "The file is empty.", "error")
    what = "it is TRADACOMS" if re.match(r"[\ufeff\s]*STX=", text) else "neither UNH nor ST was found"
    return _problem("no-message-found", f"The file holds no EDIFACT or X12 message: {what}.", "error")


@dataclass(slots=True)
class _Message:
    start: int
    end: int
    header: Segment
    group: "_Group | None"


@dataclass(slots=True)
class _Group:
    header: Segment
    messages: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Section:
    """One interchange of the file, or a run of messages that have no envelope."""

    delimiters: Delimiters
    una: str | None = None
    header: Segment | None = None
    found: list[_Message] = field(default_factory=list)
    groups: int = 0
    problems: list[Problem] = field(default_factory=list)
    shared: list[Problem] = field(default_factory=list)

    def warn(self, code: str, detail: str, group: _Group | None = None) -> None:
        problem = _problem(code, detail)
        self.problems.append(problem)
        (self.shared if group is None else group.problems).append(problem)

    def messages(self, text: str, before: int) -> Iterator[InterchangeMessage]:
        """The section's messages, numbered after the `before` messages of the sections before it."""
        envelope = _envelope(self)
        for position, message in enumerate(self.found, before + 1):
            group = message.group
            yield InterchangeMessage(
                position=position,
                text=text[message.start : message.end],
                message_type=_type(message.header),
                reference=message.header.value(0 if message.header.tag == "UNH" else 1) or None,
                envelope=_with_group(envelope, group) if group else envelope,
                problems=self.shared + (group.problems if group else []),
            )


def _type(header: Segment) -> str | None:
    return (header.value(1) if header.tag == "UNH" else header.value(0)).upper() or None


def _envelope(section: _Section) -> Envelope:
    standard = section.delimiters.standard
    header = section.header
    decimal = section.una[5:6] if section.una else ""
    common = {"standard": standard, "una": section.una, "decimal_mark": decimal if decimal in (".", ",") else None}
    if header is None:
        return Envelope.model_validate(common)
    if standard == "EDIFACT":
        return Envelope.model_validate(
            common
            | {
                "is_test": header.value(10) == "1",
                "sender": header.value(1, 0) or None,
                "sender_qualifier": header.value(1, 1) or None,
                "recipient": header.value(2, 0) or None,
                "recipient_qualifier": header.value(2, 1) or None,
                "control_reference": header.value(4) or None,
                "prepared_at": iso_datetime(header.value(3, 0), header.value(3, 1)),
            }
        )
    usage = header.value(14).upper()
    return Envelope.model_validate(
        common
        | {
            "is_test": usage == "T" if usage in ("T", "P", "I") else None,
            "sender": header.value(5) or None,
            "sender_qualifier": header.value(4) or None,
            "recipient": header.value(7) or None,
            "recipient_qualifier": header.value(6) or None,
            "control_reference": header.value(12) or None,
            "prepared_at": iso_datetime(header.value(8), header.value(9)),
        }
    )


def _with_group(envelope: Envelope, group: _Group) -> Envelope:
    if group.header.tag != "GS":
        return envelope
    return envelope.model_copy(
        update={"group_type": group.header.value(0) or None, "version": group.header.value(7) or None}
    )


def iso_datetime(date: str, time: str) -> str | None:
    """ISO text of `yymmdd` or `ccyymmdd` with `hhmm` or `hhmmss`; None where that is no date. 70…99 are 19xx."""
    if not date.isascii() or not date.isdigit() or len(date) not in (6, 8):
        return None
    century = "" if len(date) == 8 else "19" if date >= "70" else "20"
    clock = time if time.isascii() and time.isdigit() and len(time) >= 4 else "0000"
    seconds = clock[4:6] if len(clock) >= 6 else "00"
    try:
        return datetime.datetime.fromisoformat(f"{century}{date}T{clock[:4]}{seconds}").isoformat()
    except ValueError:
        return None


# Around messages NUL and the end-of-file mark of old systems are as blank as a newline.
_BLANK = " \t\r\n\ufeff\x00\x1a\x85"

# An interchange of whatever delimiters, for where the one before it was cut off.
_HEADS = {
    "UNA": r"[^A-Za-z0-9]{5,6}[ \t\r\n]{0,4}UNB[^A-Za-z0-9]",
    "UNB": r"[^A-Za-z0-9 \t\r\n]UNO[A-Z][^A-Za-z0-9][0-9]",
    "ISA": r"([^A-Za-z0-9 \t\r\n])[0-9]{2}\1.{0,10}\1[0-9]{2}\1",
}
_INTERCHANGE = re.compile("|".join(f"{tag}(?={shape})" for tag, shape in _HEADS.items()))

# What can begin a section, wherever it stands: strict, because it also looks through rubbish.
_START = re.compile(
    r"UNA[^A-Za-z0-9]{4,6}\s{0,4}UN[BGH][^A-Za-z0-9 \t\r\n]"
    r"|UNB([^A-Za-z0-9 \t\r\n])\w{4}[^A-Za-z0-9 \t\r\n]"
    r"|UN[GH]([^A-Za-z0-9 \t\r\n])[^A-Za-z]?[\s\S]{0,60}?\2\s{0,4}[A-Z]{6}[^A-Za-z0-9]"
    r"|ISA([^A-Za-z0-9 \t\r\n])\s{0,2}[0-9A-Z]{2}\s{0,2}\3"
    r"|GS([^A-Za-z0-9 \t\r\n])[A-Z]{2}\4"
    r"|ST([^A-Za-z0-9 \t\r\n])[0-9]{3}\5\s{0,2}[A-Za-z0-9]"
)
# At the very front of what is left, the tag and a separator are enough.
_START_HERE = re.compile(r"(?:UN[ABGH]|ISA|GS|ST)[^A-Za-z0-9 \t\r\n=]", re.IGNORECASE)
_WINDOW = 1 << 16


# A file of rubbish may look like a start in many places; so many in a row without a message are enough.
_FRUITLESS = 1000


def _read_sections(text: str) -> tuple[list[_Section], str]:
    """The interchanges of the text, and what stands after the last of them."""
    sections: list[_Section] = []
    position = covered = fruitless = 0
    while fruitless < _FRUITLESS:
        start = _next_start(text, position)
        if start is None:
            break
        window = _own_window(text, start)
        delimiters = find_delimiters(window)
        section = _Section(delimiters, find_una(window)) if delimiters else None
        end = _walk(text, start + skip_una(window), section) if section else start
        if section is None or not (section.found or section.header):
            position, fruitless = start + 2, fruitless + 1
            continue
        outside = text[covered:start].strip(_BLANK)
        if outside:
            section.problems.append(_outside(outside))
        sections.append(section)
        position = covered = end
        fruitless = 0 if section.found else fruitless + 1
    return sections, text[covered:].strip(_BLANK) if sections else ""


def _own_window(text: str, start: int) -> str:
    """The front of an interchange, enough to find its delimiters in, without what belongs to the next one."""
    window = text[start : start + _WINDOW]
    following = _INTERCHANGE.search(window, skip_una(window) + 3)
    return window[: following.start()] if following else window


def _next_start(text: str, position: int) -> int | None:
    while position < len(text) and text[position] in _BLANK:
        position += 1
    if _START_HERE.match(text, position):
        return position
    for match in _START.finditer(text, position):
        before = text[match.start() - 1 : match.start()]
        # `N1*ST*123*0001` holds an ST, but behind its own element separator.
        if not before.isalnum() and before != text[match.start() + 2 : match.start() + 3]:
            return match.start()
    return None


@lru_cache(maxsize=256)
def _service_tags(delimiters: Delimiters) -> re.Pattern[str]:
    """Service segments: after a terminator, or glued to data where their shape proves them."""
    segment, element, component = (
        re.escape(character) for character in (delimiters.segment, delimiters.element, delimiters.component)
    )
    lead = rf"{segment}[{segment} \t\r\n\ufeff\x00]*+"
    value = rf"[^{element}{segment}]"
    if delimiters.standard == "EDIFACT":
        tags = rf"UNA(?=[^A-Za-z0-9])|UN[BGHTEZ](?=[ \t\r\n]*+{element})"
        glued = {
            "UNH": rf"{element}{value}{{1,20}}{element}[A-Z]{{6}}{component}",
            "UNZ": rf"{element}[0-9]{{1,6}}{element}{value}",
        }
    else:
        tags = rf"(?:ISA|GS|ST|SE|GE|IEA)(?=[ \t\r\n]*+{element})"
        glued = {
            "ST": rf"{element}[0-9]{{3}}{element}[A-Za-z0-9]{{4,9}}(?:{segment}|[\r\n])",
            "IEA": rf"{element}[0-9]{{1,5}}{element}{value}",
        }
    glued |= {tag: shape.replace(r"\1", r"\3") for tag, shape in _HEADS.items()}
    glued_tags = "|".join(f"{tag}(?<![{element}{component} ]{tag})(?={shape})" for tag, shape in glued.items())
    return re.compile(f"(?i:{lead}(?P<tag>{tags}))|(?P<glued>{glued_tags})")


def _is_released(text: str, position: int, release: str | None) -> bool:
    if release is None:
        return False
    count = 0
    while position > 0 and text[position - 1] == release:
        count += 1
        position -= 1
    return count % 2 == 1


def _segment_end(text: str, start: int, delimiters: Delimiters) -> int:
    """Where a service segment ends, its terminator included; the end of its line or of the text without one."""
    position = start
    limit = start + _LONGEST_SERVICE_SEGMENT
    while True:
        position = text.find(delimiters.segment, position, limit)
        if position < 0:
            break
        if not _is_released(text, position, delimiters.release):
            return position + 1
        position += 1
    if limit >= len(text):
        return len(text.rstrip(_BLANK)) if len(text) - start < _LONGEST_SERVICE_SEGMENT else len(text)
    line = text.find("\n", start, limit)
    return line if line > 0 else limit


# ISA has 106 characters and UNB may reach 300. A bound keeps a file without terminators from being searched to its
# end again and again.
_LONGEST_SERVICE_SEGMENT = 1024


def _service_segments(text: str, start: int, delimiters: Delimiters) -> Iterator[tuple[int, str]]:
    """Where each service segment begins, and its tag, from the one at `start` on."""
    first = text[start : start + 3].upper()
    yield start, first if first[:2] == "UN" or first == "ISA" else first[:2]
    for match in _service_tags(delimiters).finditer(text, start + 2):
        if match["tag"] is None:
            yield match.start("glued"), match["glued"]
        elif not _is_released(text, match.start(), delimiters.release):
            yield match.start("tag"), match["tag"].upper()


# X12's service segments in the terms of EDIFACT's: the two envelopes have the same parts.
_SAME_AS = {"ISA": "UNB", "GS": "UNG", "ST": "UNH", "SE": "UNT", "GE": "UNE", "IEA": "UNZ"}


def _walk(text: str, start: int, section: _Section) -> int:
    """Fill the section with what its service segments say; where it ends."""
    delimiters = section.delimiters
    is_open = False
    group: _Group | None = None
    covered = start
    service_segments = chain(_service_segments(text, start, delimiters), [(len(text), "")])
    for (position, tag), (following, _) in pairwise(service_segments):
        part = _SAME_AS.get(tag, tag)
        if is_open:
            if part not in ("UNT", "UNH", "UNG", "UNE", "UNZ", "UNA", "UNB"):
                continue
            if part != "UNT":
                section.found[-1].end = _trimmed(text, section.found[-1].start, position)
                is_open = False
        elif outside := text[covered:position].strip(_BLANK + delimiters.segment):
            section.problems.append(_outside(outside))
        if part in ("UNA", "UNB") and position > start:
            _close(section, group, complete=False)
            return position
        # Where the terminator of UNT was lost, the next service segment is glued to it.
        end = min(_segment_end(text, position, delimiters), following)
        segment = _read_one(text, position, end, tag, delimiters)
        covered = end
        if part == "UNB":
            section.header = segment
        elif part == "UNG":
            if group is not None:
                section.warn("missing-group-trailer", _missing_trailer(group.header), group)
            group = _Group(segment)
            section.groups += 1
        elif part == "UNH":
            section.found.append(_Message(position, end, segment, group))
            is_open = True
            if group is not None:
                group.messages += 1
        elif part == "UNT":
            if is_open:
                section.found[-1].end = end
                is_open = False
            else:
                section.warn("trailer-without-header", f"{segment.raw!r} closes no message.")
        elif part == "UNE":
            _close_group(section, group, segment)
            group = None
        elif part == "UNZ":
            _close_interchange(section, segment, group)
            return end
    if is_open:
        section.found[-1].end = _trimmed(text, section.found[-1].start, len(text))
        covered = len(text)
    _close(section, group, complete=False)
    return covered


def _read_one(text: str, start: int, end: int, tag: str, delimiters: Delimiters) -> Segment:
    segments = read_segments(text[start:end], delimiters)
    return segments[0] if segments else Segment(tag, 0, len(tag), tag, delimiters)


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(_BLANK))


def _close(section: _Section, group: _Group | None, complete: bool) -> None:
    """What is missing when the section ends without its trailer, or holds nothing."""
    header = section.header
    if group is not None:
        section.warn("missing-group-trailer", _missing_trailer(group.header), group)
    if header is None:
        if section.found:
            section.warn("no-envelope", f"{_counted(len(section.found), 'message')} without UNB or ISA around them.")
        return
    if not complete:
        section.warn("missing-interchange-trailer", _missing_trailer(header))
    if not section.found:
        detail = f"The interchange {_control(header)!r} holds neither UNH nor ST."
        section.problems.append(_problem("no-message-found", detail, "error"))


def _close_group(section: _Section, group: _Group | None, trailer: Segment) -> None:
    if group is None:
        section.warn("trailer-without-header", f"{trailer.raw!r} closes no group.")
        return
    code = "une-count-mismatch" if trailer.tag == "UNE" else "ge-count-mismatch"
    _compare_count(section, code, trailer, group.messages, group)
    _compare_reference(section, group.header, trailer, group)


def _close_interchange(section: _Section, trailer: Segment, group: _Group | None) -> None:
    if section.header is None:
        section.warn("trailer-without-header", f"{trailer.raw!r} closes no interchange.")
    else:
        edifact = trailer.tag == "UNZ"
        count = section.groups or len(section.found) if edifact else section.groups
        _compare_count(section, "unz-count-mismatch" if edifact else "iea-count-mismatch", trailer, count)
        _compare_reference(section, section.header, trailer)
    _close(section, group, complete=True)


def _compare_count(section: _Section, code: str, trailer: Segment, count: int, group: _Group | None = None) -> None:
    stated = trailer.value(0)
    if not (stated.isascii() and stated.isdigit() and int(stated[:18]) == count):
        section.warn(code, f"{trailer.tag} states {stated[:20]!r}, {count} found.", group)


def _compare_reference(section: _Section, header: Segment, trailer: Segment, group: _Group | None = None) -> None:
    opened, closed = _control(header), trailer.value(1)
    if opened != closed:
        detail = f"{header.tag} has the control reference {opened[:40]!r}, {trailer.tag} has {closed[:40]!r}."
        section.warn("control-reference-mismatch", detail, group)


def _control(header: Segment) -> str:
    """UNB 0020, UNG 0048, ISA13 or GS06."""
    return header.value({"UNB": 4, "UNG": 4, "ISA": 12, "GS": 5}.get(header.tag, 0))


def _missing_trailer(header: Segment) -> str:
    trailer = {"UNB": "UNZ", "UNG": "UNE", "ISA": "IEA", "GS": "GE"}.get(header.tag, "trailer")
    return f"{header.tag} {_control(header)[:40]!r} has no {trailer}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
