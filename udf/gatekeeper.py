"""The verdict: nothing that the model pointed at counts before the source has proved it.

The gatekeeper never corrects an answer. It works out from the message alone what the answer must respect, and says
what it does not: each field in a segment whose role fits it, qualifier and quantity together, every quantity used
exactly once or named as unused, places and prices paired with quantities in stream order, totals equal to their parts.
"""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from udf.chunks import Chunk
from udf.codec import Position, Record
from udf.identifiers import item_class
from udf.reference import Reference
from udf.segments import Segment
from udf.values import UnreadableValueError, read_number, read_period

_SINGLE = ("period", "as_of")
_PRICES = ("PRI", "CTP", "UIT")
_PLACES = ("LOC", "NAD", "N1")
_SPLITS = ("SDQ", "SCH", "REF")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold; `segment` is an index into the message's segments, or None."""

    code: str
    detail: str
    segment: int | None = None


@dataclass(slots=True)
class Setting:
    """What the gatekeeper knows of the message around a chunk."""

    standard: str
    message_type: str
    version: str
    partner: str
    decimal_mark: str | None
    reference: Reference
    total: str | None = field(default=None)

    @property
    def x12(self) -> bool:
        return self.standard == "X12"


def _value(segments: Sequence[Segment], position: Position) -> str:
    s, e, c = position
    return segments[s].elements[e][c]


def _at(segment: Segment, element: int, component: int = 0) -> str:
    return segment.value(element, component)


def _form(segment: Segment, position: Position) -> str:
    """The format that stands beside a date: EDIFACT 2379, X12 1250; '' where none does."""
    if segment.tag == "DTM" and position[2] == 1:
        return _at(segment, position[1], 2)
    return "RD8" if segment.tag == "DTM" and position[1] == 5 else ""


def read_date(segment: Segment, position: Position) -> tuple[datetime.date, datetime.date]:
    """First and last day of the date at a position of a segment. Raises UnreadableValueError."""
    return read_period(_at(segment, position[1], position[2]), _form(segment, position))


# --- what a chunk states -----------------------------------------------------------------------------------------


def quantity_positions(segments: Sequence[Segment], first: int, last: int, x12: bool) -> Iterator[tuple[int, int, int]]:
    """Every component in a range of the message where a quantity stands, in stream order."""
    in_loop = False
    for index in range(first, last):
        segment = segments[index]
        tag = segment.tag
        if not x12:
            if tag == "QTY":
                if _at(segment, 0, 1) or not _at(segment, 1):
                    yield index, 0, 1
                else:
                    yield index, 1, 0  # element separators where components are expected
        elif tag in ("QTY", "ZA"):
            yield index, 1, 0
        elif tag == "SDQ":
            for e in range(3, min(len(segment.elements), 22), 2):
                yield index, e, 0
        elif tag == "SCH":
            yield index, 0, 0
        elif tag in ("LS", "LE"):
            in_loop = tag == "LS"
        elif tag == "REF" and (in_loop or _at(segment, 0) == "WS"):
            yield index, 2, 0


def _place_role(segment: Segment, setting: Setting) -> str | None:
    """The role of a LOC, NAD or N1; None where it is unknown, `no` where it names no place at all."""
    if segment.tag == "N1":
        if not _at(segment, 1) and not _at(segment, 3):
            return "no"
    elif not any(value for element in segment.elements[1:] for value in element):
        return "no"
    code = _at(segment, 0)
    role = setting.reference.place_role(setting.standard, segment.tag, code)
    if role == "weak" and segment.tag == "N1":  # a buyer is a store where it carries the short number of one
        return "weak" if _at(segment, 2) == "92" and 0 < len(_at(segment, 3)) <= 6 else "no"
    return role


def place_positions(segment: Segment) -> set[tuple[int, int]]:
    """(element, component) of the place that a LOC, NAD or N1 names: its code, or its name where there is no code."""
    if segment.tag == "N1":
        return {(3, 0)} if _at(segment, 3) else {(1, 0)}
    if _at(segment, 1):
        return {(1, 0)}
    return {(1, c) for c in range(len(segment.elements[1]) if len(segment.elements) > 1 else 0) if _at(segment, 1, c)}


def _date_statements(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> list[tuple[str, Position]]:
    """(role, position in the message) of each date that states a period."""
    found: list[tuple[str, Position]] = []
    for index in indices:
        segment = segments[index]
        tag = segment.tag
        if tag == "DTM":
            role = setting.reference.date_role(setting.standard, "DTM", _at(segment, 0))
            if role in ("period_start", "period_end", "period", "as_of"):
                e, c = ((1, 0) if _at(segment, 1) else (5, 0)) if setting.x12 else (0, 1)
                if _at(segment, e, c):
                    if e == 5 or (
                        not setting.x12 and _at(segment, 0, 2) in ("718", "711", "717", "716", "713", "610", "616")
                    ):
                        role = "period"
                    found.append((role, (index, e, c)))
        elif tag == "XQ" and _at(segment, 1):
            found.append(("period_start" if _at(segment, 2) else "period", (index, 1, 0)))
            if _at(segment, 2):
                found.append(("period_end", (index, 2, 0)))
        elif tag == "BIA" and _at(segment, 3):
            found.append(("fallback", (index, 3, 0)))
    return found


def expected_period(
    segments: Sequence[Segment], indices: Sequence[int], setting: Setting
) -> tuple[Position | None, Position | None, list[Finding]]:
    """Where the period of a header, group or line starts and ends; one date or range beats a pair of dates."""
    statements = _date_statements(segments, indices, setting)
    for wanted in (_SINGLE, ("period_start", "period_end"), ("fallback",)):
        some = [(role, position) for role, position in statements if role in wanted]
        if not some:
            continue
        by_role: dict[str, list[Position]] = {}
        for role, position in some:
            by_role.setdefault("single" if role in _SINGLE else role, []).append(position)
        for positions in by_role.values():
            if len({_value(segments, p) for p in positions}) > 1:
                index = positions[1][0]
                return None, None, [Finding("date-ambiguous", "Two different periods are stated at one level.", index)]
        if "single" in by_role or "fallback" in by_role:
            at = (by_role.get("single") or by_role["fallback"])[0]
            return at, at, []
        start, end = by_role.get("period_start", [None])[0], by_role.get("period_end", [None])[0]
        if start is None or end is None:
            index = (start or end or (0, 0, 0))[0]
            return start, end, [Finding("period-half-stated", "A period states one of its ends only.", index)]
        return start, end, []
    return None, None, []


# --- header and groups -------------------------------------------------------------------------------------------

_HEADER_FIELDS = {
    "BGM": {"document_number": (1, 0), "function": (2, 0)},
    "XQ": {"document_number": (3, 0), "function": (4, 0)},
    "BIA": {"function": (0, 0), "document_number": (2, 0), "document_date": (3, 0)},
    "BPT": {"function": (0, 0), "document_number": (1, 0), "document_date": (2, 0)},
    "CUR": {"currency": (1, 0)},
}


def _expected_header(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> dict[str, Position]:
    expected: dict[str, Position] = {}
    for index in chunk.indices:
        segment = segments[index]
        for name, (e, c) in _HEADER_FIELDS.get(segment.tag, {}).items():
            if _at(segment, e, c):
                expected.setdefault(name, (index, e, c))
        if segment.tag == "CUX" and _at(segment, 0, 1):
            expected.setdefault("currency", (index, 0, 1))
        if segment.tag == "DTM" and not setting.x12 and _at(segment, 0) == "137" and _at(segment, 0, 1):
            expected.setdefault("document_date", (index, 0, 1))
    return expected


def judge_statements(
    segments: Sequence[Segment], chunk: Chunk, records: list[Record], setting: Setting
) -> list[Finding]:
    """What does not hold in the answer for a header or a group (no record, or one)."""
    if len(records) > 1:
        return [Finding("header-field-misplaced", "A header or a group is one record.", chunk.first)]
    record = {name: (chunk.indices[s], e, c) for name, (s, e, c) in (records[0] if records else {}).items()}
    findings: list[Finding] = []
    expected = _expected_header(segments, chunk, setting) if chunk.kind == "header" else {}
    for name in ("document_number", "document_date", "function", "currency"):
        stated, meant = record.get(name), expected.get(name)
        if stated != meant:
            code = "header-field-not-used" if stated is None else "header-field-misplaced"
            where = (meant or stated or (chunk.first,))[0]
            findings.append(
                Finding(code, f"The {name.replace('_', ' ')} was not read where the standard puts it.", where)
            )
    findings += [
        Finding("header-field-misplaced", f"A {chunk.kind} holds no {name}.", record[name][0])
        for name in ("quantity", "item", "price")
        if name in record
    ]
    start, end, faults = expected_period(segments, chunk.indices, setting)
    findings += faults or _judge_dates(segments, record, start, end, chunk.first)
    return findings + _judge_statement_place(segments, chunk, record, setting)


def _judge_dates(
    segments: Sequence[Segment], record: Record, start: Position | None, end: Position | None, first: int
) -> list[Finding]:
    findings = []
    for name, meant in (("start", start), ("end", end)):
        stated = record.get(name)
        if stated != meant and not (stated and meant and _value(segments, stated) == _value(segments, meant)):
            code = "date-not-used" if stated is None else "date-misplaced"
            findings.append(
                Finding(
                    code, f"The {name} of the period was not read where it is stated.", (meant or stated or (first,))[0]
                )
            )
    if findings or start is None or end is None:
        return findings
    try:
        if read_date(segments[start[0]], start)[0] > read_date(segments[end[0]], end)[1]:
            findings.append(Finding("period-reversed", "The period ends before it starts.", end[0]))
    except UnreadableValueError as problem:
        findings.append(Finding(problem.code, str(problem), start[0]))
    return findings


def _judge_statement_place(
    segments: Sequence[Segment], chunk: Chunk, record: Record, setting: Setting
) -> list[Finding]:
    roles = {i: _place_role(segments[i], setting) for i in chunk.indices if segments[i].tag in _PLACES}
    strong = [i for i, role in roles.items() if role == "yes"]
    candidates = strong or [i for i, role in roles.items() if role == "weak"]
    unknown = [i for i, role in roles.items() if role is None and (chunk.kind == "group" or segments[i].tag == "LOC")]
    stated = record.get("location")
    if unknown:
        code = _at(segments[unknown[0]], 0)
        return [
            Finding(
                "place-misplaced",
                f"It is not known whether {segments[unknown[0]].tag} {code} names a place.",
                unknown[0],
            )
        ]
    names = {_at(segments[i], e, c) for i in candidates for e, c in place_positions(segments[i])}
    if len(candidates) > 1 and len(names) > 1:
        return [Finding("place-ambiguous", f"A {chunk.kind} names more than one place.", candidates[1])]
    if stated is None:
        return (
            [Finding("place-not-used", f"The {chunk.kind} names a place that was not read.", candidates[0])]
            if candidates
            else []
        )
    if stated[0] not in candidates or (stated[1], stated[2]) not in place_positions(segments[stated[0]]):
        return [Finding("place-misplaced", "The location was read where no place stands.", stated[0])]
    return _judge_place_type(segments, record)


def _judge_place_type(segments: Sequence[Segment], record: Record) -> list[Finding]:
    """The code list of a place stands in the place's own segment, where the standard has it."""
    place, kind = record.get("location"), record.get("location_type")
    if place is None:
        return [] if kind is None else [Finding("place-misplaced", "A code list without a place.", kind[0])]
    s, e, c = place
    segment = segments[s]
    tag = segment.tag
    slot = {"N1": (2, 0), "SDQ": (1, 0), "SCH": (2, 0), "REF": (0, 0)}.get(tag, (e, c + 2))
    meant = (s, *slot) if _at(segment, *slot) and not (tag == "N1" and e != 3) else None
    if tag in ("LOC", "NAD") and len(segment.elements[e]) > c + 2 and _at(segment, *slot) == "":
        meant = None
    return (
        [] if kind == meant else [Finding("place-misplaced", "The code list of the place was not read beside it.", s)]
    )


# --- lines -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class LineRecords:
    """The records of one line over all its windows, as positions in the message."""

    first: int
    last: int
    records: list[Record]


def gather_line(windows: Sequence[tuple[Chunk, list[Record]]]) -> LineRecords:
    """Put the windows of a line together."""
    records = [
        {name: (chunk.indices[s], e, c) for name, (s, e, c) in record.items()}
        for chunk, found in windows for record in found
    ]  # fmt: skip
    chunk = windows[0][0]
    return LineRecords(chunk.first, chunk.last, records)


def judge_line(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """What does not hold in the records of a line; no findings means that each value is proved."""
    if not line.records:
        findings = _judge_use(segments, line, setting)
        return findings or [Finding("line-without-quantity", "The line states no quantity.", line.first)]
    findings = []
    for record in line.records:
        findings += _judge_quantity(segments, record, setting)
    findings += _judge_items(segments, line, setting)
    findings += _judge_use(segments, line, setting)
    if findings:
        return findings
    findings += _judge_places(segments, line, setting)
    findings += _judge_prices(segments, line, setting)
    findings += _judge_line_dates(segments, line, setting)
    return findings or _judge_repetition(segments, line, setting)


def _judge_quantity(segments: Sequence[Segment], record: Record, setting: Setting) -> list[Finding]:
    place = record.get("quantity")
    if place is None:
        return [Finding("line-without-quantity", "A record has no quantity.")]
    s, e, c = place
    segment = segments[s]
    tag = segment.tag
    qualifier, unit = record.get("qualifier"), record.get("unit")
    if setting.x12:
        slots = {"QTY": e == 1, "ZA": e == 1, "SCH": e == 0, "REF": e == 2, "SDQ": e >= 3 and e % 2 == 1 and e < 22}
        fits = slots.get(tag, False) and c == 0
    else:
        fits = tag == "QTY" and ((e, c) == (0, 1) or ((e, c) == (1, 0) and not _at(segment, 0, 1)))
    if not fits:
        return [Finding("quantity-misplaced", f"No quantity can stand there in {tag}.", s)]
    try:
        read_number(_value(segments, place), None if setting.x12 else setting.decimal_mark)
    except UnreadableValueError as problem:
        return [Finding(problem.code, str(problem), s)]
    activity = _activity_of(segments, s, setting)
    if qualifier != (activity, 0, 0) or segments[activity].tag not in ("QTY", "ZA"):
        return [Finding("qualifier-misplaced", "The qualifier does not stand with its quantity.", s)]
    return _judge_unit(segments, place, activity, unit, setting)


def _judge_unit(
    segments: Sequence[Segment], quantity: Position, activity: int, unit: Position | None, setting: Setting
) -> list[Finding]:
    s, _, c = quantity
    segment = segments[s]
    if setting.x12:
        slot = {"SDQ": (s, 0, 0), "SCH": (s, 1, 0), "REF": (activity, 2, 0)}.get(segment.tag, (s, 2, 0))
    else:
        slot = (s, 0, 2) if c else (s, 2, 0)
    meant: Position | None = slot if _at(segments[slot[0]], slot[1], slot[2]) else None
    if (
        meant is None
        and setting.x12
        and segment.tag == "QTY"
        and s + 1 < len(segments)
        and segments[s + 1].tag == "UIT"
    ):
        meant = (s + 1, 0, 0) if _at(segments[s + 1], 0) else None
    return [] if unit == meant else [Finding("unit-misplaced", "The unit does not stand with its quantity.", s)]


def line_identifiers(
    segments: Sequence[Segment], first: int, last: int, x12: bool
) -> list[tuple[str, Position, Position | None]]:
    """(type, position, position of the type) of each identifier in LIN and PIA (EDIFACT C212, X12 235 and 234)."""
    found: list[tuple[str, Position, Position | None]] = []
    for index in range(first, last):
        segment = segments[index]
        if segment.tag == "LIN" and x12:
            found += [
                (_at(segment, e), (index, e + 1, 0), (index, e, 0))
                for e in range(1, len(segment.elements) - 1, 2)
                if _at(segment, e) and _at(segment, e + 1)
            ]
        elif segment.tag in ("LIN", "PIA") and not x12:
            for e in range(1, len(segment.elements)):
                kind = _at(segment, e, 1)
                is_identity = bool(kind) or (segment.tag == "LIN" and e == 2)
                if _at(segment, e) and is_identity:
                    found.append((kind, (index, e, 0), (index, e, 1) if kind else None))
    return found


def _judge_use(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """Every stated quantity is in exactly one record, is a total of its parts, or is a count that the tables ignore."""
    used = Counter(record["quantity"] for record in line.records if "quantity" in record)
    findings: list[Finding] = []
    parts: dict[int, list[Position]] = {}
    stated = list(quantity_positions(segments, line.first, line.last, setting.x12))
    for position in stated:
        activity = _activity_of(segments, position[0], setting)
        if activity != position[0] and _at(segments[position[0]], position[1]):
            parts.setdefault(activity, []).append(position)
    mark = None if setting.x12 else setting.decimal_mark
    for position in stated:
        s = position[0]
        segment = segments[s]
        text = _at(segment, position[1], position[2])
        count = used[position]
        if count > 1:
            findings.append(Finding("quantity-used-twice", f"The quantity {text} is in {count} records.", s))
        is_total = s in parts and segment.tag in ("QTY", "ZA")
        if is_total and count:
            findings.append(Finding("quantity-used-twice", f"The total {text} was read beside its parts.", s))
        if count or not text:
            continue
        if is_total:
            try:
                total = read_number(text, mark)
                split = sum(read_number(_value(segments, p), mark) for p in parts[s])
            except UnreadableValueError as problem:
                findings.append(Finding(problem.code, str(problem), s))
                continue
            if total != split:
                findings.append(
                    Finding("split-total-mismatch", f"The parts add up to {split}, the stated total is {total}.", s)
                )
            continue
        measure = setting.reference.measure(
            setting.standard, setting.message_type, segment.tag, setting.version, setting.partner, _at(segment, 0)
        )
        if measure != "ignored":
            try:
                read_number(text, mark)
                findings.append(Finding("quantity-not-used", f"The quantity {text} is in no record.", s))
            except UnreadableValueError as problem:
                findings.append(Finding(problem.code, str(problem), s))
    return findings


def _judge_places(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """Places of a line belong to its quantities in stream order: all before theirs, all after, or one for the line."""
    findings: list[Finding] = []
    places: list[int] = []
    for index in range(line.first, line.last):
        if segments[index].tag in _PLACES:
            role = _place_role(segments[index], setting)
            if role is None and any(r.get("location", (-1,))[0] == index for r in line.records):
                findings.append(
                    Finding(
                        "place-misplaced",
                        f"It is not known whether {segments[index].tag} {_at(segments[index], 0)} names a place.",
                        index,
                    )
                )
            elif role is None and segments[index].tag == "LOC":
                findings.append(
                    Finding(
                        "place-misplaced",
                        f"It is not known whether LOC {_at(segments[index], 0)} names a place.",
                        index,
                    )
                )
            elif role in ("yes", "weak"):
                places.append(index)
    if findings:
        return findings
    expected: list[dict[int, int | None]] = []
    quantities = [record["quantity"][0] for record in line.records]
    starts = sorted(set(quantities))
    for mode in ("before", "after"):
        bound: dict[int, int | None] = {}
        for q in starts:
            if mode == "before":
                bound[q] = next((p for p in reversed(places) if p < q), None)
            else:
                following = next((n for n in starts if n > q), line.last)
                bound[q] = next((p for p in places if q < p < following), None)
        if set(bound.values()) - {None} == set(places) and (None not in bound.values() or not places):
            expected.append(bound)
    if places and not expected:
        return [Finding("place-order", "The places of the line do not pair with its quantities.", places[0])]
    stated = {}
    for record in line.records:
        q = record["quantity"][0]
        place = record.get("location")
        segment = segments[q]
        if setting.x12 and segment.tag in _SPLITS:
            e = {"SDQ": record["quantity"][1] - 1, "SCH": 3, "REF": 1}[segment.tag]
            if place != (q, e, 0) or not _at(segment, e):
                return [Finding("place-order", "A part was not read with its own place.", q)]
        else:
            if place is not None and (place[1], place[2]) not in place_positions(segments[place[0]]):
                return [Finding("place-misplaced", "The location was read where no place stands.", place[0])]
            stated[q] = place[0] if place else None
        findings += _judge_place_type(segments, record)
    if stated and places and not any(all(b.get(q) == p for q, p in stated.items()) for b in expected):
        return [Finding("place-order", "The places of the line were not read with their quantities.", places[0])]
    if stated and not places and any(p is not None for p in stated.values()):
        return [Finding("place-misplaced", "The location was read where no place stands.", line.first)]
    return findings


def _price_runs(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Position]:
    """The first price of each run of price segments; a UIT counts where it states one."""
    runs: list[Position] = []
    previous = -2
    for index in range(line.first, line.last):
        segment = segments[index]
        tag = segment.tag
        if tag not in _PRICES or (tag == "PRI") == setting.x12:
            continue
        slot = (0, 1) if tag == "PRI" else (2, 0) if tag == "CTP" else (1, 0)
        if not _at(segment, *slot):
            continue
        if previous != index - 1:
            runs.append((index, *slot))
        previous = index
    return runs


def _judge_prices(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """A price before the quantities is the line's; prices after them are each quantity's, or one for all."""
    runs = _price_runs(segments, line, setting)
    activities = sorted({_activity_of(segments, record["quantity"][0], setting) for record in line.records})
    bound: dict[int, Position | None] = {}
    before = [run for run in runs if run[0] < activities[0]]
    after = [run for run in runs if run[0] > activities[0]]
    if before and not after:
        bound = dict.fromkeys(activities, before[0])
        runs = before[:1] if len(before) == 1 else before
        if len(before) > 1:
            return [Finding("price-ambiguous", "The line states several prices.", before[1][0])]
    elif after and not before:
        if len(after) == 1 and after[0][0] > activities[-1] and not setting.x12:
            bound = dict.fromkeys(activities, after[0])
        else:
            for n, activity in enumerate(activities):
                stop = activities[n + 1] if n + 1 < len(activities) else line.last
                own = [run for run in after if activity < run[0] < stop]
                if len(own) > 1:
                    return [Finding("price-ambiguous", "A quantity has several prices.", own[1][0])]
                bound[activity] = own[0] if own else None
    elif before and after:
        return [Finding("price-ambiguous", "Prices stand before and after the quantities.", after[0][0])]
    findings = []
    for record in line.records:
        meant = bound.get(_activity_of(segments, record["quantity"][0], setting))
        stated = record.get("price")
        if stated != meant:
            code = "price-not-used" if stated is None else "price-misplaced"
            findings.append(
                Finding(code, "The price was not read where the line states it.", (meant or stated or (line.first,))[0])
            )
            continue
        if stated is None:
            if "price_type" in record:
                findings.append(Finding("price-misplaced", "A price type without a price.", line.first))
            continue
        s, e, c = stated
        segment = segments[s]
        slot = {"PRI": (0, 0), "CTP": (1, 0), "UIT": (2, 0)}[segment.tag]
        if record.get("price_type") != ((s, *slot) if _at(segment, *slot) else None):
            findings.append(Finding("price-misplaced", "The price type does not stand with its price.", s))
        try:
            read_number(_at(segment, e, c), None if setting.x12 else setting.decimal_mark, "price-not-a-number")
        except UnreadableValueError as problem:
            findings.append(Finding(problem.code, str(problem), s))
    return findings


def _activity_of(segments: Sequence[Segment], index: int, setting: Setting) -> int:
    """The ZA, or where the line has none the QTY, that a part (SDQ, SCH, REF) stands under; else the index itself."""
    if not setting.x12 or segments[index].tag not in _SPLITS:
        return index
    quantity = index
    for i in range(index - 1, -1, -1):
        tag = segments[i].tag
        if tag == "ZA":
            return i
        if tag == "QTY" and quantity == index:
            quantity = i
        if tag == "LIN":
            break
    return quantity


def _judge_line_dates(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """Dates before the first quantity are the line's, dates after a quantity are that quantity's."""
    indices = range(line.first, line.last)
    activities = sorted({_activity_of(segments, record["quantity"][0], setting) for record in line.records})
    own_lin_first = setting.message_type == "867"
    findings: list[Finding] = []
    for record in line.records:
        activity = _activity_of(segments, record["quantity"][0], setting)
        stop = next((a for a in activities if a > activity), line.last)
        if own_lin_first:
            scopes: list[Sequence[int]] = [list(indices)]
        else:
            scopes = [range(activity + 1, stop), range(line.first, activities[0])]
        start: Position | None = None
        end: Position | None = None
        za = segments[activity]
        role = setting.reference.date_role("X12", "ZA", _at(za, 3)) if za.tag == "ZA" and _at(za, 4) else None
        if role in ("period", "as_of"):
            start = end = (activity, 4, 0)
        else:
            for scope in scopes:
                start, end, faults = expected_period(segments, scope, setting)
                if faults:
                    return faults
                if start or end:
                    break
        findings += _judge_dates(segments, record, start, end, line.first)
    return findings


def _judge_repetition(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """The same stock stated twice for one place and date is a total with its parts or a running balance: no sum."""
    if setting.message_type not in ("INVRPT", "846"):
        return []
    seen: set[tuple[str, ...]] = set()
    for record in line.records:
        key = tuple(
            _value(segments, record[name]) if name in record else ""
            for name in ("qualifier", "location", "start", "end", "unit")
        )
        if key in seen:
            return [
                Finding(
                    "repeated-quantity",
                    f"Quantity {key[0]} is stated twice for one place and date.",
                    record["quantity"][0],
                )
            ]
        seen.add(key)
    return []


def _judge_items(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """The item is the best identifier of its line, with its type beside it: GTIN types, then vendor's, then buyer's."""
    identifiers = line_identifiers(segments, line.first, line.last, setting.x12)
    if not identifiers:
        return [Finding("line-without-item", "The line names no item.", line.first)]
    best = min(identifiers, key=lambda entry: item_class(entry[0]) if entry[0] else 0)  # of equals, the first stated
    findings = []
    for item, kind in {(record.get("item"), record.get("item_type")) for record in line.records}:
        chosen = next((entry for entry in identifiers if entry[1] == item), None)
        if item is None or chosen is None or chosen[2] != kind:
            where = item[0] if item else line.first
            findings.append(Finding("item-misplaced", "The item was not read where LIN or PIA states it.", where))
        elif chosen != best:
            findings.append(Finding("item-not-preferred", "A better identifier stands beside the chosen one.", item[0]))
    return findings
