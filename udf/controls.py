"""What the trailer of a message promises: its own presence, counts of segments and lines, sums of quantities."""

from collections.abc import Sequence
from decimal import Decimal

from udf.segments import Segment
from udf.statements import Finding, Setting, quantity_positions
from udf.values import UnreadableValueError, read_number


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
    stated = _count(segments[last].value(0))
    counted = {last + 1 - first, _raw_count(segments, first, last + 1)}
    if stated not in counted:
        text = segments[last].value(0)
        findings.append(
            Finding(
                f"{tag.lower()}-count-mismatch",
                f"{tag} states {text or 'no'} segments, the message has {min(counted)}.",
                last,
            )
        )
    own, reference = segments[first].value(1 if setting.x12 else 0), segments[last].value(1)
    if own != reference and own.lstrip("0") != reference.lstrip("0"):
        findings.append(
            Finding("control-reference-mismatch", f"{tag} has the reference «{reference}», {header} «{own}».", last)
        )
    return findings


def check_totals(segments: Sequence[Segment], first: int, setting: Setting) -> list[Finding]:
    """CNT 1 and 2 (EDIFACT 6069), CTT01 and CTT02, and the total of an 867 (QTY TO) against the lines."""
    findings: list[Finding] = []
    lines = sum(1 for segment in segments[first:] if segment.tag == "LIN")
    transfers = (
        sum(1 for segment in segments[first:] if segment.tag == "PTD") if setting.message_type == "867" else lines
    )
    for index in range(first, len(segments)):
        segment = segments[index]
        if segment.tag == "CTT" and setting.x12:
            stated = _count(segment.value(0))
            if stated is not None and stated not in (lines, transfers):
                findings.append(
                    Finding("ctt-line-count-mismatch", f"CTT states {stated} lines, the message has {lines}.", index)
                )
            findings += _check_sum(segments, first, segment.value(1), "ctt-hash-mismatch", "CTT", index, setting)
        elif segment.tag == "CNT" and not setting.x12:
            if segment.value(0, 0) == "2":
                stated = _count(segment.value(0, 1))
                if stated != lines:
                    findings.append(
                        Finding(
                            "cnt-line-count-mismatch",
                            f"CNT states {segment.value(0, 1)} lines, the message has {lines}.",
                            index,
                        )
                    )
            elif segment.value(0, 0) == "1":
                findings += _check_sum(
                    segments, first, segment.value(0, 1), "cnt-quantity-mismatch", "CNT", index, setting
                )
        elif segment.tag == "QTY" and setting.message_type == "867" and segment.value(0) == "TO":
            findings += _check_sum(
                segments, first, segment.value(1), "message-total-mismatch", "QTY TO", index, setting
            )
    return findings


def _check_sum(
    segments: Sequence[Segment], first: int, text: str, code: str, where: str, index: int, setting: Setting
) -> list[Finding]:
    if not text:
        return []
    mark = None if setting.x12 else setting.decimal_mark
    total = Decimal(0)
    try:
        stated = read_number(text, mark)
        for s, e, c in quantity_positions(segments, first, len(segments), setting.x12):
            segment = segments[s]
            value = segment.value(e, c)
            if segment.tag in ("QTY", "ZA") and value and segment.value(0) != "TO":
                total += read_number(value, mark)
    except UnreadableValueError:
        return []  # the line with the unreadable number says so itself
    return (
        []
        if total == stated
        else [Finding(code, f"{where} states a total of {stated}, the quantities add up to {total}.", index)]
    )
