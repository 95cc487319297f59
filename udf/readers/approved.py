"""The reading of messages by what a person has approved of their partner's layouts, without any model.

A message that is laid out like an approved one is read as that was, and held to the invariants and to its own counts
and sums as any other. One that is meant so and is not goes nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from udf.findings import Finding
from udf.gatekeeper.invariants import find_violation
from udf.gatekeeper.repetition import judge_repetition
from udf.gatekeeper.states import find_states
from udf.gatekeeper.syntax import find_malformed
from udf.gatekeeper.unread import find_unread
from udf.layouts.layout import ABOVE, Layout, key_of, read_layout
from udf.layouts.parts import LaidOut, Part, UnlikeError
from udf.layouts.reading import read_by
from udf.message import LineRecords, Message, Unit
from udf.reading import Record
from udf.standards.chunks import Chunk, Chunks
from udf.standards.edifact import EDIFACT
from udf.standards.header import header_fields
from udf.standards.items import WITHDRAWN
from udf.standards.reference import Decision, Reference
from udf.standards.setting import Setting

UNLIKE = "layout-unlike"
"""The problem of a message that is meant as an approved layout and is not laid out like it."""
AMBIGUOUS = "layouts-disagree"
"""The problem of a message that two approved layouts read differently."""


class ApprovedReader:
    """Reads messages by the approved layouts of their partners; each is made ready once."""

    def __init__(self) -> None:
        self._ready: dict[int, tuple[Decision, Layout, Reference]] = {}

    def read(self, message: Message) -> tuple[Message | None, int, Sequence[Finding]]:
        """The message with its parts as an approved layout reads them, and the review that approved it.

        None for one that no approved layout reads, with what stands against it where one was meant: nothing where the
        message has nothing of them.
        """
        found: list[tuple[int, Message, LaidOut]] = []
        refused: list[Finding] = []
        for decision in message.setting.reference.layouts:
            try:
                layout, setting = self._prepare(decision, message.setting)
            except (KeyError, TypeError, ValueError) as fault:  # whatever a row holds that somebody has written
                detail = f"What review {decision.review_id} has approved cannot be read: {type(fault).__name__}."
                refused.append(Finding(UNLIKE, detail, message.first))
                continue
            try:
                laid = read_by(layout, message.segments, setting)
                _hold(message, layout, laid, setting)
            except UnlikeError as error:
                if is_meant(decision, layout, message, setting):
                    refused.append(_refuse(decision, error))
                continue
            found.append((decision.review_id, _arrange(message, laid, setting), laid))
        if not found:
            return None, 0, refused
        review, first, laid = found[-1]
        for other, _, also in found[:-1]:
            if _records_of(also) != _records_of(laid):
                detail = f"Reviews {other} and {review} have approved two ways to read it: withdraw one of them."
                return None, 0, [Finding(AMBIGUOUS, detail, message.first)]
        return first, review, ()

    def _prepare(self, decision: Decision, setting: Setting) -> tuple[Layout, Setting]:
        """The layout of a decision, and the setting with the meanings that were approved with it."""
        known = self._ready.get(decision.review_id)
        if known is None or known[0] != decision or known[2] is not setting.reference:
            known = decision, read_layout(decision.row["plan"]), setting.reference
            self._ready[decision.review_id] = known
        meanings = tuple(_read_meanings(decision))
        reference = setting.reference.with_meanings(meanings) if meanings else setting.reference
        return known[1], replace(setting, reference=reference, is_placed=False)


def _read_meanings(decision: Decision) -> Iterator[Decision]:
    """What the decision says of codes, as decisions of their kind."""
    for row in decision.row.get("meanings", ()):
        yield Decision(decision.review_id, "code", decision.partner, decision.message_type, {"version": "", **row})


def is_meant(decision: Decision, layout: Layout, message: Message, setting: Setting) -> bool:
    """Whether a message has anything by which the layout differs from the standard.

    A segment, a code that got its meaning with it, or lines without LIN.
    """
    codes = {(row["segment"], row["code"]) for row in decision.row.get("meanings", ())}
    segments = message.segments
    if any(
        (segment.tag, segment.value(0)) in codes or key_of(segment, setting.standard, layout.bare) in layout.own
        for segment in segments
    ):
        return True
    return all(key[0] not in _OPENERS for key in layout.lines) and not any(s.tag in _OPENERS for s in segments)


_OPENERS = ("LIN", "GIS", "GEI")


def _refuse(decision: Decision, error: UnlikeError) -> Finding:
    detail = f"It is not laid out as review {decision.review_id} has approved: {error}"
    return Finding(UNLIKE, detail, error.segment)


def _records_of(laid: LaidOut) -> list[list[Record]]:
    return [[line.above(laid.header) | record for record in line.records] for line in laid.lines]


def _hold(message: Message, layout: Layout, laid: LaidOut, setting: Setting) -> None:
    """The reading is held to what must be true of any. Raises UnlikeError."""
    lines = [
        (line.first, line.last, [_whole(line.above(laid.header), record) for record in line.records])
        for line in laid.lines if line.records
    ]  # fmt: skip
    if not lines:
        raise UnlikeError("No line has a quantity.", message.first)
    if (fault := find_violation(message.segments, lines, setting)) is not None:
        raise UnlikeError(fault, message.first)
    strange = {key[0] for key in layout.own}
    for part in (laid.header, *laid.groups, *laid.lines):
        own = [i for i in range(part.first, part.last) if message.segments[i].tag not in strange]
        if found := find_malformed(message.segments, own, setting):
            raise UnlikeError(found[0].detail, found[0].segment or part.first)
    for line in laid.lines:
        records = LineRecords(line.first, line.last, line.records)
        found = find_unread(message.segments, line.first, line.last, setting)
        if all("qualifier" in record for record in line.records):
            stated = [_whole(line.above(laid.header), record) for record in line.records]
            found = found or judge_repetition(message.segments, line.first, line.last, stated, setting)
        found = found or find_states(message.segments, records, setting)
        if found:
            raise UnlikeError(found[0].detail, found[0].segment or line.first)
        for index in range(line.first, line.last):
            segment = message.segments[index]
            if setting.standard is EDIFACT and segment.tag == "LIN" and segment.value(1) in WITHDRAWN:
                raise UnlikeError(f"LIN 1229 is {segment.value(1)}: the line {WITHDRAWN[segment.value(1)]}.", index)


def _whole(above: Record, record: Record) -> Record:
    inherited = {name: at for name, at in above.items() if name in ABOVE}
    for name, farther in (("location", "location_type"), ("start", "end")):
        if name in record:
            inherited.pop(farther, None)
    return inherited | record


def _arrange(message: Message, laid: LaidOut, setting: Setting) -> Message:
    """The message cut as its layout cuts it, with what was read of each part."""
    segments = message.segments
    chunks: dict[int, Chunk] = {}
    units: list[Unit] = []
    for number, part in enumerate(sorted([laid.header, *laid.groups, *laid.lines], key=_order)):
        chunk = Chunk(part.kind, segments, range(part.first, part.last), part.first, part.last)
        chunks[id(part)] = chunk
        record = dict(part.record)
        if number == 0:
            record = header_fields(segments, chunk, setting) | record
        records = part.records if part.kind == "line" else [record] if record else []
        unit = Unit([chunk], [[_lower(part, one) for one in records]])
        if part.kind == "line":
            unit.line = LineRecords(part.first, part.last, part.records)
            if not part.records:
                unit.findings = [Finding("line-without-quantity", "The line states no quantity.", part.first)]
        units.append(unit)
    for number, line in enumerate(laid.lines, 1):
        chunks[id(line)].line = number
        chunks[id(line)].group = chunks[id(line.group)] if line.group else None
    cut = Chunks(chunks[id(laid.header)], [chunks[id(p)] for p in laid.groups], [chunks[id(p)] for p in laid.lines])
    return replace(message, setting=setting, chunks=cut, units=units)


def _order(part: Part) -> tuple[int, bool]:
    return part.first, part.kind != "header"


def _lower(part: Part, record: Mapping[str, Any]) -> Record:
    return {name: (s - part.first, e, c) for name, (s, e, c) in record.items()}
