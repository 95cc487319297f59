"""A message under construction and what it states: its truth, before any code has read the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from udf.reading import FIELDS, Record
from udf.standards.chunks import Chunk
from udf.standards.structure import split_message
from udf.train.corpus.prices import PRICE_AT, choose_price, component, run_of
from udf.train.corpus.values import decimal_of

Element = str | list[str]


@dataclass(slots=True, eq=False)
class DraftSegment:
    """A segment of a draft; references point at the object, so that segments may still move."""

    tag: str
    elements: list[list[str]]


Reference = tuple[DraftSegment, int, int]
"""(segment, element, component), from 0."""


@dataclass(slots=True)
class Draft:
    """A generated message: segments, what header and groups state, and the records its lines hold."""

    message_type: str
    segments: list[DraftSegment] = field(default_factory=list)
    statements: list[tuple[str, Reference]] = field(default_factory=list)
    records: list[dict[str, Reference]] = field(default_factory=list)
    whole: list[dict[str, Reference]] = field(default_factory=list)
    """The records with what stood above them when they were written: the truth, before any code has read the text."""
    delimiters: str = ""
    version: str = ""
    reference: str = ""
    groups: list[int] = field(default_factory=list)
    """How many records each line group holds; none where it states no quantity, and is rejected by name."""
    header: dict[str, Reference] = field(default_factory=dict)
    """What the header states of the document: its number, date, function, currency and period."""
    sale_period: tuple[Reference, Reference] | None = None
    """The header's period, where a stock date stands beside it: what was sold was sold in it."""
    _above: dict[str, Reference] = field(default_factory=dict)

    def add(self, tag: str, *elements: Element) -> DraftSegment:
        segment = DraftSegment(tag, [[e] if isinstance(e, str) else list(e) for e in elements])
        self.segments.append(segment)
        return segment

    def add_line(self, records: list[dict[str, Reference]]) -> None:
        """Note the records of a line, with what the header and the group above it state."""
        self.groups.append(len(records))
        above = {name: ref for name, ref in self._above.items() if name in _INHERITED}
        for record in records:
            own = {name: reference for name, reference in record.items() if stands(reference)}
            outer = dict(above)
            for nearer, farther in (("location", "location_type"), ("start", "end")):
                if nearer in own:
                    outer.pop(farther, None)
            self.whole.append(outer | own)
        self.records += records

    @property
    def gaps(self) -> int:
        """Lines that state no quantity: they are rejected by name, and the rest goes on."""
        return self.groups.count(0)

    def close_header(self) -> None:
        """Note what has been stated up to here as the document's."""
        self.header = dict(self._above)

    def state(self, **fields: Reference | None) -> None:
        """Note fields that the header or a group states for all lines below."""
        for name, reference in fields.items():
            if stands(reference):
                self.statements.append((name, reference))  # type: ignore[arg-type]
                self._above[name] = reference  # type: ignore[assignment]
            elif name in ("location_type", "end"):
                self._above.pop(name, None)


_INHERITED = ("location", "location_type", "start", "end")


def stands(reference: Reference | None) -> bool:
    """True where the reference points at a component that is there and not empty."""
    if reference is None:
        return False
    segment, e, c = reference
    return e < len(segment.elements) and c < len(segment.elements[e]) and bool(segment.elements[e][c])


def label(draft: Draft, chunk: Chunk) -> list[Record]:
    """The right answer for a chunk of the draft: its own statements alone, since Python inherits the rest."""
    place = {id(segment): number for number, segment in enumerate(chunk.segments)}
    if chunk.kind != "line":
        record: Record = {}
        for name, (segment, e, c) in draft.statements:
            if id(segment) in place:
                record[name] = (place[id(segment)], e, c)
        if "location" in record:  # a nearer place has no code list: the farther one's must not stay
            last = [(n, r) for n, r in draft.statements if n in ("location", "location_type") and id(r[0]) in place]
            if last[-1][0] == "location":
                record.pop("location_type", None)
        return [record] if record else []
    records = []
    for entry in draft.records:
        quantity = entry["quantity"]
        number = place.get(id(quantity[0]))
        if number is None or (chunk.carried and number < chunk.carried):
            continue
        entry = prefer_price(draft, entry)
        records.append({
            name: (place[id(entry[name][0])], *entry[name][1:])
            for name in FIELDS if name in entry and stands(entry[name]) and id(entry[name][0]) in place
        })  # fmt: skip
    return records


def prefer_price(draft: Draft, record: dict[str, Reference]) -> dict[str, Reference]:
    """A record with the one of some prices that goes before the others."""
    if "price" not in record:
        return record
    at = next(n for n, segment in enumerate(draft.segments) if segment is record["price"][0])
    run = run_of(draft.segments, at)
    unit = component(record["unit"][0], record["unit"][1:]) if "unit" in record else None
    chosen = choose_price(run, unit) if len(run) > 1 else None
    if chosen is None:
        return record
    price, kind, *_ = PRICE_AT[chosen.tag]
    return record | {"price": (chosen, *price), "price_type": (chosen, *kind)}


def chunk_draft(draft: Draft) -> list[tuple[Chunk, list[Record]]]:
    """All chunks of a draft, cut by the same code that cuts real messages, with their right answers."""
    chunks = split_message(draft.segments, draft.message_type)
    return [(chunk, label(draft, chunk)) for chunk in chunks]


def total(records: Sequence[Mapping[str, Reference]]) -> str:
    """The sum of the records' quantities, as a partner would state it."""
    texts = [segment.elements[e][c] for segment, e, c in (record["quantity"] for record in records)]
    return str(sum((decimal_of(text) for text in texts), Decimal(0)))
