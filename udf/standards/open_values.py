"""Values above the lines of which no standard says what they are: a store or a period may stand there."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.chunks import Chunks, each_line
from udf.standards.codes import PARTY_LISTS, codes_of
from udf.standards.places import REFERENCES, place_slots
from udf.standards.setting import Setting

_NO_PLACES = frozenset((
    # EDIFACT 1153 and X12 128 of documents, orders, contracts, parties and taxes: none of them is a store or a date
    "AAK AAN AAS ABO ACD AEN AFO AHP ALO API CD CR CT DQ FC GN IA IV LI LT ON PD PK PL SA SS VA VN ZZZ "
    "BM BT CO DI DP FI FX GV IL IO JB MR OI PO PR SB SI VR VX ZA ZZ "
    "11 12 19 1V 4B 55 6O DS DV E4 PG QK SE TN WS ST LU"
).split())  # fmt: skip
"""The last three may be a place, and have rules of their own."""
_OF_X12 = ("REF", "N9")
"""References of which there is a list of all codes (X12 128). Those of EDIFACT 1153 are letters alone."""
_TEXTS = ("MSG", "NTE")
_DAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(rf"{_DAY}(?:\d{{4}}|-?{_DAY})?")
_SHORT_DATE = re.compile(r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_LONGEST_PLACE = 25
_SHORTEST_PLACE = 3


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
        is_open = not refers_to_documents(segment) if tag in REFERENCES else is_nobodys(segment, setting)
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


def is_nobodys(segment: Segment, setting: Setting) -> bool:
    """Whether no directory says what a segment is about: a tag or the code of a reference of nobody's, or a text."""
    tag = segment.tag
    if tag in REFERENCES:
        return not is_listed_reference(tag, segment.value(0))
    return tag in _TEXTS or tag not in setting.standard.tags


def is_listed_reference(tag: str, code: str) -> bool:
    """Whether a directory says what an RFF, a REF or an N9 refers to."""
    return code in codes_of("128") if tag in _OF_X12 else code.isalpha()


def find_rival(
    segments: Sequence[Segment], chunks: Chunks, setting: Setting, name: str, is_nowhere: bool = False
) -> int | None:
    """Where something that no directory knows may state the day (`start`) or the place (`location`) of the lines.

    It counts where lines have theirs by default alone or, `is_nowhere`, not at all: then a number under a reference of
    X12 does as well, whatever it is to, and a party whose role is in no list; a row of the partner's own says that it
    is none. What not each of the lines has is none. A word without a digit says something else; in an only line,
    whatever is not a number of three digits does.
    """
    for chunk in (chunks.header, *chunks.groups):
        for index in chunk.indices:
            if _is_rival(segments, index, setting, name) or (
                is_nowhere and _is_only_candidate(segments[index], setting, name)
            ):
                return index
    lines = each_line(chunks)
    found: dict[tuple[str, str], int] | None = None
    for line in lines:
        own = {
            (segments[i].tag, segments[i].value(0) if segments[i].tag in REFERENCES else ""): i
            for i in range(line.first, line.last) if _is_rival(segments, i, setting, name, is_alone=len(lines) == 1)
        }  # fmt: skip
        found = own if found is None else {key: i for key, i in found.items() if key in own}
        if not found:
            return None
    return min(found.values(), default=None) if found else None


def _is_rival(segments: Sequence[Segment], index: int, setting: Setting, name: str, is_alone: bool = False) -> bool:
    if name == "location" and not is_nobodys(segments[index], setting):
        return False  # by its directory a reference is to something, and seldom to a store; a day it never is
    found = find_open_values(segments, [index], setting)
    values = [segments[s].value(e, c) for s, e, c in (found.others if name == "location" else found.dates)]
    return any(
        value.isdigit() and len(value) >= _SHORTEST_PLACE if is_alone else any(map(str.isdigit, value))
        for value in values
    )


def may_state_openly(segment: Segment, setting: Setting) -> bool:
    """Whether `find_rival` may take a value of a segment above the lines for their day or place, whatever it is."""
    if segment.tag in REFERENCES:
        return not refers_to_documents(segment)
    return is_nobodys(segment, setting) or _is_of_no_list(segment, setting)


def _is_of_no_list(segment: Segment, setting: Setting) -> bool:
    parties = PARTY_LISTS.get((setting.standard.name, segment.tag))
    return parties is not None and segment.value(0) not in codes_of(parties)


def _is_only_candidate(segment: Segment, setting: Setting, name: str) -> bool:
    """Whether a segment above the lines may state what nothing else of the message does."""
    tag, code = segment.tag, segment.value(0)
    if setting.is_settled(tag, code):
        return False
    if tag in REFERENCES and not refers_to_documents(segment):
        value = segment.value(*REFERENCES[tag])
        if name != "location":
            return _SHORT_DATE.fullmatch(value) is not None
        return tag in _OF_X12 and value.isascii() and value.isdigit() and len(value) >= _SHORTEST_PLACE
    stated = [segment.value(*slot) for slot in place_slots(segment)] if _is_of_no_list(segment, setting) else []
    return name == "location" and any(len(v) >= _SHORTEST_PLACE and any(map(str.isdigit, v)) for v in stated)
