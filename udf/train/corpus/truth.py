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
from udf.train.corpus.measures import NO_LINE, UNMAPPED, measure_of, refine_measure
from udf.train.corpus.prices import Stated, choose_price, component, price_of, run_of
from udf.train.corpus.values import decimal_of

Essence = tuple[object, ...]
"""The fields of a line that make it what it is, in the order of `ESSENTIAL`."""
ESSENTIAL = (
    "item_id", "item_id_type", "location_id", "location_id_type", "qualifier", "measure", "quantity", "unit", "price",
    "price_type", "price_unit", "price_quantity", "prices", "currency", "period_start", "period_end", "as_of_date",
    "parent_line",
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
    plain = {"prices": tuple(tuple(getattr(price, name) for name in _PRICE) for price in line.prices)}
    return tuple(plain.get(name, getattr(line, name)) for name in ESSENTIAL)


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
        draft.reference, text("document_number"), days_of(dated)[0] if dated else None,
        _FUNCTIONS.get(text("function") or ""), text("currency"),
        days_of(first)[0] if first else None, days_of(last)[1] if last else None,
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
    measure = refine_in(draft, segment, measure)
    sale = measure in _PERIOD_ONLY or (measure == UNMAPPED and draft.message_type in ("SLSRPT", "867"))
    moved = sale or measure in _PERIOD_TOO
    first, last = record.get("start"), record.get("end")
    as_of = days_of(last)[1] if last and not sale else None
    if moved and draft.sale_period:
        first, last = draft.sale_period
    elif moved and first and is_of_stock(first):  # what was sold has a period, and the day of a stock is none
        first = last = None
    if measure == "opening_balance":  # what there was when the period began, and so not of its last day
        as_of, moved = None, True
    price, prices = _prices(draft, record)
    own, above = record.get("line_currency"), draft.header.get("currency")
    currency = own or above
    return (
        text("item"), text("item_type"), text("location"), text("location_type"), code, measure,
        decimal_of(text("quantity") or ""), text("unit"), *price, prices,
        currency[0].elements[currency[1]][currency[2]] if currency else None,
        days_of(first)[0] if moved and first else None, days_of(last)[1] if moved and last else None, as_of,
        text("parent_line"),
    )  # fmt: skip


_PRICE = ("price", "price_type", "price_unit", "price_quantity")


def _prices(draft: Draft, record: dict[str, Reference]) -> tuple[Stated, tuple[Stated, ...]]:
    """The price of a quantity, and all that stand together with it."""
    if "price" not in record:
        return (None, None, None, None), ()
    at = next(n for n, segment in enumerate(draft.segments) if segment is record["price"][0])
    run = run_of(draft.segments, at)
    chosen = choose_price(run, component(record["unit"][0], record["unit"][1:]) if "unit" in record else None)
    return (None, None, None, None) if chosen is None else price_of(chosen), tuple(map(price_of, run))


def refine_in(draft: Draft, quantity: DraftSegment, measure: str) -> str:
    """The measure of a quantity with what the PTD above it or the INV beside it says of it."""
    at = next(number for number, segment in enumerate(draft.segments) if segment is quantity)
    kind = next((s.elements[0][0] for s in reversed(draft.segments[:at]) if s.tag == "PTD"), None)
    state = _state_of(draft.segments, at) if draft.message_type == "INVRPT" else None
    return refine_measure(draft.message_type, measure, state or "", kind or "")


def _state_of(segments: Sequence[DraftSegment], quantity: int) -> str | None:
    """7491 of the INV that belongs to a QTY: before it where INV opens each group of the line, else behind it."""
    first = next((n for n in range(quantity, -1, -1) if segments[n].tag == "LIN"), 0)
    opens = next((s.tag for s in segments[first:] if s.tag in ("INV", "QTY")), "") == "INV"
    own = (reversed(segments[first:quantity])) if opens else segments[quantity + 1 :]
    for segment in own:
        if segment.tag == "INV":
            return segment.elements[1][0] if len(segment.elements) > 1 and segment.elements[1][0] else None
        if segment.tag in ("QTY", "LIN"):
            return None
    return None


def is_of_stock(reference: Reference) -> bool:
    """Whether a date is that of an inventory (2005 366, 374 184) or of a document (BIA04)."""
    segment = reference[0]
    return segment.tag == "BIA" or (segment.tag == "DTM" and segment.elements[0][0] in ("366", "184"))


def _day(text: str) -> datetime.date:
    century = "" if len(text) == 8 else "19" if text >= "7" else "20"
    return datetime.datetime.strptime(century + text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def days_of(reference: Reference) -> tuple[datetime.date, datetime.date]:
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
