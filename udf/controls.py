"""What a message promises as a whole: its beginning and trailer, counts and sums, an order of places that holds."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from udf.chunks import Chunk, Chunks
from udf.segments import Segment
from udf.statements import (
    PLACES,
    SPLITS,
    Finding,
    Setting,
    activity_of,
    date_statements,
    place_role,
    price_runs,
    quantity_positions,
)
from udf.syntax import find_damaged_tags
from udf.values import UnreadableValueError, read_number

_BEGINNINGS = {"SLSRPT": "BGM", "INVRPT": "BGM", "852": "XQ", "846": "BIA", "867": "BPT"}
_ENVELOPE_TRAILERS = ("UNE", "UNZ", "GE", "IEA")


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _raw_count(segments: Sequence[Segment], first: int, last: int) -> int:
    """Segments as they were sent: two that had run together counted as one."""
    joined = sum(
        1 for i in range(first, last - 1)
        if segments[i].repaired and segments[i + 1].repaired and segments[i].end == segments[i + 1].start
    )  # fmt: skip
    return last - first - joined


def check_trailer(segments: Sequence[Segment], first: int, setting: Setting) -> list[Finding]:
    """UNT 0074 and 0062 against the message and UNH, SE01 and SE02 against the set and ST; `first` is UNH or ST."""
    tag, header = ("SE", "ST") if setting.x12 else ("UNT", "UNH")
    last = next((i for i in range(first, len(segments)) if segments[i].tag == tag), None)
    if last is None:
        return [Finding("truncated-message", f"The message has no {tag}: its end is missing.", len(segments) - 1)]
    findings = []
    text = segments[last].value(0)
    counted = {last + 1 - first, _raw_count(segments, first, last + 1)}
    if _count(text) not in counted:
        detail = f"{tag} states {text or 'no'} segments, the message has {min(counted)}."
        findings.append(Finding(f"{tag.lower()}-count-mismatch", detail, last))
    own, reference = segments[first].value(1 if setting.x12 else 0), segments[last].value(1)
    if own != reference and (own.lstrip("0") != reference.lstrip("0") or not reference):
        detail = f"{tag} has the reference «{reference}», {header} «{own}»."
        findings.append(Finding("control-reference-mismatch", detail, last))
    behind = next((i for i in range(last + 1, len(segments)) if segments[i].tag not in _ENVELOPE_TRAILERS), None)
    if behind is not None:
        detail = f"{segments[behind].tag} stands behind the message's {tag}."
        findings.append(Finding("segments-after-trailer", detail, behind))
    return findings


# --- counts and sums ---------------------------------------------------------------------------------------------


def check_totals(segments: Sequence[Segment], first: int, setting: Setting) -> list[Finding]:
    """CNT 1 and 2 (EDIFACT 6069), CTT01 and CTT02, and the total of an 867 (QTY TO) against the lines."""
    findings: list[Finding] = []
    lines = sum(1 for segment in segments[first:] if segment.tag == "LIN")
    counts = {lines}
    if setting.message_type == "867":  # some count transfers instead
        counts.add(sum(1 for segment in segments[first:] if segment.tag == "PTD"))
    for index in range(first, len(segments)):
        segment = segments[index]
        kind, text = segment.value(0), ""
        if segment.tag == "CTT" and setting.x12:
            if kind and _count(kind) not in counts:
                detail = f"CTT states {kind} lines, the message has {lines}."
                findings.append(Finding("ctt-line-count-mismatch", detail, index))
            text, code = segment.value(1), "ctt-hash-mismatch"
        elif segment.tag == "CNT" and not setting.x12:
            if kind == "2" and _count(segment.value(0, 1)) != lines:
                detail = f"CNT states {segment.value(0, 1) or 'no'} lines, the message has {lines}."
                findings.append(Finding("cnt-line-count-mismatch", detail, index))
            text, code = segment.value(0, 1) if kind == "1" else "", "cnt-quantity-mismatch"
        elif segment.tag == "QTY" and setting.message_type == "867" and kind == "TO":
            text, code = segment.value(1), "message-total-mismatch"
        if text:
            findings += _check_sum(segments, first, text, code, index, setting)
    return findings


def _check_sum(
    segments: Sequence[Segment], first: int, text: str, code: str, index: int, setting: Setting
) -> list[Finding]:
    """The total against the quantities: those stated in QTY and ZA, without counts of documents, or with the parts."""
    mark = None if setting.x12 else setting.decimal_mark
    totals: dict[int, Decimal] = {}
    parts: dict[int, Decimal] = {}
    ignored = Decimal(0)
    try:
        stated = read_number(text, mark)
        for s, e, c in quantity_positions(segments, first, len(segments), setting.x12):
            segment = segments[s]
            value = segment.value(e, c)
            if not value or (setting.message_type == "867" and segment.value(0) == "TO"):
                continue
            number = read_number(value, mark)
            if segment.tag in SPLITS:
                activity = activity_of(segments, s, setting.x12)
                parts[activity] = parts.get(activity, Decimal(0)) + number
                continue
            totals[s] = number
            if setting.measure(segment.tag, segment.value(0)) == "ignored":
                ignored += number
    except UnreadableValueError:
        return []  # the line with the unreadable number says so itself
    total = sum(totals.values(), Decimal(0))
    with_parts = sum((parts | totals).values(), Decimal(0))
    sums = {with_parts, with_parts - ignored} | ({total, total - ignored} if totals else set())
    if stated in sums:
        return []
    where = f"{segments[index].tag} {segments[index].value(0)}" if code.startswith("m") else segments[index].tag
    return [Finding(code, f"{where} states a total of {stated}, the quantities add up to {total}.", index)]


# --- layout ------------------------------------------------------------------------------------------------------


def check_layout(segments: Sequence[Segment], first: int, chunks: Chunks, setting: Setting) -> list[Finding]:
    """One beginning, tags that exist, places that bind one way, line numbers without a sign of loss, known codes."""
    return [
        *_check_beginning(segments, first, chunks, setting),
        *find_damaged_tags(segments, range(first, len(segments)), setting),
        *_check_places(segments, chunks, setting),
        *_check_order(segments, chunks, setting),
        *_check_line_numbers(segments, chunks),
        *_find_unmapped(segments, chunks, setting),
    ]


def _check_beginning(segments: Sequence[Segment], first: int, chunks: Chunks, setting: Setting) -> list[Finding]:
    tag = _BEGINNINGS[setting.message_type]
    found = [i for i in range(first, len(segments)) if segments[i].tag == tag]
    if not found or found[0] not in chunks.header.indices:
        detail = f"The message has no {tag} before its lines, so whether it reports, replaces or cancels is not known."
        return [Finding("beginning-missing", detail, first)]
    if len(found) > 1:
        return [Finding("beginning-repeated", f"A second {tag}: two messages may have run together.", found[1])]
    return []


def _signature(segment: Segment) -> tuple[str, str]:
    return segment.tag, segment.value(0)


def _check_places(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places behind the quantities of their line, which a lost place before the first line would shift by one.

    They hold only where the last line has one too, and where their kind stands nowhere above the lines.
    """
    above = {
        _signature(segments[i]) for chunk in (chunks.header, *chunks.groups) for i in chunk.indices
        if segments[i].tag in PLACES
    }  # fmt: skip
    behind: list[tuple[Chunk, int | None]] = []
    for chunk in {chunk.line: chunk for chunk in chunks.lines}.values():
        stated = [s for s, _, _ in quantity_positions(segments, chunk.first, chunk.last, setting.x12)]
        tail = range(stated[-1] + 1, chunk.last) if stated else range(0)
        place = next((i for i in tail if segments[i].tag in PLACES and place_role(segments[i], setting) != "no"), None)
        behind.append((chunk, place))
    detail = "A place between two lines can belong to the line before or to those after it."
    placed = [place for _, place in behind if place is not None]
    if not placed:
        return []
    shared = next((place for place in placed if _signature(segments[place]) in above), None)
    if shared is not None or behind[-1][1] is None:
        return [Finding("ambiguous-structure", detail, placed[0] if shared is None else shared)]
    return []


def _check_order(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places, prices and dates before the quantities in one line and behind them in another; LIN in two forms.

    A partner has one order: where two segments changed places, or a separator is lost, the other lines tell.
    """
    before: dict[str, int] = {}
    behind: dict[str, int] = {}
    for chunk in {chunk.line: chunk for chunk in chunks.lines}.values():
        span = range(chunk.first, chunk.last)
        opening = next((s for s, _, _ in quantity_positions(segments, chunk.first, chunk.last, setting.x12)), None)
        if opening is None:
            continue
        found = {
            "place": [i for i in span if segments[i].tag in PLACES and place_role(segments[i], setting) != "no"],
            "price": [s for s, _, _ in price_runs(segments, chunk.first, chunk.last, setting)],
            "date": [s for _, (s, _, _) in date_statements(segments, span, setting)],
        }
        for what, indices in found.items():
            sides = {index < opening for index in indices}
            if len(sides) == 1:
                (before if True in sides else behind).setdefault(what, indices[0])
    findings = [
        Finding("order-mixed", f"The {what} stands before the quantities in some lines and behind them in others.", at)
        for what, at in behind.items()
        if what in before
    ]
    return findings + _check_forms(segments, setting)


def _check_forms(segments: Sequence[Segment], setting: Setting) -> list[Finding]:
    """LIN with its item in the second element beside others with it in the third, or without a type beside none."""
    forms: dict[str, int] = {}
    for index, segment in enumerate(segments):
        if segment.tag == "LIN" and not setting.x12:
            forms.setdefault(_form(segment), index)
    is_shifted = "shifted" in forms and len(forms.keys() - {"none"}) > 1
    if not is_shifted and not forms.keys() >= {"typeless", "none"}:
        return []
    return [Finding("order-mixed", f"LIN has the forms {', '.join(forms)} in one message.", max(forms.values()))]


def _form(lin: Segment) -> str:
    if lin.value(1, 1):
        return "shifted"
    if lin.value(2):
        return "typed" if lin.value(2, 1) else "typeless"
    return "none"


def _check_line_numbers(segments: Sequence[Segment], chunks: Chunks) -> list[Finding]:
    """Numbers that start again at one place, or leave some out: warnings, since many number as they like."""
    runs: dict[int, list[tuple[int, int]]] = {}
    for chunk in {chunk.line: chunk for chunk in chunks.lines}.values():
        lin = next((i for i in range(chunk.first, chunk.last) if segments[i].tag == "LIN"), None)
        number = _count(segments[lin].value(0)) if lin is not None else None
        if lin is not None and number is not None:
            runs.setdefault(id(chunk.group), []).append((number, lin))
    steps = [(b - a, lin) for run in runs.values() for (a, _), (b, lin) in pairwise(run)]
    if not steps:
        return []
    back = [lin for step, lin in steps if step <= 0]
    if back:
        detail = "Line numbers repeat or start again: a line may be sent twice, or the place of a group be lost."
        return [Finding("line-number-repeated", detail, back[0])]
    usual = min(step for step, _ in steps)
    gaps = [lin for step, lin in steps if step != usual]
    if gaps and 2 * len(gaps) < len(steps):
        return [Finding("line-number-gap", f"Line numbers leave some out ({len(gaps)} gaps).", gaps[0])]
    return []


def _find_unmapped(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Codes that the tables do not know, and weeks that are stated by their number."""
    findings: list[Finding] = []
    parties = [i for i in chunks.header.indices if segments[i].tag in ("NAD", "N1")]
    unknown = {segments[i].value(0): i for i in parties if place_role(segments[i], setting) is None}
    if unknown:
        detail = f"The tables do not say whether the parties {', '.join(sorted(unknown))} are places."
        findings.append(Finding("unmapped-party-role", detail, min(unknown.values())))
    dates = [i for i, segment in enumerate(segments) if segment.tag == "DTM" and segment.value(0)]
    strange = {
        segments[i].value(0): i for i in reversed(dates)
        if setting.reference.date_role(setting.standard, "DTM", segments[i].value(0)) is None
    }  # fmt: skip
    if strange:
        detail = f"The tables do not say what the dates {', '.join(sorted(strange))} are; they are not used."
        findings.append(Finding("unmapped-date-role", detail, min(strange.values())))
    week = next((i for i in dates if not setting.x12 and segments[i].value(0, 2) in ("616", "716")), None)
    if week is not None:
        detail = f"The week {segments[week].value(0, 1)} is read as a week of ISO 8601."
        findings.append(Finding("week-numbering", detail, week))
    return findings
