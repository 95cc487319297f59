"""All plans: learnt from what the model read and the gatekeeper proved, tried first, revoked where they disagree."""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from udf.codec import Record
from udf.masks import mask, parse_shape
from udf.outcome import Envelope, Outcome, dump_problems
from udf.plans import PLANS_OF_A_PARTNER, PROOFS, Arrangement, Dialect, Kind, Plan, Status, arrange, name_plan
from udf.reference import Reference
from udf.replay import Piece, Replayed, find_pieces, replay
from udf.segments import Delimiters, Segment, announce, find_delimiters
from udf.shelves import Shelf
from udf.templates import UntraceableError
from udf.verdict import Message
from udf.writers import NotPlainError, UnknownShapeError

SHADOW = 64
"""One in so many messages that plans compile is read by the model as well."""
_PATIENCE = 20
"""Failures in a row after which a partner's messages are looked at for plans less often."""


class PlanRow(NamedTuple):
    """A plan as a row of silver.plans."""

    plan_id: str
    partner: str
    standard: str
    message_type: str
    version: str
    decimal_mark: str | None
    una: str | None
    delimiters: str
    """JSON: segment, element, component, release, repetition, decimal."""
    kind: Kind
    shape: str
    records: str
    """JSON: for each record, field to [segment, element, component], from 0."""
    mapping: str
    """The same for a person."""
    confidence: float
    proofs: int
    status: Status
    reason: str


class ArrangementRow(NamedTuple):
    """An arrangement that was proved, as a row of silver.arrangements: ids of plans, `order` as `group>line`."""

    header: str
    first: str
    last: str
    trailer: str
    order: tuple[str, ...]
    plans: tuple[str, ...]


class Disagreement(NamedTuple):
    """A message, named by the SHA-256 of its text, that plans and model read differently.

    The blamed plans are revoked, but for pinned ones.
    """

    content_sha256: str
    plans: tuple[str, ...]
    revoked: tuple[str, ...]
    detail: str


class PlanBook:
    """The plans of all partners, in one process."""

    def __init__(self, reference: Reference, shadow: int = SHADOW) -> None:
        self._reference = reference
        self._shadow = shadow
        self._shelves: dict[tuple[str | None, ...], Shelf] = {}
        self._by_id: dict[str, Plan] = {}
        self._changed: set[str] = set()
        self._disagreements: list[Disagreement] = []
        self._proved: list[ArrangementRow] = []

    def __len__(self) -> int:
        return len(self._by_id)

    @staticmethod
    def shelf_of(envelope: Envelope | None) -> tuple[str | None, ...]:
        """What an envelope tells of whose plans a message may have; as `Dialect.shelf`."""
        known = envelope or Envelope()
        version = (known.version or "") if known.standard == "X12" else ""
        return known.sender or "", known.una, known.decimal_mark, version

    # --- running ---------------------------------------------------------------------------------------------------

    def replay(self, text: str, envelope: Envelope | None) -> Replayed | None:
        """The message as its plans read it, None where it needs the model."""
        known = envelope or Envelope()
        shelf = self._shelves.get(self.shelf_of(known))
        if shelf is None:
            return None
        for longest_first in (False, True):
            try:
                replayed, plans = replay(shelf, text, find_pieces(shelf, text, longest_first), known)
            except UnknownShapeError:
                continue
            except (NotPlainError, UntraceableError):
                return None
            return replayed if shelf.is_proved(plans) and _is_sure(text, known, plans[0].dialect) else None
        return None

    def trace(self, text: str, envelope: Envelope | None, used: Sequence[str]) -> list[tuple[int, str]]:
        """Where each piece of a message begins that plans have compiled, and the id of its plan; `used` are all ids.

        Nothing where the plans have changed since.
        """
        shelf = self._shelves.get(self.shelf_of(envelope))
        if shelf is None:
            return []
        for longest_first in (False, True):
            try:
                pieces = [(match.start(), plan.plan_id) for plan, match in find_pieces(shelf, text, longest_first)]
            except UnknownShapeError:
                continue
            if {plan_id for _, plan_id in pieces} == set(used):
                return pieces
        return []

    def is_sampled(self, text: str) -> bool:
        """Whether the model reads this message too, although plans can: always the same answer for the same text."""
        return bool(self._shadow) and zlib.crc32(text.encode("utf-8", "surrogatepass")) % self._shadow == 0

    def compare(self, text: str, replayed: Replayed, outcome: Outcome, document: str | None) -> bool:
        """Whether the model's reading is that of the plans. Where it is not, they are revoked and it is noted."""
        if outcome.is_complete and document is not None and document == replayed.document:
            return True
        used = [self._by_id[plan_id] for plan_id in replayed.plans]
        blamed = _blame(used, replayed.document, document) if outcome.is_complete and document else used
        detail = "The model read a message otherwise than the plans did."
        self._revoke(blamed, text, detail)
        return False

    # --- learning --------------------------------------------------------------------------------------------------

    def learn(self, message: Message, outcome: Outcome, document: str) -> None:
        """Take plans from a message that the model read and the gatekeeper proved, or count it as their proof."""
        if not outcome.is_complete or message.segments[message.first].start:
            return
        dialect = _dialect_of(message)
        shelf = self._shelves.setdefault(dialect.shelf, Shelf(self._reference))
        if shelf.failures[dialect] > _PATIENCE and zlib.crc32(message.text.encode("utf-8", "surrogatepass")) % 16:
            return
        shelf.failures[dialect] += 1
        pieces = self._cut(shelf, message, dialect)
        if pieces is None:
            return
        plans = [plan for plan, _ in pieces]
        if any(one.kind == "group" and other.kind != "line" for one, other in pairwise(plans)):
            return  # whether a place without lines is told of depends on the place
        try:
            replayed, _ = replay(shelf, message.text, pieces, message.envelope)
        except (NotPlainError, UntraceableError):
            return
        if dump_problems(replayed.problems) != dump_problems(outcome.problems):
            return
        if replayed.document != document:
            blamed = _blame(plans, replayed.document, document)
            self._revoke(blamed, message.text, "It did not write what the model had read.")
            return
        shelf.failures[dialect] = 0
        if not shelf.is_proved(plans):
            shelf.prove(arrange(plans), frozenset(plans))
            self._proved.append(_write_arrangement(plans))
        for plan in set(plans):  # a message is one proof, however many of its lines have a plan's shape
            if plan.proofs < PROOFS:
                plan.proofs += 1
                self._changed.add(plan.plan_id)

    def _cut(self, shelf: Shelf, message: Message, dialect: Dialect) -> list[Piece] | None:
        """The plan of each piece of a message, known ones and new ones; None where one has none."""
        pieces: list[Piece] = []
        for kind, first, last, records, confidence in _pieces_of(message) or ():
            start = message.segments[first].start if pieces else 0
            stop = message.segments[last].start if last < len(message.segments) else len(message.text)
            plan = self._find(shelf, dialect, kind, message.text, start, stop)
            if plan is None:
                plan = self._make(shelf, message, dialect, kind, (first, last), (start, stop), records, confidence)
            elif plan.records != records and plan.status != "revoked":
                self._revoke([plan], message.text, "The model read one shape in two ways.")
            if plan is None or plan.status == "revoked":
                return None
            match = plan.pattern.fullmatch(message.text, start, stop)
            if match is None or plan.records != records:
                return None
            if not plan.runs:
                plan.confidence = min(plan.confidence, confidence)
            pieces.append((plan, match))
        return pieces if len(pieces) > 2 else None

    def _find(self, shelf: Shelf, dialect: Dialect, kind: Kind, text: str, start: int, stop: int) -> Plan | None:
        plans = shelf.headers if kind == "header" else \
            (shelf.trailers if kind == "trailer" else shelf.bodies).get(dialect, [])  # fmt: skip
        return next((plan for plan in plans if plan.kind == kind and plan.pattern.fullmatch(text, start, stop)), None)

    def _make(
        self, shelf: Shelf, message: Message, dialect: Dialect, kind: Kind, segments: tuple[int, int],
        span: tuple[int, int], records: tuple[Record, ...], confidence: float,
    ) -> Plan | None:  # fmt: skip
        if len(shelf) >= PLANS_OF_A_PARTNER:
            return None
        held = message.segments[segments[0] : segments[1]]
        if _states_more(kind, held, dialect):
            return None
        shape = mask(message.text, *span, held, dialect.delimiters)
        if shape is None:
            return None
        plan_id = name_plan(dialect, kind, str(shape), records)
        if plan_id in self._by_id:
            return self._by_id[plan_id]
        try:
            plan = Plan(plan_id, dialect, kind, shape, records, confidence)
        except (re.error, ValueError):
            return None
        if plan.tags != tuple(segment.tag for segment in held):
            return None
        self._put(shelf, plan)
        self._changed.add(plan_id)
        return plan

    def _put(self, shelf: Shelf, plan: Plan) -> None:
        shelf.put(plan)
        self._by_id[plan.plan_id] = plan

    def _revoke(self, blamed: Sequence[Plan], text: str, reason: str) -> None:
        """End plans for a message, but for pinned ones; what they have compiled is in doubt if one of them ran."""
        ran = any(plan.runs for plan in blamed)
        revoked = [plan for plan in blamed if plan.status != "pinned"]
        for plan in revoked:
            plan.status, plan.reason = "revoked", reason
            self._changed.add(plan.plan_id)
        if ran:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            names, ended = (tuple(plan.plan_id for plan in plans) for plans in (blamed, revoked))
            self._disagreements.append(Disagreement(digest, names, ended, reason))

    # --- keeping ---------------------------------------------------------------------------------------------------

    def load(self, rows: Iterable[PlanRow]) -> None:
        """Take plans from a table; what an operator said of one there holds over what is known here."""
        for row in rows:
            plan = self._by_id.get(row.plan_id)
            if plan is None:
                plan = _read_row(row)
                self._put(self._shelves.setdefault(plan.dialect.shelf, Shelf(self._reference)), plan)
            plan.status, plan.reason = row.status, row.reason
            plan.proofs = max(plan.proofs, row.proofs)

    def load_arrangements(self, rows: Iterable[ArrangementRow]) -> None:
        """Take proved arrangements from a table; those of plans that are not known are left out."""
        for row in rows:
            ids = (row.header, row.first, row.last, row.trailer, *row.plans)
            if all(plan_id in self._by_id for plan_id in ids):
                header, first, last, trailer, *plans = (self._by_id[plan_id] for plan_id in ids)
                order = frozenset(tuple(pair.split(">", 1)) for pair in row.order)
                shelf = self._shelves[header.dialect.shelf]
                shelf.prove(Arrangement(header, first, last, trailer, order), frozenset(plans))  # type: ignore[arg-type]

    def take_proved(self) -> list[ArrangementRow]:
        """Arrangements that were proved since this was last asked."""
        found, self._proved = self._proved, []
        return found

    def take_changed(self) -> list[PlanRow]:
        """Plans that are new or changed since this was last asked."""
        changed, self._changed = self._changed, set()
        return [_write_row(self._by_id[plan_id]) for plan_id in sorted(changed)]

    @property
    def has_disagreements(self) -> bool:
        """Something waits for `take_disagreements`."""
        return bool(self._disagreements)

    def take_disagreements(self) -> list[Disagreement]:
        """What plans and model have disagreed on since this was last asked."""
        found, self._disagreements = self._disagreements, []
        return found


_UNH = re.compile("UNH", re.IGNORECASE)


def _is_sure(text: str, envelope: Envelope, dialect: Dialect) -> bool:
    """Whether the reader finds the dialect's delimiters and version in a text whose segments all have known shapes.

    It takes an UNH within an X12 message for the beginning; otherwise the head decides, and the votes of the tags, of
    which each segment has one and a value that looks like one adds one at most.
    """
    if dialect.standard == "EDIFACT":
        is_plain = text.startswith("UNH")
    elif dialect.version != (envelope.version or ""):
        return False
    else:
        is_plain = text.startswith("ST") and _UNH.search(text) is None
    return is_plain or announce(find_delimiters(text), envelope.una) == dialect.delimiters


def _dialect_of(message: Message) -> Dialect:
    setting, envelope = message.setting, message.envelope
    return Dialect(
        setting.standard, setting.message_type, setting.version, setting.partner, setting.decimal_mark, envelope.una,
        message.delimiters,
    )  # fmt: skip


def _pieces_of(message: Message) -> list[tuple[Kind, int, int, tuple[Record, ...], float]] | None:
    """(kind, first segment, one after its last, records from its first segment, confidence) of each piece in turn.

    None where the pieces do not follow one another without a gap.
    """
    found: list[tuple[Kind, int, int, tuple[Record, ...], float]] = []
    for unit in message.units:
        chunk = unit.chunks[0]
        first = message.first if chunk.kind == "header" else chunk.first
        if unit.line is not None:
            lifted = unit.line.records
        else:
            lifted = [{n: (chunk.indices[s], e, c) for n, (s, e, c) in record.items()} for record in unit.records[0]]
        records = tuple({n: (s - first, e, c) for n, (s, e, c) in record.items()} for record in lifted)
        found.append((chunk.kind, first, chunk.last, records, unit.confidence))  # type: ignore[arg-type]
    found.sort(key=lambda piece: piece[1])
    if any(one[2] != other[1] for one, other in pairwise(found)) or found[-1][2] >= len(message.segments):
        return None
    return [*found, ("trailer", found[-1][2], len(message.segments), (), 1.0)]


def _states_more(kind: Kind, held: Sequence[Segment], dialect: Dialect) -> bool:
    """Whether a piece speaks of others: a total over the lines, an item's type that only another line proves."""
    tags = {segment.tag for segment in held}
    if kind == "trailer":
        return False
    if not tags.isdisjoint(("CNT", "CTT")) or (kind != "line" and not tags.isdisjoint(("QTY", "ZA"))):
        return True
    if dialect.message_type == "867" and any(segment.tag == "QTY" and segment.value(0) == "TO" for segment in held):
        return True
    lins = (segment for segment in held if segment.tag == "LIN" and dialect.standard == "X12")
    return any(lin.value(e) and not lin.value(e + 1) for lin in lins for e in range(1, len(lin.elements), 2))


def _blame(plans: Sequence[Plan], written: str, right: str) -> list[Plan]:
    """The plans to which the first difference of two documents can be due: all of them where it is in the header."""
    one, other = (json.loads(text) for text in (written, right))
    own, meant = one.pop("lines"), other.pop("lines")
    if one != other or len(own) != len(meant):
        return list(dict.fromkeys(plans))
    lines = [plan for plan in plans if plan.kind == "line" for _ in plan.records]
    if len(lines) != len(own):  # one of each, as a replayed message names its plans
        return list(dict.fromkeys(plans))
    wrong = {
        plan for plan, a, b in zip(lines, own, meant, strict=True)
        if a != b
    }  # fmt: skip
    return [plan for plan in dict.fromkeys(plans) if plan in wrong]


def _write_row(plan: Plan) -> PlanRow:
    dialect, marks = plan.dialect, plan.dialect.delimiters
    delimiters = [marks.segment, marks.element, marks.component, marks.release, marks.repetition, marks.decimal]
    return PlanRow(
        plan.plan_id, dialect.partner, dialect.standard, dialect.message_type, dialect.version, dialect.decimal_mark,
        dialect.una, json.dumps(delimiters), plan.kind, str(plan.shape), json.dumps(plan.records), plan.describe(),
        plan.confidence, plan.proofs, plan.status, plan.reason,
    )  # fmt: skip


def _write_arrangement(plans: Sequence[Plan]) -> ArrangementRow:
    known = arrange(plans)
    return ArrangementRow(
        known.header.plan_id, known.first.plan_id, known.last.plan_id, known.trailer.plan_id,
        tuple(sorted(">".join(pair) for pair in known.order)), tuple(sorted({plan.plan_id for plan in plans})),
    )  # fmt: skip


def _read_row(row: PlanRow) -> Plan:
    segment, element, component, release, repetition, decimal = json.loads(row.delimiters)
    delimiters = Delimiters(
        row.standard, segment, element, component, release, repetition, decimal  # type: ignore[arg-type]
    )  # fmt: skip
    dialect = Dialect(
        row.standard, row.message_type, row.version, row.partner, row.decimal_mark, row.una, delimiters
    )  # fmt: skip
    records: list[dict[str, Any]] = json.loads(row.records)
    return Plan(
        row.plan_id, dialect, row.kind, parse_shape(row.shape, delimiters),
        tuple({name: (s, e, c) for name, (s, e, c) in record.items()} for record in records),
        float(row.confidence), row.proofs, row.status, reason=row.reason,
    )  # fmt: skip
