"""A message under construction, its truth, and the values that fill it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from udf.reading import FIELDS, Record
from udf.standards.structure import Chunk, split_message
from udf.standards.values import read_number

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

    def hold(self, records: list[dict[str, Reference]]) -> None:
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
        records.append({
            name: (place[id(entry[name][0])], *entry[name][1:])
            for name in FIELDS if name in entry and stands(entry[name]) and id(entry[name][0]) in place
        })  # fmt: skip
    return records


def chunk_draft(draft: Draft) -> list[tuple[Chunk, list[Record]]]:
    """All chunks of a draft, cut by the same code that cuts real messages, with their right answers."""
    chunks = split_message(draft.segments, draft.message_type)
    return [(chunk, label(draft, chunk)) for chunk in chunks]


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHANUMERIC = _LETTERS + "0123456789"
_TOWNS = ["BERLIN", "STORE 12", "HH", "MUC", "DALLAS", "KANSAS CITY", "LYON 3", "MAIN ST", "OSLO"]


def digits(r: random.Random, low: int, high: int | None = None) -> str:
    return "".join(r.choice("0123456789") for _ in range(r.randint(low, high or low)))


def code(r: random.Random, low: int, high: int) -> str:
    return "".join(r.choice(_ALPHANUMERIC) for _ in range(r.randint(low, high)))


def with_check_digit(body: str) -> str:
    """A GS1 key from its digits without the last (GS1 General Specifications, 7.9)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def gtin(r: random.Random, lengths: tuple[int, ...] = (13, 13, 13, 12, 14, 8)) -> str:
    return with_check_digit(digits(r, r.choice(lengths) - 1))


def place(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.45:
        return with_check_digit(digits(r, 12))
    if kind < 0.75:
        return digits(r, 2, 6)
    return code(r, 3, 8) if kind < 0.9 else r.choice(_TOWNS) + r.choice(["", "_" + digits(r, 2)])


def day(r: random.Random, six: bool = False) -> str:
    year, rest = r.randint(0, 30), f"{r.randint(1, 12):02d}{r.randint(1, 28):02d}"
    return (
        f"{year:02d}{rest}" if six else f"20{year:02d}{rest}" if r.random() < 0.97 else f"19{r.randint(90, 99)}{rest}"
    )


def days(r: random.Random, six: bool = False) -> tuple[str, str]:
    """Two days in order."""
    first, last = sorted((day(r, six), day(r, six)))
    return first, last


def number(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.6:
        return str(r.randint(0, 10 ** r.choice([1, 1, 2, 2, 3, 4, 5, 6])))
    if kind < 0.75:
        return f"-{r.randint(1, 10 ** r.choice([1, 2, 3]))}"
    if kind < 0.9:
        return f"{r.randint(0, 9999)}.{digits(r, 1, 3)}"
    if kind < 0.95:
        return f"{r.randint(0, 999)},{digits(r, 1, 2)}"
    return r.choice(
        [f"-{r.randint(0, 99)}.{digits(r, 1, 2)}", f"{r.randint(1, 99)}-", f"+{r.randint(1, 99)}", "0", "1"]
    )


def money(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.7:
        return f"{r.randint(0, 1999)}.{digits(r, 1, 2)}"
    return str(r.randint(0, 300)) if kind < 0.85 else f"{r.randint(0, 300)},{digits(r, 2)}"


def item_number(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.3:
        return gtin(r)
    if kind < 0.45:
        return digits(r, 4, 11)
    if kind < 0.75:
        return code(r, 3, 14)
    return r.choice([
        f"{code(r, 2, 5)}-{digits(r, 2, 5)}", f"{code(r, 1, 4)} {code(r, 2, 8)}", f"{code(r, 2, 6)}/{digits(r, 3)}",
        "****".join([digits(r, 3), digits(r, 4)]), f"DE-PROD-{digits(r, 3)}", digits(r, 12, 20),
        f"{digits(r, 1)}.{digits(r, 1)}.{digits(r, 1)}"[: r.randint(2, 5)] + r.choice(["", "/A"]),
        f"{code(r, 6, 9)}-{code(r, 5, 9)}",
    ])  # fmt: skip


_WORDS = (
    "SOCKS", "MUG", "MILK 1,5L", "TV 55", "KIDS' 3+1", "WHAT? 45:5", "QTY 153", "LIN", "PACK*12", "A~B", "LOC+162",
    "SE", "TEE BLUE", "UNT", "100% COTTON", "N1*ST", "5 > 4", "O'NEILL: CAP", "ZA", "HELLO?", "UNA", "[NEW]", "50/50",
)  # fmt: skip


def phrase(r: random.Random) -> str:
    """Free text full of separators and of words that look like tags."""
    return " ".join(r.choice(_WORDS) for _ in range(r.randint(1, 3)))


def total(records: Sequence[Mapping[str, Reference]]) -> str:
    """The sum of the records' quantities, as a partner would state it."""
    texts = [segment.elements[e][c] for segment, e, c in (record["quantity"] for record in records)]
    return str(sum((read_number(text) for text in texts), Decimal(0)))


def different(r: random.Random, draw: Callable[[random.Random], str], count: int) -> list[str]:
    """So many different values: a place that stands twice under one activity would be a contradiction."""
    found: list[str] = []
    while len(found) < count:
        value = draw(r)
        if value not in found:
            found.append(value)
    return found


def unknown_code(r: random.Random) -> str:
    """A short code that no list of ours holds: what a partner invents."""
    return r.choice([digits(r, 2, 3), code(r, 2, 3), r.choice(_LETTERS) + digits(r, 1, 2)])
