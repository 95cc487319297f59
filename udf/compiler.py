"""The loop: read, split, ask the model, let the gatekeeper judge, try again, and say what came of it.

Whatever the input, the answer is an Outcome. Nothing is raised for bad input.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from udf import codec
from udf.chunks import Chunk, Chunks, split_message
from udf.codec import Record
from udf.contract import Attempt, Document, Envelope, Line, Outcome, Problem, RejectedLine
from udf.controls import check_totals, check_trailer
from udf.document import build_lines, inherit, lift, read_header, read_parties
from udf.engine import Answer, Engine, LlamaEngine, Prompt, next_best_prefixes
from udf.gatekeeper import LineRecords, gather_line, judge_line, judge_statements
from udf.identifiers import has_check_digit, is_gs1_key
from udf.interchange import split_interchange
from udf.reference import Reference, load_reference, reference_digest
from udf.segments import Delimiters, Segment, find_delimiters, read_segments
from udf.statements import Finding, Setting
from udf.values import UnreadableValueError

MODEL = Path(__file__).with_name("model") / "tillroll.gguf"
READING = "by-layout"
"""How places between lines were bound; other readings, for a partner or by a person, will have other names."""
ATTEMPTS = 4
"""Tries at one chunk: the greedy answer, then the next-best ones."""
MAX_CHARACTERS = 50_000_000
_LOGGED = 500
_SOURCES = (
    "chunks", "codec", "compiler", "controls", "document", "engine", "gatekeeper", "identifiers", "segments", "shapes",
    "statements", "values",
)  # fmt: skip
_SUPPORTED = frozenset(codec.TYPES)
# What the source itself gets wrong: another answer of the model cannot mend it.
_SOURCE_FAULTS = frozenset((
    "quantity-not-a-number", "number-ambiguous", "price-not-a-number", "date-invalid", "period-reversed",
    "split-total-mismatch", "line-without-quantity", "line-without-item", "repeated-quantity", "place-ambiguous",
    "date-ambiguous", "period-half-stated", "price-ambiguous",
))  # fmt: skip


@cache
def model_version() -> str:
    """The first twelve characters of the model file's SHA-256."""
    return hashlib.sha256(MODEL.read_bytes()).hexdigest()[:12]


@cache
def compiler_version() -> str:
    """A hash over weights, code and tables: what it was, tells whether an outcome is of today's compiler."""
    return _version(model_version())


def _version(model: str) -> str:
    digest = hashlib.sha256(model.encode())
    for name in _SOURCES:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    digest.update(reference_digest().encode())
    return digest.hexdigest()[:12]


@dataclass(slots=True)
class _Unit:
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
class _Message:
    """A message that can be compiled: its segments, from UNH or ST, and what is known around it."""

    text: str
    envelope: Envelope
    segments: list[Segment]
    first: int
    setting: Setting
    chunks: Chunks
    units: list[_Unit] = field(default_factory=list)
    seconds: float = 0.0


class Compiler:
    """Compiles messages with one engine and one set of reference tables."""

    def __init__(self, engine: Engine, reference: Reference | None = None, model: str = "unnamed") -> None:
        self.engine = engine
        self.reference = reference or load_reference()
        self.model_version = model
        self.version = _version(model)

    def compile_batch(self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None) -> list[Outcome]:
        """One outcome for each text, in order; the prompts of all of them are decoded together."""
        prepared: list[_Message | Outcome] = []
        for text, envelope in zip(texts, envelopes or [None] * len(texts), strict=True):
            began = time.perf_counter()
            message = self._prepare(text, envelope)
            if isinstance(message, _Message):
                message.seconds += time.perf_counter() - began
            else:
                message.compile_ms = round(1000 * (time.perf_counter() - began), 3)
            prepared.append(message)
        messages = [message for message in prepared if isinstance(message, _Message)]
        self._answer([(message, unit) for message in messages for unit in message.units])
        return [self._finish(m) if isinstance(m, _Message) else m for m in prepared]

    # --- before the model ------------------------------------------------------------------------------------

    def _prepare(self, text: str, envelope: Envelope | None) -> _Message | Outcome:
        if not text.strip():
            return self._refuse(None, "empty-message", "There is no text.", "")
        if len(text) > MAX_CHARACTERS:
            return self._refuse(
                None, "message-too-large", f"The message has {len(text)} characters, more than {MAX_CHARACTERS}.", ""
            )
        delimiters = find_delimiters(text)
        if envelope is None:
            envelope = _find_envelope(text)
        segments = read_segments(text, _announce(delimiters, envelope))
        openers = [i for i, segment in enumerate(segments) if segment.tag in ("UNH", "ST")]
        if not openers or delimiters is None:
            return self._refuse(None, "no-message-found", "The text holds no UNH and no ST segment.", text)
        first = openers[0]
        opener = segments[first]
        x12 = opener.tag == "ST"
        message_type = opener.value(0) if x12 else opener.value(1, 0).upper()
        if len(openers) > 1:
            return self._refuse(message_type, "several-messages", f"The text holds {len(openers)} messages.", text)
        if message_type not in _SUPPORTED:
            named = message_type or "none"
            return self._refuse(
                message_type or None,
                "unsupported-message-type",
                f"The message type is {named}; supported are {', '.join(codec.TYPES)}.",
                text,
            )
        version = (
            (envelope.version or "")
            if x12
            else ":".join(v for v in opener.elements[1][1:] if v)
            if len(opener.elements) > 1
            else ""
        )
        setting = Setting(
            "X12" if x12 else "EDIFACT",
            message_type,
            version,
            envelope.sender or "",
            envelope.decimal_mark,
            self.reference,
        )
        message = _Message(text, envelope, segments, first, setting, split_message(segments, message_type))
        message.units = _make_units(message)
        return message

    def _refuse(self, message_type: str | None, code: str, detail: str, text: str) -> Outcome:
        problem = Problem(code=code, severity="error", span=(0, len(text)) if text else None, detail=detail)
        return Outcome(
            message_type=message_type, is_valid=False, is_complete=False, problems=[problem],
            model_version=self.model_version, compiler_version=self.version,
            verification_hash=_hash(text, None),
        )  # fmt: skip

    # --- the model and the gatekeeper --------------------------------------------------------------------------

    def _answer(self, work: list[tuple[_Message, _Unit]]) -> None:
        """Answer and judge every unit; try the doubtful ones again with the next-best answers."""
        began = time.perf_counter()
        answers = iter(self.engine.answer([prompt for _, unit in work for prompt in unit.prompts]))
        for _, unit in work:
            unit.answers = [next(answers) for _ in unit.prompts]
        spent = (time.perf_counter() - began) / max(1, len(work))
        for message, unit in work:
            began = time.perf_counter()
            _judge(message, unit)
            message.seconds += spent + time.perf_counter() - began
        for attempt in range(1, ATTEMPTS):
            doubtful = [
                (m, u)
                for m, u in work
                if u.findings and len(u.prompts) == 1 and not {f.code for f in u.findings} <= _SOURCE_FAULTS
            ]
            retries = []
            for message, unit in doubtful:
                prefixes = next_best_prefixes(unit.answers[0], ATTEMPTS - 1)
                if len(prefixes) >= attempt:
                    retries.append((message, unit, prefixes[attempt - 1]))
            if not retries:
                break
            began = time.perf_counter()
            found = self.engine.answer(
                [unit.prompts[0] for _, unit, _ in retries], [prefix for _, _, prefix in retries]
            )
            spent = (time.perf_counter() - began) / len(retries)
            for (message, unit, _), answer in zip(retries, found, strict=True):
                first = (unit.answers, unit.records, unit.line, unit.findings)
                unit.answers = [answer]
                _judge(message, unit)
                if unit.findings:
                    unit.answers, unit.records, unit.line, unit.findings = first
                message.seconds += spent

    # --- after the model ---------------------------------------------------------------------------------------

    def _finish(self, message: _Message) -> Outcome:
        began = time.perf_counter()
        verdict = _Verdict(message, self)
        verdict.check_controls()
        verdict.assemble()
        outcome = verdict.outcome()
        message.seconds += time.perf_counter() - began
        outcome.compile_ms = round(1000 * message.seconds, 3)
        return outcome


class _Verdict:
    """Collects problems and lines of one message and says whether it is valid."""

    def __init__(self, message: _Message, compiler: Compiler) -> None:
        self.message = message
        self.compiler = compiler
        self.problems: list[Problem] = []
        self.errors = 0
        self.lines: list[Line] = []
        self.rejected: list[RejectedLine] = []
        self.header: dict[str, object] = {}

    def note(self, finding: Finding, counts: bool = True) -> Problem:
        """Make a problem of a finding; `counts` when it is one of the message and not of a line."""
        message = self.message
        segment = message.segments[finding.segment] if finding.segment is not None else None
        severity = message.setting.reference.severity(finding.code, message.setting.partner)
        problem = Problem.unchecked(
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
        if not lines:
            self.note(Finding("message-without-lines", "The message has no line.", message.first))
        for unit in lines:
            self._assemble_line(unit, header, stated)
        if lines and not self.lines:
            self.note(Finding("no-line-proved", "Not one line of the message could be proved.", message.first))
        self._warn()

    def _assemble_line(self, unit: _Unit, header: Record, stated: dict[int, Record]) -> None:
        message = self.message
        group = unit.chunks[0].group
        if not unit.findings and unit.line is not None:
            try:
                self.lines += build_lines(
                    message.segments, unit.line, inherit(header, stated.get(id(group), {}) if group else {}),
                    message.setting, self.header.get("currency"), unit.confidence,  # type: ignore[arg-type]
                )  # fmt: skip
                return
            except UnreadableValueError as problem:
                unit.findings = [Finding(problem.code, str(problem), unit.chunks[0].first)]
        chunk = unit.chunks[0]
        problems = [self.note(finding, counts=False) for finding in unit.findings]
        span = (message.segments[chunk.first].start, message.segments[chunk.last - 1].end)
        lin = next(
            (message.segments[i] for i in range(chunk.first, chunk.last) if message.segments[i].tag == "LIN"), None
        )
        self.rejected.append(RejectedLine.unchecked(
            text=message.text[span[0] : span[1]], span=span, line_number=(lin.value(0) or None) if lin else None,
            output=_describe(unit), problems=problems,
        ))  # fmt: skip

    def _warn(self) -> None:
        unmapped = Counter(line.qualifier for line in self.lines if line.measure == "unmapped")
        for qualifier, count in unmapped.items():
            self.note(
                Finding(
                    "unmapped-quantity-qualifier",
                    f"The reference table does not say what {qualifier} means ({count} lines).",
                )
            )
        wrong = [
            line
            for line in self.lines
            if line.item_id and has_check_digit(line.item_id, line.item_id_type) and not is_gs1_key(line.item_id)
        ]
        if wrong:
            self.note(
                Finding(
                    "gtin-check-digit",
                    f"{len(wrong)} lines have an item whose check digit is wrong, the first is {wrong[0].item_id}.",
                )
            )
        for code, lines, what in (
            (
                "item-type-not-stated",
                [line for line in self.lines if line.item_id_type is None],
                "an item without a type",
            ),
            ("location-not-stated", [line for line in self.lines if line.location_id is None], "no place"),
            (
                "period-not-stated",
                [line for line in self.lines if line.period_end is None and line.as_of_date is None],
                "no period or as-of date",
            ),
        ):
            if lines:
                self.note(Finding(code, f"{len(lines)} lines have {what}."))

    def outcome(self) -> Outcome:
        message, setting = self.message, self.message.setting
        opener = message.segments[message.first]
        document = Document.unchecked(
            standard=setting.standard, message_type=setting.message_type, version=setting.version or None,
            message_reference=opener.value(1 if setting.x12 else 0) or None, is_test=message.envelope.is_test,
            parties=read_parties(message.segments, message.chunks.header, setting.x12), lines=self.lines, **self.header,
        )  # fmt: skip
        is_valid = self.errors == 0
        attempts = max((unit.tries for unit in message.units), default=0)
        log = [
            Attempt.unchecked(attempt=number, chunk=unit.name, route="model", reading=READING, output=output,
                              problems=[self._as_problem(f) for f in findings], compile_ms=0.0)
            for unit in message.units if unit.tries > 1 or unit.findings for number, output, findings in unit.log
        ][:_LOGGED]  # fmt: skip
        whole = Attempt.unchecked(
            attempt=attempts, chunk=None, route="model", reading=READING, output=None,
            problems=[p for p in self.problems if p.severity == "error"][:20],
            compile_ms=round(1000 * message.seconds, 3),
        )  # fmt: skip
        return Outcome(
            message_type=setting.message_type, is_valid=is_valid, is_complete=is_valid and not self.rejected,
            document=document, rejected_lines=self.rejected, problems=self.problems, route="model", attempts=attempts,
            model_version=self.compiler.model_version, compiler_version=self.compiler.version,
            verification_hash=_hash(message.text, document), attempt_log=[whole, *log],
        )  # fmt: skip

    def _as_problem(self, finding: Finding) -> Problem:
        severity = self.message.setting.reference.severity(finding.code, self.message.setting.partner)
        segment = finding.segment - self.message.first + 1 if finding.segment is not None else None
        return Problem.unchecked(code=finding.code, severity=severity, segment=segment, detail=finding.detail)


def _make_units(message: _Message) -> list[_Unit]:
    units: list[_Unit] = []
    for chunk in message.chunks:
        tokens, positions = codec.encode_chunk(chunk.kind, message.setting.message_type, chunk.segments)
        prompt = Prompt(tuple(tokens), len(positions))
        if chunk.kind == "line" and units and units[-1].chunks[0].line == chunk.line:
            units[-1].chunks.append(chunk)
            units[-1].prompts.append(prompt)
            units[-1].positions.append(positions)
        else:
            units.append(_Unit([chunk], [prompt], [positions]))
    return units


def _judge(message: _Message, unit: _Unit) -> None:
    """Decode the unit's answers and let the gatekeeper judge them."""
    unit.tries += 1
    unit.line = None
    try:
        unit.records = [
            codec.decode_answer(answer.tokens, message.setting.message_type, chunk.segments, positions)
            for chunk, answer, positions in zip(unit.chunks, unit.answers, unit.positions, strict=True)
        ]
    except ValueError as error:
        unit.records = [[] for _ in unit.chunks]
        unit.findings = [
            Finding(
                "output-format",
                f"The model's answer cannot be read: {error}.",
                min(unit.chunks[0].first, len(message.segments) - 1),
            )
        ]
    else:
        if unit.chunks[0].kind == "line":
            unit.line = gather_line(list(zip(unit.chunks, unit.records, strict=True)))
            unit.findings = judge_line(message.segments, unit.line, message.setting)
        else:
            unit.findings = judge_statements(message.segments, unit.chunks[0], unit.records[0], message.setting)
    if unit.findings or unit.tries > 1:
        unit.log.append((unit.tries, _describe(unit), unit.findings))


def _describe(unit: _Unit) -> str:
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


def _announce(delimiters: Delimiters | None, envelope: Envelope) -> Delimiters | None:
    """Take over the release character that the interchange's UNA announced; everything else the message shows."""
    una = envelope.una
    if delimiters is None or delimiters.standard != "EDIFACT" or not una or len(una) < 9:
        return delimiters
    if una[3] != delimiters.component or una[4] != delimiters.element:
        return delimiters
    return Delimiters(
        "EDIFACT", delimiters.segment, delimiters.element, delimiters.component,
        None if una[6] == " " else una[6], delimiters.repetition, una[5],
    )  # fmt: skip


def _find_envelope(text: str) -> Envelope:
    """The envelope of a text that brings its own interchange."""
    head = text.lstrip("\ufeff \r\n\t")[:3].upper()
    if head not in ("UNA", "UNB", "ISA"):
        return Envelope()
    messages = split_interchange(text.encode("utf-8", "surrogatepass")).messages
    return messages[0].envelope if len(messages) == 1 else Envelope()


def _hash(text: str, document: Document | None) -> str:
    """SHA-256 over the message's UTF-8 bytes and the document's canonical JSON: sorted keys, no blanks."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    dumped = document.model_dump(mode="json") if document else None
    digest.update(
        json.dumps(dumped, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    )
    return digest.hexdigest()


@cache
def load_compiler() -> Compiler:
    """The compiler with the shipped model, loaded once in a process."""
    return Compiler(LlamaEngine(MODEL), model=model_version())
