"""Plans: what the model has learnt of a partner, kept as mappings that run without it.

A *plan* belongs to one partner, message type and version and holds the shape of one piece of a message (its header, a
group, a line, its trailer) with the places of the fields in it. It is a candidate until the model's own reading of
`PROOFS` messages or lines, proved by the gatekeeper, has given the same JSON; then it runs alone. An operator can
approve it at once, pin it (a disagreement is reported and does not end it) or revoke it for good.

What a whole message's layout means is a question of which pieces stand in it and in which order, so that is learnt as
well: an *arrangement* of plans runs only where the compiler has proved one like it in full.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from udf.edi.delimiters import Delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.gatekeeper.values import NO_NOUGHT
from udf.plans.doubts import Span, find_restated_periods, has_unlisted_type
from udf.plans.features import is_split, name_role
from udf.plans.profiles import Profile
from udf.plans.shapes import Shape, Slot, locate, slot_pattern
from udf.reading import Record
from udf.standards.dates import date_form
from udf.standards.message_types import STANDARDS
from udf.standards.open_values import may_state_openly
from udf.standards.places import PLACES, signature
from udf.standards.reference import Reference
from udf.standards.setting import Setting

PROOFS = 3
"""Readings by the model that a plan must agree with before it runs alone."""

Kind = Literal["header", "group", "line", "trailer"]
Status = Literal["candidate", "approved", "pinned", "revoked"]


class Dialect(NamedTuple):
    """What plans are learnt for: one partner's messages of one type and version, in one syntax."""

    standard: str
    message_type: str
    version: str
    partner: str
    decimal_mark: str | None
    una: str | None
    delimiters: Delimiters
    decisions: tuple[int, ...] = ()
    """What people had decided for it when it was read (ids of silver.reviews): under others it is another dialect."""

    @property
    def partner_key(self) -> tuple[str | None, ...]:
        """What the envelope of its messages tells of whose plans they may have."""
        return self.partner, self.una, self.decimal_mark, self.version if self.standard == "X12" else ""

    def setting(self, reference: Reference) -> Setting:
        standard = STANDARDS[self.standard]
        decided = reference.decided(self.partner, self.message_type)
        return Setting(standard, self.message_type, self.version, self.partner, self.decimal_mark, decided)


@dataclass(slots=True, eq=False)
class Plan:
    """A shape and where its fields stand: `records` as the model gave them, counted from the piece's first segment."""

    plan_id: str
    dialect: Dialect
    kind: Kind
    shape: Shape
    records: tuple[Record, ...]
    setting: Setting
    confidence: float = 1.0
    proofs: int = 0
    status: Status = "candidate"
    pattern: re.Pattern[str] = field(init=False)
    narrow: re.Pattern[str] = field(init=False)
    """As `pattern`, of texts whose values are written as the partner writes them (`udf.plans.profiles`)."""
    watched: tuple[tuple[int, str, Slot], ...] = field(init=False)
    """Slots whose writing is watched, counted from 0, with their role."""
    segments: Sequence[Segment] = field(init=False)
    """Those of the shape, filled with made-up values."""
    tags: tuple[str, ...] = field(init=False)
    """Theirs."""
    has_period: bool = field(init=False)
    """Whether it states the first day of a period (DTM 2005, 374)."""
    is_dated: bool = field(init=False)
    """Whether it states a period or a day of its own."""
    codes: frozenset[str] = field(init=False)
    """What its QTY segments hold as qualifiers, where they state a quantity."""
    texts: tuple[int, ...] = field(init=False)
    """Its text slots, counted from 0."""
    label: str = field(init=False)
    """Its kind and the roles of the places in it."""
    periods: tuple[tuple[tuple[int, str], tuple[int, str]], ...] = field(init=False)
    """First and last date of each period that its records name: slots, counted from 0, with their forms."""
    restated: tuple[Span, ...] = field(init=False)
    """Where it states one period in several ways."""
    is_doubtful: bool = field(init=False)
    """Whether there is more to ask of its values, by the segments of each text (`udf.plans.doubts`)."""
    is_open: bool = field(init=False)
    """Whether a value of it above the lines may be the day or place that they do not state."""
    reason: str = ""
    """Why it was revoked."""
    _slots: dict[tuple[int, int], int] = field(init=False)
    """The slots of the shape by where they stand in it, filled."""
    _narrowed: dict[int, str] = field(default_factory=dict, init=False)
    _found: dict[tuple[int, int, int], int | str] = field(default_factory=dict, init=False)
    """What `component` has found, since each message asks for its trailer's."""

    def __post_init__(self) -> None:
        self.pattern = self.narrow = self.shape.compile()
        text, filled = self.shape.fill(0)
        self.segments = read = read_segments(text, self.dialect.delimiters)
        self._slots = {(start, end): number for number, (start, end, _) in enumerate(filled)}
        self.watched = tuple(self._watch())
        self.tags = tuple(segment.tag for segment in read)
        stated = (segment for segment in read if segment.tag == "QTY" and (segment.value(0, 1) or segment.value(1)))
        self.codes = frozenset(segment.value(0) for segment in stated)
        self.texts = tuple(number for number, slot in enumerate(self.shape.slots) if slot.kind == "text")
        self.label = " ".join([self.kind, *sorted({" ".join(signature(s)) for s in read if s.tag in PLACES})])
        dates = (segment.value(0) for segment in read if segment.tag == "DTM")
        self.has_period = any(self.setting.date_role("DTM", code) == "period_start" for code in dates)
        self.is_dated = any("start" in record or "end" in record for record in self.records)
        pairs = ((record["start"], record["end"]) for record in self.records if {"start", "end"} <= record.keys())
        found: list[tuple[tuple[int, str], tuple[int, str]]] = []
        for start, end in pairs:
            first, last = self.component(*start), self.component(*end)
            if isinstance(first, int) and isinstance(last, int):
                found.append(((first, date_form(read[start[0]], start)), (last, date_form(read[end[0]], end))))
            elif isinstance(first, int) or isinstance(last, int):
                raise ValueError("one end of a period is a value and the other is not")
        self.periods = tuple(dict.fromkeys(found))
        activities = sorted({record["qualifier"][0] for record in self.records if "qualifier" in record})
        self.restated = tuple(find_restated_periods(read, activities, self.setting))
        texts = [at for span, at in locate(read) if self._slots.get(span) in self.texts]
        self.is_doubtful = bool(self.restated) or has_unlisted_type(read, texts, self.setting)
        filled_in = {s for span, (s, _, _) in locate(read) if span in self._slots}
        self.is_open = self.kind != "line" and any(may_state_openly(read[s], self.setting) for s in filled_in)

    @property
    def runs(self) -> bool:
        """Whether it may run without the model."""
        if self.status == "candidate":
            return self.proofs >= PROOFS
        return self.status != "revoked"

    def _watch(self) -> Iterator[tuple[int, str, Slot]]:
        for span, (s, e, c) in locate(self.segments):
            if span in self._slots:
                number = self._slots[span]
                slot = self.shape.slots[number]
                role = name_role(self.segments[s], e, c, slot)
                if role is not None:
                    yield number, role, slot

    def keep_to(self, profile: Profile) -> bool:
        """Let it run alone on what fits the profile of its dialect; whether that is something else than before."""
        narrowed: dict[int, str] = {}
        for number, role, slot in self.watched:
            pattern = profile.pattern(role, slot)
            if is_split(role) and slot.kind == "number":
                pattern = NO_NOUGHT + (pattern or slot_pattern(slot, self.dialect.delimiters))
            if pattern:
                narrowed[number] = pattern
        if narrowed == self._narrowed:
            return False
        self._narrowed = narrowed
        self.narrow = self.shape.compile(narrowed) if narrowed else self.pattern
        return True

    def component(self, segment: int, element: int, component: int = 0) -> int | str:
        """What stands in a component of the shape: the number of its slot, or the text itself."""
        at = segment, element, component
        known = self._found.get(at)
        if known is None:
            found = self.segments[segment]
            text = found.value(element, component)
            known = self._slots.get(found.component_span(element, component), text) if text else ""
            self._found[at] = known
        return known

    def describe(self) -> str:
        """The mapping for a person: `quantity = QTY 1.2 after 153, item = LIN 3.1 …`, a record each."""
        return "; ".join(
            ", ".join(f"{name} = {_describe(self.segments[s], e, c)}" for name, (s, e, c) in record.items())
            for record in self.records
        )


def _describe(segment: Segment, element: int, component: int) -> str:
    code = segment.value(0)
    after = f" where {segment.tag} 1.1 is {code}" if code and (element, component) != (0, 0) and len(code) < 4 else ""
    return f"{segment.tag} {element + 1}.{component + 1}{after}"


def name_plan(dialect: Dialect, kind: str, shape: str, records: Sequence[Record]) -> str:
    """A plan's name: the same for the same piece of knowledge, wherever it is learnt."""
    known = [
        dialect.standard, dialect.message_type, dialect.version, dialect.partner, dialect.decimal_mark, dialect.una,
        dialect.decisions, kind, shape, [sorted(record.items()) for record in records],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(known, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Arrangement(NamedTuple):
    """What the checks of a message's layout see of it, but for the set of its plans."""

    header: Plan
    first: Plan
    last: Plan
    trailer: Plan
    order: frozenset[tuple[Kind, str]]
    """Any two neighbours: the kind of the first and, as a place that returns between lines opens groups before
    them, the label of the second where it is a group, else its kind."""


def arrange(plans: Sequence[Plan]) -> Arrangement:
    """The arrangement of a message's plans, from its header to its trailer."""
    labels = ((one.kind, other.label if other.kind == "group" else other.kind) for one, other in pairwise(plans))
    order = frozenset(labels)
    return Arrangement(plans[0], plans[1], plans[-2], plans[-1], order)
