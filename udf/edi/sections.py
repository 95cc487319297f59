"""What is said and what is wrong around messages: sections of a file, their groups, and the problems of both.

The codes of these problems, how severe each is and what to do about it are `seeds/reference/problem_severities.csv`.
The counts and references of UNT and SE are no matter of the envelope: the gatekeeper checks them within the message.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from udf.edi.delimiters import Delimiters
from udf.edi.envelope import add_group, control_reference, read_envelope
from udf.edi.segments import Segment
from udf.edi.service_segments import BLANK
from udf.edi.window import BEGINNING_LENGTH, MOST_HELD
from udf.outcome import Envelope, Problem, Severity

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
    detail = (
        f"It has more than {MOST_HELD} characters; the first {BEGINNING_LENGTH} are kept beside the file's own bytes."
    )
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
