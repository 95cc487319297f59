"""What must be true of any right reading, whoever made it and whatever the standards say of its message.

A proposal is held to these alone: that each value is of its kind, each quantity used once, each line complete and like
the others, and that the message's own counts and sums agree.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from udf.edi.segments import Segment
from udf.gatekeeper.values import is_reversed
from udf.reading import Position, Record
from udf.standards.dates import read_date
from udf.standards.quantities import quantity_positions
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number

_APART = ("quantity", "item", "location", "price", "unit", "qualifier")
"""Fields of which no two are one component."""
_LONGEST = {"qualifier": 6, "unit": 6, "item": 48, "location": 40}
_ONE_DAY = ("start", "end")
Line = tuple[int, int, Sequence[Record]]
"""The first segment of a line, the one behind its last, and its records as places in the message."""


def find_violation(segments: Sequence[Segment], lines: Sequence[Line], setting: Setting) -> str | None:
    """A sentence that says what cannot be right about a reading, None where nothing stands against it."""
    used: Counter[Position] = Counter()
    stated: Counter[str] = Counter()
    records = 0
    for first, _, found in lines:
        if not found:
            return f"The line at segment {first + 1} has no quantity."
        for record in found:
            if fault := _judge_record(segments, record, setting):
                return fault
            used[record["quantity"]] += 1
            stated.update(name for name in ("location", "start") if name in record)
            records += 1
    if any(count > 1 for count in used.values()):
        return "A quantity is in two records."
    for name, count in stated.items():
        if 0 < count < records:
            return f"Some lines have a {name} and others none."
    return _find_unused(segments, lines, used, setting)


def _judge_record(segments: Sequence[Segment], record: Record, setting: Setting) -> str | None:
    """Each value of its kind, and no component two things."""
    for name in ("quantity", "item"):
        if name not in record:
            return f"A record has no {name}."
    places = [record[name] for name in _APART if name in record]
    if len(set(places)) < len(places):
        return "One component would be two things."
    try:
        read_number(value_at(segments, record["quantity"]), setting.mark)
        days = [read_date(segments[record[name][0]], record[name]) for name in _ONE_DAY if name in record]
    except UnreadableValueError as problem:
        return str(problem)
    if len(days) == len(_ONE_DAY) and is_reversed(days[0][0], days[1][1]):
        return "The period ends before it starts."
    for name, longest in _LONGEST.items():
        if name in record and len(value_at(segments, record[name])) > longest:
            return f"«{value_at(segments, record[name])[:60]}» is too long for a {name}."
    return None


def _find_unused(
    segments: Sequence[Segment], lines: Sequence[Line], used: Counter[Position], setting: Setting
) -> str | None:
    """A quantity where the standard puts one that is in no record, and is no total of others of its line."""
    for first, last, found in lines:
        numbers = [read_number(value_at(segments, record["quantity"]), setting.mark) for record in found]
        for position in quantity_positions(segments, first, last, setting.standard):
            text = segments[position[0]].value(*position[1:])
            if not text or used[position]:
                continue
            try:
                number = read_number(text, setting.mark)
            except UnreadableValueError as problem:
                return str(problem)
            if number and not _is_sum(number, numbers) and not _is_ignored(segments, position, setting):
                return f"The quantity {text} is in no record."
    return None


def _is_sum(number: Decimal, parts: Sequence[Decimal]) -> bool:
    """Whether a number is the sum of some parts that stand side by side."""
    for start in range(len(parts)):
        total = Decimal(0)
        for part in parts[start:]:
            total += part
            if total == number:
                return True
    return False


def _is_ignored(segments: Sequence[Segment], position: Position, setting: Setting) -> bool:
    return setting.measure(segments[position[0]].tag, segments[position[0]].value(0)) == "ignored"
