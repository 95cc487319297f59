"""Each quantity of a line is in one record and rightly: with its qualifier, its unit, and its parts added up."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.values import adds_up
from udf.message import LineRecords
from udf.reading import LineReading, Position, Record
from udf.standards.codes import is_listed_quantity
from udf.standards.quantities import activity_of, are_same_unit, is_quantity_slot, quantity_positions, unit_slot
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number
from udf.standards.x12 import X12


def judge_quantities(segments: Sequence[Segment], line: LineRecords, reading: LineReading) -> list[Finding]:
    """Both witnesses see the same quantities."""
    known, totals = set(reading.quantities), set(reading.totals)
    found = []
    for position in (record["quantity"] for record in line.records):
        s = position[0]
        if position in totals:
            detail = f"{segments[s].raw[:60]} is the total of the places behind it, and was read beside its parts."
            found.append(Finding("quantity-used-twice", detail, s))
        elif position not in known:
            found.append(Finding("quantity-misplaced", f"No quantity can stand there in {segments[s].tag}.", s))
    return found


def judge_quantity(segments: Sequence[Segment], record: Record, setting: Setting) -> list[Finding]:
    """The quantity of a record is a number where the standard puts one, beside its qualifier and its unit."""
    place = record.get("quantity")
    if place is None:
        return [Finding("line-without-quantity", "A record has no quantity.")]
    s, e, c = place
    segment = segments[s]
    tag = segment.tag
    if not is_quantity_slot(segment, e, c, setting.standard):
        return [Finding("quantity-misplaced", f"No quantity can stand there in {tag}.", s)]
    try:
        read_number(value_at(segments, place), setting.mark)
    except UnreadableValueError as problem:
        return [Finding(problem.code, str(problem), s)]
    activity = activity_of(segments, s, setting.standard)
    if record.get("qualifier") != (activity, 0, 0) or segments[activity].tag not in ("QTY", "ZA"):
        return [Finding("qualifier-misplaced", "The qualifier does not stand with its quantity.", s)]
    measure = setting.measure(segments[activity].tag, segments[activity].value(0))
    if measure is None and not is_listed_quantity(
        setting.standard.name, segments[activity].tag, segments[activity].value(0)
    ):
        detail = f"The code {segments[activity].value(0)} in {segments[activity].tag} is in no list of the standard."
        return [Finding("quantity-code-unlisted", detail, activity)]
    if measure == "ignored":
        return [Finding("quantity-misplaced", "A count that is no quantity of units was read as one.", s)]
    if record.get("unit") != unit_slot(segments, place, setting.standard):
        return [Finding("unit-misplaced", "The unit does not stand with its quantity.", s)]
    return []


def judge_use(
    segments: Sequence[Segment], line: LineRecords, totals: Sequence[Position], setting: Setting
) -> list[Finding]:
    """Every stated quantity is in exactly one record, is a total of its parts, or is a count that the tables ignore."""
    used = Counter(record["quantity"] for record in line.records if "quantity" in record)
    findings: list[Finding] = []
    parts: dict[int, list[Position]] = {}
    stated = list(quantity_positions(segments, line.first, line.last, setting.standard))
    for position in stated:
        activity = activity_of(segments, position[0], setting.standard)
        if activity != position[0] and segments[position[0]].value(position[1]):
            parts.setdefault(activity, []).append(position)
    mark = setting.mark
    for position in stated:
        s = position[0]
        segment = segments[s]
        text = segment.value(position[1], position[2])
        count = used[position]
        if count > 1:
            findings.append(Finding("quantity-used-twice", f"The quantity {text} is in {count} records.", s))
        is_total = s in parts and segment.tag in ("QTY", "ZA")
        if is_total and count:
            findings.append(Finding("quantity-used-twice", f"The total {text} was read beside its parts.", s))
        units = _units(segments, [position, *parts[s]]) if is_total and text else set()
        if len(units) > 1:
            detail = f"The parts and their total are stated in {' and '.join(sorted(units))}."
            findings.append(Finding("split-total-mismatch", detail, s))
            continue
        if count or position in totals:  # of places, which the other witness has added up
            continue
        if not text:
            if not is_total and segment.tag in ("QTY", "ZA", "SCH"):
                findings.append(Finding("quantity-empty", f"{segment.tag} states no quantity.", s))
            continue
        try:
            number = read_number(text, mark)
            split = sum((read_number(value_at(segments, p), mark) for p in parts[s]), Decimal(0)) if is_total else None
        except UnreadableValueError as problem:
            findings.append(Finding(problem.code, str(problem), s))
            continue
        if split is not None and not adds_up(number, (split,)):
            detail = f"The parts add up to {split}, the stated total is {number}."
            findings.append(Finding("split-total-mismatch", detail, s))
        elif not is_total and setting.measure(segment.tag, segment.value(0)) != "ignored":
            findings.append(Finding("quantity-not-used", f"The quantity {text} is in no record.", s))
    return findings


def _units(segments: Sequence[Segment], quantities: Sequence[Position]) -> set[str]:
    """The units in which the quantities of an X12 message are stated, of several codes for a piece one."""
    slots = [unit_slot(segments, quantity, X12) for quantity in quantities]
    units = sorted({value_at(segments, slot).upper() for slot in slots if slot is not None})
    return {next(known for known in units if are_same_unit(unit, known)) for unit in units}
