"""What partners invent beyond the standard: a draft is rewritten as such a partner would have sent it.

An invention has a kind, and of each kind whole partners: a store in a segment that is no place, a quantity or a date
under a code of nobody's, lines that another segment opens. The references of the draft move along, so what it states is
still known from itself alone.
"""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from udf.train.corpus.drafts import Draft, DraftSegment, Reference
from udf.train.corpus.values import code, digits

Slot = tuple[int, int]
_PLACES = ("NAD", "LOC", "N1")
_DATES = ("DTM",)


class Codes(NamedTuple):
    """What a partner has invented: the same in each of its messages."""

    tag: str
    first: str
    second: str
    shape: int
    """How a segment of its own is written: whether it begins with a code, and where its value stands."""
    salt: int
    """By which codes of quantities become its own."""

    def own(self, known: str, x12: bool) -> str:
        """Its own code for one of the directories'."""
        return _own_code(random.Random(f"{self.salt}:{known}"), x12)

    def other(self, x12: bool) -> str:
        """The segment of a directory that it uses for something else than the directory does."""
        return _OTHERS[x12][self.salt % len(_OTHERS[x12])]


_OTHERS = {
    False: "GIS STS RNG QVR DOC CPS TDT EQD CST GIR".split(),
    True: "LM LQ DTP G95 PSA LDT ITA G62 TXI CRC".split(),
}


def draw_codes(r: random.Random, x12: bool) -> Codes:
    """Codes and a tag that no directory has, or that of a segment which is for something else."""
    tag = r.choice(["Z", "ZZ", "X", "Y"]) + (digits(r, 2) if r.random() < 0.6 else code(r, 2, 2))
    if r.random() < _SPEAKING:
        tag = r.choice(_SPEAKING_TAGS)
    first, second = _own_code(r, x12), _own_code(r, x12)
    while second == first:
        second = _own_code(r, x12)
    return Codes(tag[:3], first, second, r.randint(0, 4), r.getrandbits(32))


_SPEAKING = 0.3
_SPEAKING_TAGS = "STO SHP OUT FIL FRM SIT BRA STR PER DAY WEE ART SKU PLU MEN QTE DAT HDR".split()
"""Tags of nobody's that say to a person what they hold."""


def _own_code(r: random.Random, x12: bool) -> str:
    if x12:
        return r.choice("XYZ") + r.choice("0123456789ABCDEFGHIJKLMN")
    return r.choice([f"Z{digits(r, 2)}", f"9{digits(r, 2)}", f"{r.choice('XYZ')}{code(r, 1, 2)}", f"{code(r, 2, 2)}E"])


def repoint(
    draft: Draft, segment: DraftSegment, moved: Mapping[Slot, Slot | None], to: DraftSegment | None = None
) -> None:
    """Let whatever points at components of a segment point at others, of another segment perhaps, or at nothing."""
    target = segment if to is None else to

    def follow(reference: Reference) -> Reference | None:
        if reference[0] is not segment:
            return reference
        slot = moved.get(reference[1:], None)
        return None if slot is None else (target, *slot)

    draft.statements = [(name, new) for name, old in draft.statements if (new := follow(old))]
    for record in (*draft.records, *draft.whole, draft.header):
        for name, old in list(record.items()):
            new = follow(old)
            if new is None:
                del record[name]
            else:
                record[name] = new


def _segments_of(draft: Draft, names: tuple[str, ...], tags: tuple[str, ...]) -> list[DraftSegment]:
    """Segments that state one of some fields, in the order of the text."""
    stated = [reference for name, reference in draft.statements if name in names]
    stated += [record[name] for record in (*draft.records, *draft.whole) for name in names if name in record]
    wanted = {id(reference[0]) for reference in stated if reference[0].tag in tags}
    return [segment for segment in draft.segments if id(segment) in wanted]


def _slots_of(draft: Draft, segment: DraftSegment, names: tuple[str, ...]) -> set[Slot]:
    stated = [reference for name, reference in draft.statements if name in names]
    stated += [record[name] for record in (*draft.records, *draft.whole) for name in names if name in record]
    return {reference[1:] for reference in stated if reference[0] is segment}


def _put(draft: Draft, segment: DraftSegment, names: tuple[str, ...], form: str, own: Codes, qualifier: str) -> None:
    """Write a segment as another one that holds its one value: `form` is a tag, or `own` for one of the partner's."""
    slots = sorted(_slots_of(draft, segment, names))
    e, c = slots[0]
    value = segment.elements[e][c]
    moved: dict[Slot, Slot | None]
    if form == "RFF":
        segment.tag, segment.elements, at = "RFF", [[qualifier, value]], (0, 1)
    elif form in ("REF", "N9"):
        segment.tag, segment.elements, at = form, [[qualifier], [value]], (1, 0)
    elif form == "MSG":
        segment.tag, segment.elements, at = "MSG", [[value]], (0, 0)
    else:
        segment.tag = own.tag if form == "own" else own.other(draft.message_type.isdigit())
        segment.elements, at = _write_own(value, own.shape, qualifier)
        if own.shape == 0 and qualifier == own.second:  # two of them need telling apart
            segment.elements, at = [["", ""], [value]], (1, 0)
    moved = dict.fromkeys(slots, at)
    repoint(draft, segment, moved)


def _write_own(value: str, shape: int, qualifier: str) -> tuple[list[list[str]], Slot]:
    """The elements of a segment that holds one value, and where it stands."""
    if shape == 0:
        return [[value]], (0, 0)
    if shape == 1:
        return [[qualifier], [value]], (1, 0)
    if shape == 2:
        return [["", value]], (0, 1)
    if shape == 3:
        return [[qualifier], [""], [value]], (2, 0)
    return [[qualifier], ["", value]], (1, 1)


def move_places(form: str) -> Callable[[Draft, Codes, random.Random], bool]:
    """Places in another segment, or in their own under a role of nobody's."""

    def apply(draft: Draft, own: Codes, _: random.Random) -> bool:
        places = _segments_of(draft, ("location",), _PLACES)
        for segment in places:
            if form == "role":
                segment.elements[0] = [own.first]
            elif form in _PLACES:
                e, c = min(_slots_of(draft, segment, ("location",)))
                value = segment.elements[e][c]
                segment.tag, segment.elements = form, [[own.first], [value]]
                repoint(draft, segment, {(e, c): (1, 0)})
            else:
                _put(draft, segment, ("location",), form, own, own.first)
        return bool(places)

    return apply


def move_dates(form: str) -> Callable[[Draft, Codes, random.Random], bool]:
    """Dates in another segment, or in their own under a qualifier of nobody's: the same for both ends, or one each."""

    def apply(draft: Draft, own: Codes, _: random.Random) -> bool:
        dates = _segments_of(draft, ("start", "end"), _DATES)
        ends = _segments_of(draft, ("end",), _DATES)
        starts = _segments_of(draft, ("start",), _DATES)
        if any(any(s is e for e in ends) != (len(starts) == len(ends) and _same(starts, ends)) for s in starts):
            return False
        is_single = _same(starts, ends)
        if form != "role" and any(
            len(segment.elements[0]) > 2 and segment.elements[0][2] in _FORMLESS for segment in dates
        ):
            return False
        for segment in dates:
            is_end = not is_single and any(segment is end for end in ends)
            qualifier = own.second if is_end else own.first
            if form == "role":
                segment.elements[0][0] = qualifier
            else:
                _put(draft, segment, ("start", "end"), form, own, qualifier)
        return bool(dates)

    return apply


_FORMLESS = ("610", "616", "716", "717")
"""2379 of dates that look like others without it."""


def _same(one: list[DraftSegment], other: list[DraftSegment]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def rename_quantities(draft: Draft, own: Codes, _: random.Random) -> bool:
    """What quantities are, under codes of the partner's own."""
    x12 = draft.message_type.isdigit()
    segments = _segments_of(draft, ("qualifier",), ("QTY", "ZA"))
    for segment in segments:
        segment.elements[0][0] = own.own(segment.elements[0][0], x12)
    return bool(segments)


def move_quantities(draft: Draft, own: Codes, _: random.Random) -> bool:
    """Quantities in a segment of the partner's own, where nothing is split."""
    if _segments_of(draft, ("quantity",), ("SDQ", "SCH", "REF")):
        return False
    segments = _segments_of(draft, ("quantity",), ("QTY", "ZA"))
    for segment in segments:
        segment.tag = own.tag
    return bool(segments)


def _leave_one_identifier(draft: Draft) -> bool:
    """Take away the numbers of each line that do not name its item; whether each line has one that does."""
    items = _segments_of(draft, ("item",), ("LIN", "PIA"))
    lines = [segment for segment in draft.segments if segment.tag == "LIN"]
    if len(items) != len(lines) or any(item.tag != "LIN" for item in items):
        return False
    draft.segments = [segment for segment in draft.segments if segment.tag != "PIA"]
    for segment in items:
        e, c = min(_slots_of(draft, segment, ("item",)))
        types = sorted(_slots_of(draft, segment, ("item_type",)))
        if not types:
            return False
        value, kind = segment.elements[e][c], segment.elements[types[0][0]][types[0][1]]
        if draft.message_type.isdigit():
            segment.elements = [segment.elements[0], [kind], [value]]
            repoint(draft, segment, {(e, c): (2, 0), types[0]: (1, 0)})
        else:
            segment.elements = [segment.elements[0], [""], [value, kind]]
            repoint(draft, segment, {(e, c): (2, 0), types[0]: (2, 1)})
    return True


def rename_items(draft: Draft, own: Codes, _: random.Random) -> bool:
    """Items whose type is of nobody's list."""
    if not _leave_one_identifier(draft):
        return False
    for segment in _segments_of(draft, ("item",), ("LIN",)):
        e, c = (1, 0) if draft.message_type.isdigit() else (2, 1)
        segment.elements[e][c] = own.own("item", draft.message_type.isdigit())
    return True


def move_items(form: str) -> Callable[[Draft, Codes, random.Random], bool]:
    """Items in a segment behind LIN, which has only its number."""

    def apply(draft: Draft, own: Codes, _: random.Random) -> bool:
        if not _leave_one_identifier(draft):
            return False
        for segment in _segments_of(draft, ("item",), ("LIN",)):
            value_at = (2, 0)
            value = segment.elements[2][0]
            behind = DraftSegment("LIN", [[""], [""], [value]])
            draft.segments.insert(next(n for n, s in enumerate(draft.segments) if s is segment) + 1, behind)
            segment.elements = [segment.elements[0] if segment.elements[0][0] else ["1"]]
            repoint(draft, segment, {value_at: value_at}, behind)
            _put(draft, behind, ("item",), form, own, own.first)
        return True

    return apply


_OPENERS = ("ITM", "DET", "PO1", "IT1", "POS", "ART", "LNE")


def open_otherwise(draft: Draft, own: Codes, _: random.Random) -> bool:
    """Lines that begin with a segment which is no LIN, of the same elements."""
    lines = [segment for segment in draft.segments if segment.tag == "LIN"]
    if not lines or draft.message_type == "867":
        return False
    for segment in lines:
        segment.tag = _OPENERS[own.salt % len(_OPENERS)]
    return True


def open_with_product(draft: Draft, own: Codes, _: random.Random) -> bool:
    """Lines that begin with PIA, without any LIN."""
    if draft.message_type.isdigit() or not _leave_one_identifier(draft):
        return False
    for segment in _segments_of(draft, ("item",), ("LIN",)):
        segment.tag, segment.elements = "PIA", [["5"], segment.elements[2]]
        repoint(draft, segment, {(2, 0): (1, 0), (2, 1): (1, 1)})
    return True


INVENTIONS: Mapping[str, Callable[[Draft, Codes, random.Random], bool]] = {
    "place: own role": move_places("role"),
    "place: RFF": move_places("RFF"),
    "place: REF": move_places("REF"),
    "place: N9": move_places("N9"),
    "place: LOC": move_places("LOC"),
    "place: MSG": move_places("MSG"),
    "place: own segment": move_places("own"),
    "place: other segment": move_places("other"),
    "date: own qualifier": move_dates("role"),
    "date: RFF": move_dates("RFF"),
    "date: REF": move_dates("REF"),
    "date: N9": move_dates("N9"),
    "date: own segment": move_dates("own"),
    "date: other segment": move_dates("other"),
    "quantity: own code": rename_quantities,
    "quantity: own segment": move_quantities,
    "item: own type": rename_items,
    "item: RFF": move_items("RFF"),
    "item: REF": move_items("REF"),
    "item: own segment": move_items("own"),
    "item: other segment": move_items("other"),
    "line: other opener": open_otherwise,
    "line: PIA opens": open_with_product,
}
"""Each rewrites a draft, and says whether there was anything to rewrite; one that was not may be spoilt."""
HELD_OUT = ("place: N9", "place: MSG", "date: N9", "date: RFF", "item: REF", "item: own segment", "line: PIA opens")
"""Kinds that no training example has."""
_EDIFACT_ONLY, _X12_ONLY = ("RFF", "LOC", "PIA opens"), ("REF", "N9")


def fits(kind: str, x12: bool) -> bool:
    """Whether partners of a standard have an invention."""
    form = kind.partition(": ")[2]
    return form not in (_EDIFACT_ONLY if x12 else _X12_ONLY)
