"""What does not hold in what was read of a header or a group, and where the two witnesses differ."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.syntax import find_malformed
from udf.gatekeeper.values import is_reversed
from udf.reading import PartReading, Position, Record
from udf.standards.chunks import Chunk
from udf.standards.dates import read_date
from udf.standards.header import currencies
from udf.standards.places import place_slots, place_type_slot
from udf.standards.prices import price_runs
from udf.standards.quantities import quantity_positions
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError


def judge_part(
    segments: Sequence[Segment], chunk: Chunk, records: list[Record], reading: PartReading, setting: Setting
) -> list[Finding]:
    """What does not hold in the answer for a header or a group: one record or none; `reading` is the other's."""
    if len(records) > 1:
        return [Finding("header-field-misplaced", "A header or a group is one record.", chunk.first)]
    record = {name: (chunk.indices[s], e, c) for name, (s, e, c) in (records[0] if records else {}).items()}
    faults = list(reading.faults)
    faults += find_malformed(segments, chunk.indices, setting) + _judge_strays(segments, chunk, setting)
    if faults:  # what the source itself leaves open is the reason, and not what an answer made of it
        return faults
    findings: list[Finding] = []
    for name in ("document_number", "document_date", "function", "currency"):
        stated, meant = record.get(name), reading.record.get(name)
        if stated != meant:
            code = "header-field-not-used" if stated is None else "header-field-misplaced"
            where = (meant or stated or (chunk.first,))[0]
            what = f"The {name.replace('_', ' ')} was not read where the standard puts it."
            findings.append(Finding(code, what, where))
    findings += [
        Finding("header-field-misplaced", f"A {chunk.kind} holds no {name.replace('_', ' ')}.", record[name][0])
        for name in ("quantity", "qualifier", "unit", "item", "item_type", "price", "price_type")
        if name in record
    ]
    findings += judge_dates(segments, record, reading.record.get("start"), reading.record.get("end"), chunk.first)
    return findings + _judge_place(segments, chunk, record, reading)


def _judge_strays(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> list[Finding]:
    """Quantities, items and prices outside any line, and currencies that cannot be told apart."""
    findings: list[Finding] = []
    for index in chunk.indices:
        segment = segments[index]
        if chunk.kind == "group" and segment.tag == "DTM" and segment.value(0) == setting.standard.document_date:
            findings.append(Finding("header-field-misplaced", "The document's date stands in a group.", index))
        if segment.tag in ("PIA", "LIN"):
            detail = "An item stands outside any line: its LIN or its quantity is lost, or PIA comes before LIN."
            findings.append(Finding("item-outside-line", detail, index))
        if segment.tag in ("PRI", "CTP", "UIT", "INV"):
            detail = f"{segment.tag} stands outside any line: which lines it is for is not known."
            findings.append(Finding("price-outside-line", detail, index))
        for _, e, c in quantity_positions(segments, index, index + 1, setting.standard):
            if segment.value(e, c) and setting.measure(segment.tag, segment.value(0)) != "ignored":
                detail = f"The quantity {segment.value(e, c)} stands outside any line."
                findings.append(Finding("quantity-outside-line", detail, index))
    for index, _, _ in price_runs(segments, chunk.first, chunk.last, setting) if chunk.kind == "group" else ():
        findings.append(Finding("price-misplaced", "A price stands outside any line.", index))
    stated = currencies(segments, chunk.indices)
    if len(stated) > 1 or (stated and chunk.kind == "group"):
        detail = f"The {chunk.kind} states the currency {' and '.join(stated)}: which lines it is for is not known."
        findings.append(Finding("currency-ambiguous", detail, chunk.first))
    return findings


def judge_dates(
    segments: Sequence[Segment], record: Record, start: Position | None, end: Position | None, first: int
) -> list[Finding]:
    """Both witnesses name the same days, and these are in order."""
    findings = []
    for name, meant in (("start", start), ("end", end)):
        stated = record.get(name)
        if stated == meant:
            continue
        if stated and meant and _same_date(segments, stated, meant):
            continue
        code = "date-not-used" if stated is None else "date-misplaced"
        what = f"The {name} of the period was not read where it is stated."
        findings.append(Finding(code, what, (meant or stated or (first,))[0]))
    if findings or start is None or end is None:
        return findings
    try:
        if is_reversed(read_date(segments[start[0]], start)[0], read_date(segments[end[0]], end)[1]):
            findings.append(Finding("period-reversed", "The period ends before it starts.", end[0]))
    except UnreadableValueError as problem:
        findings.append(Finding(problem.code, str(problem), start[0]))
    return findings


def _same_date(segments: Sequence[Segment], one: Position, other: Position) -> bool:
    """Two places of one level that mean the same days, so that either may be named."""
    if value_at(segments, one) != value_at(segments, other):
        return False
    try:
        return read_date(segments[one[0]], one) == read_date(segments[other[0]], other)
    except UnreadableValueError:
        return False


def _judge_place(segments: Sequence[Segment], chunk: Chunk, record: Record, reading: PartReading) -> list[Finding]:
    places = reading.places
    stated = record.get("location")
    if stated is None:
        if places:
            return [Finding("place-not-used", f"The {chunk.kind} names a place that was not read.", places[0])]
    elif stated[0] not in places or (stated[1], stated[2]) not in place_slots(segments[stated[0]]):
        return [Finding("place-misplaced", "The location was read where no place stands.", stated[0])]
    return judge_place_type(segments, record)


def judge_place_type(segments: Sequence[Segment], record: Record) -> list[Finding]:
    """The code list of a place stands in the place's own segment, where the standard has it."""
    place, kind = record.get("location"), record.get("location_type")
    if place is None:
        return [] if kind is None else [Finding("place-misplaced", "A code list without a place.", kind[0])]
    if kind == place_type_slot(segments, place):
        return []
    return [Finding("place-misplaced", "The code list of the place was not read beside it.", place[0])]
