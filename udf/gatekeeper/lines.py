"""What is held against a line that was read: nothing counts before the source has proved it.

The gatekeeper never corrects an answer. It holds it against what the message states (`udf.standards`) and says what
differs: each field in a segment whose role fits it, qualifier and quantity together, every quantity used exactly once
or named as unused, places and prices paired with quantities in stream order, totals equal to their parts.

What no gatekeeper can catch, because the damaged message is as good a message as the sound one, while its counts are
kept or put right and no total (CNT 1, CTT02, QTY TO, a split's total) contradicts it. `udf.train.attack.kinds` attacks
with each of these kinds and gives its reason; of all other kinds not one attack may succeed:

- a digit or letter of a quantity, price, item, place or date: nothing repeats them (a check digit only warns); a code
  that becomes another, or changes places with a value of up to three characters; a tag that becomes another tag;
- two quantities, items, places or dates exchanged, LIN exchanged with a neighbour, or parts moved that are nought or
  have no total: a segment at the edge of a line or an activity is as good in the next one;
- a place, date, price, currency or PIA lost: the farther statement holds, or none (a warning for periods, and where
  line numbers start again; an error where other quantities of the code name a place, or the line's others a price);
- a whole line lost or doubled where CNT 2 or CTT01 is absent (a warning if the numbers show it; sales may repeat), a
  quantity lost where no sum is stated, the only split lost where its total is kept (a warning: no place is stated);
- LIN lost where the quantities or places on either side differ: they read as further quantities of the line before;
- a separator lost or doubled before the code list of a place or the type of an item (a warning for items), or lost
  between a document's number and its function;
- a total of one or two items over all places sent as one more place, or places and quantities exchanged throughout an
  SDQ without a total (an error where a quantity begins with a nought beside a shorter place or is as long as all other
  places of the message; see `udf.plans.profiles` for a partner's);
- the price of an only line exchanged with a quantity, which makes a price for all of them one for the first;
- an element emptied that may be missing: a unit, a price, a date where a farther one holds, a document's function.
"""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.exchanged import find_exchanged_parts
from udf.gatekeeper.headers import judge_dates, judge_place_type
from udf.gatekeeper.line_quantities import judge_quantities, judge_quantity, judge_use
from udf.gatekeeper.repetition import judge_repetition
from udf.gatekeeper.states import find_states
from udf.gatekeeper.syntax import find_malformed
from udf.gatekeeper.unread import find_unread
from udf.message import LineRecords
from udf.reading import LineReading, Record
from udf.standards.edifact import EDIFACT
from udf.standards.items import WITHDRAWN, find_rival, is_case, is_total, line_identifiers
from udf.standards.places import PLACES, place_slots, without_weak_place
from udf.standards.prices import price_run, price_type_slot
from udf.standards.quantities import (
    SPLITS,
    activity_of,
    find_stray_state,
    names_part_place,
    part_place,
    quantity_positions,
)
from udf.standards.records import list_records
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number
from udf.standards.x12 import X12


def judge_line(segments: Sequence[Segment], line: LineRecords, reading: LineReading, setting: Setting) -> list[Finding]:
    """What does not hold in the records of a line; no findings means that each value is proved.

    `reading` is the other witness's. That it shows a lost place is of the whole message, whatever was answered.
    """
    findings = _judge_records(segments, line, reading, setting)
    if findings and not any(finding.code == "place-lost" for finding in findings):
        stated = [record for record in list_records(segments, reading, line.last, setting) if "qualifier" in record]
        repeated = judge_repetition(segments, line.first, line.last, stated, setting)
        findings += [finding for finding in repeated if finding.code == "place-lost"]
    return findings


def _judge_records(
    segments: Sequence[Segment], line: LineRecords, reading: LineReading, setting: Setting
) -> list[Finding]:
    own = [i for i in range(line.first, line.last) if segments[i].tag not in PLACES]  # places are the whole message's
    findings = find_malformed(segments, own, setting)
    findings += find_unread(segments, line.first, line.last, setting)
    findings += find_states(segments, line, setting)
    findings += find_exchanged_parts(segments, line.first, line.last) if setting.standard.splits else []
    if (stray := find_stray_state(segments, line.first, line.last)) is not None:
        findings.append(Finding("state-misplaced", f"{segments[stray].raw[:60]} stands with no quantity.", stray))
    lins = [i for i in own if segments[i].tag == "LIN"]
    if len(lins) > 1:
        findings.append(Finding("line-without-quantity", "One quantity stands with two items.", lins[1]))
    if setting.standard is EDIFACT and (told := next((segments[i].value(1) for i in lins), "")) in WITHDRAWN:
        detail = f"LIN 1229 is {told}: the line {WITHDRAWN[told]}, and is no statement of what was sold or is held."
        findings.append(Finding("line-deleted", detail, line.first))
    if setting.standard.splits and (early := _find_early_split(segments, line)) is not None:
        detail = f"{segments[early].tag} stands under no ZA or QTY: which quantity it splits is not said."
        return [*findings, Finding("split-without-activity", detail, early)]
    if not line.records:
        findings += judge_use(segments, line, reading.totals, setting)
        return findings or [Finding("line-without-quantity", "The line states no quantity.", line.first)]
    for record in line.records:
        findings += judge_quantity(segments, record, setting)
        findings += _judge_foreign_fields(record)
    findings += _judge_items(segments, line, reading, setting)
    findings += judge_use(segments, line, reading.totals, setting)
    findings = findings or judge_quantities(segments, line, reading)
    if findings:
        return findings
    findings += _judge_order(segments, line, setting)
    findings += _judge_places(segments, line, reading, setting)
    if findings:
        return findings
    findings += _judge_prices(segments, line, reading, setting)
    findings += _judge_line_dates(segments, line, reading, setting)
    repeated = judge_repetition(segments, line.first, line.last, line.records, setting)
    return [*findings, *(f for f in repeated if f.code == "place-lost")] if findings else repeated


def _find_early_split(segments: Sequence[Segment], line: LineRecords) -> int | None:
    """The first part (SDQ, SCH, REF) that stands under no ZA or QTY; X12 846 has SDQ before QTY as well as behind."""
    stated = quantity_positions(segments, line.first, line.last, X12)
    parts = (s for s, e, _ in stated if segments[s].tag in SPLITS and segments[s].value(e))
    return next((s for s in parts if segments[activity_of(segments, s, X12)].tag in SPLITS), None)


def _judge_foreign_fields(record: Record) -> list[Finding]:
    return [
        Finding("header-field-misplaced", f"A line holds no {name.replace('_', ' ')}.", record[name][0])
        for name in ("document_number", "document_date", "function", "currency")
        if name in record
    ]


def _judge_items(
    segments: Sequence[Segment], line: LineRecords, reading: LineReading, setting: Setting
) -> list[Finding]:
    """The item is an identifier of its line, with its type beside it, and the one that the contract prefers."""
    identifiers = line_identifiers(segments, line.first, line.last, setting.standard)
    if not reading.item:
        return [Finding("line-without-item", "The line names no item.", line.first)]
    bests = [next(e for e in identifiers if e[1] == named["item"]) for named in (reading.item, reading.case_item)]
    best = bests[0]
    if len(best[0]) > 3:  # EDIFACT 7143 has up to three characters, X12 235 two
        detail = f"«{best[0]}» is no type of an identifier: elements of the line are shifted or lost."
        return [Finding("item-type-invalid", detail, best[1][0])]
    if rival := find_rival(segments, best[1], identifiers):
        one, other = (value_at(segments, position) for position in (best[1], rival))
        detail = f"{best[0]} is stated twice, as {one} and as {other}: which of them the item is is not said."
        return [Finding("item-ambiguous", detail, rival[0])]
    if is_total(name := value_at(segments, best[1])):
        detail = f"The item {name} is a total by its name: the lines that it sums up count, and it does not."
        return [Finding("total-line", detail, best[1][0])]
    findings = []
    for item, kind, in_cases in {
        (record.get("item"), record.get("item_type"), is_case(segments, record.get("unit"))) for record in line.records
    }:
        chosen = next((entry for entry in identifiers if entry[1] == item), None)
        if item is None or chosen is None or chosen[2] != kind:
            where = item[0] if item else line.first
            findings.append(Finding("item-misplaced", "The item was not read where LIN or PIA states it.", where))
        elif chosen != bests[in_cases]:  # the rule is applied before, and held to here
            findings.append(Finding("item-not-preferred", "A better identifier stands beside the chosen one.", item[0]))
    return findings


# What the standards put with LIN and never with its quantities.
_OF_LIN = {"SLSRPT": ("PIA", "IMD", "DOC"), "INVRPT": ("PIA", "IMD", "DOC"), "852": ("PID", "SLN", "PO4", "N9"),
           "846": ("PID", "SLN"), "867": ()}  # fmt: skip


def _judge_order(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """Signs that the LIN of a following item is lost: an identifier or a quantity where only that item has it."""
    activities = line.activities(segments, setting.standard)
    for index in range(activities[0] + 1, activities[-1]):
        if segments[index].tag in _OF_LIN[setting.message_type]:
            detail = f"{segments[index].tag} stands between two quantities: the LIN of another item may be lost."
            return [Finding("item-order", detail, index)]
    opens_with_quantity = segments[line.first].tag == "QTY"  # 867: QTY, then its LIN
    if opens_with_quantity and len(activities) > 1:
        detail = "A second quantity in a line that opens with its quantity: the LIN of another item may be lost."
        return [Finding("item-order", detail, activities[1])]
    return []


def _judge_places(
    segments: Sequence[Segment], line: LineRecords, reading: LineReading, setting: Setting
) -> list[Finding]:
    """Places of a line belong to its quantities in stream order: all before theirs, all after, or one for the line."""
    if reading.place_faults:
        return list(reading.place_faults)
    places, known, ways = reading.places, set(reading.places), reading.bindings
    if places and not ways:
        return [Finding("place-order", "The places of the line do not pair with its quantities.", places[0])]
    findings: list[Finding] = []
    stated: dict[int, int | None] = {}
    for record in line.records:
        q = record["quantity"][0]
        place = without_weak_place(segments, record, setting).get("location")
        if segments[q].tag in setting.standard.splits:
            own = part_place(segments, record["quantity"])
            if own is not None:
                if place != (own if segments[q].value(own[1]) else None):
                    return [Finding("place-order", "A part was not read with its own place.", q)]
            elif names_part_place(segments[q]) is None:
                code = segments[q].value(2)
                detail = f"It is not known whether {segments[q].tag} {code} names a place."
                return [Finding("place-misplaced", detail, q)]
        if segments[q].tag not in setting.standard.splits or own is None:
            if place is not None and (place[0] not in known or place[1:] not in place_slots(segments[place[0]])):
                detail = f"{segments[place[0]].raw[:60]} was read as the place of a quantity, and names none."
                return [Finding("place-misplaced", detail, place[0])]
            stated[q] = place[0] if place else None
        findings += judge_place_type(segments, record)
    if stated and places and not any(all(way.get(q) == p for q, p in stated.items()) for way in ways):
        return [Finding("place-order", "The places of the line were not read with their quantities.", places[0])]
    return findings


def _judge_prices(
    segments: Sequence[Segment], line: LineRecords, reading: LineReading, setting: Setting
) -> list[Finding]:
    """Each record has the price that stream order gives its quantity, with its type."""
    findings = list(reading.price_faults)
    if findings:
        return findings
    for record in line.records:
        meant = reading.prices.get(activity_of(segments, record["quantity"][0], setting.standard))
        stated = record.get("price")
        # which of some prices that stand together is the price is the contract's rule and no reading
        if stated != meant and (meant is None or stated not in price_run(segments, meant, line.last, setting)):
            code = "price-not-used" if stated is None else "price-misplaced"
            where = (meant or stated or (line.first,))[0]
            findings.append(Finding(code, "The price was not read where the line states it.", where))
            continue
        if stated is None:
            if "price_type" in record:
                findings.append(Finding("price-misplaced", "A price type without a price.", line.first))
            continue
        s = stated[0]
        if record.get("price_type") != price_type_slot(segments, stated):
            findings.append(Finding("price-misplaced", "The price type does not stand with its price.", s))
        try:
            mark = setting.mark
            read_number(value_at(segments, stated), mark, "price-not-a-number")
        except UnreadableValueError as problem:
            findings.append(Finding(problem.code, str(problem), s))
        if not setting.standard.has_components and any(segments[s].elements[stated[1]][1:]):
            findings.append(Finding("number-ambiguous", "A price has more than one component.", s))
    return findings


def _judge_line_dates(
    segments: Sequence[Segment], line: LineRecords, reading: LineReading, setting: Setting
) -> list[Finding]:
    """Dates before the first quantity are the line's, dates after a quantity are that quantity's."""
    findings = list(reading.period_faults)
    if findings:
        return findings
    for record in line.records:
        start, end = reading.periods[activity_of(segments, record["quantity"][0], setting.standard)]
        findings += judge_dates(segments, record, start, end, line.first)
    return findings
