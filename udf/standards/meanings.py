"""What a quantity means beside its code: the state of a stock, the kind of a transfer, by the lists' own meanings."""

from collections.abc import Mapping, Sequence
from functools import cache

from udf.edi.segments import Segment
from udf.standards.codes import read_list

STOCK = ("on_hand", "available", "closing_balance", "total")
"""Measures of a stock as a whole, which INV 7491 says the state of."""
MOVED = ("sold", "shipped", "despatched", "delivered")
"""Measures of goods that went, which PTD01 says why of."""
RETURNED = "returned"
SUMMARY = "SU"
"""X12 521: the total of other transfers, where the message states them."""
STATES, TRANSFERS = "7491", "521"
"""EDIFACT 7491 of INV, X12 521 of PTD."""


@cache
def _meanings(element: str) -> Mapping[str, str]:
    return {row["code"]: row["meaning"] for row in read_list(element)}


def refine(measure: str, segments: Sequence[Segment], inventory: int | None, transfer: str) -> str:
    """The measure of a quantity with the state that INV gives it and the kind of the transfer that it is a part of.

    A state or a kind without a meaning of ours leaves `unmapped`; a sale and goods in good order stay what they are.
    """
    state = segments[inventory].value(1) if inventory is not None else ""
    if state and measure in STOCK:
        return _refined(measure, _meanings(STATES).get(state, ""))
    if transfer and measure in MOVED:
        return _refined(measure, _meanings(TRANSFERS).get(transfer, ""))
    if transfer and measure == RETURNED and not _meanings(TRANSFERS).get(transfer):
        return "unmapped"  # a summary of what came back, or whatever the kind means
    return measure


def _refined(measure: str, meaning: str) -> str:
    return measure if meaning == "same" else meaning or "unmapped"
