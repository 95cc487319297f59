"""The form that the standards give a segment: a tag that exists, codes of a code's length, nothing half stated.

A separator that is lost or doubled, and a code that changed places with its value, leave a segment that the reader can
read and that means something else. Most of them show: a code is then as long as a value (EDIFACT codes have up to three
characters, X12's up to three), or is missing before its value, or one of two elements that only come together is.
Segments that no line is made of are not looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from udf import codec
from udf.segments import Segment
from udf.shapes import EDIFACT_TAGS, X12_TAGS
from udf.statements import Finding, Setting, place_role

_LONGEST = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a code stands; `required` where the segment says nothing without it."""

    element: int
    component: int = 0
    required: bool = False


_FIRST = Slot(0, required=True)
_CODES: dict[tuple[bool, str], tuple[Slot, ...]] = {
    # UN/EDIFACT D.96A: 4347, 6063, 6411, 3227, 3055, 3035, 2005, 2379, 5125, 5375, 5387, 6347, 1225
    (False, "PIA"): (_FIRST,),
    (False, "QTY"): (_FIRST, Slot(0, 2)),
    (False, "LOC"): (_FIRST, Slot(1, 2)),
    (False, "NAD"): (_FIRST, Slot(1, 2)),
    (False, "DTM"): (_FIRST, Slot(0, 2)),
    (False, "PRI"): (_FIRST, Slot(0, 2), Slot(0, 3)),
    (False, "CUX"): (_FIRST, Slot(0, 1)),
    (False, "BGM"): (Slot(2),),
    # X12: 859, 673, 98, 66, 374, 236, 235, 355, 353, 100
    (True, "ZA"): (_FIRST, Slot(2), Slot(3)),
    (True, "QTY"): (_FIRST, Slot(2)),
    (True, "SDQ"): (_FIRST, Slot(1)),
    (True, "SCH"): (Slot(1, required=True), Slot(2), Slot(4)),
    (True, "REF"): (_FIRST,),
    (True, "N1"): (_FIRST, Slot(2)),
    (True, "DTM"): (_FIRST,),
    (True, "CTP"): (Slot(0), Slot(1)),
    (True, "UIT"): (_FIRST, Slot(2)),
    (True, "XQ"): (_FIRST, Slot(4)),
    (True, "BIA"): (_FIRST, Slot(1)),
    (True, "BPT"): (_FIRST,),
    (True, "CUR"): (_FIRST, Slot(1)),
}
# (segment of X12, element, element that only comes with it)
_TOGETHER = (("N1", 2, 3), ("N1", 3, 2), ("CTP", 3, 2), ("UIT", 2, 1), ("XQ", 2, 1))


def find_malformed(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> list[Finding]:
    """Segments whose elements are not what the standard puts there."""
    found: list[Finding] = []
    for index in indices:
        detail = next(_faults(segments[index], setting), None)
        if detail:
            found.append(Finding("segment-malformed", f"{detail}: separators or elements are lost.", index))
    return found


def _faults(segment: Segment, setting: Setting) -> Iterator[str]:
    x12, tag = setting.x12, segment.tag
    if tag == "LIN" or (tag == "PIA" and not x12):
        yield from _identifier_faults(segment, x12)
    if tag in ("NAD", "N1") and place_role(segment, setting) == "no":
        return
    for slot in _CODES.get((x12, tag), ()):
        code = segment.value(slot.element, slot.component)
        if len(code) > _LONGEST:
            yield f"«{code}» in {tag} is no code"
        elif slot.required and not code and any(any(element) for element in segment.elements):
            yield f"{tag} has no code in element {slot.element + 1}"
    for holder, e, other in _TOGETHER if x12 else ():
        if tag == holder and segment.value(e) and not segment.value(other):
            yield f"{tag} has an element {e + 1} without element {other + 1}"


def _identifier_faults(segment: Segment, x12: bool) -> Iterator[str]:
    """X12 235 before each 234; EDIFACT 7143 behind 7140 and before 1131."""
    tag = segment.tag
    if x12:
        for e in range(1, len(segment.elements), 2):
            kind, number = segment.value(e), segment.value(e + 1)
            if len(kind) > _LONGEST or (number and not kind):
                yield f"«{kind}» in {tag} is no type of an identifier"
        return
    for e in range(1, len(segment.elements)):
        kind = segment.value(e, 1)
        if len(kind) > _LONGEST or (not kind and segment.value(e, 2)):
            yield f"«{kind}» in {tag} is no type of an identifier"


# --- tags --------------------------------------------------------------------------------------------------------

# Tags of the directories (D.96A, 004010) that are one letter away from one that lines are made of.
_NEIGHBOURS = "PTY CIN LAN PNA POC NAT PCI PDI PGI PRC PRV PRT DIM DLM DAM CNI DTP PIN LID LIE LEN CTB CTC PTS REP REL"
_DATA = {
    False: "BGM DTM NAD LOC CUX LIN PIA QTY PRI INV CNT".split(),
    True: "XQ BIA BPT PTD CUR DTM N1 LIN ZA QTY SDQ SCH CTP UIT REF CTT".split(),
}
_TAGS = {
    False: EDIFACT_TAGS | frozenset(codec.TAGS) | frozenset(_NEIGHBOURS.split()),
    True: X12_TAGS | frozenset(codec.TAGS) | frozenset(_NEIGHBOURS.split()),
}


def is_tag(tag: str, x12: bool) -> bool:
    """True for a tag that the standard has, as far as it is one letter away from those that lines are made of."""
    return tag in _TAGS[x12]


def find_damaged_tags(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> list[Finding]:
    """Tags that no standard has: of another length, or one letter away from a tag that lines are made of."""
    found: list[Finding] = []
    for index in indices:
        tag = segments[index].tag
        if is_tag(tag, setting.x12):
            continue
        if len(tag) != 3 and not (setting.x12 and len(tag) == 2):
            found.append(Finding("tag-damaged", f"«{tag[:20]}» is no tag: a separator is lost.", index))
            continue
        meant = next((known for known in _DATA[setting.x12] if _is_near(tag, known)), None)
        if meant and (len(tag) == 3 or _follows(segments[index], meant, setting)):
            found.append(Finding("tag-damaged", f"«{tag}» is no tag and may be a damaged {meant}.", index))
    return found


def _is_near(tag: str, known: str) -> bool:
    return len(tag) == len(known) and sum(a != b for a, b in zip(tag, known, strict=True)) == 1


def _follows(segment: Segment, tag: str, setting: Setting) -> bool:
    """Whether the code behind a tag of two characters is one that the meant tag has; partners invent such tags."""
    code = segment.value(0)
    if tag == "N1":
        return setting.reference.place_role(setting.standard, tag, code) is not None
    if tag == "ZA":
        return setting.measure(tag, code) is not None
    return tag == "XQ" and code in ("F", "G", "H")
