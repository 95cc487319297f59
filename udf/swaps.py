"""Codes and quantities that may have changed places: ``QTY+12:153`` where ``QTY+153:12`` was meant."""

from collections import Counter
from collections.abc import Sequence

from udf.chunks import Chunks
from udf.segments import Segment
from udf.statements import Finding, Setting, quantity_positions

PRINCIPAL = {"SLSRPT": ("153",), "INVRPT": ("145", "17"), "846": ("33", "17"), "867": ("32",)}
"""What messages of a type are sent for: sold, on hand, available."""


def find_swapped(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Quantities that are written like the code which their line should have, under a code that no other line has.

    Both readings are of the standard's form. A message without its principal code that has the code as a quantity, and
    a line that would state what the other lines state were the two exchanged, are refused. So are 153 returned pieces
    in the one line of returns beside lines of sales: rarer than the damage, and a person can tell.
    """
    stated: dict[int, list[tuple[str, str, int]]] = {}
    for chunk in chunks.lines:
        if chunk.line in stated:
            continue
        stated[chunk.line] = [
            (segments[s].value(0), segments[s].value(e, c), s)
            for s, e, c in quantity_positions(segments, chunk.first, chunk.last, setting.x12)
            if segments[s].tag == "QTY" and segments[s].value(e, c)
        ]
    frequency = Counter(code for own in stated.values() for code, _, _ in own)
    habits = Counter(frozenset(code for code, _, _ in own) for own in stated.values() if own)
    principal = PRINCIPAL.get(setting.message_type, ())
    for own in stated.values():
        codes = frozenset(code for code, _, _ in own)
        for code, number, index in own:
            if not code.isdecimal() or frequency[code] > 1:
                continue
            exchanged = codes - {code} | {number}
            is_other_habit = habits[codes] == 1 and number not in codes and habits[exchanged] > 0
            is_unknown = setting.measure("QTY", code) is None
            is_lost_principal = number in principal[: None if is_unknown else 1] and not frequency.keys() & set(
                principal
            )
            if is_other_habit or (is_lost_principal and (is_unknown or not setting.x12)):
                detail = f"QTY has the code {code} and the quantity {number}: they may have changed places."
                return [Finding("quantity-swapped", detail, index)]
    return []
