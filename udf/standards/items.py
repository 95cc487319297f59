"""Item and party identifiers: which one names the item, and their check digits."""

from collections.abc import Mapping, Sequence
from functools import cache

from udf.edi.segments import Segment
from udf.reading import Position, Record
from udf.standards.standard import Standard

# GTIN types first, then the vendor's number, then the buyer's (EDIFACT 7143, X12 235).
GTIN_TYPES = ("SRV", "EN", "UP", "UK", "UI", "EAN", "EU", "UA", "UD", "UX")
VENDOR_TYPES = ("SA", "VN", "VP", "VC", "MG", "MF", "MN")
BUYER_TYPES = ("IN", "BP", "SK", "CB", "IZ", "PN")
_WEIGHTS = {length: (length + 1) // 2 + 3 * (length // 2) for length in (8, 12, 13, 14)}
_CLASS = dict.fromkeys(GTIN_TYPES, 0) | dict.fromkeys(VENDOR_TYPES, 1) | dict.fromkeys(BUYER_TYPES, 2)


def item_class(item_id_type: str | None) -> int:
    """0 for a GTIN type, 1 for a vendor's number, 2 for a buyer's, 3 for anything else."""
    return _CLASS.get(item_id_type or "", 3)


def has_check_digit(item_id_type: str | None) -> bool:
    """True where the type promises a GS1 check digit; UI and UA (11 digits) never carry one."""
    return item_id_type in ("SRV", "EN", "UP", "UK", "EAN", "EU")


def is_gs1_key(identifier: str) -> bool:
    """True for 8, 12, 13 or 14 digits whose last is the check digit (GS1 General Specifications, 7.9)."""
    if len(identifier) not in _WEIGHTS or not (identifier.isascii() and identifier.isdecimal()):
        return False
    codes = identifier.encode()
    # Weights 1 and 3 in turn from the last digit; the digit 0 has the code 48.
    return (sum(codes[::-2]) + 3 * sum(codes[-2::-2]) - 48 * _WEIGHTS[len(codes)]) % 10 == 0


_ALTERNATIVES = ("2", "3", "4")
"""PIA 4347: another item that may be, is, or has been substituted. Not this one."""


def line_identifiers(
    segments: Sequence[Segment], first: int, last: int, standard: Standard
) -> list[tuple[str, Position, Position | None]]:
    """(type, position, position of the type) of each identifier in LIN and PIA (EDIFACT C212, X12 235 and 234)."""
    found: list[tuple[str, Position, Position | None]] = []
    rows = _rows(standard)
    for index in range(first, last):
        segment = segments[index]
        if segment.tag not in rows or (segment.tag == "PIA" and segment.value(0) in _ALTERNATIVES):
            continue
        start, every, back, c, untyped = rows[segment.tag]
        for e in range(start, len(segment.elements), every):
            kind = segment.value(e - back, c)
            if segment.value(e) and (kind or e == untyped):
                found.append((kind, (index, e, 0), (index, e - back, c) if kind else None))
    return found


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


def best_identifier(
    identifiers: list[tuple[str, Position, Position | None]],
) -> tuple[str, Position, Position | None]:
    """GTIN types first, then the vendor's, then the buyer's; of equals the first stated."""
    return min(identifiers, key=lambda entry: item_class(entry[0]) if entry[0] else 0)


def prefer_items(
    segments: Sequence[Segment], first: int, last: int, records: Sequence[Record], standard: Standard
) -> list[Record]:
    """The records of a line with the best of its identifiers, where one of them was recognised as the item.

    Which identifier goes before which is the contract's rule and no reading: a model that points at any of them has
    understood. What points elsewhere is left as it is, for the gatekeeper to refuse.
    """
    found = line_identifiers(segments, first, last, standard)
    if not found:
        return list(records)
    identifiers = {position: kind for _, position, kind in found}
    _, item, kind = best_identifier(found)
    best = {"item": item} | ({"item_type": kind} if kind else {})
    return [
        {name: at for name, at in record.items() if name not in ("item", "item_type")} | best
        if record.get("item") in identifiers and record.get("item_type") == identifiers[record["item"]]
        else record
        for record in records
    ]
