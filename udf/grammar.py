"""The grammar of an answer: which tokens may follow, seen from the prompt alone.

A field may point only where the standards let it stand, and to no party or date that the reference tables exclude (the
roles that the gatekeeper holds it to); a record of a line begins with its quantity, and quantities come in the order of
the text. Whatever the grammar forces costs no thought.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from udf import codec
from udf.codec import EMPTY, EOS, FIELD, FIELD_OF, FIELDS, MARK, MARKERS, MORE, NEXT, NONE, ROW, SEP
from udf.reference import load_reference


class Slot(NamedTuple):
    """A component that a prompt shows; `segment`, `element` and `component` count from 0.

    `code` is what it holds where the prompt shows that; `qualifier` is the code of its segment's first component.
    """

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


def read_slots(prompt: Sequence[int]) -> Iterator[Slot]:
    """The place of each marker of a prompt, in turn: what `codec.encode_chunk` wrote, read back."""
    x12 = _is_x12(prompt)
    segment, tag, qualifier = -1, "", None
    element, component, following = 0, 0, False
    shown: int = SEP
    for token in prompt[3:]:
        if token == SEP:
            return
        if token >= MARK:
            code = codec.name_code(shown)
            if (element, component) == (0, 0):
                qualifier = code
            yield Slot(segment, tag, element, component, code, qualifier)
            component += not x12
        elif (name := codec.name_tag(token)) is not None:
            segment, tag, qualifier = segment + 1, name, None
            element, component, following = -1 if x12 else 0, 0, False
        elif token == NEXT:
            if x12:
                following = True  # what comes is a component of the same element
            else:
                element, component = element + 1, 0
        elif token == EMPTY:
            if x12:
                element += 1
            else:
                component += 1
        else:
            shown = token
            if x12:
                element, component = (element, component + 1) if following else (element + 1, 0)
                following = False


def _is_x12(prompt: Sequence[int]) -> bool:
    return codec.name_type(prompt[2]).isdigit()


class AnswerGrammar:
    """What may be answered to one prompt. `offset` is that of the prompt's markers."""

    def __init__(self, prompt: Sequence[int], offset: int = 0) -> None:
        x12, self._kind = _is_x12(prompt), codec.name_kind(prompt[1])
        slots = list(read_slots(prompt))
        foreign = _FOREIGN[self._kind]
        self._pointers = {
            field: [
                MARK + (i + offset) % MARKERS
                for i, slot in enumerate(slots)
                if field not in foreign
                and may_stand(field, x12, slot.tag, slot.element, slot.component)
                and not is_excluded(field, x12, slot.tag, slot.qualifier)
            ]
            for field in FIELDS
        }
        self._rank = {field: rank for rank, field in enumerate(FIELDS) if self._pointers[field]}
        self._place = {MARK + (i + offset) % MARKERS: i for i in range(len(slots))}
        self._parts = {i for i, slot in enumerate(slots) if slot.tag in _SPLITS}

    def allowed(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that may follow an unfinished answer."""
        line = self._kind == "line"
        last = tokens[-1] if tokens else ROW
        if last in FIELD_OF:
            field = FIELD_OF[last]
            return self._quantities(tokens) if field == "quantity" else [NONE, *self._pointers[field]]
        more_quantities = line and bool(self._quantities(tokens))
        if last == MORE:
            return [EOS, ROW] if more_quantities else [EOS]
        if last == ROW:
            if line:
                beginning = [FIELD["quantity"]] if more_quantities else []
            else:
                beginning = [FIELD[field] for field in self._rank]
            return beginning if tokens and beginning else [*beginning, EOS]
        rank = FIELDS.index(FIELD_OF[tokens[-2]])
        following = [FIELD[field] for field, own in self._rank.items() if own > rank]
        if more_quantities:
            following.append(ROW)
        if line and self._place.get(self._last_quantity(tokens), -1) in self._parts:
            following.append(MORE)
        return [*following, EOS]

    def _last_quantity(self, tokens: Sequence[int]) -> int:
        return next((tokens[i + 1] for i in range(len(tokens) - 2, -1, -1) if tokens[i] == FIELD["quantity"]), -1)

    def _quantities(self, tokens: Sequence[int]) -> list[int]:
        """Quantities behind the last one that the answer names."""
        last = self._place.get(self._last_quantity(tokens), -1)
        return [pointer for pointer in self._pointers["quantity"] if self._place[pointer] > last]
