"""What the values of some shapes may break, and those of most cannot: found in a shape once, asked of each text."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.gatekeeper.syntax import find_malformed
from udf.reading import Position
from udf.standards.codes import codes_of
from udf.standards.dates import ENDS, SINGLE, date_statements, find_period
from udf.standards.setting import Setting, value_at

Span = tuple[int, int]
"""The first of some segments, and the one after the last."""
_TYPE_LISTS = {"EDIFACT": "7143", "X12": "235"}


def find_restated_periods(segments: Sequence[Segment], activities: Sequence[int], setting: Setting) -> Iterator[Span]:
    """Where a piece states a period more than once in different texts: a day in two forms, a range beside its ends.

    They mean the same here, and need not in another text. `activities` are the QTY and ZA of its quantities: what
    stands behind each is its own, but in an 867, where the quantity opens its line.
    """
    cuts = () if setting.message_type == "867" else activities
    for first, last in pairwise((0, *cuts, len(segments))):
        stated: dict[str, set[str]] = {}
        for role, position in date_statements(segments, range(first, last), setting):
            if role in (*SINGLE, *ENDS):
                stated.setdefault("single" if role in SINGLE else role, set()).add(value_at(segments, position))
        if any(len(texts) > 1 for texts in stated.values()) or ("single" in stated and len(stated) > 1):
            yield first, last


def has_unlisted_type(segments: Sequence[Segment], texts: Sequence[Position], setting: Setting) -> bool:
    """Whether one of these texts is an identifier whose type is in no list: the two may have changed places."""
    standard = setting.standard
    listed = codes_of(_TYPE_LISTS[standard.name])
    return any(
        (segments[s].value(e, 1) if standard.has_components else segments[s].value(e - 1)) not in listed
        for s, e, _ in texts if segments[s].tag in standard.stated_in("item")
    )  # fmt: skip


def is_in_doubt(segments: Sequence[Segment], periods: Sequence[Span], setting: Setting) -> bool:
    """Whether the segments of a text do not have their form, or state two periods in one of these places."""
    return bool(find_malformed(segments, range(len(segments)), setting)) or any(
        find_period(segments, range(*span), setting)[2] for span in periods
    )
