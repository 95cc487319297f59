"""Item and party identifiers: which one names the item, and their check digits."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from udf.edi.segments import Segment
from udf.reading import Position, Record, SegmentLike
from udf.standards.standard import Standard

# GTIN types first, then the vendor's number, then the buyer's (EDIFACT 7143, X12 235).
GTIN_TYPES = ("SRV", "EN", "UP", "UK", "UI", "EAN", "UA", "UD", "UX")
VENDOR_TYPES = ("SA", "VN", "VP", "VC", "MG", "MF", "MN")
BUYER_TYPES = ("IN", "BP", "SK", "CB", "PN")
CASE_TYPES = ("UK", "UA")
"""X12 235: numbers of a shipping container and of a case. They name the item where the quantities are in cases."""
_CASES = ("CA", "CS", "CT")
"""Units of a case or carton (EDIFACT 6411, X12 355)."""
_NO_ITEMS: Mapping[str, frozenset[str]] = {
    # D.96A 7143: version, commodity group, batch, serial and lot numbers, group and tariff codes
    "EDIFACT": frozenset("AA BB CC CG EC GB GN GS HS NB SN".split()),
    # 004010 235: skill, manufacturer, sizes and colours, lot, serial and order numbers, descriptions
    "X12": frozenset("EU MF SZ IZ BO CM VE LT SN PO F7 TP".split()),
}  # fmt: skip
"""Types that say something of an item and do not name it."""
_WEIGHTS = {length: (length + 1) // 2 + 3 * (length // 2) for length in (8, 12, 13, 14)}
_CLASS = dict.fromkeys(GTIN_TYPES, 0) | dict.fromkeys(VENDOR_TYPES, 1) | dict.fromkeys(BUYER_TYPES, 2)


def item_class(item_id_type: str | None) -> int:
    """0 for a GTIN type, 1 for a vendor's number, 2 for a buyer's, 3 for anything else."""
    return _CLASS.get(item_id_type or "", 3)


def has_check_digit(item_id_type: str | None) -> bool:
    """True where the type promises a GS1 check digit; UI and UA (11 digits) never carry one."""
    return item_id_type in ("SRV", "EN", "UP", "UK", "EAN")


# The items of a partner come every day.
@lru_cache(maxsize=20_000)
def is_gs1_key(identifier: str) -> bool:
    """True for 8, 12, 13 or 14 digits whose last is the check digit (GS1 General Specifications, 7.9)."""
    if len(identifier) not in _WEIGHTS or not (identifier.isascii() and identifier.isdecimal()):
        return False
    codes = identifier.encode()
    # Weights 1 and 3 in turn from the last digit; the digit 0 has the code 48.
    return (sum(codes[::-2]) + 3 * sum(codes[-2::-2]) - 48 * _WEIGHTS[len(codes)]) % 10 == 0


_ALTERNATIVES = ("2", "3", "4")
"""PIA 4347: another item that may be, is, or has been substituted. Not this one."""


def is_alternative(segment: Segment) -> bool:
    """Whether the numbers of a PIA are of other items."""
    return segment.tag == "PIA" and segment.value(0) in _ALTERNATIVES


def line_identifiers(
    segments: Sequence[Segment], first: int, last: int, standard: Standard
) -> list[tuple[str, Position, Position | None]]:
    """(type, position, position of the type) of each identifier in LIN and PIA (EDIFACT C212, X12 235 and 234)."""
    found: list[tuple[str, Position, Position | None]] = []
    rows = _rows(standard)
    for index in range(first, last):
        segment = segments[index]
        if segment.tag not in rows or is_alternative(segment):
            continue
        start, every, back, c, untyped = rows[segment.tag]
        sub_line = SUB_LINE[0] if is_sub_line(segment) else -1
        for e in range(start, len(segment.elements), every):
            if e == sub_line:
                continue
            kind = segment.value(e - back, c)
            if segment.value(e) and (kind or e == untyped):
                found.append((kind, (index, e, 0), (index, e - back, c) if kind else None))
    return found


WITHDRAWN = {"2": "is to be deleted", "7": "was not accepted", "10": "was not found"}
"""EDIFACT 1229 of a LIN: what is done with a line of which the quantities are none."""
SUB_LINE = (3, 0)
"""(element, component) of 5495 in an EDIFACT LIN, before the number of the line that it is a part of (1082)."""


def is_sub_line(segment: Segment) -> bool:
    """Whether an EDIFACT LIN says in C829 that it is a part of another line (D.96A 5495: 1)."""
    parent = segment.value(SUB_LINE[0], 1)
    return segment.tag == "LIN" and segment.value(*SUB_LINE) == "1" and (not parent or parent.isdecimal())


def parent_slot(segments: Sequence[Segment], first: int, last: int) -> Position | None:
    """Where a line states the number of the line that contains it (C829 1082), None where it does not."""
    index = next((i for i in range(first, last) if is_sub_line(segments[i])), None)
    return (index, SUB_LINE[0], 1) if index is not None and segments[index].value(SUB_LINE[0], 1) else None


@cache
def _rows(standard: Standard) -> Mapping[str, tuple[int, int, int, int, int]]:
    """By tag: the first element of an identifier and the step to the next one; how many elements before it and in
    which component its type stands; the element of one that needs none, which is C212 of an EDIFACT LIN."""
    places = {at.tag: at for at in (*standard.fields["item"], *standard.habits.get("item", ()))}
    types = standard.stated_in("item_type")
    rows = {}
    for tag, at in places.items():
        (e, c), (own, _) = types[tag], standard.first["item", tag]
        untyped = own if standard.has_components and tag == "LIN" else -1
        rows[tag] = at.element, at.every, own - e, c, untyped
    return rows


def choose_identifier(
    segments: Sequence[Segment], first: int, last: int, standard: Standard, in_cases: bool = False
) -> tuple[str, Position, Position | None] | None:
    """The identifier that names the item of a line, of its quantities in cases or of the others; None where none does.

    GTIN types first, in their order, then one without a type, the vendor's, the buyer's and any other; of equals the
    first stated. What says nothing but size, lot or maker is no item, and neither is a placeholder.
    """
    found = [
        (kind, at, slot) for kind, at, slot in line_identifiers(segments, first, last, standard)
        if kind not in _NO_ITEMS[standard.name] and not _is_none(kind, segments[at[0]].value(*at[1:]))
    ]  # fmt: skip
    if len(found) < 2:
        return found[0] if found else None
    preferred = CASE_TYPES if in_cases else ()
    return min(found, key=lambda entry: _rank(entry[0], preferred))


def _is_none(kind: str, number: str) -> bool:
    """Whether a number stands for none: a placeholder, or what a spreadsheet has made of a GTIN (`4.1E+11`)."""
    return is_placeholder(number, kind) or (item_class(kind) == 0 and _ROUNDED.fullmatch(number) is not None)


_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,2}", re.IGNORECASE)


def is_known_type(kind: str) -> bool:
    """Whether a type says of an identifier whose it is, or none is needed."""
    return not kind or kind in _CLASS


def goes_before(kind: str, other: str, standard: Standard) -> bool:
    """Whether a number of one type names the item where one of another stands beside it."""
    return other in _NO_ITEMS[standard.name] or _rank(kind, ()) < _rank(other, ())


def find_rival(
    segments: Sequence[Segment], chosen: Position, found: Sequence[tuple[str, Position, Position | None]]
) -> Position | None:
    """Another number of the chosen one's type where both are the item's own: in one segment, in LIN or a PIA with 5.

    4347 is 5 for what identifies the product, 1 for what is said of it besides.
    """
    kinds = {position: kind for kind, position, _ in found}
    own, value = segments[chosen[0]], segments[chosen[0]].value(*chosen[1:])
    for position, kind in kinds.items():
        other = segments[position[0]]
        if not kind or kind != kinds[chosen] or other.value(*position[1:]) == value:
            continue
        if other is own or all(s.tag == "LIN" or s.value(0) == "5" for s in (own, other)):
            return position
    return None


def _rank(kind: str, preferred: Sequence[str]) -> tuple[int, int]:
    if not kind:
        return 1, 0
    own = item_class(kind)
    if own:
        return own + 1, 0
    return 0, preferred.index(kind) - len(preferred) if kind in preferred else GTIN_TYPES.index(kind)


def is_placeholder(identifier: str, kind: str = "") -> bool:
    """Whether a number is all noughts or all nines, as those of articles that have none; a check digit aside."""
    if kind in GTIN_TYPES and not identifier.strip("0"):
        return True
    if len(identifier) < _SHORTEST or identifier[0] not in "09" or identifier[:-1].strip(identifier[0]):
        return False
    return identifier[-1] == identifier[0] or is_gs1_key(identifier)


_SHORTEST = 8
"""Digits of a GTIN at least: 999 may be an article."""


TOTALS = (
    "TOTAL", "TOTALS", "TOTALE", "TOTAAL", "TOTAUX", "SUBTOTAL", "SUB-TOTAL", "SUB TOTAL", "GRAND TOTAL", "GRANDTOTAL",
    "GRAND-TOTAL", "GESAMT", "GESAMTSUMME", "SUMME", "SOMME", "SUMA", "SUM",
)  # fmt: skip
"""What spreadsheets call the row that sums up those above it: no article, in the languages of the partners seen."""


def is_total(identifier: str) -> bool:
    """Whether a line's item is a total by its name."""
    return identifier.upper() in TOTALS


def is_case(segments: Sequence[SegmentLike], unit: Position | None) -> bool:
    """Whether the unit of a quantity, where it stands, is a case."""
    return unit is not None and segments[unit[0]].elements[unit[1]][unit[2]] in _CASES


def prefer_items(
    segments: Sequence[Segment], first: int, last: int, records: Sequence[Record], standard: Standard
) -> list[Record]:
    """The records of a line with the one of its identifiers that names the item, where any of them was recognised.

    Which identifier goes before which is the contract's rule and no reading: a model that points at any of them has
    understood. What points elsewhere is left as it is, for the gatekeeper to refuse.
    """
    found = line_identifiers(segments, first, last, standard)
    identifiers = {position: kind for _, position, kind in found}
    best: dict[bool, Record] = {}
    for in_cases in (False, True):
        if chosen := choose_identifier(segments, first, last, standard, in_cases):
            _, item, kind = chosen
            best[in_cases] = {"item": item} | ({"item_type": kind} if kind else {})
    if not best:
        return list(records)
    return [
        {name: at for name, at in record.items() if name not in ("item", "item_type")}
        | best[is_case(segments, record.get("unit"))]
        if record.get("item") in identifiers and record.get("item_type") == identifiers[record["item"]]
        else record
        for record in records
    ]
