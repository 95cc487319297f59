"""What came of a message: proved lines and rejected ones, all problems at once, and whether it is valid."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from udf import codec
from udf.chunks import Chunk, Chunks
from udf.codec import Record
from udf.controls import check_totals, check_trailer
from udf.document import build_lines, inherit, lift, line_doubts, read_header, read_parties, repeated_stock
from udf.engine import Answer, Prompt
from udf.gatekeeper import LineRecords
from udf.identifiers import has_check_digit, is_gs1_key
from udf.layout import check_layout, find_referenced_places
from udf.outcome import Attempt, Document, Envelope, Line, Outcome, Problem, RejectedLine, dump_document
from udf.segments import Delimiters, Segment
from udf.statements import Finding, Setting
from udf.values import UnreadableValueError

READING = "by-layout"
"""How places between lines were bound; other readings, for a partner or by a person, will have other names."""
_LOGGED = 500


@dataclass(slots=True)
class Unit:
    """What is judged as one: a header, a group, or a line with all its windows."""

    chunks: list[Chunk]
    prompts: list[Prompt]
    positions: list[list[codec.Position]]
    answers: list[Answer] = field(default_factory=list)
    records: list[list[Record]] = field(default_factory=list)
    line: LineRecords | None = None
    findings: list[Finding] = field(default_factory=list)
    tries: int = 0
    log: list[tuple[int, str, list[Finding]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        chunk = self.chunks[0]
        return f"line {chunk.line}" if chunk.kind == "line" else chunk.kind

    @property
    def confidence(self) -> float:
        return min((answer.confidence for answer in self.answers), default=0.0)


@dataclass(slots=True)
class Message:
    """A message that can be compiled: its segments, from UNH or ST, and what is known around it."""

    text: str
    envelope: Envelope
    segments: list[Segment]
    first: int
    setting: Setting
    chunks: Chunks
    delimiters: Delimiters
    units: list[Unit] = field(default_factory=list)
    seconds: float = 0.0


class Verdict:
    """Collects problems and lines of one message and says whether it is valid."""

    def __init__(self, message: Message, model_version: str, compiler_version: str) -> None:
        self.message = message
        self.model_version, self.compiler_version = model_version, compiler_version
        self.problems: list[Problem] = []
        self.errors = 0
        self.lines: list[Line] = []
        self.rejected: list[RejectedLine] = []
        self.header: dict[str, Any] = {}

    def note(self, finding: Finding, counts: bool = True) -> Problem:
        """Make a problem of a finding; `counts` when it is one of the message and not of a line."""
        message = self.message
        segment = message.segments[finding.segment] if finding.segment is not None else None
        severity = message.setting.reference.severity(finding.code, message.setting.partner)
        problem = Problem(
            code=finding.code, severity=severity,
            segment=finding.segment - message.first + 1 if finding.segment is not None else None,
            span=(segment.start, segment.end) if segment else None, detail=finding.detail,
        )  # fmt: skip
        self.problems.append(problem)
        self.errors += counts and severity == "error"
        return problem

    def check_controls(self) -> None:
        message = self.message
        for finding in check_trailer(message.segments, message.first, message.setting):
            self.note(finding)
        for finding in check_totals(message.segments, message.first, message.setting):
            self.note(finding)
        for finding in check_layout(message.segments, message.first, message.chunks, message.setting):
            self.note(finding)
        if message.chunks.ambiguous:
            detail = "A place between two lines can belong to the line before or to those after it."
            self.note(Finding("ambiguous-structure", detail, message.first))
        repaired = [i for i, segment in enumerate(message.segments) if segment.repaired]
        if repaired:
            self.note(
                Finding(
                    "repaired-segments",
                    f"{len(repaired)} segments had lost a terminator and were parted again.",
                    repaired[0],
                )
            )

    def assemble(self) -> None:
        """Header and groups first, since lines inherit from them; then each line, proved or rejected."""
        message = self.message
        stated: dict[int, Record] = {}
        for unit in message.units:
            chunk = unit.chunks[0]
            if chunk.kind == "line":
                continue
            if unit.findings:
                for finding in unit.findings:
                    self.note(finding)
                self.note(
                    Finding(
                        f"{chunk.kind}-not-proved",
                        f"What the {chunk.kind} states could not be proved.",
                        min(chunk.first, len(message.segments) - 1),
                    )
                )
                continue
            records = unit.records[0]
            stated[id(chunk)] = lift(chunk, records[0]) if records else {}
        header = stated.get(id(message.chunks.header), {})
        try:
            self.header = read_header(message.segments, header, message.setting)
        except UnreadableValueError as problem:
            self.note(Finding(problem.code, str(problem), message.first))
        lines = [unit for unit in message.units if unit.chunks[0].kind == "line"]
        if not lines and self.header.get("function") != "cancellation":  # which may name nothing but its document
            self.note(Finding("message-without-lines", "The message has no line.", message.first))
        built = [(unit, self._build(unit, header, stated)) for unit in lines]
        twice = repeated_stock([found for _, found in built])
        for number, (unit, found) in enumerate(built):
            if number in twice:
                detail = "The same stock stands twice for one item, place and date."
                unit.findings = [Finding("repeated-stock", detail, unit.chunks[0].first)]
            if unit.findings:
                self._reject(unit)
            self.lines += [] if unit.findings else found
        if lines and not self.lines:
            self.note(Finding("no-line-proved", "Not one line of the message could be proved.", message.first))
        self._warn()

    def _build(self, unit: Unit, header: Record, stated: dict[int, Record]) -> list[Line]:
        """The lines of a proved unit, none where a finding stands against it."""
        message, group = self.message, unit.chunks[0].group
        if unit.findings or unit.line is None:
            return []
        try:
            return build_lines(
                message.segments, unit.line, inherit(header, stated.get(id(group), {}) if group else {}),
                message.setting, self.header.get("currency"),
            )  # fmt: skip
        except UnreadableValueError as problem:
            unit.findings = [Finding(problem.code, str(problem), unit.chunks[0].first)]
            return []

    def _reject(self, unit: Unit) -> None:
        message, chunk = self.message, unit.chunks[0]
        problems = [self.note(finding, counts=False) for finding in unit.findings]
        span = (message.segments[chunk.first].start, message.segments[chunk.last - 1].end)
        lin = next(
            (message.segments[i] for i in range(chunk.first, chunk.last) if message.segments[i].tag == "LIN"), None
        )
        self.rejected.append(RejectedLine(
            text=message.text[span[0] : span[1]], span=span, line_number=(lin.value(0) or None) if lin else None,
            output=describe_answer(unit), problems=problems,
        ))  # fmt: skip

    def _warn(self) -> None:
        for finding in line_doubts(self.lines, self.header):
            self.note(finding)
        for finding in summarise_lines(count_lines(self.lines)):
            self.note(finding)
        if any(line.location_id is None for line in self.lines):
            named = find_referenced_places(self.message.segments, self.message.chunks, self.message.setting)
            if named:
                segment = self.message.segments[named[0]]
                detail = f"{segment.raw[:60]} may name the place of lines for which no other is stated."
                self.note(Finding("place-in-reference", detail, named[0]))

    def outcome(self) -> tuple[Outcome, str]:
        """The outcome, and its document as canonical JSON."""
        message, setting = self.message, self.message.setting
        opener = message.segments[message.first]
        document = Document(
            standard=setting.standard,  # type: ignore[arg-type]
            message_type=setting.message_type, version=setting.version or None,
            message_reference=opener.value(1 if setting.x12 else 0) or None, is_test=message.envelope.is_test,
            parties=read_parties(message.segments, message.chunks.header, setting.x12), lines=self.lines, **self.header,
        )  # fmt: skip
        is_valid = self.errors == 0
        dumped = dump_document(document)
        attempts = max((unit.tries for unit in message.units), default=0)
        log = [
            Attempt(number, unit.name, "model", READING, output, [self._as_problem(f) for f in findings])
            for unit in message.units if unit.tries > 1 or unit.findings for number, output, findings in unit.log
        ][:_LOGGED]  # fmt: skip
        whole = Attempt(
            attempt=attempts, chunk=None, route="model", reading=READING, output=None,
            problems=[p for p in self.problems if p.severity == "error"][:20],
            compile_ms=round(1000 * message.seconds, 3),
        )  # fmt: skip
        outcome = Outcome(
            message_type=setting.message_type, is_valid=is_valid, is_complete=is_valid and not self.rejected,
            document=document, rejected_lines=self.rejected, problems=self.problems, route="model", attempts=attempts,
            model_version=self.model_version, compiler_version=self.compiler_version,
            verification_hash=hash_document(message.text, dumped), attempt_log=[whole, *log],
        )  # fmt: skip
        return outcome, dumped

    def _as_problem(self, finding: Finding) -> Problem:
        severity = self.message.setting.reference.severity(finding.code, self.message.setting.partner)
        segment = finding.segment - self.message.first + 1 if finding.segment is not None else None
        return Problem(code=finding.code, severity=severity, segment=segment, detail=finding.detail)


@dataclass(slots=True)
class LineCounts:
    """What is counted over the lines of a message, for warnings that speak of all of them."""

    unmapped: defaultdict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    wrong_items: list[str] = field(default_factory=list)
    placed: set[str | None] = field(default_factory=set)
    """Qualifiers of quantities that have a place, and of those that have none."""
    unplaced: defaultdict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    typeless: int = 0
    undated: int = 0


def count_lines(lines: Sequence[Line]) -> LineCounts:
    """Count what the lines leave open."""
    counts = LineCounts()
    for line in lines:
        if line.measure == "unmapped":
            counts.unmapped[line.qualifier] += 1
        if line.item_id and has_check_digit(line.item_id_type) and not is_gs1_key(line.item_id):
            counts.wrong_items.append(line.item_id)
        if line.location_id is None:
            counts.unplaced[line.qualifier] += 1
        else:
            counts.placed.add(line.qualifier)
        counts.typeless += line.item_id_type is None
        counts.undated += line.period_end is None and line.as_of_date is None
    return counts


def summarise_lines(counts: LineCounts) -> list[Finding]:
    """What a person should know about the lines of a message as a whole."""
    findings = [
        Finding(
            "unmapped-quantity-qualifier",
            f"The reference table does not say what {qualifier} means ({count} lines).",
        )
        for qualifier, count in counts.unmapped.items()
    ]
    wrong = counts.wrong_items
    if wrong:
        detail = f"{len(wrong)} lines have an item whose check digit is wrong, the first is {wrong[0]}."
        findings.append(Finding("gtin-check-digit", detail))
    bare = counts.placed & counts.unplaced.keys()
    if bare:
        detail = f"Some quantities of the code {min(map(str, bare))} have a place and others have none."
        findings.append(Finding("place-missing", detail))
    for code, count, what in (
        ("item-type-not-stated", counts.typeless, "an item without a type"),
        ("location-not-stated", sum(counts.unplaced.values()), "no place"),
        ("period-not-stated", counts.undated, "no period or as-of date"),
    ):
        if count:
            findings.append(Finding(code, f"{count} lines have {what}."))
    return findings


def describe_answer(unit: Unit) -> str:
    """The answer for a person: field, segment, element.component, value."""
    rows = [
        ", ".join(
            f"{name} = {chunk.segments[s].tag} {e + 1}.{c + 1} «{chunk.segments[s].elements[e][c]}»"
            for name, (s, e, c) in record.items()
        )
        for chunk, records in zip(unit.chunks, unit.records, strict=True)
        for record in records
    ]
    return "; ".join(rows) or "no record"


def hash_document(text: str, document: str | None) -> str:
    """SHA-256 over the message's UTF-8 bytes and the document's canonical JSON (`contract.dump_document`)."""
    digest = hashlib.sha256()
    for part in (text, document or "null"):
        for start in range(0, len(part), _PIECE):
            digest.update(part[start : start + _PIECE].encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


_PIECE = 1 << 20
"""Characters that are encoded at once: a document may have a hundred millions."""
