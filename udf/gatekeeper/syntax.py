"""The form that the standards give a segment: a tag that exists, codes of a code's length, nothing half stated.

A separator that is lost or doubled, and a code that changed places with its value, leave a segment that the reader can
read and that means something else. Most of them show: a code is then as long as a value, or is missing before its
value, or one of two elements that only come together is missing. Segments that no line is made of are not looked at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from udf.edi.segments import Segment, notes_of
from udf.edi.tags import EDIFACT_TAGS, MESSAGE_TAGS, X12_TAGS
from udf.findings import Finding
from udf.standards.items import GTIN_TYPES
from udf.standards.places import PLACES, place_role
from udf.standards.quantities import quantity_positions
from udf.standards.setting import Setting
from udf.standards.values import UnreadableValueError, read_period

_LONGEST = 3
"""Characters of a code: EDIFACT has none longer where lines are made of, X12 none and few as long."""
_GLUED = re.compile(rf"[0-9]{{8,14}}(?:{'|'.join(GTIN_TYPES)})")


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a code stands; `required` where the segment says nothing without it."""

    element: int
    component: int = 0
    required: bool = False
    longest: int = _LONGEST


_FIRST = Slot(0, required=True)
_CODES: dict[tuple[bool, str], tuple[Slot, ...]] = {
    # UN/EDIFACT D.96A: 4347, 6063, 6411, 3227, 3055, 3035, 2005, 2379, 5125, 5375, 5387, 6347, 1225
    (False, "LIN"): (Slot(0, longest=8), Slot(3)),  # 1082 has six at most, a GTIN eight at least, 5495 three
    (False, "PIA"): (_FIRST,),
    (False, "QTY"): (_FIRST, Slot(0, 2)),
    (False, "LOC"): (_FIRST, Slot(1, 2)),
    (False, "NAD"): (_FIRST, Slot(1, 2)),
    (False, "DTM"): (_FIRST, Slot(0, 2)),
    (False, "PRI"): (_FIRST, Slot(0, 2), Slot(0, 3)),
    (False, "CUX"): (_FIRST, Slot(0, 1, required=True)),
    (False, "BGM"): (_FIRST, Slot(0, 2), Slot(2)),
    # X12: 859, 673, 98, 66, 374, 236, 235, 355, 353, 100
    (True, "ZA"): (_FIRST, Slot(2), Slot(3)),
    (True, "QTY"): (_FIRST, Slot(2)),
    (True, "SDQ"): (_FIRST, Slot(1)),
    (True, "SCH"): (Slot(1, required=True), Slot(2), Slot(4)),
    (True, "REF"): (_FIRST,),
    (True, "N1"): (_FIRST, Slot(2)),
    (True, "DTM"): (_FIRST,),
    (True, "CTP"): (Slot(0, longest=2), Slot(1)),
    (True, "UIT"): (_FIRST, Slot(2)),
    (True, "XQ"): (_FIRST, Slot(4)),
    (True, "BIA"): (_FIRST, Slot(1, required=True), Slot(3, required=True, longest=8)),
    (True, "BPT"): (_FIRST, Slot(2, required=True, longest=8)),
    (True, "CUR"): (_FIRST, Slot(1, required=True)),
}
# The components that an element has in the standard: C186, C517, C082, C507, C509, C504.
_COMPONENTS = {
    ("LIN", 0): 1,
    ("PIA", 0): 1,
    ("QTY", 0): 3,
    ("LOC", 1): 4,
    ("NAD", 1): 3,
    ("DTM", 0): 3,
    ("PRI", 0): 6,
    ("CUX", 0): 4,
}
# (segment, what stands, and what has to stand where it does)
_TOGETHER = {
    (False, "PRI"): (((0, 2), (0, 1)),), (True, "N1"): (((2, 0), (3, 0)), ((3, 0), (2, 0))),
    (True, "CTP"): (((3, 0), (2, 0)),), (True, "UIT"): (((2, 0), (1, 0)),), (True, "XQ"): (((2, 0), (1, 0)),),
    (True, "SCH"): (((2, 0), (3, 0)), ((3, 0), (2, 0)), ((4, 0), (5, 0)), ((5, 0), (4, 0))),
    (True, "ZA"): (((3, 0), (4, 0)), ((4, 0), (3, 0)), ((6, 0), (5, 0))),
    (True, "QTY"): (((3, 0), (2, 0)), ((3, 0), (1, 0))),
}  # fmt: skip
# What a price is for (5284, 380, 649).
_NUMBERS = {(False, "PRI"): ((0, 4),), (True, "CTP"): ((3, 0), (6, 0))}
_DATES = {(True, "ZA"): (4, 0), (True, "SCH"): (5, 0)}
_LOOKED_AT = {x12: frozenset(tag for standard, tag in _CODES if standard == x12) | {"LIN"} for x12 in (False, True)}


def find_malformed(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> list[Finding]:
    """Segments whose elements are not what the standard puts there."""
    found: list[Finding] = []
    looked_at = _LOOKED_AT[setting.x12]
    for index in indices:
        if segments[index].tag not in looked_at:
            continue
        detail = next(_faults(segments, index, setting), None)
        if detail:
            found.append(Finding("segment-malformed", f"{detail}: separators or elements are lost.", index))
    return found


def _faults(segments: Sequence[Segment], index: int, setting: Setting) -> Iterator[str]:
    x12, segment = setting.x12, segments[index]
    tag = segment.tag
    if tag in PLACES:
        role = setting.reference.place_role(setting.standard, tag, segment.value(0))
        if role == "no" or place_role(segment, setting) == "empty":  # of no concern, or it says so itself
            return
    if tag == "LIN" and x12:
        yield from _product_faults(segments, segment)
    elif tag in ("LIN", "PIA") and not x12:
        yield from _identifier_faults(segment)
        if tag == "LIN" and index + 1 < len(segments) and segments[index + 1].tag == "PIA":
            number = segment.value(2)
            if number and len(number) <= _LONGEST and not segment.value(2, 1) and not segment.value(1):
                yield f"«{number}» in LIN may be the item or, moved on, the action code before it"
    yield from _code_faults(segment, x12)
    yield from _value_faults(segment, x12)
    for stands, missing in _TOGETHER.get((x12, tag), ()):
        if segment.value(*stands) and not segment.value(*missing):
            yield f"{tag} has «{segment.value(*stands)}» and nothing that it belongs to"
    if not x12:
        for e, element in enumerate(segment.elements):
            if any(element[_COMPONENTS.get((tag, e), len(element)) :]):
                yield f"Element {e + 1} of {tag} has more components than the standard"


def _code_faults(segment: Segment, x12: bool) -> Iterator[str]:
    for slot in _CODES.get((x12, segment.tag), ()):
        code = segment.value(slot.element, slot.component)
        if len(code) > slot.longest:
            yield f"«{code}» in {segment.tag} is longer than what stands in element {slot.element + 1}"
        elif slot.required and not code and any(any(element) for element in segment.elements):
            yield f"{segment.tag} has nothing in element {slot.element + 1}"


def _value_faults(segment: Segment, x12: bool) -> Iterator[str]:
    tag = segment.tag
    for number in (segment.value(*at) for at in _NUMBERS.get((x12, tag), ())):
        if number and not number.replace(".", "").replace(",", "").isdecimal():
            yield f"«{number}» in {tag} is no number"
    date = segment.value(*_DATES[x12, tag]) if (x12, tag) in _DATES else ""
    if date and not (date.isdecimal() and len(date) >= 6):
        yield f"«{date}» in {tag} is no date"
    if x12 and tag == "DTM" and not segment.value(1) and not segment.value(5) and any(map(any, segment.elements[2:])):
        yield "DTM states no date where its date stands"
    if tag == "XQ" and not segment.value(2) and _is_date_like(segment.value(3), segment.value(1)):
        yield f"«{segment.value(3)}» in XQ is a date where the document's number stands"
    if tag == "BGM" and segment.value(3).isdecimal():  # 4343 is of letters, 1225 before it of digits
        yield f"«{segment.value(3)}» in BGM is no response type"


def _is_date_like(text: str, date: str) -> bool:
    """Whether a text is a date as long as the one beside it."""
    if len(text) != len(date):
        return False
    try:
        read_period(text)
    except UnreadableValueError:
        return False
    return True


def _product_faults(segments: Sequence[Segment], lin: Segment) -> Iterator[str]:
    """X12 235 before each 234; one without its value is a type that other lines have, or of two characters."""
    for e in range(1, len(lin.elements), 2):
        kind, number = lin.value(e), lin.value(e + 1)
        is_type = len(kind) < 3 or (len(kind) == 3 and (bool(number) or (e, kind) in _product_types(segments)))
        if not is_type or (number and not kind):
            yield f"«{kind}» in LIN is no type of an identifier"


def _product_types(segments: Sequence[Segment]) -> frozenset[tuple[int, str]]:
    """(element, type) of each identifier with a type of three characters that LIN of the message state."""
    notes = notes_of(segments)
    if notes.product_types is None:
        notes.product_types = frozenset(
            (e, segment.value(e))
            for segment in segments if segment.tag == "LIN"
            for e in range(1, len(segment.elements) - 1, 2)
            if len(segment.value(e)) == 3 and segment.value(e + 1)
        )  # fmt: skip
    return notes.product_types


def _identifier_faults(segment: Segment) -> Iterator[str]:
    """EDIFACT 7143 behind 7140 and before 1131."""
    tag = segment.tag
    kinds = [segment.value(e, 1) for e in range(len(segment.elements))]
    if tag == "LIN" and any(kinds[3:]) and segment.value(2) and not kinds[2]:
        yield f"«{segment.value(2)}» in LIN stands before an identifier"
    for e, kind in enumerate(kinds[1:], 1):
        number = segment.value(e)
        if len(kind) > _LONGEST:
            yield f"«{kind}» in {tag} is no type of an identifier"
        if not kind and (segment.value(e, 2) or (tag == "PIA" and number) or _GLUED.fullmatch(number)):
            yield f"The identifier «{number}» in {tag} has no type"


# The elements that a segment has in the standard: D.96A to D.01B, 003030 to 005010.
_MOST_ELEMENTS = {True: {"QTY": 4, "ZA": 7, "SDQ": 23, "SCH": 12, "UIT": 3}, False: {"QTY": 1}}
_LOST = "what stands behind is of a segment that lost its terminator, or no data of this segment"


def find_unread(segments: Sequence[Segment], first: int, last: int, setting: Setting) -> list[Finding]:
    """Data in the segments of quantities that no record can hold: half a pair, a second value, further elements."""
    findings: list[Finding] = []
    for index in range(first, last):
        segment = segments[index]
        tag = segment.tag
        most = _MOST_ELEMENTS[setting.x12].get(tag)
        if most is None:
            continue
        # with a price it may stand behind another one, and in an 867 behind the LIN of its quantity
        beside = ("QTY", "ZA", "UIT") if segment.value(1) else ("QTY", "ZA")
        is_free = bool(segment.value(1)) and setting.message_type == "867"
        if tag == "UIT" and not is_free and segments[index - 1].tag not in beside:
            findings.append(Finding("unread-data", "UIT states the unit of no quantity.", index))
        if tag == "QTY" and not setting.x12 and not segment.value(0, 1) and segment.value(1):
            most = 3  # QTY+153+12+PCE
        if any(value for element in segment.elements[most:] for value in element):
            findings.append(Finding("unread-data", f"{tag} has more than {most} elements: {_LOST}.", index))
        if setting.x12:
            slots = [e for s, e, _ in quantity_positions(segments, index, index + 1, True)]
            if any(
                len(segment.elements[e]) > 1 and any(segment.elements[e][1:])
                for e in slots
                if e < len(segment.elements)
            ):
                findings.append(Finding("number-ambiguous", f"A quantity in {tag} has more than one component.", index))
    return findings + (_find_half_parts(segments, first, last) if setting.x12 else [])


def _find_half_parts(segments: Sequence[Segment], first: int, last: int) -> list[Finding]:
    """Parts of a split (SDQ, REF) with a place and no quantity or the other way round, or outside of their loop."""
    findings: list[Finding] = []
    parts = [(s, e) for s, e, _ in quantity_positions(segments, first, last, True) if segments[s].tag in ("SDQ", "REF")]
    for s, e in parts:
        place, quantity = segments[s].value(e - 1), segments[s].value(e)
        if bool(place) != bool(quantity):
            what = f"place «{place}» has no quantity" if place else f"quantity {quantity} has no place"
            findings.append(Finding("part-incomplete", f"In {segments[s].tag} the {what}.", s))
    loop = [segments[i].tag for i in range(first, last) if segments[i].tag in ("LS", "LE")]
    if loop != ["LS", "LE"] * (len(loop) // 2):
        findings.append(Finding("part-incomplete", "A loop of parts lost its LS or its LE.", first))
    codes = {segments[s].value(0) for s, _ in parts if segments[s].tag == "REF"}
    inside = set(parts)
    for i in range(first, last):
        segment = segments[i]
        if segment.tag == "REF" and segment.value(0) in codes and segment.value(2) and (i, 2) not in inside:
            findings.append(Finding("part-incomplete", "A part of a loop stands outside of it.", i))
        if segment.tag == "LS" and i + 1 < last and segments[i + 1].tag == "LE":
            findings.append(Finding("part-incomplete", "LS opens a loop without a part.", i))
    return findings


# Tags of the directories (D.96A, 004010) that are one letter away from one that lines are made of.
_NEIGHBOURS = "PTY CIN LAN PNA POC NAT PCI PDI PGI PRC PRV PRT DIM DLM DAM CNI DTP PIN LID LIE LEN CTB CTC PTS REP REL"
DATA = {
    False: "BGM DTM NAD LOC CUX LIN PIA QTY PRI INV CNT".split(),
    True: "XQ BIA BPT PTD CUR DTM N1 LIN ZA QTY SDQ SCH CTP UIT REF CTT".split(),
}
_TAGS = {
    False: EDIFACT_TAGS | frozenset(MESSAGE_TAGS) | frozenset(_NEIGHBOURS.split()),
    True: X12_TAGS | frozenset(MESSAGE_TAGS) | frozenset(_NEIGHBOURS.split()),
}


def is_tag(tag: str, x12: bool) -> bool:
    """True for a tag that the standard has, as far as it is one letter away from those that lines are made of."""
    return tag in _TAGS[x12]


def find_damaged_tags(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> Iterator[Finding]:
    """Tags that no standard has: of another length, or one letter away from a tag that lines are made of."""
    for index in indices:
        tag = segments[index].tag
        if is_tag(tag, setting.x12):
            continue
        if len(tag) != 3 and not (setting.x12 and len(tag) == 2):
            yield Finding("tag-damaged", f"«{tag[:20]}» is no tag: a separator is lost.", index)
            continue
        near = [known for known in DATA[setting.x12] if _is_near(tag, known)]
        meant = next((known for known in near if len(tag) == 3 or _follows(segments[index], known, setting)), None)
        meant = meant or next((known for known in DATA[setting.x12] if _is_shortened(tag, known)), None)
        if meant:
            yield Finding("tag-damaged", f"«{tag}» is no tag and may be a damaged {meant}.", index)


def _is_near(tag: str, known: str) -> bool:
    return len(tag) == len(known) and sum(a != b for a, b in zip(tag, known, strict=True)) == 1


def _is_shortened(tag: str, known: str) -> bool:
    """Whether a tag is a known one that has lost a letter."""
    return len(tag) == 2 and len(known) == 3 and tag in (known[1:], known[0] + known[2], known[:2])


def _follows(segment: Segment, tag: str, setting: Setting) -> bool:
    """Whether the code behind a tag of two characters is one that the meant tag has; partners invent such tags."""
    code = segment.value(0)
    if tag == "N1":
        return setting.reference.place_role(setting.standard, tag, code) is not None
    if tag == "ZA":
        number = segment.value(1).lstrip("-").replace(".", "")
        return number.isdecimal() if number else setting.measure(tag, code) is not None
    return tag == "XQ" and code in ("F", "G", "H")
