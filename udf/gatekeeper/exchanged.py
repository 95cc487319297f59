"""What may have changed places: ``QTY+12:153`` where ``QTY+153:12`` was meant, ``SDQ*EA*92*5*0001`` for ``0001*5``."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from udf.edi.segments import Segment, notes_of
from udf.findings import Finding
from udf.gatekeeper.values import begins_with_nought, exchangeable_codes
from udf.standards.chunks import Chunks
from udf.standards.items import is_gs1_key
from udf.standards.message_types import principal_of
from udf.standards.quantities import quantity_positions
from udf.standards.setting import Setting


def find_exchanged(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Quantities that are written like the code which their line should have, under a code that no other line has.

    Both readings are of the standard's form. A message without its principal code that has the code as a quantity, and
    a line that would state what the other lines state were the two exchanged, are refused. So are 153 returned pieces
    in the one line of returns beside lines of sales, and 145 of a code without a meaning beside quantities of the code
    145: rarer than the damage, and a person can tell.
    """
    stated: dict[int, list[tuple[str, str, int]]] = {}
    for chunk in chunks.lines:
        if chunk.line in stated:
            continue
        stated[chunk.line] = [
            (segments[s].value(0), segments[s].value(e, c), s)
            for s, e, c in quantity_positions(segments, chunk.first, chunk.last, setting.standard)
            if segments[s].tag == "QTY" and segments[s].value(e, c)
        ]
    frequency = Counter(code for own in stated.values() for code, _, _ in own)
    habits = Counter(frozenset(code for code, _, _ in own) for own in stated.values() if own)
    # Whether there may be a line with another code for one of these is told by hashes: to make its codes takes a look
    # at all of them.
    known = {_mix(codes) for codes in habits}
    suspicious = exchangeable_codes(setting.message_type, habits)
    principal = principal_of(setting.message_type)
    has_principal = bool(frequency.keys() & set(principal))
    findings: list[Finding] = []
    for own in stated.values():
        codes = frozenset(code for code, _, _ in own)
        is_only, mixed = habits[codes] == 1, _mix(codes)
        for code, number, index in own:
            may_be_code = number in suspicious or number in principal
            if not may_be_code or not code.isdecimal() or frequency[code] > 1:
                continue
            is_unknown = setting.measure("QTY", code) is None  # and no message with such a code is complete, or planned
            is_principal = is_unknown and number in principal and len(number) == _CODE_DIGITS
            if not is_principal and number not in suspicious:
                continue
            twin = mixed ^ hash(code) ^ (0 if number in codes else hash(number))
            is_other_habit = is_only and twin in known and habits[codes - {code} | {number}] > 0
            is_code_of_others = is_principal or (is_unknown and number in frequency)
            may_be_lost = is_unknown or setting.standard.has_numeric_qualifiers
            is_lost_principal = may_be_lost and number in principal[: None if is_unknown else 1] and not has_principal
            if is_other_habit or is_code_of_others or is_lost_principal:
                detail = f"QTY has the code {code} and the quantity {number}: they may have changed places."
                findings.append(Finding("quantity-swapped", detail, index))
    return findings


_CODE_DIGITS = 3
"""Of a principal code of EDIFACT, which is no round number; those of X12 have two, and are often quantities."""


def _mix(codes: frozenset[str]) -> int:
    """One number of some codes, from which the number without one of them follows."""
    mixed = 0
    for code in codes:
        mixed ^= hash(code)
    return mixed


def find_exchanged_parts(segments: Sequence[Segment], first: int, last: int) -> list[Finding]:
    """A part of an SDQ whose quantity is written like the places of the message, and a place like no other of them.

    A quantity begins with a nought, as numbers of stores do, beside a shorter number as place, or beside a number with
    a sign or a decimal point; or another place of the segment is shorter than all others, which is then the quantity
    of the store before. X12.6 wants numbers without such noughts. A partner that writes them all the same is
    understood where its places are as long as its quantities. Without noughts the length of the places tells.
    """
    for index in range(first, last):
        segment = segments[index]
        if segment.tag != "SDQ":
            continue
        pairs = _pairs(segment)
        lengths = Counter(len(place) for place, _ in pairs if place)
        usual, _ = lengths.most_common(1)[0] if lengths else (0, 0)
        is_mixed = any(begins_with_nought(place) for place, _ in pairs) and any(
            0 < len(place) < usual and _PLAIN.fullmatch(place) for place, _ in pairs
        )
        for place, number in pairs:
            is_place = begins_with_nought(number) and (
                (len(number) > len(place) and _PLAIN.fullmatch(place))
                or _NO_PLACE.fullmatch(place) or (is_mixed and len(number) == usual)
            )  # fmt: skip
            if is_place or _is_location_number(number):
                return [_swapped(place, number, index)]
        if odd := _find_odd_place(segments, pairs, lengths):
            return [_swapped(*odd, index)]
    return []


def _swapped(place: str, number: str, index: int) -> Finding:
    detail = f"SDQ has the place {place} and the quantity {number}: they may have changed places."
    return Finding("part-swapped", detail, index)


def _pairs(sdq: Segment) -> list[tuple[str, str]]:
    """Place and quantity of each part."""
    return [(sdq.value(e), sdq.value(e + 1)) for e in range(2, len(sdq.elements) - 1, 2)]


def _is_location_number(number: str) -> bool:
    """Whether a quantity is a GLN: no store has as many of anything."""
    return len(number) == _GLN and is_gs1_key(number)


def may_be_exchanged(places: Sequence[str], numbers: Sequence[str]) -> bool:
    """Whether there is more to ask of the places and quantities of an SDQ, which takes all of the message."""
    longest = max((len(number) for number in numbers if number.isdecimal()), default=0)
    is_longer = longest >= _LONG and min(map(len, filter(None, places)), default=longest) < longest
    return is_longer or any(map(_is_location_number, numbers))


def _find_odd_place(
    segments: Sequence[Segment], pairs: Sequence[tuple[str, str]], lengths: Mapping[int, int]
) -> tuple[str, str] | None:
    """(place, quantity) where a number is shorter than all other places, and a quantity beside it is as long as they.

    Two places have to be so long, or one where it has more digits than quantities have; and they of all segments.
    """
    if not may_be_exchanged([place for place, _ in pairs], [number for _, number in pairs]):
        return None
    longest = max((len(number) for _, number in pairs if number.isdecimal()), default=0)
    elsewhere = Counter(_store_lengths(segments))
    elsewhere.subtract(lengths)
    others = {length for length, count in elsewhere.items() if count > 0}
    usual = max((length for length in lengths if length <= longest), default=0) if not others else max(others)
    if usual < _LONG or others - {usual}:
        return None
    if lengths.get(usual, 0) + elsewhere.get(usual, 0) < (1 if usual >= _LONGER else 2):
        return None
    short = next((place for place, _ in pairs if 0 < len(place) < usual and _PLAIN.fullmatch(place)), None)
    if short is None or any(usual != len(place) and not _PLAIN.fullmatch(place) for place, _ in pairs if place):
        return None
    number = next((number for _, number in pairs if len(number) == usual and number.isdecimal()), None)
    return (short, number) if number is not None else None


def _store_lengths(segments: Sequence[Segment]) -> Mapping[int, int]:
    notes = notes_of(segments)
    if notes.store_lengths is None:
        notes.store_lengths = Counter(
            len(place) for segment in segments if segment.tag == "SDQ" for place, _ in _pairs(segment) if place
        )
    return notes.store_lengths


_LONG, _LONGER, _GLN = 4, 5, 13
"""Digits: with fewer a quantity may be as long as a place; from the second on one place tells."""
_NO_PLACE = re.compile(r"-[0-9.]+|[0-9]+\.[0-9]*")
"""A number with a sign or a decimal point, as a quantity has it and the number of a store does not."""
_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
