"""What came of a message: proved lines and rejected ones, all problems at once, and whether it is valid."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from udf.document import build_lines, inherit, lift, read_header, read_parties, text_at, transfer_of
from udf.findings import Finding
from udf.gatekeeper.anew import LinesAnew, RejectedAnew
from udf.gatekeeper.blocks import PlaceSums
from udf.gatekeeper.controls import check_body, check_totals, check_trailer, is_nil_report
from udf.gatekeeper.converted import find_unlike
from udf.gatekeeper.doubled import find_doubled
from udf.gatekeeper.layout import check_layout
from udf.gatekeeper.placement import find_referenced_places
from udf.gatekeeper.warnings import LineWarnings, repeated_stock
from udf.line_periods import StatedPeriods
from udf.message import LOGGED, Message, Unit, describe_answer
from udf.outcome import Attempt, Document, Line, Outcome, Problem, RejectedLine, dump_document
from udf.reading import Record
from udf.refusals import hash_document
from udf.standards.places import PLACES, place_role
from udf.standards.values import UnreadableValueError

READING = "by-layout"
"""How places between lines were bound; other readings, for a partner or by a person, will have other names."""
MOST_PROBLEMS = 1_000
"""Problems of one code that a message lists; how many more there are is one of its own."""


_OF_MESSAGE = ("place-lost",)
"""Found in a line, and a sign that the message has lost what may be other lines' as well."""

_OF_LINES = ("quantity-swapped", "state-misplaced", "item-order")
"""Found by a look at all lines, and of one of them alone."""
_NOT_PROVED = ("header-not-proved", "group-not-proved")
_STATED_ABOVE = ("location-not-stated", "place-missing", "period-not-stated")
"""What lines may seem to lack where what stands above them could not be read."""

_UNSTATED = {"location": ("location-not-stated", "place-missing"), "start": ("period-not-stated",)}

Dispute = Callable[[Message, Unit, Sequence[Line]], Finding | None]
"""What stands against the meaning of some lines, which their values alone do not tell."""


def _first_of(unit: Unit) -> int:
    return unit.chunks[0].first


class Verdict:
    """Collects problems and lines of one message and says whether it is valid."""

    def __init__(
        self, message: Message, model_version: str, compiler_version: str, dispute: Dispute | None = None
    ) -> None:  # fmt: skip
        """`dispute` is asked of the lines of each proved unit, whether they mean what they are said to."""
        self.message, self._dispute = message, dispute
        self.model_version, self.compiler_version = model_version, compiler_version
        self.problems: list[Problem] = []
        self.errors = 0
        self.is_whole = True
        """Whether no count and no reference says that something of the message was lost."""
        self.lines: Sequence[Line] = ()
        self.rejected: Sequence[RejectedLine] = ()
        self.header: dict[str, Any] = {}
        self._noted: Counter[str] = Counter()
        self.presumed: frozenset[str] = frozenset()
        """The fields that lines have by default alone: a day that is the document's, a place of a weak role."""
        self._is_unmapped = False
        """Whether some line has a code without a meaning of ours."""
        self._periods = StatedPeriods(message.segments, message.setting)

    def note(self, finding: Finding, counts: bool = True) -> None:
        """List the problem that a finding is; `counts` when it is one of the message and not of a line."""
        self._noted[finding.code] += 1
        is_listed = self._noted[finding.code] <= MOST_PROBLEMS
        if not is_listed and not counts:
            return
        problem = self._make_problem(finding)
        if is_listed:
            self.problems.append(problem)
        self.errors += counts and problem.severity == "error"

    def _make_problem(self, finding: Finding) -> Problem:
        message = self.message
        segment = message.segments[finding.segment] if finding.segment is not None else None
        severity = message.setting.reference.severity(finding.code, message.setting.partner)
        return Problem(
            code=finding.code, severity=severity,
            segment=finding.segment - message.first + 1 if finding.segment is not None else None,
            span=(segment.start, segment.end) if segment else None, detail=finding.detail,
        )  # fmt: skip

    def _count_unlisted(self) -> None:
        """Say of each code how many problems are not listed."""
        left_out: Counter[str] = Counter()
        for unit in self.message.units:
            left_out.update(unit.left_out or {})
        left_out.update({code: count - MOST_PROBLEMS for code, count in self._noted.items() if count > MOST_PROBLEMS})
        for code, count in left_out.items():
            detail = f"Of the problems «{code}» of this message {count} more are not listed."
            self.note(Finding("more-problems", detail))

    def check_controls(self, is_approved: bool = False) -> None:
        """Hold the message to its own counts, references and sums, and to its standard's layout.

        `is_approved` where a person has approved another layout: its lines and quantities are those that were read.
        """
        message = self.message
        segments, first, setting = message.segments, message.first, message.setting
        for finding in (
            check_body(message.text, segments, first, message.delimiters.segment, setting)
            if message.is_body else check_trailer(segments, first, setting)
        ):  # fmt: skip
            self.note(finding)
        self.is_whole = self.errors == 0
        lines = [unit for unit in message.units if unit.chunks[0].kind == "line"]
        if is_approved:
            numbers = [text_at(segments, r["quantity"]) for unit in lines for r in message.gather(unit).records]
            totals = check_totals(segments, first, setting, len(lines), numbers)
        else:
            totals = check_totals(segments, first, setting)
        for finding in totals:
            self.note(finding)
        for finding in [] if is_approved else check_layout(segments, first, message.chunks, setting):
            if finding.code in _OF_LINES and finding.segment is not None:
                unit = lines[bisect_right(lines, finding.segment, key=_first_of) - 1]
                unit.findings = [*unit.findings, finding]
            else:
                self.note(finding)
        if message.chunks.ambiguous:
            detail = "A place between two lines can belong to the line before or to those after it."
            self.note(Finding("ambiguous-structure", detail, message.first))
        repaired = sum(segment.repaired for segment in message.segments)
        if repaired:
            first = next(i for i, segment in enumerate(message.segments) if segment.repaired)
            detail = f"{repaired} segments had lost a terminator and were parted again."
            self.note(Finding("repaired-segments", detail, first))

    def assemble(self) -> None:
        """Header and groups first, since lines inherit from them; then each line, proved or rejected."""
        message = self.message
        stated: dict[int, Unit] = {}
        doubtful: dict[int, Finding] = {}
        for unit in message.units:
            chunk = unit.chunks[0]
            if chunk.kind == "line":
                continue
            if unit.findings:
                is_of_all = chunk.kind == "header"  # of a group its own lines are refused, and those of others go on
                at = min(chunk.first, len(message.segments) - 1)
                unread = Finding(f"{chunk.kind}-not-proved", f"What the {chunk.kind} states could not be proved.", at)
                for finding in (*unit.findings, unread):
                    self.note(finding, counts=is_of_all)
                doubtful[id(chunk)] = unread
                continue
            stated[id(chunk)] = unit
        header = _lift_stated(stated.get(id(message.chunks.header)))
        try:
            self.header = read_header(message.segments, header, message.setting)
        except UnreadableValueError as problem:
            self.note(Finding(problem.code, str(problem), message.first))
        self.presumed = frozenset(self._presume(header, stated.values()))
        lines = [unit for unit in message.units if unit.chunks[0].kind == "line"]
        if not lines and self.header.get("function") != "cancellation":  # which may name nothing but its document
            if is_nil_report(message.segments, message.chunks, message.setting):
                self.note(Finding("nil-report", "The message says that it has no line.", message.first))
            else:
                self.note(Finding("message-without-lines", "The message has no line.", message.first))

        for unit in lines:
            if (above := doubtful.get(id(unit.chunks[0].group))) is not None:
                unit.findings = [*unit.findings, above]

        def build(unit: Unit) -> list[Line]:
            return self._build(unit, header, stated)

        kept: list[list[Line]] = []
        warnings = LineWarnings(self.header, message.envelope, message.setting.message_type)
        parties = read_parties(message.segments, message.chunks.header, message.setting.standard)
        sums = PlaceSums([party.id for party in parties if party.id])

        def build_all() -> Iterator[list[Line]]:
            for unit in lines:
                found = build(unit)
                for line in found:
                    warnings.note(line)
                    sums.note(line)
                if not message.is_long:
                    kept.append(found)
                yield found

        twice = repeated_stock(build_all())
        is_repeated = self._noted["repeated-block"] > 0  # a place that stands twice has the sum of the two
        if (total := sums.find_total()) and not is_repeated:
            detail = f"The place {total} has of each of its items what all others have together: it may be their total."
            self.note(Finding("total-beside-parts", detail, message.first))
        if short := sums.find_lost():
            detail = f"The place {short} has the items of another twice, in one order: the place of the second is lost."
            self.note(Finding("place-lost", detail, message.first))
        packed = sums.find_units()
        doubled = list(find_doubled(message, lines, lambda n: build(lines[n]) if message.is_long else kept[n], packed))
        for unit, finding in doubled:
            unit.findings = [finding]
        for number in sorted(twice):
            detail = "The same stock stands twice for one item, place and date."
            lines[number].findings = [Finding("repeated-stock", detail, lines[number].chunks[0].first)]
        refused = [unit for unit in lines if unit.findings]
        told = doubtful.values()  # of a group: once
        for unit in refused:
            for finding in unit.findings:
                if finding.code not in _NOT_PROVED or finding not in told:
                    self.note(finding, counts=finding.code in _OF_MESSAGE)
        rejected = RejectedAnew(refused, self._reject)
        self.rejected = rejected if message.is_long else list(rejected)
        if message.is_long:
            self.lines = LinesAnew([unit for unit in lines if not unit.findings], build)
        else:
            self.lines = [line for unit, found in zip(lines, kept, strict=True) if not unit.findings for line in found]
        if lines and not self.lines:
            self.note(Finding("no-line-proved", "Not one line of the message could be proved.", message.first))
        if refused and any(line.location_id is None for line in self.lines) and (lost := self._find_place(refused)):
            detail = (
                "A line that could not be proved names a place, and others none: which of them it is of is not known."
            )
            self.note(Finding("place-missing", detail, lost))
        if twice or doubled:  # they were counted, too
            warnings = LineWarnings(self.header, message.envelope, message.setting.message_type)
            for line in self.lines:
                warnings.note(line)
        self._warn(warnings)

    def _presume(self, header: Record, stated: Iterable[Unit]) -> Iterator[str]:
        segments, setting = self.message.segments, self.message.setting
        if "start" in header and segments[header["start"][0]].tag == "BIA":
            yield "start"
        places = [record["location"] for unit in stated if "location" in (record := _lift_stated(unit))]
        named = [segments[s] for s, _, _ in places if segments[s].tag in PLACES]
        if named and not setting.is_placed and all(place_role(segment, setting) == "weak" for segment in named):
            yield "location"

    def _find_place(self, units: Sequence[Unit]) -> int | None:
        """A place that some lines name, None where none of them does."""
        segments, setting = self.message.segments, self.message.setting
        inside = (i for unit in units for i in range(unit.chunks[0].first, unit.chunks[0].last))
        return next(
            (i for i in inside if segments[i].tag in PLACES and place_role(segments[i], setting) == "yes"), None
        )

    def _build(self, unit: Unit, header: Record, stated: Mapping[int, Unit]) -> list[Line]:
        """The lines of a proved unit, none where a finding stands against it; `stated` has the units of groups."""
        message, group = self.message, unit.chunks[0].group
        if unit.findings:
            return []
        try:
            lines = build_lines(
                message.segments, message.gather(unit),
                inherit(header, _lift_stated(stated.get(id(group))) if group else {}),
                message.setting, self.header.get("currency"), self._periods,
                transfer_of(message.segments, group.first, group.last) if group else "",
            )  # fmt: skip
        except UnreadableValueError as problem:
            unit.findings = [Finding(problem.code, str(problem), unit.chunks[0].first)]
            return []
        found = find_unlike(message.text, lines, unit.chunks[0].first)
        if found is None and self._dispute is not None:
            found = self._dispute(message, unit, lines)
        if found is not None:
            unit.findings = [found]
            return []
        return lines

    def _reject(self, unit: Unit) -> RejectedLine:
        message, chunk = self.message, unit.chunks[0]
        span = (message.segments[chunk.first].start, message.segments[chunk.last - 1].end)
        lin = next(
            (message.segments[i] for i in range(chunk.first, chunk.last) if message.segments[i].tag == "LIN"), None
        )
        return RejectedLine(
            text=message.text[span[0] : span[1]], span=span, line_number=(lin.value(0) or None) if lin else None,
            output=describe_answer(unit), problems=[self._make_problem(finding) for finding in unit.findings],
        )  # fmt: skip

    def _warn(self, warnings: LineWarnings) -> None:
        is_unread = any(self._noted[code] for code in _NOT_PROVED)
        for finding in warnings.findings():
            if is_unread and finding.code in _STATED_ABOVE:
                continue
            self.note(finding)
            self._is_unmapped = self._is_unmapped or finding.code == "unmapped-quantity-qualifier"
        if warnings.unplaced:
            named = find_referenced_places(self.message.segments, self.message.chunks, self.message.setting)
            if named:
                segment = self.message.segments[named[0]]
                detail = f"{segment.raw[:60]} may name the place of lines for which no other is stated."
                self.note(Finding("place-in-reference", detail, named[0]))

    @property
    def is_valid(self) -> bool:
        """Whether the message goes on, with what of it is proved."""
        return self.errors == 0

    @property
    def is_complete(self) -> bool:
        """Whether all of it goes on, and each quantity with a meaning."""
        return self.is_valid and not self.rejected and not self._is_unmapped

    @property
    def unstated(self) -> frozenset[str]:
        """The fields that some line has not, since nothing of the message states them by its standard."""
        return frozenset(name for name, codes in _UNSTATED.items() if any(self._noted[code] for code in codes))

    def outcome(self) -> tuple[Outcome, str]:
        """The outcome, and its document as canonical JSON."""
        self._count_unlisted()
        message, setting = self.message, self.message.setting
        reference = message.segments[message.first].value(setting.standard.reference_at)
        document = Document(
            standard=setting.standard.name,
            message_type=setting.message_type, version=setting.version or None,
            message_reference=None if message.is_body else reference or None, is_test=message.envelope.is_test,
            parties=read_parties(message.segments, message.chunks.header, setting.standard), lines=self.lines,
            **self.header,
        )  # fmt: skip
        dumped = dump_document(document)
        attempts = max((unit.tries for unit in message.units), default=0)
        log = [
            Attempt(number, unit.name, "model", READING, output, [self._as_problem(f) for f in findings])
            for unit in message.units if unit.tries > 1 or unit.findings for number, output, findings in unit.log
        ][:LOGGED]  # fmt: skip
        whole = Attempt(
            attempt=attempts, chunk=None, route="model", reading=READING, output=None,
            problems=[p for p in self.problems if p.severity == "error"][:20],
            compile_ms=round(1000 * message.seconds, 3),
        )  # fmt: skip
        outcome = Outcome(
            message_type=setting.message_type, is_valid=self.is_valid, is_complete=self.is_complete,
            document=document, rejected_lines=self.rejected, problems=self.problems, route="model", attempts=attempts,
            model_version=self.model_version, compiler_version=self.compiler_version,
            verification_hash=hash_document(message.text, dumped), attempt_log=[whole, *log],
        )  # fmt: skip
        return outcome, dumped

    def _as_problem(self, finding: Finding) -> Problem:
        severity = self.message.setting.reference.severity(finding.code, self.message.setting.partner)
        segment = finding.segment - self.message.first + 1 if finding.segment is not None else None
        return Problem(code=finding.code, severity=severity, segment=segment, detail=finding.detail)


def _lift_stated(unit: Unit | None) -> Record:
    """What a header or a group states, in the message; anew each time: half a kilobyte for each of many groups."""
    records = unit.records[0] if unit else ()
    return lift(unit.chunks[0], records[0]) if unit and records else {}
