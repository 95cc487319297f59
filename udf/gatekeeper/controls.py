"""What a message promises as a whole: its trailer, its counts and its sums."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice

from udf.edi.delimiters import NEWLINES
from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.values import adds_up, countable_lines, is_count, is_same_reference, read_count
from udf.standards.chunks import Chunks
from udf.standards.edifact import EDIFACT
from udf.standards.message_types import principal_of
from udf.standards.places import place_role
from udf.standards.quantities import SPLITS, activity_of, quantity_positions
from udf.standards.setting import Setting
from udf.standards.values import UnreadableValueError, read_number
from udf.standards.x12 import X12

_ENVELOPE_TRAILERS = (*EDIFACT.envelope_trailers, *X12.envelope_trailers)


def _raw_count(segments: Sequence[Segment], first: int, last: int) -> int:
    """Segments as they were sent: two that had run together counted as one."""
    joined = sum(
        1 for i in range(first, last - 1)
        if segments[i].repaired and segments[i + 1].repaired and segments[i].end == segments[i + 1].start
    )  # fmt: skip
    return last - first - joined


def check_trailer(segments: Sequence[Segment], first: int, setting: Setting) -> list[Finding]:
    """UNT 0074 and 0062 against the message and UNH, SE01 and SE02 against the set and ST; `first` is UNH or ST."""
    tag, header = setting.standard.trailer, setting.standard.opener
    last = next((i for i in range(first, len(segments)) if segments[i].tag == tag), None)
    if last is None:
        return [Finding("truncated-message", f"The message has no {tag}: its end is missing.", len(segments) - 1)]
    findings = []
    text = segments[last].value(0)
    counted = {last + 1 - first, _raw_count(segments, first, last + 1)}
    if not is_count(text, counted):
        detail = f"{tag} states {text or 'no'} segments, the message has {min(counted)}."
        findings.append(Finding(f"{tag.lower()}-count-mismatch", detail, last))
    own, reference = segments[first].value(setting.standard.reference_at), segments[last].value(1)
    if not is_same_reference(own, reference):
        detail = f"{tag} has the reference «{reference}», {header} «{own}»."
        findings.append(Finding("control-reference-mismatch", detail, last))
    behind = next((i for i in range(last + 1, len(segments)) if segments[i].tag not in _ENVELOPE_TRAILERS), None)
    if behind is not None:
        detail = f"{segments[behind].tag} stands behind the message's {tag}."
        findings.append(Finding("segments-after-trailer", detail, behind))
    return findings


def check_body(text: str, segments: Sequence[Segment], first: int, delimiter: str, setting: Setting) -> list[Finding]:
    """What a message body without service segments leaves open; its last segment has to end, or it is cut for sure."""
    detail = (
        f"The text has no service segments and is read as {setting.message_type}: nothing tells whether it is whole."
    )
    findings = [Finding("service-segments-missing", detail, first)]
    if not text.rstrip(" \t" if delimiter in NEWLINES else None).endswith(delimiter):
        findings.append(Finding("truncated-message", "The last segment does not end.", len(segments) - 1))
    return findings


def is_nil_report(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> bool:
    """Whether a message without a line says so: it counts none, or is a SLSRPT of stores, of which each may have none.

    D.96A SLSRPT: LIN is group 8 in LOC's group 5, and conditional; CNT 2, CTT01.
    """
    counts = (
        segment.value(0, 1) if segment.tag == "CNT" else segment.value(0) for segment in segments
        if segment.tag == "CTT" or (segment.tag == "CNT" and segment.value(0) == "2")
    )  # fmt: skip
    if any(read_count(count) == 0 for count in counts):
        return True
    stores = (segments[chunk.first] for chunk in chunks.groups)
    return setting.message_type == "SLSRPT" and any(place_role(store, setting) == "yes" for store in stores)


def check_totals(
    segments: Sequence[Segment], first: int, setting: Setting, counted: int | None = None, read: Sequence[str] = ()
) -> Iterator[Finding]:
    """CNT 1 and 2 (EDIFACT 6069), CTT01 and CTT02, and the total of an 867 (QTY TO) against the lines.

    Where these are laid out otherwise than by the standard, so many were `counted`, and these quantities `read`.
    """
    summed: tuple[set[Decimal], Decimal, set[str], set[Decimal]] | None = None
    is_summed = False
    totals = setting.standard.totals
    mark = setting.mark
    tags = Counter(segment.tag for segment in islice(segments, first, None))
    lines = tags["LIN"] or counted
    counts = countable_lines(setting.message_type, tags) | ({counted} if counted is not None else set())
    for index in range(first, len(segments)):
        segment = segments[index]
        kind, text = segment.value(0), ""
        if segment.tag == totals == "CTT":
            if kind and not is_count(kind, counts):
                detail = f"CTT states {kind} lines, the message has {lines}."
                yield Finding("ctt-line-count-mismatch", detail, index)
            text, code = segment.value(1), "ctt-hash-mismatch"
        elif segment.tag == totals == "CNT":
            if kind == "2" and not is_count(segment.value(0, 1), counts):
                detail = f"CNT states {segment.value(0, 1) or 'no'} lines, the message has {lines}."
                yield Finding("cnt-line-count-mismatch", detail, index)
            text, code = segment.value(0, 1) if kind == "1" else "", "cnt-quantity-mismatch"
        elif segment.tag == "QTY" and setting.message_type == "867" and kind == "TO":
            text, code = segment.value(1), "message-total-mismatch"
        if not text:
            continue
        if not is_summed:  # once, however many totals are stated
            summed, is_summed = _add_up(segments, first, setting), True
            if summed is not None and read:
                own = sum((read_number(number, mark) for number in read), Decimal(0))
                summed = summed[0] | {own}, summed[1] or own, summed[2] | {_hash(read)}, summed[3]
        try:
            stated = read_number(text, mark)
        except UnreadableValueError:
            continue
        if summed is not None and segment.tag == "CNT" and stated in summed[3]:
            continue
        if summed is not None and not adds_up(stated, summed[0]) and not (segment.tag == "CTT" and text in summed[2]):
            where = f"{segment.tag} {kind}" if code.startswith("m") else segment.tag
            yield Finding(code, f"{where} states a total of {stated}, the quantities add up to {summed[1]}.", index)


_HASH_DIGITS = 10
"""X12 347: a hash total has as many at most, and loses those in front."""


def _hash(values: Iterable[str]) -> str:
    """The hash total of some numbers by X12 347: the sum of their digits, whatever their signs and decimal points."""
    total = sum(int("".join(filter(str.isdigit, value)) or 0) for value in values)
    return str(total % 10**_HASH_DIGITS)


def _add_up(
    segments: Sequence[Segment], first: int, setting: Setting
) -> tuple[set[Decimal], Decimal, set[str], set[Decimal]] | None:
    """What the quantities add up to: those stated in QTY and ZA, without counts of documents, or with the parts.

    The second is for a person, the third are hash totals, the fourth what quantities of the codes add up to that the
    message is sent for. None where a quantity cannot be read.
    """
    mark = setting.mark
    totals: dict[int, Decimal] = {}
    parts: dict[int, Decimal] = {}
    ignored = Decimal(0)
    stated: dict[bool, list[str]] = {True: [], False: []}
    try:
        for s, e, c in quantity_positions(segments, first, len(segments), setting.standard):
            segment = segments[s]
            value = segment.value(e, c)
            if not value or (setting.message_type == "867" and segment.value(0) == "TO"):
                continue
            number = read_number(value, mark)
            stated[segment.tag in SPLITS].append(value)
            if segment.tag in SPLITS:
                activity = activity_of(segments, s, setting.standard)
                parts[activity] = parts.get(activity, Decimal(0)) + number
                continue
            totals[s] = number
            if setting.measure(segment.tag, segment.value(0)) == "ignored":
                ignored += number
    except UnreadableValueError:
        return None  # the line with the unreadable number says so itself
    total = sum(totals.values(), Decimal(0))
    with_parts = sum((parts | totals).values(), Decimal(0))
    sums = {with_parts, with_parts - ignored}
    if any(setting.measure(segments[s].tag, segments[s].value(0)) != "ignored" for s in totals):
        sums |= {total, total - ignored}  # parts are left out only where totals stand for them
    every = (stated[False], stated[True], [*stated[False], *stated[True]])
    reported = [
        sum(own, Decimal(0)) for code in principal_of(setting.message_type)
        if (own := [number for s, number in totals.items() if segments[s].value(0) == code])
    ]  # fmt: skip
    return sums, total, {_hash(values) for values in every if values}, set(reported)
