"""What a drawn message states, from its draft alone: no reader, chunk, model or gatekeeper has a say in it.

The exam compares compiled lines with these. Numbers and dates are read here by rules of their own, so that a mistake in
`udf.standards.values` would show as well.
"""

import calendar
import datetime
import re
from collections import Counter
from itertools import islice

from udf.outcome import Document, Line
from udf.standards.reference import Reference as Tables
from udf.train.corpus.drafts import Draft, Reference
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


def expected_groups(draft: Draft, tables: Tables) -> list[Counter[Essence]]:
    """For each line group, the lines that a right compiler finds in it, whatever the text was written with."""
    records = iter(draft.whole)
    return [
        Counter(e for record in islice(records, count) if (e := _expected(draft, record, tables)))
        for count in draft.groups
    ]  # a group without a quantity has none


def expected_lines(draft: Draft, tables: Tables) -> Counter[Essence]:
    """The lines of all groups."""
    return sum(expected_groups(draft, tables), Counter())


def _expected(draft: Draft, record: dict[str, Reference], tables: Tables) -> Essence | None:
    def text(name: str) -> str | None:
        if name not in record:
            return None
        segment, e, c = record[name]
        return segment.elements[e][c]

    standard = "X12" if draft.message_type.isdigit() else "EDIFACT"
    segment, code = record["qualifier"][0], text("qualifier")
    measure = tables.measure(standard, draft.message_type, segment.tag, draft.version, "", code or "") or "unmapped"
    if measure == "ignored":
        return None
    sale = measure in _PERIOD_ONLY or (measure == "unmapped" and draft.message_type in ("SLSRPT", "867"))
    moved = sale or measure in _PERIOD_TOO
    first, last = record.get("start"), record.get("end")
    as_of = _days(last)[1] if last and not sale else None
    if moved and draft.sale_period:
        first, last = draft.sale_period
    price = text("price")
    own, above = record.get("line_currency"), draft.header.get("currency")
    currency = own or above
    return (
        text("item"), text("item_type"), text("location"), text("location_type"), code, measure,
        decimal_of(text("quantity") or ""), text("unit"), decimal_of(price) if price else None, text("price_type"),
        currency[0].elements[currency[1]][currency[2]] if currency else None,
        _days(first)[0] if moved and first else None, _days(last)[1] if moved and last else None, as_of,
    )  # fmt: skip


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
