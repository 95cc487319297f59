"""What a drawn message states, from its draft alone: no reader, chunk, model or gatekeeper has a say in it.

The exam compares compiled lines with these. Numbers and dates are read here by rules of their own, so that a mistake in
`udf.standards.values` would show as well.
"""

import calendar
import datetime
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from udf.outcome import Document, Line
from udf.train.corpus.drafts import Draft, DraftSegment, Reference
from udf.train.corpus.measures import NO_LINE, UNMAPPED, measure_of
from udf.train.corpus.values import decimal_of

Essence = tuple[object, ...]
"""The fields of a line that make it what it is, in the order of `ESSENTIAL`."""
ESSENTIAL = (
    "item_id", "item_id_type", "location_id", "location_id_type", "qualifier", "measure", "quantity", "unit", "price",
    "price_type", "currency", "period_start", "period_end", "as_of_date",
)  # fmt: skip
Header = tuple[object, ...]
"""What a document says of itself, in the order of `HEADER`."""
HEADER = (
    "message_reference", "document_number", "document_date", "function", "currency", "period_start", "period_end",
)  # fmt: skip

_PERIOD_ONLY = ("sold", "returned", "net_sold", "total_sold")
_PERIOD_TOO = (
    "received", "shipped", "despatched", "delivered", "lost_sales", "movement", "adjustment", "promotion",
    "sold_wholesale", "sold_bailment", "sold_military", "sold_transportation", "sold_on_premise", "sold_off_premise",
    "returned_goods", "returned_to_vendor", "returned_defective",
)  # fmt: skip


def essence(line: Line) -> Essence:
    """A compiled line as it is compared."""
    return tuple(getattr(line, name) for name in ESSENTIAL)


def header_of(document: Document) -> Header:
    """A compiled document's own fields as they are compared."""
    return tuple(getattr(document, name) for name in HEADER)


def expected_header(draft: Draft) -> Header:
    """What a right compiler says of the document, once it is written."""

    def text(name: str) -> str | None:
        if name not in draft.header:
            return None
        segment, e, c = draft.header[name]
        return segment.elements[e][c]

    dated, first, last = (draft.header.get(name) for name in ("document_date", "start", "end"))
    return (
        draft.reference, text("document_number"), _days(dated)[0] if dated else None,
        _FUNCTIONS.get(text("function") or ""), text("currency"),
        _days(first)[0] if first else None, _days(last)[1] if last else None,
    )  # fmt: skip


_FUNCTIONS = {
    # EDIFACT 1225, one or two digits without a nought before, and X12 353, two digits
    "9": "original", "18": "original", "43": "original", "00": "original", "15": "original", "5": "replacement",
    "05": "replacement", "1": "cancellation", "01": "cancellation", "4": "change", "04": "change", "25": "change",
    "7": "duplicate", "07": "duplicate", "31": "duplicate", "35": "duplicate",
}  # fmt: skip


def expected_groups(draft: Draft) -> list[Counter[Essence]]:
    """For each line group, the lines that a right compiler finds in it, whatever the text was written with."""
    records = iter(draft.whole)
    return [
        Counter(e for record in islice(records, count) if (e := _expected(draft, record))) for count in draft.groups
    ]  # a group without a quantity has none


def expected_lines(draft: Draft) -> Counter[Essence]:
    """The lines of all groups."""
    return sum(expected_groups(draft), Counter())


def _expected(draft: Draft, record: dict[str, Reference]) -> Essence | None:
    def text(name: str) -> str | None:
        if name not in record:
            return None
        segment, e, c = record[name]
        return segment.elements[e][c]

    segment, code = record["qualifier"][0], text("qualifier")
    measure = measure_of(draft.message_type, segment.tag, code or "", draft.version)
    if measure == NO_LINE:
        return None
    measure = _refine(draft, segment, measure)
    sale = measure in _PERIOD_ONLY or (measure == UNMAPPED and draft.message_type in ("SLSRPT", "867"))
    moved = sale or measure in _PERIOD_TOO
    first, last = record.get("start"), record.get("end")
    as_of = _days(last)[1] if last and not sale else None
    if moved and draft.sale_period:
        first, last = draft.sale_period
    elif moved and first and _is_of_stock(first):  # what was sold has a period, and the day of a stock is none
        first = last = None
    price = text("price") if not _is_for_other_unit(record) else None
    own, above = record.get("line_currency"), draft.header.get("currency")
    currency = own or above
    return (
        text("item"), text("item_type"), text("location"), text("location_type"), code, measure,
        decimal_of(text("quantity") or ""), text("unit"), decimal_of(price) if price else None,
        text("price_type") if price else None,
        currency[0].elements[currency[1]][currency[2]] if currency else None,
        _days(first)[0] if moved and first else None, _days(last)[1] if moved and last else None, as_of,
    )  # fmt: skip


_PRICE_UNITS = {"PRI": (0, 5), "CTP": (4, 0), "UIT": (0, 0)}
_PIECES = ("PCE", "EA", "C62", "NAR")


def _is_for_other_unit(record: dict[str, Reference]) -> bool:
    """Whether a price is for another unit than its quantity is in: a case's beside pieces is no price of these."""
    if "price" not in record or "unit" not in record:
        return False
    segment, (e, c) = record["price"][0], _PRICE_UNITS[record["price"][0].tag]
    stated = segment.elements[e][c] if e < len(segment.elements) and c < len(segment.elements[e]) else ""
    unit = record["unit"][0].elements[record["unit"][1]][record["unit"][2]]
    return bool(stated and unit) and stated != unit and not (stated in _PIECES and unit in _PIECES)


_TRANSFERS = {
    # X12 521, as far as it is drawn: sales, adjustment, relocation; what is left out has no meaning of ours
    "SS": None, "SH": None, "SA": "adjustment", "BJ": "transferred",
}  # fmt: skip
_STATES = {"1": None, "2": "damaged", "3": "in_bond", "4": "reserved", "5": "on_hold"}
"""EDIFACT 7491."""


def _refine(draft: Draft, quantity: DraftSegment, measure: str) -> str:
    """The measure of a quantity with what the PTD above it or the INV beside it says of it."""
    at = next(number for number, segment in enumerate(draft.segments) if segment is quantity)
    if draft.message_type == "867" and measure in ("sold", "shipped"):
        kind = next((s.elements[0][0] for s in reversed(draft.segments[:at]) if s.tag == "PTD"), None)
        return measure if kind is None else _TRANSFERS.get(kind, UNMAPPED) or measure
    if draft.message_type == "INVRPT" and measure in ("on_hand", "available", "closing_balance"):
        state = _state_of(draft.segments, at)
        return measure if state is None else _STATES.get(state, UNMAPPED) or measure
    return measure


def _state_of(segments: Sequence[DraftSegment], quantity: int) -> str | None:
    """7491 of the INV that belongs to a QTY: before it where INV opens each group of the line, else behind it."""
    first = next(n for n in range(quantity, -1, -1) if segments[n].tag == "LIN")
    opens = next(s.tag for s in segments[first:] if s.tag in ("INV", "QTY")) == "INV"
    own = (reversed(segments[first:quantity])) if opens else segments[quantity + 1 :]
    for segment in own:
        if segment.tag == "INV":
            return segment.elements[1][0] if len(segment.elements) > 1 and segment.elements[1][0] else None
        if segment.tag in ("QTY", "LIN"):
            return None
    return None


def _is_of_stock(reference: Reference) -> bool:
    """Whether a date is that of an inventory (2005 366, 374 184) or of a document (BIA04)."""
    segment = reference[0]
    return segment.tag == "BIA" or (segment.tag == "DTM" and segment.elements[0][0] in ("366", "184"))


def _day(text: str) -> datetime.date:
    century = "" if len(text) == 8 else "19" if text >= "7" else "20"
    return datetime.datetime.strptime(century + text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def _days(reference: Reference) -> tuple[datetime.date, datetime.date]:
    """First and last day of a stated date or period (EDIFACT 2379; X12 D8, D6 and RD8)."""
    segment, e, c = reference
    text = segment.elements[e][c]
    form = segment.elements[0][2] if segment.tag == "DTM" and len(segment.elements[0]) > 2 else ""
    if form == "610":
        year, month = int(text[:4]), int(text[4:])
        return datetime.date(year, month, 1), datetime.date(year, month, calendar.monthrange(year, month)[1])
    halves = text.split("-") if "-" in text else re.findall(".{%d}" % (len(text) // 2), text)  # noqa: UP031
    if form in ("616", "716"):
        weeks = [text, text] if form == "616" else halves
        return (
            datetime.datetime.strptime(weeks[0] + "1", "%G%V%u").date(),  # noqa: DTZ007
            datetime.datetime.strptime(weeks[1] + "7", "%G%V%u").date(),  # noqa: DTZ007
        )
    if form in ("711", "717", "718") or "-" in text:
        return _day(halves[0]), _day(halves[1])
    day = _day(text[:8] if form == "203" else text)
    return day, day
