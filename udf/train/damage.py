"""Damaged messages: what transmission and senders do to a sound text, sorted by kind.

Every kind that no reader of the one message could notice says so, with the reason; of all others the compiler has to
notice each one that changes what the lines say.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from udf.contract import Line, Outcome
from udf.segments import Segment, find_delimiters, read_segments
from udf.syntax import is_tag

_TRAILERS = ("UNT", "SE")
_TOTALS = ("CNT", "CTT")
_PLACES = ("LOC", "NAD", "N1")
_SPLITS = ("SDQ", "SCH", "REF")
_IDENTITIES = ("LOC", "NAD", "LIN", "PIA")
_BEGINNINGS = ("BGM", "XQ", "BIA", "BPT")


@dataclass(slots=True)
class Sound:
    """A message that was proved complete, and what a damage has to know of it."""

    text: str
    outcome: Outcome
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
        tag = segment.tag
        at, by = r.randrange(len(tag)), r.choice(_LETTERS)
        other = tag[:at] + by + tag[at + 1 :]
        if other == tag or is_tag(other, sound.x12) != becomes_tag or sound.text[segment.start :][: len(tag)] != tag:
            return None
        return sound.replaced((segment.start + at, segment.start + at + 1), by)

    return alter


# --- segments and lines ------------------------------------------------------------------------------------------


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
    """Two segments of different tags that follow each other change places; `loose` where one is LIN or only noughts."""

    def alter(r: random.Random, sound: Sound) -> str | None:
        tags = [segment.tag for segment in sound.segments]
        free = {i for i in sound.body if tags[i] == "LIN" or (tags[i] in _SPLITS and not sum(sound.quantities_in(i)))}
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


# --- separators --------------------------------------------------------------------------------------------------


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


# --- qualifiers and their values ---------------------------------------------------------------------------------

# (segment of EDIFACT or X12) → slots of the qualifier and its value
_PAIRED: dict[tuple[bool, str], tuple[tuple[int, int], tuple[int, int]]] = {
    (False, "QTY"): ((0, 0), (0, 1)), (False, "LIN"): ((2, 1), (2, 0)), (False, "PIA"): ((1, 1), (1, 0)),
    (False, "LOC"): ((0, 0), (1, 0)), (False, "NAD"): ((0, 0), (1, 0)), (False, "DTM"): ((0, 0), (0, 1)),
    (False, "PRI"): ((0, 0), (0, 1)), (True, "QTY"): ((0, 0), (1, 0)), (True, "ZA"): ((0, 0), (1, 0)),
    (True, "LIN"): ((1, 0), (2, 0)), (True, "N1"): ((2, 0), (3, 0)), (True, "CTP"): ((1, 0), (2, 0)),
    (True, "DTM"): ((0, 0), (1, 0)), (True, "SDQ"): ((2, 0), (3, 0)), (True, "SCH"): ((0, 0), (1, 0)),
}  # fmt: skip


def exchange_pair(*tags: str, short: bool | None = None) -> Alter:
    """Qualifier and value change places; `short` chooses values that could be a code (up to three characters) or not.

    A value of up to three characters makes as good a qualifier as any other.
    """

    def alter(r: random.Random, sound: Sound) -> str | None:
        found = []
        for i in sound.tagged(*tags):
            segment = sound.segments[i]
            code, value = _PAIRED[sound.x12, segment.tag]
            one, other = segment.value(*code), segment.value(*value)
            if one and other and one != other and (short is None or short == (len(other) <= 3)):
                found.append((segment.component_span(*code), segment.component_span(*value)))
        if not found:
            return None
        first, second = sorted(r.choice(found))
        text = sound.text
        swapped = text[slice(*second)] + text[first[1] : second[0]] + text[slice(*first)]
        return text[: first[0]] + swapped + text[second[1] :]

    return alter


# --- counts ------------------------------------------------------------------------------------------------------


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


_REPEATED = "nothing in the message repeats it"
_CHECKED = "nothing repeats it but a check digit, which is a warning since masked numbers are common"
_SUMMED = "no sum of the quantities is stated"
_COUNTED = "no count of the lines is stated (a warning where the lines are numbered, an error where stock stands twice)"
_ABSENT = "what is not stated is not missed: the farther statement holds, or none (a warning for places and periods)"
_EXCHANGED = "both stand where the other may, and nothing repeats which is whose"
_EDGE = "a segment at the edge of a line is as good in the next one, and a nought changes no sum"
_MERGED = "its quantities are as good in the line before, unless their codes or places repeat"
_UNTYPED = "an item or a place without its code list is as good an item or place (a warning for items)"
_NUMBER = "the function is as good a part of the document's number"
_REAL_TAG = "the segment is then another one of the standard, of which lines are not made"
_CODE = "another code means another thing, and up to three characters may be a code"
_WITHOUT_SPLIT = "the total says as much, without places (a warning)"
_DATES = ("period_start", "period_end", "as_of_date")
_QUANTITY, _PRICE, _ITEM, _PLACE = ("quantity",), ("price",), ("item_id",), ("location_id",)
_IN_CODES = ("qualifier", "item_id_type", "location_id_type", "unit", "price_type")
_ANY = _DIGITS + _LETTERS

KINDS = (
    Kind("a letter in a quantity", character(_QUANTITY, _DIGITS, _LETTERS)),
    Kind("a letter in a price", character(_PRICE, _DIGITS, _LETTERS)),
    Kind("a letter in a date", character(_DATES, _DIGITS, _LETTERS)),
    Kind("a digit of a quantity, the sum stated", character(_QUANTITY, _DIGITS, _DIGITS, counted=True)),
    Kind("a digit of a quantity", character(_QUANTITY, _DIGITS, _DIGITS, counted=False), _SUMMED),
    Kind("a digit of a price", character(_PRICE, _DIGITS, _DIGITS), _REPEATED),
    Kind("a character of an item", character(_ITEM, _ANY, _DIGITS), _CHECKED),
    Kind("a character of a place", character(_PLACE, _ANY, _DIGITS), _REPEATED),
    Kind("a digit of a date", character(_DATES, _DIGITS, _DIGITS), _REPEATED),
    Kind("a character of a code", character(_IN_CODES, _ANY, _ANY), _CODE),
    Kind("a letter of a tag, which is then none", letter_of_tag(becomes_tag=False)),
    Kind("a letter of a tag, which is then another", letter_of_tag(becomes_tag=True), _REAL_TAG),
    Kind("a segment is lost", lose(recount=False)),
    Kind("a segment is doubled", double(recount=False)),
    Kind("a line is lost", lose_line(recount=False)),
    Kind("a line is doubled", double_line(recount=False)),
    Kind("a line is lost, UNT put right, lines counted", lose_line(recount=True, counted=True)),
    Kind("a line is doubled, UNT put right, lines counted", double_line(recount=True, counted=True)),
    Kind("a line is lost, UNT put right", lose_line(recount=True, counted=False), _COUNTED),
    Kind("a line is doubled, UNT put right", double_line(recount=True, counted=False), _COUNTED),
    Kind("the beginning is lost, UNT put right", lose(*_BEGINNINGS, recount=True)),
    Kind("LIN is lost, UNT put right, lines counted", lose("LIN", recount=True, counted=True)),
    Kind("LIN is lost, UNT put right", lose("LIN", recount=True, counted=False), _MERGED),
    Kind("a quantity is lost, UNT right, the sum stated", lose("QTY", "ZA", recount=True, counted=True, summed=True)),
    Kind("a quantity is lost, UNT put right", lose("QTY", "ZA", recount=True, counted=False), _SUMMED),
    Kind("a split is lost, UNT put right", lose("SDQ", "SCH", "REF", recount=True), _WITHOUT_SPLIT),
    Kind("a place is lost, UNT put right", lose(*_PLACES, recount=True), _ABSENT),
    Kind("a date is lost, UNT put right", lose("DTM", recount=True), _ABSENT),
    Kind("a price is lost, UNT put right", lose("PRI", "CTP", "UIT", recount=True), _ABSENT),
    Kind("the currency is lost, UNT put right", lose("CUX", "CUR", recount=True), _ABSENT),
    Kind("PIA is lost, UNT put right", lose("PIA", recount=True), _ABSENT),
    Kind("a segment is doubled, UNT put right", double(recount=True)),
    Kind("two neighbours in a line or header are exchanged", exchange_neighbours(loose=False)),
    Kind("a segment is moved within its line", move_in_line),
    Kind("LIN or noughts and their neighbour are exchanged", exchange_neighbours(loose=True), _EDGE),
    Kind("two segments of one tag are exchanged", exchange_alike, _EXCHANGED),
    Kind("an element separator is lost", separator(component=False, added=False, but=("BGM",))),
    Kind("an element separator of BGM is lost", separator(component=False, added=False, among=("BGM",)), _NUMBER),
    Kind("an element separator is doubled", separator(component=False, added=True)),
    Kind("a component separator is lost", separator(component=True, added=False, but=_IDENTITIES)),
    Kind("a component separator is doubled", separator(component=True, added=True, but=_IDENTITIES)),
    Kind("a component separator is lost, item or place", separator(True, False, among=_IDENTITIES), _UNTYPED),
    Kind("a component separator is doubled, item or place", separator(True, True, among=_IDENTITIES), _UNTYPED),
    Kind("a terminator is lost", lose_terminator),
    Kind("the text is cut off", truncate),
    Kind("quantity and qualifier are exchanged", exchange_pair("QTY", "ZA", "SCH", short=False)),
    Kind("quantity and qualifier are exchanged, short", exchange_pair("QTY", "ZA", "SCH", short=True), _CODE),
    Kind("item and its type are exchanged", exchange_pair("LIN", "PIA", short=False)),
    Kind("place and its code are exchanged", exchange_pair("LOC", "NAD", "N1", short=False)),
    Kind("date and its code are exchanged", exchange_pair("DTM")),
    Kind("price and its code are exchanged", exchange_pair("PRI", "CTP")),
    Kind("place and quantity are exchanged", exchange_pair("SDQ"), _EXCHANGED),
    Kind("the count of UNT or SE", miscount(0, *_TRAILERS)),
    Kind("the reference of UNT or SE", miscount(1, *_TRAILERS)),
    Kind("the count of CNT or CTT", miscount(0, *_TOTALS)),
    Kind("the sum of CTT", miscount(1, "CTT")),
)  # fmt: skip
