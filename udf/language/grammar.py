"""The grammar of an answer: which tokens may follow, seen from the prompt alone.

A field may point only where the standards let it stand, and to no party or date that the reference tables exclude (the
roles that the gatekeeper holds it to); a header or group in which they name a place does not pass over it; a record of
a line begins with its quantity, and quantities come in the order of the text. Whatever the grammar forces costs no
thought.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from udf.language.vocabulary import (
    EOS,
    FIELD,
    FIELD_OF,
    MORE,
    NONE,
    PAD,
    Bundles,
    name_code,
    name_kind,
    name_tag,
    name_type,
    number_component,
    number_element,
)
from udf.reading import FIELDS
from udf.standards.dates import RANGES, SINGLE
from udf.standards.header import HEADER_FIELDS
from udf.standards.reference import load_reference


class Slot(NamedTuple):
    """A component that a prompt shows; `segment`, `element` and `component` count from 0.

    `code` is what it holds where the prompt shows that; `qualifier` is the code of its segment's first component.
    """

    marker: int
    segment: int
    tag: str
    element: int
    component: int
    code: str | None
    qualifier: str | None


# UN/EDIFACT: C186 in QTY, C519 in LOC and C082 in NAD, C212 in LIN and PIA, C509 in PRI, C507 in DTM, C504 in CUX.
# An element too many or too few is a habit of partners: QTY+153+12+PCE, LIN+1+4012345678901:EN.
_EDIFACT: dict[str, Callable[[str, int, int], bool]] = {
    "quantity": lambda tag, e, c: tag == "QTY" and (e, c) in ((0, 1), (1, 0)),
    "qualifier": lambda tag, e, c: tag == "QTY" and (e, c) == (0, 0),
    "unit": lambda tag, e, c: tag == "QTY" and (e, c) in ((0, 2), (2, 0)),
    "location": lambda tag, e, c: tag in ("LOC", "NAD") and e == 1,
    "location_type": lambda tag, e, c: tag in ("LOC", "NAD") and e == 1,
    "item": lambda tag, e, c: tag in ("LIN", "PIA") and e >= 1 and c == 0,
    "item_type": lambda tag, e, c: tag in ("LIN", "PIA") and e >= 1 and c == 1,
    "price": lambda tag, e, c: tag == "PRI" and (e, c) == (0, 1),
    "price_type": lambda tag, e, c: tag == "PRI" and (e, c) == (0, 0),
    "start": lambda tag, e, c: tag == "DTM" and (e, c) == (0, 1),
    "end": lambda tag, e, c: tag == "DTM" and (e, c) == (0, 1),
    "document_number": lambda tag, e, c: tag == "BGM" and e >= 1,
    "document_date": lambda tag, e, c: tag == "DTM" and (e, c) == (0, 1),
    "function": lambda tag, e, c: tag == "BGM" and e >= 1,
    "currency": lambda tag, e, c: tag == "CUX" and c == 1,
}

_X12_SLOTS: dict[str, tuple[tuple[str, int], ...]] = {
    "quantity": (("QTY", 1), ("ZA", 1), ("SCH", 0), ("REF", 2)),
    "qualifier": (("QTY", 0), ("ZA", 0)),
    "unit": (("QTY", 2), ("ZA", 2), ("UIT", 0), ("SDQ", 0), ("SCH", 1)),
    "location": (("N1", 3), ("N1", 1), ("SCH", 3), ("REF", 1)),
    "location_type": (("N1", 2), ("SDQ", 1), ("SCH", 2), ("REF", 0)),
    "item": (),
    "item_type": (),
    "price": (("CTP", 2), ("UIT", 1)),
    "price_type": (("CTP", 1), ("UIT", 2)),
    "start": (("DTM", 1), ("DTM", 5), ("XQ", 1), ("XQ", 2), ("BIA", 3), ("BPT", 2), ("ZA", 4)),
    "end": (("DTM", 1), ("DTM", 5), ("XQ", 1), ("XQ", 2), ("BIA", 3), ("BPT", 2), ("ZA", 4)),
    "document_number": (("XQ", 3), ("BIA", 2), ("BPT", 1)),
    "document_date": (("BIA", 3), ("BPT", 2)),
    "function": (("XQ", 4), ("BIA", 0), ("BPT", 0)),
    "currency": (("CUR", 1),),
}

_OF_LINES = ("quantity", "qualifier", "unit", "item", "item_type", "price", "price_type")
_OF_HEADERS = ("document_number", "document_date", "function", "currency")
_FOREIGN = {"header": _OF_LINES, "group": _OF_LINES + _OF_HEADERS, "line": _OF_HEADERS}
_SPLITS = ("SDQ", "SCH", "REF")


def may_stand(field: str, x12: bool, tag: str, element: int, component: int) -> bool:
    """Whether a standard lets a field stand in this component."""
    if not x12:
        return _EDIFACT[field](tag, element, component)
    if tag == "SDQ" and element >= 2 and field in ("location", "quantity"):
        return (element % 2 == 0) == (field == "location")
    if tag == "LIN" and element >= 1 and field in ("item", "item_type"):
        return (element % 2 == 0) == (field == "item")
    return (tag, element) in _X12_SLOTS[field]


def is_excluded(field: str, x12: bool, tag: str, qualifier: str | None) -> bool:
    """Whether the reference tables say that a party is no place, or that a date is no such date."""
    if qualifier is None:
        return False
    standard = "X12" if x12 else "EDIFACT"
    if tag in ("NAD", "N1", "LOC") and field in ("location", "location_type"):
        return load_reference().place_role(standard, tag, qualifier) == "no"
    if tag != "DTM" or field not in ("start", "end", "document_date"):
        return False
    role = load_reference().date_role(standard, tag, qualifier)
    return role == "ignored" or (role == "document") != (field == "document_date")


def read_slots(prompt: Bundles) -> Iterator[Slot]:
    """The place of each marker of a prompt, in turn: what `codec.encode_chunk` wrote, read back."""
    segment, qualifier = -1, None
    for shown, marker, tag, element, component, opening in prompt[1:-1]:
        code = name_code(shown)
        e, c = number_element(element), number_component(component)
        if opening != PAD:
            segment, qualifier = segment + 1, code if (e, c) == (0, 0) else None
        if marker != PAD:
            yield Slot(marker, segment, name_tag(tag), e, c, code, qualifier)


@lru_cache(maxsize=20_000)
def _fields_at(
    kind: str, x12: bool, tag: str, element: int, component: int, qualifier: str | None
) -> tuple[tuple[str, ...], str | None]:
    """The fields that a component may be, and the role of its segment as a place where it may be one."""
    fields = tuple(
        field for field in FIELDS
        if field not in _FOREIGN[kind]
        and may_stand(field, x12, tag, element, component)
        and not is_excluded(field, x12, tag, qualifier)
    )  # fmt: skip
    if "location" not in fields or qualifier is None or tag not in ("NAD", "N1", "LOC"):
        return fields, None
    return fields, load_reference().place_role("X12" if x12 else "EDIFACT", tag, qualifier)


def _find_period(slots: Sequence[Slot], x12: bool) -> tuple[int | None, int | None] | None:
    """The markers that an answer names for start and end, the end only where it is another component than the start.

    None where the prompt does not tell: a qualifier that it shows as a value, or half a period.
    """
    stated: dict[str, int] = {}
    roles = load_reference().date_role
    shown = {(slot.segment, slot.element, slot.component): slot for slot in slots}
    for slot in slots:
        at = slot.element, slot.component
        if slot.tag == "DTM" and at == (0, 0):
            if slot.code is None:
                return None
            date = next(
                (d for d in ((1, 0), (5, 0)) if (slot.segment, *d) in shown) if x12 else
                (d for d in ((0, 1),) if (slot.segment, *d) in shown), None,
            )  # fmt: skip
            role = roles("X12" if x12 else "EDIFACT", "DTM", slot.code)
            if date is None or role not in (*SINGLE, "period_start", "period_end"):
                continue
            form = shown.get((slot.segment, 0, 2))
            is_range = date == (5, 0) or (not x12 and form is not None and form.code in RANGES)
            name = "single" if is_range or role in SINGLE else role
            stated.setdefault(name, shown[slot.segment, *date].marker)
        elif slot.tag == "DTM" and (slot.segment, 0, 0) not in shown:
            return None
        elif slot.tag == "XQ" and at == (1, 0):
            stated.setdefault("period_start" if (slot.segment, 2, 0) in shown else "single", slot.marker)
        elif slot.tag == "XQ" and at == (2, 0) and (slot.segment, 1, 0) in shown:
            stated.setdefault("period_end", slot.marker)
        elif slot.tag == "BIA" and at == (3, 0):
            stated.setdefault("fallback", slot.marker)
    if "single" in stated:
        return stated["single"], None
    start, end = stated.get("period_start"), stated.get("period_end")
    if start is not None or end is not None:
        return None if start is None or end is None else (start, end)
    return stated.get("fallback"), None


@cache
def _takes_every_quantity() -> bool:
    return not load_reference().ignores_quantities("EDIFACT")


class Standing(NamedTuple):
    """How far an answer has come: the rank of the last field, the slot of the last quantity, whether MORE was said."""

    rank: int = -1
    quantity: int = -1
    is_more: bool = False
    is_begun: bool = False


BEGINNING = Standing()
_RANK = {FIELD[field]: rank for rank, field in enumerate(FIELDS)}
_BESIDE = (FIELD["location_type"], FIELD["end"])
_QUANTITY, _LOCATION = FIELD["quantity"], FIELD["location"]


class AnswerGrammar:
    """What may be answered to one prompt."""

    def __init__(self, prompt: Bundles) -> None:
        kind, message_type = name_kind(prompt[0][1]), name_type(prompt[0][2])
        x12 = message_type.isdigit()
        self._is_line = kind == "line"
        # EDIFACT has no totals beside parts: unless a table ignores some quantity, the gatekeeper asks for each.
        self._takes_all = self._is_line and not x12 and _takes_every_quantity()
        self._pointers: dict[int, list[int]] = {}
        self._order: dict[int, int] = {}
        self._parts: set[int] = set()
        places: list[tuple[Slot, str | None]] = []
        stated: set[int] = set()  # segments whose quantity stands where the standard has it
        slots = list(read_slots(prompt))
        for number, slot in enumerate(slots):
            self._order[slot.marker] = number
            if slot.tag in _SPLITS:
                self._parts.add(number)
            fields, role = _fields_at(kind, x12, slot.tag, slot.element, slot.component, slot.qualifier)
            if self._takes_all and slot.tag == "QTY" and slot.component == 1:
                stated.add(slot.segment)
            elif slot.segment in stated and slot.element:  # QTY+153:12+9: what stands behind is no second quantity
                fields = tuple(field for field in fields if field != "quantity")
            for field in fields:
                self._pointers.setdefault(FIELD[field], []).append(slot.marker)
            if "location" in fields:
                places.append((slot, role))
        self._demanded: set[int] = set()
        if kind == "header":
            self._bind_header(slots, x12)
        if not self._is_line:
            self._bind_period(slots, x12)
        if not self._is_line:
            self._pointers.pop(FIELD["location_type"], None)  # beside its place, where an answer need not name it
            self._bind_place(places, x12)
        self._controls = sorted(self._pointers, key=_RANK.__getitem__)

    def _bind_header(self, slots: list[Slot], x12: bool) -> None:
        """Leave the number, date, function and currency of the document where `statements.header_fields` has them."""
        stated: dict[str, int] = {}
        for slot in slots:
            at = slot.element, slot.component
            for field, place in HEADER_FIELDS.get(slot.tag, {}).items():
                if at == place:
                    stated.setdefault(field, slot.marker)
            if slot.tag == "CUX" and at == (0, 1):
                stated.setdefault("currency", slot.marker)
            if slot.tag == "DTM" and not x12 and slot.qualifier == "137" and at == (0, 1):
                stated.setdefault("document_date", slot.marker)
        for field in _OF_HEADERS:
            self._pointers.pop(FIELD[field], None)
            if field in stated:
                self._pointers[FIELD[field]] = [stated[field]]
                self._demanded.add(FIELD[field])

    def _bind_period(self, slots: list[Slot], x12: bool) -> None:
        """Leave the period where `statements.find_period` has it, as far as the prompt shows all that it looks at."""
        found = _find_period(slots, x12)
        if found is None:
            return
        for field, marker in zip((FIELD["start"], FIELD["end"]), found, strict=True):
            self._pointers.pop(field, None)
            if marker is not None:
                self._pointers[field] = [marker]
                self._demanded.add(field)

    def _bind_place(self, places: list[tuple[Slot, str | None]], x12: bool) -> None:
        """Leave out what `statements.statement_places` counts as no place, and note where it demands one.

        It takes the parties that the tables call a place, and refuses an answer that names none of them.
        """
        sure = [slot for slot, role in places if role == "yes"]
        if not x12:  # of an N1 the prompt does not show all that makes a weak place one
            sure = sure or [slot for slot, role in places if role == "weak"]
        if not sure:
            if not any(role == "weak" for _, role in places):
                self._pointers.pop(_LOCATION, None)
            return
        self._demanded.add(_LOCATION)
        code = (3, 0) if x12 else (1, 0)
        coded = {slot.segment for slot in sure if (slot.element, slot.component) == code}
        self._pointers[_LOCATION] = [
            slot.marker for slot in sure if slot.segment not in coded or (slot.element, slot.component) == code
        ]

    def controls(self, standing: Standing) -> list[int]:
        """The tokens that may decide the next step."""
        rank, last, is_more, is_begun = standing
        if not self._is_line:
            following = [control for control in self._controls if _RANK[control] > rank]
            for number, control in enumerate(following):
                if control in self._demanded:
                    return following[: number + 1]
            return [*following, EOS]
        quantities = self._pointers.get(_QUANTITY)
        more_quantities = quantities is not None and self._order[quantities[-1]] > last
        needs_more = more_quantities and self._takes_all
        if not is_begun or is_more:
            return ([_QUANTITY] if needs_more else [_QUANTITY, EOS]) if more_quantities else [EOS]
        following = [control for control in self._controls if _RANK[control] > rank]
        if more_quantities:
            following.append(_QUANTITY)
        if needs_more:
            return following
        if last in self._parts:
            following.append(MORE)
        return [*following, EOS]

    def pointers(self, control: int, standing: Standing) -> list[int]:
        """What a field may be given next; nothing for a control that is no field."""
        found = self._pointers.get(control, [])
        if control == _QUANTITY:
            behind = [marker for marker in found if self._order[marker] > standing.quantity]
            return behind[:1] if self._takes_all else behind
        if control not in FIELD_OF or (not self._is_line and control not in _BESIDE):
            return found  # a header has no record before it that a field could be taken from
        return [NONE, *found]

    def advance(self, standing: Standing, control: int, pointer: int) -> Standing:
        """Where an answer stands after one more step."""
        if control == MORE:
            return standing._replace(is_more=True)
        if control == _QUANTITY:
            return Standing(0, self._order.get(pointer, standing.quantity), False, True)
        return standing._replace(rank=_RANK.get(control, standing.rank), is_begun=True)

    def allowed(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that may follow an unfinished answer: a control, or the pointer of the field that is its last."""
        standing, control = BEGINNING, PAD
        for token in tokens:
            if control in FIELD_OF:
                standing, control = self.advance(standing, control, token), PAD
            elif token in FIELD_OF:
                control = token
            else:
                standing = self.advance(standing, token, PAD)
        return self.pointers(control, standing) if control in FIELD_OF else self.controls(standing)
