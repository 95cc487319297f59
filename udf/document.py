"""Proved records become a document: values are copied from the source, nearer statements win over farther ones."""

from collections.abc import Sequence
from typing import Any

from udf.edi.segments import Segment
from udf.line_attributes import find_openings, inventory_status, read_attributes
from udf.line_periods import StatedPeriods, is_end_alone, is_of_stock, is_yet_to_come, prefer_period, read_dates
from udf.line_prices import read_currency, read_prices
from udf.message import LineRecords
from udf.outcome import Line, Party
from udf.reading import Position, Record
from udf.standards.chunks import Chunk
from udf.standards.dates import read_date
from udf.standards.items import line_identifiers, parent_slot
from udf.standards.meanings import STOCK, refine
from udf.standards.places import without_weak_place
from udf.standards.quantities import inventory_segments
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.values import UnreadableValueError, read_number

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


def build_lines(
    segments: Sequence[Segment], line: LineRecords, inherited: Record, setting: Setting, currency: str | None,
    periods: StatedPeriods, transfer: str = "",
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
    nearer = read_currency(segments, line.first, line.last, currency, setting)
    mark = setting.mark
    opening = find_openings(line)
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
            whole = prefer_period(segments, whole, line.first, setting, periods)
            if is_end_alone(segments, whole, setting):
                raise UnreadableValueError("period-half-stated", "The period of what moved states its end only.")
            if is_of_stock(segments, whole, setting):  # of a sale it says nothing
                whole = {name: at for name, at in whole.items() if name not in ("start", "end")}
        start, end = read_dates(segments, whole)
        attributes = inventory_status(segments, inventory.get(record["quantity"][0]))
        attributes |= {"transfer": transfer} if transfer else {}
        attributes |= read_attributes(segments, line, record, setting, opening)
        unit, own_currency = _text(segments, whole.get("unit")), nearer or currency
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
        item = text_at(segments, whole["item"])
        lines.append(Line(
            line_number=number,
            item_id=item,
            item_id_type=_text(segments, whole.get("item_type")),
            item_ids=item_ids if item in item_ids.values() else item_ids | {_name_item(segments, whole): item},
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


def _name_item(segments: Sequence[Segment], record: Record) -> str:
    """Under which name a number stands that is the item's by an approved layout alone: its type, or its segment's."""
    segment = segments[record["item"][0]]
    own = segment.value(0) if record["item"][1:] != (0, 0) else ""
    return _text(segments, record.get("item_type")) or own or segment.tag


def transfer_of(segments: Sequence[Segment], first: int, last: int) -> str:
    """PTD01 (521) of a group, '' where no PTD opens it."""
    return segments[first].value(0) if first < last and segments[first].tag == "PTD" else ""


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
