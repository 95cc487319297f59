"""The shape of a piece of a message: its text with the values masked, as a pattern that other pieces may have too.

A shape keeps everything that may change a meaning: tags, counts of elements and components, every code, separators and
line ends. Masked are the values that the standards put in known places and that nothing but the values' own checks
looks at: numbers, dates, identifiers, references, free text. What is not known to be a value stays as it was sent, so
that a shape is too narrow rather than too wide.

Two places, two dates, two numbers of an item or two prices of one kind that are equal in the piece must be equal in
every text of its shape, since one that differs may be a contradiction.

Written down, a shape is the text with `{number}`, `{digits}` (up to six), `{digits:13}`, `{date:99999999}`, `{text}`
and `{as:3}` (what the third slot holds) in the place of values; a brace of the text itself is doubled.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from typing import NamedTuple

from udf.edi.delimiters import Delimiters, unescape
from udf.edi.segments import Segment
from udf.edi.tags import EDIFACT_TAGS, X12_TAGS
from udf.standards.items import TOTALS, is_placeholder, is_total
from udf.standards.message_types import STANDARDS
from udf.standards.places import PLACES, place_slots
from udf.standards.prices import BASES, PRICES, price_kind
from udf.standards.values import INVISIBLE

ITEMS = frozenset(at.tag for standard in STANDARDS.values() for at in standard.fields["item"])
LONGEST_SHAPE = 4000
"""Characters of a shape; a longer piece, a line with hundreds of stores, is read anew each time."""
_FEW_DIGITS = 6
_DATE = re.compile(r"[0-9]{6,16}|[0-9]{6,8}-[0-9]{6,8}")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([a-z]+)(?::([0-9-]+))?\}")
_TAGS = {"EDIFACT": EDIFACT_TAGS, "X12": X12_TAGS}


class Slot(NamedTuple):
    """A masked value; `kind` is number, digits, date, text or as, `form` the digits' count, the date's form or a slot.

    Slots are counted from 1 there.
    """

    kind: str
    form: str = ""

    def __str__(self) -> str:
        return "{" + self.kind + (f":{self.form}" if self.form else "") + "}"

    def sample(self, number: int) -> str:
        """A value that fits, another one for each number."""
        if self.kind == "number":
            return str(10_001 + number)
        if self.kind == "text":
            return f"zq{number}qz"
        if self.kind == "digits":
            return f"{700_000 + number}" if not self.form else f"{number + 1:0{self.form}}"
        return _sample_date(self.form, number)


def _sample_date(form: str, number: int) -> str:
    """A date in each of the forms that dates are written in, with the same days in no two of them.

    Six digits are a day, a month (610) and a week (616) alike. A range ends later than it begins, or what is made of
    its end could not be told from what is made of its beginning.
    """
    month, day = 1 + number // 28 % 12, 1 + number % 28
    eight, later = (f"{year + number // 336}{month:02}{day:02}" for year in (2031, 2051))
    six = f"20{1 + number // 12 % 10:02}{1 + number % 12:02}"
    if "-" in form:
        first, second = form.split("-")
        end = f"20{11 + number // 12 % 2}{1 + number % 12:02}" if len(second) == 6 else later
        return f"{six if len(first) == 6 else eight}-{end}"
    size = len(form)
    if size in (6, 8):
        return six if size == 6 else eight
    if size == 12:  # a day and a time, or two days (717)
        return f"2012{month:02}{day:02}{month:02}01"
    if size == 14:
        return eight + "0" * 6
    return eight + later if size == 16 else "0" * size


@dataclass(frozen=True)
class Shape:
    """Literal pieces and slots in turn, as they follow each other in the text."""

    pieces: tuple[str | Slot, ...]
    delimiters: Delimiters

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Slot))

    def __str__(self) -> str:
        return "".join(
            str(piece) if isinstance(piece, Slot) else piece.replace("{", "{{").replace("}", "}}")
            for piece in self.pieces
        )

    def compile(self, narrowed: Mapping[int, str] | None = None) -> re.Pattern[str]:
        """The pattern of the texts that have this shape, a group for each slot; `narrowed` are those of some slots."""
        numbers = count()
        return re.compile("".join(
            (narrowed or {}).get(next(numbers)) or slot_pattern(piece, self.delimiters)
            if isinstance(piece, Slot) else re.escape(piece)
            for piece in self.pieces
        ))  # fmt: skip

    def fill(self, offset: int) -> tuple[str, list[tuple[int, int, str]]]:
        """A text of this shape with made-up values, and (start, end, value) of each; `offset` numbers the first."""
        parts: list[str] = []
        places: list[tuple[int, int, str]] = []
        position = 0
        for piece in self.pieces:
            if isinstance(piece, Slot):
                part = places[int(piece.form) - 1][2] if piece.kind == "as" else piece.sample(offset + len(places))
            else:
                part = piece
            if isinstance(piece, Slot):
                places.append((position, position + len(part), part))
            parts.append(part)
            position += len(part)
        return "".join(parts), places


def parse_shape(text: str, delimiters: Delimiters) -> Shape:
    """The shape that `str` wrote down. Raises ValueError where it is none."""
    pieces: list[str | Slot] = []
    literal, position = "", 0
    for match in _PLACEHOLDER.finditer(text):
        literal += text[position : match.start()]
        position = match.end()
        if match[1] is None:
            literal += match[0][0]
            continue
        if match[1] not in ("number", "digits", "date", "text", "as"):
            raise ValueError(f"{match[0]} is no slot of a shape")
        if literal:
            pieces.append(literal)
        pieces.append(Slot(match[1], match[2] or ""))
        literal = ""
    literal += text[position:]
    return Shape((*pieces, literal) if literal else tuple(pieces), delimiters)


def value_kind(standard: str, segment: Segment, element: int, component: int) -> str | None:
    """What sort of value stands in a component: number, date, id or text; None for a code or what may be one.

    `date` is read as one, `number` too; `id` is digits or text, `text` is free text. What a price is for decides
    whether it is read, and is no value of a shape.
    """
    tag = segment.tag
    if element == 1 and not component and standard == "EDIFACT":  # partners' habits
        if tag == "QTY":
            return None if segment.value(0, 1) else "number"
        if tag == "LIN":
            return "id" if segment.value(1, 1) else None
    if tag == "XQ" and element == 3 and len(segment.value(3)) == len(segment.value(1)):  # it may be another date
        return None
    return _kind_of(standard, tag, element, component)


@lru_cache(maxsize=20_000)
def _kind_of(standard: str, tag: str, element: int, component: int) -> str | None:
    known = STANDARDS[standard]
    kind = known.kind_of(tag, element, component)
    bases = [(e, c) for e, c, _ in BASES.get(tag, ())]
    return None if kind == "code" or (element, component if known.has_components else 0) in bases else kind


def mask(text: str, start: int, stop: int, segments: Sequence[Segment], delimiters: Delimiters) -> Shape | None:
    """The shape of text[start:stop], which holds exactly these segments; None where it has none worth keeping.

    None for repaired segments, wrapped or indented ones, and texts of thousands of characters.
    """
    if stop - start > LONGEST_SHAPE:
        return None
    pieces: list[str | Slot] = []
    values: list[tuple[str, ...]] = []  # of the places, dates and prices among the slots, () for the others
    position = start
    for segment in segments:
        if segment.repaired or "\n" in segment.raw or "\r" in segment.raw:
            return None
        for e, element in enumerate(segment.elements):
            for c, value in enumerate(element):
                kind = value_kind(delimiters.standard, segment, e, c) if value else None
                if kind is None:
                    continue
                begin, end = segment.component_span(e, c)
                raw = text[begin:end]
                slot = _slot(kind, raw, delimiters)
                if slot is None or (kind == "id" and _may_decide(segment, e, slot, delimiters.standard)):
                    continue
                if raw != value and (slot.kind != "text" or unescape(raw, delimiters.release) != value):
                    return None
                twin = _twin(segment, e, c, slot)
                if twin and twin in values:
                    slot = Slot("as", str(values.index(twin) + 1))
                values.append(twin)
                pieces += (text[position:begin], slot)
                position = end
    return Shape((*pieces, text[position:stop]), delimiters)


def _twin(segment: Segment, element: int, component: int, slot: Slot) -> tuple[str, ...]:
    """What a value must stay equal to where it is equal: a date, a place, an item or a price of one kind; or ()."""
    value = segment.value(element, component)
    if slot.kind == "date":
        return ("date", value)
    if segment.tag in PLACES and (element, component) in place_slots(segment):
        return ("place", value)
    if segment.tag in ITEMS and element:  # the number of a line is none
        return ("item", segment.value(element, 1) or segment.value(element - 1), value)
    if segment.tag in PRICES and slot.kind == "number":
        return (segment.tag, *price_kind(segment), value)
    return ()


def _may_decide(segment: Segment, element: int, slot: Slot, standard: str) -> bool:
    """Where the gatekeeper judges an identifier by its length or its value, which the slot does not tell.

    The number of a buyer is that of a store up to six characters, a document's number behind a date may be another
    date; an item without a type may be a code up to three, a line's number has eight at most, and 2 before an item
    deletes its line.
    """
    is_short = slot.kind == "digits" and not slot.form
    if standard == "X12":
        if segment.tag == "XQ":
            date = segment.value(1)
            return not segment.value(2) and ("-" in date or (is_short and len(date) <= _FEW_DIGITS))
        is_buyer = segment.tag == "N1" and segment.value(0) == "BY"
        return is_buyer and element == 3 and slot.kind == "text"
    if segment.tag != "LIN":
        return False
    if element == 0:
        return slot.kind == "text"
    return is_short if element == 1 else not segment.value(2, 1) and not slot.form


def _slot(kind: str, value: str, delimiters: Delimiters) -> Slot | None:
    """The slot that fits a value; None where it stays as it was sent."""
    if kind == "number":
        return Slot("number") if re.fullmatch(_number_pattern(delimiters), value) else None
    if kind == "date":
        return Slot("date", re.sub("[0-9]", "9", value)) if _DATE.fullmatch(value) else None
    if value.isascii() and value.isdecimal():
        return Slot("digits", str(len(value)) if len(value) > _FEW_DIGITS else "")
    slot = Slot("text")
    return slot if re.fullmatch(slot_pattern(slot, delimiters), value) else None


def _number_pattern(delimiters: Delimiters) -> str:
    """What may be a number, without the characters that are separators: the plus sign mostly is one."""
    used = delimiters.segment + delimiters.element + delimiters.component + (delimiters.release or "")
    signs, marks = ("".join(character for character in known if character not in used) for known in ("-+", ".,"))
    return (f"[{signs}]?" if signs else "") + f"[0-9{marks}]{{1,14}}" + ("-?" if "-" in signs else "")


def slot_pattern(slot: Slot, delimiters: Delimiters) -> str:
    """The pattern, a group, of the values that fit a slot."""
    if slot.kind == "number":
        return f"({_number_pattern(delimiters)})"
    if slot.kind == "as":
        return f"(\\{slot.form})"
    if slot.kind == "digits":
        length = int(slot.form or 0)
        # Whatever else its line names is the item then.
        alike = (d * (length - 1) + last for d in "09" for last in "0123456789" if length)
        none = "".join(f"(?!{number})" for number in alike if is_placeholder(number))
        return f"({none}[0-9]{{{slot.form or f'1,{_FEW_DIGITS}'}}})"
    if slot.kind == "date":
        return "(" + re.sub("9+", lambda run: f"[0-9]{{{len(run[0])}}}", slot.form) + ")"
    # No blanks at its ends, which the reader trims; not digits alone, which are another kind of value; no separator of
    # the message but a released one. Possessive, since no character can be read in two ways.
    used = re.escape(delimiters.segment + delimiters.element + delimiters.component)
    released = rf"|{re.escape(delimiters.release)}[^\r\n]" if delimiters.release else ""
    plain = rf"[^{used}{re.escape(delimiters.release or '')}\x00-\x20\x7f-\xa0\ud800-\udfff{INVISIBLE}]"
    initials = "".join(sorted({letter for total in TOTALS for letter in (total[0], total[0].lower())}))
    totals = f"(?=[{initials}])(?i:{'|'.join(map(re.escape, TOTALS))})(?![^{used}])"  # the initials spare most the rest
    return rf"((?=[0-9]*[^0-9{used}])(?!{totals})(?! )(?:{plain}| {released})++(?<! ))"


def read_text(raw: str, release: str | None) -> str | None:
    """What a text slot holds, escaped for JSON; None where the reader would trim it."""
    if (release is None or release not in raw) and '"' not in raw and "\\" not in raw:
        return raw
    value = unescape(raw, release)
    is_read = value == value.strip().strip("\ufeff") and not is_total(value)
    return json.dumps(value, ensure_ascii=False)[1:-1] if is_read else None


def may_hide_tag(value: str, standard: str) -> bool:
    """True for a text that ends in a tag: where a terminator was lost, a segment may begin there."""
    tags = _TAGS[standard]
    return value[-3:].upper() in tags or value[-2:].upper() in tags


def locate(segments: Sequence[Segment]) -> Iterator[tuple[tuple[int, int], tuple[int, int, int]]]:
    """(span, position) of every component of some segments."""
    for number, segment in enumerate(segments):
        for e, element in enumerate(segment.elements):
            for c in range(len(element)):
                yield segment.component_span(e, c), (number, e, c)
