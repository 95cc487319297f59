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

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from udf.edi.delimiters import Delimiters
from udf.edi.encoding import EncodingSource
from udf.edi.envelope import add_group, control_reference, read_envelope
from udf.edi.segments import Segment
from udf.edi.service_segments import (
    BLANK,
)
from udf.edi.window import BEGINNING, MOST_HELD
from udf.outcome import Envelope, Problem, Severity


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
            self.add(envelope_problem("text-outside-message", detail))

    def extend(self, others: "Problems") -> None:
        for problem in others._kept:
            self.add(problem)
        self._left_out += others._left_out

    def holds(self, code: str) -> bool:
        return any(problem.code == code for problem in self._kept)

    def listed(self) -> list[Problem]:
        """All that are kept, and how many were left out."""
        detail = f"{self._left_out} more problems of this file are left out."
        return [*self._kept, *([envelope_problem("more-problems", detail)] if self._left_out else []), *self._last]


def envelope_problem(code: str, detail: str, severity: Severity = "warning") -> Problem:
    return Problem(code=code, severity=severity, detail=detail)


def too_large() -> Problem:
    detail = f"It has more than {MOST_HELD} characters; the first {BEGINNING} are kept beside the file's own bytes."
    return envelope_problem("message-too-large", detail, "error")


def nothing_found(text: str) -> Problem:
    if not text.strip(BLANK):
        return envelope_problem("empty-file", "The file is empty.", "error")
    what = "it is TRADACOMS" if re.match(r"[\ufeff\s]*STX=", text) else "neither UNH nor ST was found"
    return envelope_problem("no-message-found", f"The file holds no EDIFACT or X12 message: {what}.", "error")


@dataclass(slots=True)
class Group:
    header: Segment
    first: int
    """Position of its first message."""
    messages: int = 0
    problems: list[Problem] = field(default_factory=list)
    envelope: Envelope | None = None

    def envelope_in(self, section: "Section") -> Envelope:
        if self.envelope is None:
            self.envelope = add_group(section.envelope(), self.header)
        return self.envelope


@dataclass(slots=True)
class Section:
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

    def warn(self, code: str, detail: str, group: Group | None = None) -> None:
        problem = envelope_problem(code, detail)
        self.problems.add(problem)
        concerned = self.shared if group is None else group.problems
        if len(concerned) < _MOST_PROBLEMS:
            concerned.append(problem)


def close_interchange(section: Section, trailer: Segment) -> None:
    if section.header is None:
        section.warn("trailer-without-header", f"{trailer.raw!r} closes no interchange.")
    else:
        edifact = trailer.tag == "UNZ"
        count = section.groups or section.found if edifact else section.groups
        compare_count(section, "unz-count-mismatch" if edifact else "iea-count-mismatch", trailer, count)
        compare_reference(section, section.header, trailer)


def compare_count(section: Section, code: str, trailer: Segment, count: int, group: Group | None = None) -> None:
    stated = trailer.value(0)
    if not (stated.isascii() and stated.isdigit() and int(stated[:18]) == count):
        section.warn(code, f"{trailer.tag} states {stated[:20]!r}, {count} found.", group)


def compare_reference(section: Section, header: Segment, trailer: Segment, group: Group | None = None) -> None:
    opened, closed = control_reference(header), trailer.value(1)
    if opened != closed:
        detail = f"{header.tag} has the control reference {opened[:40]!r}, {trailer.tag} has {closed[:40]!r}."
        section.warn("control-reference-mismatch", detail, group)


def missing_trailer(header: Segment) -> str:
    trailer = {"UNB": "UNZ", "UNG": "UNE", "ISA": "IEA", "GS": "GE"}.get(header.tag, "trailer")
    return f"{header.tag} {control_reference(header)[:40]!r} has no {trailer}."


def name_count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
