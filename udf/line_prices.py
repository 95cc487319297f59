"""The prices of a quantity: all that its line states for it, and of several the one that the contract prefers."""

from collections.abc import Sequence
from typing import Any

from udf.edi.segments import Segment
from udf.outcome import Price, Span
from udf.reading import Position
from udf.standards.header import CURRENCIES, currencies
from udf.standards.prices import (
    other_unit,
    prefer_price,
    price_basis,
    price_of,
    price_run,
    price_runs,
    price_type_slot,
)
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number


def read_currency(
    segments: Sequence[Segment], first: int, last: int, above: str | None, setting: Setting
) -> str | None:
    """The currency that a line states of its own (CUX, CUR); `above` is the document's.

    D.99B SLSRPT and D.96A INVRPT have CUX below each PRI: behind one of several prices it says nothing of the others.
    Raises UnreadableValueError.
    """
    stated = currencies(segments, range(first, last))
    if len(stated) > 1:
        raise UnreadableValueError("currency-ambiguous", f"The line states the currencies {' and '.join(stated)}.")
    if not stated or stated[0] == above:
        return stated[0] if stated else None
    holders = [i for i in range(first, last) if segments[i].tag in CURRENCIES]
    runs = price_runs(segments, first, last, setting)
    if setting.standard.has_components:  # CUX stands below each PRI, and CUR of X12 behind all CTP
        runs = [price for run in runs for price in price_run(segments, run, last, setting)]
    if len(holders) < len(runs) and holders[0] > runs[0][0]:
        detail = f"The currency {stated[0]} stands behind one of several prices: which of them have it is not said."
        raise UnreadableValueError("currency-ambiguous", detail)
    return stated[0]


def read_prices(
    segments: Sequence[Segment], price: Position, last: int, unit: str | None, currency: str | None, setting: Setting
) -> tuple[dict[str, Any], dict[str, str], dict[str, Span]]:
    """Fields, attributes and source of the prices that stand together with one, for a quantity in a unit.

    A price for a hundred or for a case is kept with what it is for, and named among the attributes: it is no price of
    one such unit. Raises UnreadableValueError.
    """
    run = price_run(segments, price, last, setting)
    # one that is sent twice is one
    prices = dict.fromkeys(_read(segments, one, currency, setting) for one in run)
    fields: dict[str, Any] = {"prices": list(prices)}
    chosen = prefer_price(segments, run, unit, setting)
    if chosen is None:
        return fields, {}, {}
    own = _read(segments, chosen, currency, setting)
    fields |= {name: value for name, value in own._asdict().items() if name != "currency"}
    stated = price_of(segments, chosen, setting.mark)
    slots = {
        "price": chosen, "price_type": price_type_slot(segments, chosen), "price_unit": stated.unit,
        "price_quantity": stated.quantity,
    }  # fmt: skip
    source = {name: segments[at[0]].component_span(*at[1:]) for name, at in slots.items() if at}
    segment = segments[chosen[0]]
    basis = price_basis(segment)
    if basis is None and (other := other_unit(segment, unit)):
        basis = f"for a {other}"
    return fields, {"price_basis": basis} if basis else {}, source


def _read(segments: Sequence[Segment], price: Position, currency: str | None, setting: Setting) -> Price:
    kind = price_type_slot(segments, price)
    stated = price_of(segments, price, setting.mark)
    return Price(
        read_number(value_at(segments, price), setting.mark, "price-not-a-number"),
        value_at(segments, kind) if kind else None, value_at(segments, stated.unit) if stated.unit else None,
        stated.number, currency,
    )  # fmt: skip
