"""Values above the lines of which no standard says what they are: a store or a period may stand there."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.setting import Setting

_REFERENCES = ("RFF", "REF", "N9")
_NO_PLACES = frozenset((
    # EDIFACT 1153 and X12 128 of documents, orders, contracts, parties and taxes: none of them is a store or a date
    "AAK AAN AAS ABO ACD AEN AFO AHP ALO API CD CR CT DQ FC GN IA IV LI LT ON PD PK PL SA SS VA VN ZZZ "
    "BM BT CO DI DP FI FX GV IL IO JB MR OI PO PR SB SI VR VX ZA ZZ WS ST LU"
).split())  # fmt: skip
"""The last three may be a place, and have rules of their own."""
_TEXTS = ("MSG", "NTE")
_DAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(rf"{_DAY}(?:\d{{4}}|-?{_DAY})?")
_LONGEST_PLACE = 25


class OpenValues(NamedTuple):
    """Where they stand: those that look like dates, and the others."""

    dates: list[Position]
    others: list[Position]


def refers_to_documents(segment: Segment) -> bool:
    """Whether a reference is to a document, an order, a contract or a party."""
    return segment.value(0) in _NO_PLACES


def find_open_values(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> OpenValues:
    """The last value of each reference under a code of nobody's, of each free text and of each unknown segment."""
    found = OpenValues([], [])
    for index in indices:
        segment = segments[index]
        tag = segment.tag
        if tag in _REFERENCES:
            is_open = not refers_to_documents(segment)
        else:
            is_open = tag in _TEXTS or tag not in setting.standard.tags
        stated = [(e, c) for e, element in enumerate(segment.elements) for c, value in enumerate(element) if value]
        if not is_open or not stated:
            continue
        e, c = stated[-1]
        value = segment.value(e, c)
        if _DATE.fullmatch(value):
            found.dates.append((index, e, c))
        elif len(value) <= _LONGEST_PLACE:
            found.others.append((index, e, c))
    return found
