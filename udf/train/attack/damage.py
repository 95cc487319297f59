"""What transmission and senders do to a sound text; `udf.train.attack.kinds` sorts it by what a reader can notice."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from udf.contract import Line, Outcome
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.edifact import EDIFACT
from udf.standards.x12 import X12
from udf.train.corpus.truth import Essence, Header

_TRAILERS = ("UNT", "SE")
_TOTALS = ("CNT", "CTT")
_PRICES = ("PRI", "CTP", "UIT")
_PLACES = ("LOC", "NAD", "N1")
_SPLITS = ("SDQ", "SCH", "REF")


@dataclass(slots=True)
class Sound:
    """A message that was proved complete, what it states, and what a damage has to know of it."""

    text: str
    outcome: Outcome
    stated: Counter[Essence]
    """What its draft says of the lines: the truth that damaged texts are held to."""
    header: Header
    is_counted: bool
    """CNT 1 and 2, or CTT01 and CTT02, repeat its lines and quantities."""
    segments: list[Segment] = field(init=False)
    rows: list[str] = field(init=False)
    """The text cut before each segment; the first row begins with the text."""
    trailer: int = field(init=False)

    def __post_init__(self) -> None:
        self.segments = read_segments(self.text, find_delimiters(self.text))
        starts = [0, *(segment.start for segment in self.segments[1:]), len(self.text)]
        self.rows = [self.text[a:b] for a, b in pairwise(starts)]
        self.trailer = next(i for i, segment in enumerate(self.segments) if segment.tag in _TRAILERS)

    @property
    def lines(self) -> list[Line]:
        return self.outcome.document.lines if self.outcome.document else []

    @property
    def x12(self) -> bool:
        return "ST" in (segment.tag for segment in self.segments[:3])

    @property
    def body(self) -> range:
        """The segments between UNH or ST and the trailer."""
        return range(1, self.trailer)

    def tagged(self, *tags: str) -> list[int]:
        return [i for i in self.body if self.segments[i].tag in tags]

    def standing_in(self, index: int, name: str) -> list[Line]:
        """The lines whose field of a name stands in a segment."""
        return [line for line in self.lines if name in line.source and self.place_of(line, name) == index]

    def place_of(self, line: Line, name: str) -> int:
        """The index of the segment that a field of a line stands in."""
        at = line.source[name][0]
        return next(i for i, segment in enumerate(self.segments) if segment.start <= at < segment.end)

    def quantities_in(self, index: int) -> list[Decimal]:
        """The quantities of lines that stand in a segment."""
        segment = self.segments[index]
        return [line.quantity for line in self.lines if segment.start <= line.source["quantity"][0] < segment.end]

    def line_rows(self) -> list[range]:
        """The rows of each LIN up to the next one, of messages whose LIN comes first and whose places stand above."""
        lins = self.tagged("LIN")
        stop = next((i for i in self.body if self.segments[i].tag in (*_TOTALS, "UNS")), self.trailer)
        spans = [range(a, b) for a, b in zip(lins, [*lins[1:], stop], strict=True)]
        return [span for span in spans if not any(self.segments[i].tag in (*_PLACES, "PTD") for i in span)]

    def rebuilt(self, order: Sequence[int], recount: bool) -> str:
        """The text of these rows in this order; with `recount` the trailer states as many segments as there are."""
        text = ""
        for i in order:
            row = self.rows[i]
            if i == self.trailer and recount:
                start, end = self.segments[i].component_span(0)
                at = self.segments[i].start
                row = f"{row[: start - at]}{len(order)}{row[end - at :]}"
            text += row
        return text

    def replaced(self, span: tuple[int, int], by: str) -> str:
        return self.text[: span[0]] + by + self.text[span[1] :]


Alter = Callable[[random.Random, Sound], str | None]
"""Gives the damaged text, None where the message has nothing to damage so."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage; `unprovable` says why no reader could notice it, and is empty where the compiler has to."""

    name: str
    alter: Alter
    unprovable: str = ""


_DIGITS, _LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _change(r: random.Random, sound: Sound, span: tuple[int, int], was: str, becomes: str) -> str | None:
    """One character of the span that is among `was`, replaced by another of `becomes`."""
    places = [i for i in range(*span) if sound.text[i] in was]
    if not places:
        return None
    at = r.choice(places)
    other = r.choice([c for c in becomes if c != sound.text[at]])
    return sound.replaced((at, at + 1), other)


def character(fields: tuple[str, ...], was: str, becomes: str, counted: bool | None = None) -> Alter:
    """One character changed in a field of a line."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        if counted is not None and sound.is_counted != counted:
            return None
        spans = [line.source[name] for line in sound.lines for name in fields if name in line.source]
        return _change(r, sound, r.choice(spans), was, becomes) if spans else None

    return alter


def letter_of_tag(becomes_tag: bool) -> Alter:
    """One letter of a tag, which then is no tag or another one of the standard."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        segment = sound.segments[r.choice(list(sound.body))]
        tag, known = segment.tag, (X12 if sound.x12 else EDIFACT).tags
        at, by = r.randrange(len(tag)), r.choice(_LETTERS)
        other = tag[:at] + by + tag[at + 1 :]
        if other == tag or (other in known) != becomes_tag or sound.text[segment.start :][: len(tag)] != tag:
            return None
        return sound.replaced((segment.start + at, segment.start + at + 1), by)

    return alter


def lose(*tags: str, recount: bool, counted: bool | None = None, summed: bool = False) -> Alter:
    """A segment is lost: any, or one of these tags; `summed` takes those whose quantities a sum would miss."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        found = sound.tagged(*tags) if tags else list(range(len(sound.rows)))
        if summed:
            found = [i for i in found if sum(sound.quantities_in(i))]
        if not found or (counted is not None and sound.is_counted != counted):
            return None
        lost = r.choice(found)
        return sound.rebuilt([i for i in range(len(sound.rows)) if i != lost], recount)

    return alter


def double(*tags: str, recount: bool) -> Alter:
    """A segment is sent twice: any, or one of these tags."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        found = sound.tagged(*tags) if tags else list(sound.body)
        if not found:
            return None
        twice = r.choice(found)
        return sound.rebuilt(sorted([*range(len(sound.rows)), twice]), recount)

    return alter


def _lose_one(told: bool, found: Callable[[Sound], dict[int, bool]]) -> Alter:
    """One of some segments is lost and the trailer put right: one whose loss something else tells of, or does not."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        losable = [i for i, is_told in found(sound).items() if is_told == told]
        if not losable:
            return None
        lost = r.choice(losable)
        return sound.rebuilt([i for i in range(len(sound.rows)) if i != lost], True)

    return alter


def lose_split(told: bool) -> Alter:
    """SDQ, SCH or REF with parts; told by a total, by an activity left empty, or by another split of the same code."""

    def find(sound: Sound) -> dict[int, bool]:
        found = {}
        for i in sound.tagged(*_SPLITS):
            parts = sound.standing_in(i, "quantity")
            if not parts:
                found[i] = False
                continue
            activity = sound.place_of(parts[0], "qualifier")
            code = sound.segments[activity].value(0)
            others = [line for line in sound.lines if line.qualifier == code and line not in parts]
            is_only = not any(sound.place_of(line, "qualifier") == activity for line in others)
            if not is_only:
                found[i] = bool(sound.segments[activity].value(1)) and bool(sum(line.quantity for line in parts))
            else:
                own = [line for line in others if sound.place_of(line, "quantity") != sound.place_of(line, "qualifier")]
                found[i] = not sound.segments[activity].value(1) or (
                    all(line.location_id and "location_id" in line.source for line in parts)
                    and any(line.location_id for line in own)
                    and not _placed_above(sound)
                )
        return found

    return _lose_one(told, find)


def _placed_above(sound: Sound) -> bool:
    """Whether a place stands before the first line, so that a line without its own has that one."""
    first = min(sound.tagged("LIN", "QTY", "ZA"))
    places = {sound.place_of(line, "location_id") for line in sound.lines if "location_id" in line.source}
    return any(i < first for i in places) or any(i < first for i in sound.tagged(*_PLACES))


def lose_place(told: bool) -> Alter:
    """LOC, NAD or N1; told where the line names no other, and another line of the same code names its own."""

    def find(sound: Sound) -> dict[int, bool]:
        places = {i: sound.standing_in(i, "location_id") for i in sound.tagged(*_PLACES)}
        lins = sound.tagged("LIN")
        is_told = "BPT" not in {segment.tag for segment in sound.segments} and not _placed_above(sound)
        found = {}
        for i, lines in places.items():
            before = [lin for lin in lins if lin < i]
            behind = [lin for lin in lins if lin > i]
            span = range(before[-1] if before else 0, behind[0] if behind else sound.trailer)
            alone = bool(before) and sum(bool(placed) for k, placed in places.items() if k in span) == 1
            codes = {line.qualifier for line in lines}
            others = {line.qualifier for k, placed in places.items() if k != i for line in placed}
            within = all(sound.place_of(line, "quantity") in span for line in lines)
            found[i] = is_told and alone and bool(lines) and within and bool(codes & others)
        return found

    return _lose_one(told, find)


def lose_price(told: bool) -> Alter:
    """PRI, CTP or UIT; told where the line keeps another price and another line has one for the same code."""

    def find(sound: Sound) -> dict[int, bool]:
        prices = {i: sound.standing_in(i, "price") for i in sound.tagged(*_PRICES)}
        found = {}
        for i, lines in prices.items():
            spans = [span for span in sound.line_rows() if i in span]
            kept = {line.qualifier for k, own in prices.items() if k != i and spans and k in spans[0] for line in own}
            elsewhere = {line.qualifier for k, own in prices.items() if spans and k not in spans[0] for line in own}
            codes = {line.qualifier for line in lines}
            found[i] = len(codes) == 1 and codes <= elsewhere and bool(kept - codes) and kept | codes <= elsewhere
        return found

    return _lose_one(told, find)


def lose_line(recount: bool, counted: bool | None = None) -> Alter:
    def alter(r: random.Random, sound: Sound) -> str | None:
        spans = sound.line_rows()
        if len(spans) < 2 or (counted is not None and sound.is_counted != counted):
            return None
        lost = r.choice(spans)
        return sound.rebuilt([i for i in range(len(sound.rows)) if i not in lost], recount)

    return alter


def double_line(recount: bool, counted: bool | None = None) -> Alter:
    def alter(r: random.Random, sound: Sound) -> str | None:
        spans = sound.line_rows()
        if not spans or (counted is not None and sound.is_counted != counted):
            return None
        twice = r.choice(spans)
        rows = list(range(len(sound.rows)))
        return sound.rebuilt([*rows[: twice.stop], *twice, *rows[twice.stop :]], recount)

    return alter


def exchange_neighbours(loose: bool) -> Alter:
    """Two segments of different tags that follow each other change places.

    `loose` where one is LIN, holds only noughts, is an SDQ of several under an activity without a total, or is a price
    of an only line: no other tells whether it is for all of its quantities or for the one before it.
    """

    def alter(r: random.Random, sound: Sound) -> str | None:
        tags = [segment.tag for segment in sound.segments]
        free = {i for i in sound.body if tags[i] == "LIN" or (tags[i] in _SPLITS and not sum(sound.quantities_in(i)))}
        free |= {i for i in sound.tagged("SDQ") if "SDQ" in (tags[i - 1], tags[i + 1]) and not _has_total(sound, i)}
        if len(sound.tagged("LIN")) == 1:
            free |= set(sound.tagged(*_PRICES))
        pairs = [
            i for i in sound.body[:-1] if tags[i] != tags[i + 1] and bool({i, i + 1} & free) == loose
        ]  # fmt: skip
        if not pairs:
            return None
        at = r.choice(pairs)
        rows = list(range(len(sound.rows)))
        rows[at], rows[at + 1] = at + 1, at
        return sound.rebuilt(rows, False)

    return alter


def _has_total(sound: Sound, split: int) -> bool:
    """Whether the activity of a split states a quantity of its own."""
    activity = max(i for i in sound.tagged("ZA", "QTY") if i < split)
    return bool(sound.segments[activity].value(1))


def move_in_line(r: random.Random, sound: Sound) -> str | None:
    """A segment stands elsewhere in its line; parts of a split, and an 867's QTY before LIN, are as good elsewhere."""
    tags = [segment.tag for segment in sound.segments]
    spans = [span for span in sound.line_rows() if len(span) > 3 and not set(_SPLITS) & {tags[i] for i in span}]
    if "BPT" in tags or tags.count("LIN") < 2:  # where a price between two quantities belongs, other lines tell alone
        return None
    if not spans:
        return None
    span = r.choice(spans)
    moved, before = r.sample(span[1:], 2)
    rows = [i for i in range(len(sound.rows)) if i != moved]
    rows.insert(rows.index(before), moved)
    return sound.rebuilt(rows, False)


def exchange_alike(r: random.Random, sound: Sound) -> str | None:
    """Two segments of one tag change places: two items, quantities, places, dates."""
    one = r.choice(list(sound.body))
    others = [i for i in sound.tagged(sound.segments[one].tag) if sound.segments[i].raw != sound.segments[one].raw]
    if not others:
        return None
    other = r.choice(others)
    rows = list(range(len(sound.rows)))
    rows[one], rows[other] = other, one
    return sound.rebuilt(rows, False)


def separator(component: bool, added: bool, among: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> Alter:
    """A separator of elements or components is lost, or comes twice; among some tags only, or all but some."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        delimiters = find_delimiters(sound.text)
        if delimiters is None:
            return None
        wanted = delimiters.component if component else delimiters.element
        segment = sound.segments[r.choice(list(sound.body))]
        if segment.tag in but or (among and segment.tag not in among):
            return None
        places = [
            segment.component_span(e, c)[0] - 1
            for e, element in enumerate(segment.elements)
            for c in range(len(element))
            if bool(c) == component
        ]
        places = [at for at in places if sound.text[at] == wanted]
        if not places:
            return None
        at = r.choice(places)
        return sound.replaced((at, at if added else at + 1), wanted if added else "")

    return alter


def lose_terminator(r: random.Random, sound: Sound) -> str | None:
    """The character behind a segment is lost."""
    end = sound.segments[r.choice(list(sound.body))].end
    return sound.replaced((end, end + 1), "")


def truncate(r: random.Random, sound: Sound) -> str | None:
    """The text ends too early, at the latest within the trailer's reference."""
    return sound.text[: r.randrange(sound.segments[0].start + 4, sound.segments[sound.trailer].end)]


# (segment of EDIFACT or X12) → slots of the qualifier and its value
_PAIRED: dict[tuple[bool, str], tuple[tuple[int, int], tuple[int, int]]] = {
    (False, "QTY"): ((0, 0), (0, 1)), (False, "LIN"): ((2, 1), (2, 0)), (False, "PIA"): ((1, 1), (1, 0)),
    (False, "LOC"): ((0, 0), (1, 0)), (False, "NAD"): ((0, 0), (1, 0)), (False, "DTM"): ((0, 0), (0, 1)),
    (False, "PRI"): ((0, 0), (0, 1)), (True, "QTY"): ((0, 0), (1, 0)), (True, "ZA"): ((0, 0), (1, 0)),
    (True, "LIN"): ((1, 0), (2, 0)), (True, "N1"): ((2, 0), (3, 0)), (True, "CTP"): ((1, 0), (2, 0)),
    (True, "DTM"): ((0, 0), (1, 0)), (True, "SDQ"): ((2, 0), (3, 0)), (True, "SCH"): ((0, 0), (1, 0)),
}  # fmt: skip


def exchange_pair(*tags: str, short: bool | None = None, digits: bool | None = None) -> Alter:
    """Qualifier and value change places; `short` chooses values that could be a code (up to three characters) or not.

    A value of up to three characters makes as good a qualifier as any other, and a qualifier of `digits` as good a
    quantity.
    """

    def alter(r: random.Random, sound: Sound) -> str | None:
        found = []
        for i in sound.tagged(*tags):
            segment = sound.segments[i]
            code, value = _PAIRED[sound.x12, segment.tag]
            one, other = segment.value(*code), segment.value(*value)
            if digits is not None and digits != one.isdecimal():
                continue
            if one and other and one != other and (short is None or short == (len(other) <= 3)):
                found.append((segment.component_span(*code), segment.component_span(*value)))
        if not found:
            return None
        first, second = sorted(r.choice(found))
        text = sound.text
        swapped = text[slice(*second)] + text[first[1] : second[0]] + text[slice(*first)]
        return text[: first[0]] + swapped + text[second[1] :]

    return alter


def miscount(element: int, *tags: str) -> Alter:
    """A count, sum or reference of the trailer, or of CNT or CTT, is another."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        found = [i for i in (*sound.tagged(*_TOTALS), sound.trailer) if sound.segments[i].tag in tags]
        if not found:
            return None
        segment = sound.segments[r.choice(found)]
        slot = (0, 1) if segment.tag == "CNT" else (element, 0)
        if not segment.value(*slot):
            return None
        return _change(r, sound, segment.component_span(*slot), _DIGITS, _DIGITS)

    return alter
