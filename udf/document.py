"""Proved records become a document: values are copied from the source, nearer statements win over farther ones."""

import datetime
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from udf.edi.segments import Segment
from udf.line_prices import read_prices
from udf.message import LineRecords
from udf.outcome import Line, Party
from udf.reading import Position, Record
from udf.standards.chunks import Chunk
from udf.standards.dates import date_statements, read_date, read_days
from udf.standards.header import currencies
from udf.standards.items import line_identifiers, parent_slot
from udf.standards.meanings import STOCK, refine
from udf.standards.places import without_weak_place
from udf.standards.quantities import inventory_segments, names_part_place
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.values import UnreadableValueError, read_number
from udf.standards.x12 import X12

SALES = frozenset(("sold", "returned", "net_sold", "total_sold"))
"""Measures of sales: they have a period. What is no flow at all has an as-of date."""
FLOWS = SALES | frozenset((
    "received", "shipped", "despatched", "delivered", "lost_sales", "movement", "adjustment",
    "promotion", "sold_wholesale", "sold_bailment", "sold_military", "sold_transportation", "sold_on_premise",
    "sold_off_premise", "returned_goods", "returned_to_vendor", "returned_defective",
))  # fmt: skip
"""Measures of what happened in a period: beside sales those of goods that moved, which have a period and a date."""

OPENING = ("opening_balance",)
"""Measures of what there was when a period began: they have the period, since its last day is not theirs."""

_DELETIONS = ("3", "03")
"""1225 and 353: the lines are to be deleted. Read as a report they would be counted a second time."""


def lift(chunk: Chunk, record: Record) -> Record:
    """A record's positions in the message instead of in the chunk."""
    return {name: (chunk.indices[s], e, c) for name, (s, e, c) in record.items()}


def text_at(segments: Sequence[Segment], position: Position) -> str:
    """The component as sent."""
    s, e, c = position
    return segments[s].elements[e][c]


def span_at(segments: Sequence[Segment], position: Position) -> tuple[int, int]:
    """[start, end) of the component in the message."""
    s, e, c = position
    return segments[s].component_span(e, c)


def read_parties(segments: Sequence[Segment], chunk: Chunk, standard: Standard) -> list[Party]:
    """The header's NAD (3035, C082, C080) or N1 (98, 66, 67, 93) segments."""
    parties = []
    for index in chunk.indices:
        segment = segments[index]
        if segment.tag not in standard.places:
            continue
        if segment.tag == "NAD":
            name = segment.value(3) or segment.value(2)
            parties.append(_party(segment.value(0), segment.value(1), segment.value(1, 2), name))
        elif segment.tag == "N1":
            parties.append(_party(segment.value(0), segment.value(3), segment.value(2), segment.value(1)))
    return parties


def _party(role: str, identifier: str, id_type: str, name: str) -> Party:
    return Party(role=role, id=identifier or None, id_type=id_type or None, name=name or None)


def read_header(segments: Sequence[Segment], record: Record, setting: Setting) -> dict[str, Any]:
    """Document fields of a proved header record. Raises UnreadableValueError for a date that is none."""
    fields: dict[str, Any] = {}
    if "document_number" in record:
        fields["document_number"] = text_at(segments, record["document_number"])
    if "function" in record:
        code = text_at(segments, record["function"])
        if code in _DELETIONS:
            raise UnreadableValueError("unsupported-function", f"Function {code} deletes lines sent before.")
        fields["function"] = setting.standard.functions.get(code)
        if fields["function"] is None:
            detail = f"What a report of the function {code} does to earlier ones is not known."
            raise UnreadableValueError("unsupported-function", detail)
    if "currency" in record:
        fields["currency"] = text_at(segments, record["currency"])
    if "document_date" in record:
        fields["document_date"] = read_date(segments[record["document_date"][0]], record["document_date"])[0]
    fields["period_start"], fields["period_end"] = read_dates(segments, record)
    return fields


def read_dates(
    segments: Sequence[Segment], record: Mapping[str, Position]
) -> tuple[datetime.date | None, datetime.date | None]:
    """First and last day that a record's `start` and `end` point at."""
    start, end = record.get("start"), record.get("end")
    return (
        read_date(segments[start[0]], start)[0] if start else None,
        read_date(segments[end[0]], end)[1] if end else None,
    )


def build_lines(
    segments: Sequence[Segment], line: LineRecords, inherited: Record, setting: Setting, currency: str | None,
    periods: "StatedPeriods", transfer: str = "",
) -> list[Line]:  # fmt: skip
    """The lines of a proved line group; `inherited` is what header and group state, `transfer` the code of its PTD.

    Raises UnreadableValueError.
    """
    above = without_weak_place(segments, inherited, setting)
    identifiers = line_identifiers(segments, line.first, line.last, setting.standard)
    item_ids: dict[str, str] = {}
    for kind, position, _ in identifiers:
        item_ids.setdefault(kind, text_at(segments, position))
    lin = next((segments[i] for i in range(line.first, line.last) if segments[i].tag == "LIN"), None)
    number = (lin.value(0) or None) if lin else None
    parent = parent_slot(segments, line.first, line.last)
    nearer = currencies(segments, range(line.first, line.last))
    if len(nearer) > 1:
        raise UnreadableValueError("currency-ambiguous", f"The line states the currencies {' and '.join(nearer)}.")
    mark = setting.mark
    opening = sorted({r[name][0] for r in line.records for name in ("quantity", "qualifier")})
    inventory = inventory_segments(segments, line.first, line.last)
    lines = []
    for record in line.records:
        whole = _inherit(above, without_weak_place(segments, record, setting))
        quantity = read_number(text_at(segments, record["quantity"]), mark)
        qualifier_at = record["qualifier"]
        qualifier = text_at(segments, qualifier_at)
        stated = setting.measure(segments[qualifier_at[0]].tag, qualifier) or "unmapped"
        measure = refine(stated, segments, inventory.get(record["quantity"][0]), transfer)
        is_sale = measure in SALES or (measure == "unmapped" and setting.message_type in ("SLSRPT", "867"))
        as_of = read_dates(segments, whole)[1]
        if measure in STOCK and as_of and is_yet_to_come(segments, record["quantity"], as_of):
            raise UnreadableValueError("stock-to-come", "A part of a stock has a later day than the stock itself.")
        if is_sale or measure in FLOWS:
            whole = _prefer_period(segments, whole, line.first, setting, periods)
            if _is_of_stock(segments, whole, setting):  # of a sale it says nothing
                whole = {name: at for name, at in whole.items() if name not in ("start", "end")}
        start, end = read_dates(segments, whole)
        attributes = _attributes(segments, line, record, setting, opening)
        attributes = _inventory_status(segments, inventory.get(record["quantity"][0])) | attributes
        unit, own_currency = _text(segments, whole.get("unit")), nearer[0] if nearer else currency
        prices: dict[str, Any] = {}
        priced: dict[str, tuple[int, int]] = {}
        if price_at := whole.get("price"):
            prices, basis, priced = read_prices(segments, price_at, line.last, unit, own_currency, setting)
            attributes |= basis
        source = priced | {
            _SOURCE_NAMES.get(name, name): span_at(segments, position)
            for name, position in whole.items()
            if name in _COPIED
        }
        if "start" in whole:
            names = ("period_start", "period_end") if is_sale or measure in OPENING else ("as_of_date",)
            source |= {name: span_at(segments, whole["start" if name == "period_start" else "end"]) for name in names}
        if lin and number:
            source["line_number"] = lin.component_span(0, 0)
        if parent:
            source["parent_line"] = segments[parent[0]].component_span(*parent[1:])
        if "currency" in whole and not nearer:
            source["currency"] = span_at(segments, whole["currency"])
        lines.append(Line(
            line_number=number,
            item_id=text_at(segments, whole["item"]),
            item_id_type=_text(segments, whole.get("item_type")),
            item_ids=item_ids,
            location_id=_text(segments, whole.get("location")),
            location_id_type=_text(segments, whole.get("location_type")),
            measure=measure,
            qualifier=qualifier,
            quantity=quantity,
            unit=unit,
            currency=own_currency,
            period_start=start if is_sale or measure in FLOWS or measure in OPENING else None,
            period_end=end if is_sale or measure in FLOWS or measure in OPENING else None,
            as_of_date=None if is_sale or measure in OPENING else as_of,
            attributes=attributes,
            source=source,
            parent_line=_text(segments, parent),
            **({"price": None, "price_type": None} | prices),
        ))  # fmt: skip
    return lines


def is_yet_to_come(segments: Sequence[Segment], quantity: Position, as_of: datetime.date) -> bool:
    """Whether a part of a stock (SCH06) is of a later day than the stock: a schedule is no split of what there is."""
    segment = segments[quantity[0]]
    if segment.tag != "SCH" or not segment.value(5):
        return False
    return read_days(segment.value(5), "")[0] > as_of


def transfer_of(segments: Sequence[Segment], first: int, last: int) -> str:
    """PTD01 (521) of a group, '' where no PTD opens it."""
    return segments[first].value(0) if first < last and segments[first].tag == "PTD" else ""


def _prefer_period(
    segments: Sequence[Segment], whole: Record, before: int, setting: Setting, periods: "StatedPeriods"
) -> Record:
    """What was sold has a period: a stock date (DTM 366) is not taken for it where the header states a period as well.

    Raises UnreadableValueError `date-ambiguous` where several periods are stated above the line.
    """
    start = whole.get("start")
    if start is None or segments[start[0]].tag != "DTM":
        return whole
    if setting.date_role("DTM", segments[start[0]].value(0)) != "as_of":
        return whole
    above = periods.above(before)
    return whole | {"start": above[0], "end": above[1]} if above else whole


def _is_of_stock(segments: Sequence[Segment], whole: Record, setting: Setting) -> bool:
    """Whether the date of a quantity is that of a stock (DTM 366, 184) or of a document (BIA04)."""
    start = whole.get("start")
    if start is None:
        return False
    segment = segments[start[0]]
    if segment.tag == "BIA":
        return True
    return segment.tag == "DTM" and setting.date_role("DTM", segment.value(0)) == "as_of"


class StatedPeriods:
    """First and last days of periods, wherever a message states them; looked for when they are first asked for.

    Each line may ask, so that the answer must not take a look at all that stands above it.
    """

    def __init__(self, segments: Sequence[Segment], setting: Setting) -> None:
        self._segments, self._setting = segments, setting
        self._first: dict[str, Position] | None = None
        self._other: dict[str, int] = {}
        """By role, the segment that first states another day than the first one does."""

    def above(self, before: int) -> tuple[Position, Position] | None:
        """The first and the last day that are stated above a segment, None where one of them is not.

        Raises UnreadableValueError `date-ambiguous` where there are several.
        """
        if self._first is None:
            self._first = {}
            for role, position in date_statements(self._segments, range(len(self._segments)), self._setting):
                if role in ("period_start", "period_end"):
                    known = self._first.setdefault(role, position)
                    if text_at(self._segments, known) != text_at(self._segments, position):
                        self._other.setdefault(role, position[0])
        start, end = self._first.get("period_start"), self._first.get("period_end")
        if start is None or end is None or start[0] >= before or end[0] >= before:
            return None
        if any(segment < before for segment in self._other.values()):
            raise UnreadableValueError("date-ambiguous", "A stock date and several periods are stated above the line.")
        return start, end


_COPIED = frozenset((
    "item", "item_type", "location", "location_type", "qualifier", "quantity", "unit",
))  # fmt: skip
_SOURCE_NAMES = {
    "item": "item_id", "item_type": "item_id_type", "location": "location_id", "location_type": "location_id_type",
}  # fmt: skip


def _text(segments: Sequence[Segment], position: Position | None) -> str | None:
    return text_at(segments, position) if position else None


def _inherit(inherited: Record, record: Record) -> Record:
    """The nearest statement wins; a place brings its code list, a start its end."""
    whole = dict(inherited)
    if "location" in record:
        whole.pop("location_type", None)
    if "start" in record:
        whole.pop("end", None)
    whole.update(record)
    return whole


def inherit(*records: Record) -> Record:
    """Header, then group: what both state for the lines below."""
    whole: Record = {}
    for record in records:
        whole = _inherit(whole, record)
    return {name: whole[name] for name in ("location", "location_type", "start", "end", "currency") if name in whole}


_NAMED = {
    "MOA": "amount",
    "RFF": "reference",
    "REF": "reference",
    "GIN": "identity",
    "DTM": "date",
    "N9": "reference",
    "AMT": "amount",
    "STS": "status",
    "LQ": "status",
}


def _attributes(
    segments: Sequence[Segment], line: LineRecords, record: Record, setting: Setting, opening: Sequence[int]
) -> dict[str, str]:
    """What else the line states, before the quantities or after this one: descriptions, amounts, references, dates.

    `opening` are the segments that any record of the line has its quantity or qualifier in, in stream order.
    """
    used = {position[0] for position in record.values()}
    own, activity = record["quantity"][0], record["qualifier"][0]
    at = bisect_right(opening, own)
    stop = opening[at] if at < len(opening) else line.last
    above = opening[bisect_right(opening, activity)] if activity < own else activity
    found: dict[str, str] = {}
    repaired = False
    # what stands with a quantity, with the activity that it is a part of, with the line: of two the nearer holds
    for index in (*range(own, stop), *range(activity + 1, above), *range(line.first, opening[0])):
        segment = segments[index]
        repaired = repaired or segment.repaired
        tag = segment.tag
        if tag == "IMD":
            text = " ".join(value for element in segment.elements[2:] for value in element[3:] if value)
            if text:
                found.setdefault("description", text)
        elif tag == "PID" and segment.value(4):
            found.setdefault("description", segment.value(4))
        elif tag in _NAMED and index not in used:
            first, second = (
                (segment.value(0, 0), segment.value(0, 1))
                if setting.standard.has_components and tag not in ("GIN", "STS")
                else (segment.value(0), segment.value(1))
            )
            if first and second:
                found.setdefault(f"{_NAMED[tag]}_{first}", second)
        elif tag == "ZA" and segment.value(4) and record.get("start", (-1,))[0] != index:
            found.setdefault(f"date_{segment.value(3)}", segment.value(4))
        elif tag == "SCH":
            _note_schedule(segment, index == own, found)
        elif tag == "REF" and index == own and not names_part_place(segment):
            found.setdefault(f"reference_{segment.value(0)}", segment.value(1))
        elif tag == "SDQ" and index == own and segment.value(22):
            found.setdefault("sub_location", segment.value(22))
        elif tag == "QTY" and setting.standard is X12 and index not in used and segment.value(1):
            found.setdefault(f"count_{segment.value(0)}", segment.value(1))
    if repaired:
        found["repaired"] = "true"
    return found


def _note_schedule(segment: Segment, is_own: bool, found: dict[str, str]) -> None:
    """Of a part its date and who is no place in it; any other SCH is a quantity of another day, beside this one."""
    date, party = segment.value(5), segment.value(3)
    if is_own:
        if date:
            found.setdefault(f"date_{segment.value(4)}", date)
        if party and not names_part_place(segment):
            found.setdefault(f"party_{segment.value(2)}", party)
    elif not names_part_place(segment) and segment.value(0):
        found.setdefault(f"scheduled_{segment.value(4)}_{date}".rstrip("_"), segment.value(0))


def _inventory_status(segments: Sequence[Segment], inv: int | None) -> dict[str, str]:
    """INV of a quantity: 4501 direction, 7491 status."""
    if inv is None:
        return {}
    named = {"inventory_direction": segments[inv].value(0), "inventory_status": segments[inv].value(1)}
    return {name: value for name, value in named.items() if value}
