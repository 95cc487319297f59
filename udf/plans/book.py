"""All plans: learnt from what the model read and the gatekeeper proved, tried first, revoked where they disagree."""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice, pairwise
from typing import NamedTuple

from udf.edi.delimiters import announce, find_delimiters
from udf.edi.segments import Segment
from udf.message import Message
from udf.outcome import Envelope, Outcome, dump_problems
from udf.plans.partner import Shelf
from udf.plans.plan import PLANS_OF_A_PARTNER, PROOFS, Arrangement, Dialect, Kind, Plan, arrange, name_plan
from udf.plans.profiles import Seen, gather, may_be_swapped
from udf.plans.replay import Piece, Replayed, find_pieces, replay
from udf.plans.rows import ArrangementRow, PlanRow, read_row, write_arrangement, write_row
from udf.plans.shapes import mask
from udf.plans.templates import UntraceableError
from udf.plans.writers import NotPlainError, UnknownShapeError, UnusualError
from udf.reading import Record
from udf.standards.reference import Reference

SHADOW = 64
"""One in so many messages that plans compile is read by the model as well."""
_A_LOOK = 20
"""Pieces of a message that are looked at where all its values are written as usual."""
_PATIENCE = 20
"""Failures in a row after which a partner's messages are looked at for plans less often."""


class Disagreement(NamedTuple):
    """A message, named by the SHA-256 of its text, that plans and model read differently, or in another dialect.

    The blamed plans are revoked, but for pinned ones.
    """

    content_sha256: str
    plans: tuple[str, ...]
    revoked: tuple[str, ...]
    """Those of them whose outcomes are made again: none where the dialect has changed since."""
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

    def replay(self, text: str, envelope: Envelope | None) -> Replayed | None:
        """The message as its plans read it, None where it needs the model."""
        known = envelope or Envelope()
        shelf = self._shelves.get(self.shelf_of(known))
        if shelf is None:
            return None
        try:
            found = _replay(shelf, text, known)
        except UnusualError:
            return self._replay_unusual(shelf, text, known)
        if found is None:
            return None
        replayed, header, longest_first = found
        customs = shelf.customs[header.dialect]
        if customs.let_pass():
            if customs.is_open:
                self._changed.add(header.plan_id)
            return replayed
        look = _gather(islice(_known_pieces(shelf, text, longest_first), _A_LOOK))
        return replayed if look is None or self._is_customary(shelf, text, *look) else None

    def _replay_unusual(self, shelf: Shelf, text: str, envelope: Envelope) -> Replayed | None:
        """A message of known shapes in which a value is not written as usual."""
        found = _replay(shelf, text, envelope, is_wide=True)
        values = _gather(_known_pieces(shelf, text, found is not None and found[2]))
        if values is None:
            return None
        is_proved = found is not None and not may_be_swapped(values[1])
        return found[0] if self._is_customary(shelf, text, *values, is_proved) and found and is_proved else None

    def _is_customary(
        self, shelf: Shelf, text: str, header: Plan, found: Mapping[str, Seen], is_proved: bool = True
    ) -> bool:
        """Whether the values of a message are of its partner's dialect; if so they are learnt where they are proved.

        If not, the plans that read what has changed are revoked. What they have compiled stands: it was customary.
        """
        dialect = header.dialect
        customs = shelf.customs[dialect]
        is_news = not customs.is_settled
        changed = customs.judge(found, is_proved)
        if shelf.keep_to_customs(dialect) or is_news or changed or customs.is_open:
            self._changed.add(header.plan_id)
        if not changed:
            return True
        blamed = [
            plan for plan in shelf.plans_of(dialect)
            if plan.runs and any(role in changed for _, role, _ in plan.watched)
        ]  # fmt: skip
        what = "; ".join(f"{role}: {change}" for role, change in sorted(changed.items()))
        detail = (
            f"The partner {dialect.partner or 'without a name'} may have changed its {dialect.message_type}. {what}."
        )
        self._revoke(blamed, text, detail, takes_back=False)
        return False

    def trace(self, text: str, envelope: Envelope | None, used: Sequence[str]) -> list[tuple[int, str]]:
        """Where each piece of a message begins that plans have compiled, and the id of its plan; `used` are all ids.

        Nothing where the plans have changed since.
        """
        shelf = self._shelves.get(self.shelf_of(envelope))
        if shelf is None:
            return []
        for longest_first in (False, True):
            try:
                found = find_pieces(shelf, text, longest_first, is_wide=True)
                pieces = [(match.start(), plan.plan_id) for plan, match in found]
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
        values = _gather(pieces)
        if values is None or not self._is_customary(shelf, message.text, *values):
            return
        if not shelf.is_proved(plans):
            shelf.prove(arrange(plans), frozenset(plans))
            self._proved.append(write_arrangement(plans))
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
        plan.keep_to(shelf.customs[plan.dialect])
        self._by_id[plan.plan_id] = plan

    def _revoke(self, blamed: Sequence[Plan], text: str, reason: str, takes_back: bool = True) -> None:
        """End plans for a message, but for pinned ones; if one of them ran, it is reported.

        `takes_back` where what they have compiled is in doubt.
        """
        ran = any(plan.runs for plan in blamed)
        revoked = [plan for plan in blamed if plan.status != "pinned"]
        for plan in revoked:
            plan.status, plan.reason = "revoked", reason
            self._changed.add(plan.plan_id)
        if ran:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            names, ended = (tuple(plan.plan_id for plan in plans) for plans in (blamed, revoked))
            self._disagreements.append(Disagreement(digest, names, ended if takes_back else (), reason))

    def load(self, rows: Iterable[PlanRow]) -> None:
        """Take plans from a table; what an operator said of one there holds over what is known here."""
        for row in rows:
            plan = self._by_id.get(row.plan_id)
            if plan is None:
                plan = read_row(row)
                self._put(self._shelves.setdefault(plan.dialect.shelf, Shelf(self._reference)), plan)
            plan.status, plan.reason = row.status, row.reason
            plan.proofs = max(plan.proofs, row.proofs)
            shelf = self._shelves[plan.dialect.shelf]
            if row.customs != "{}" and shelf.customs[plan.dialect].take(row.customs):
                shelf.keep_to_customs(plan.dialect)

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
        plans = [self._by_id[plan_id] for plan_id in sorted(changed)]
        return [write_row(plan, self._shelves[plan.dialect.shelf].customs[plan.dialect]) for plan in plans]

    @property
    def has_disagreements(self) -> bool:
        """Something waits for `take_disagreements`."""
        return bool(self._disagreements)

    def take_disagreements(self) -> list[Disagreement]:
        """What plans and model have disagreed on since this was last asked."""
        found, self._disagreements = self._disagreements, []
        return found


def _replay(shelf: Shelf, text: str, envelope: Envelope, is_wide: bool = False) -> tuple[Replayed, Plan, bool] | None:
    """The message as its plans read it, its header's plan, and whether the longest shapes had to go first."""
    for longest_first in (False, True):
        try:
            replayed, plans = replay(shelf, text, find_pieces(shelf, text, longest_first, is_wide), envelope)
        except UnusualError:
            raise
        except UnknownShapeError:
            continue
        except (NotPlainError, UntraceableError):
            return None
        is_known = shelf.is_proved(plans) and _is_sure(text, envelope, plans[0].dialect)
        return (replayed, plans[0], longest_first) if is_known else None
    return None


def _known_pieces(shelf: Shelf, text: str, longest_first: bool) -> Iterator[Piece]:
    """The pieces of a text as far as plans know them: after another reading, other habits may end at another piece."""
    with suppress(UnknownShapeError):
        yield from find_pieces(shelf, text, longest_first, is_wide=True)


def _gather(pieces: Iterable[Piece]) -> tuple[Plan, dict[str, Seen]] | None:
    """The header's plan, and what the values of all pieces are like; None where there are no pieces."""
    following = iter(pieces)
    first = next(following, None)
    if first is None:
        return None
    header, match = first
    return header, gather((plan.watched, m.groups()) for plan, m in chain([(header, match)], following))


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
        setting.standard.name, setting.message_type, setting.version, setting.partner, setting.decimal_mark,
        envelope.una, message.delimiters,
    )  # fmt: skip


def _pieces_of(message: Message) -> list[tuple[Kind, int, int, tuple[Record, ...], float]] | None:
    """(kind, first segment, one after its last, records from its first segment, confidence) of each piece in turn.

    None where the pieces do not follow one another without a gap.
    """
    found: list[tuple[Kind, int, int, tuple[Record, ...], float]] = []
    for unit in message.units:
        chunk = unit.chunks[0]
        first = message.first if chunk.kind == "header" else chunk.first
        if chunk.kind == "line":
            lifted = message.gather(unit).records
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
