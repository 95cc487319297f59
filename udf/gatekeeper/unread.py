"""What no record can hold of a line's quantities: further elements, half a pair, a second value, a part astray."""

from collections.abc import Mapping, Sequence
from functools import cache

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.standards.quantities import LOOP, MEASURED, names_part_place, quantity_positions
from udf.standards.setting import Setting
from udf.standards.standard import Standard

_LOST = "what stands behind is of a segment that lost its terminator, or no data of this segment"
_SPREAD = 3
"""Elements of an EDIFACT QTY that has element separators where components are expected: QTY+153+12+PCE."""


@cache
def _most_elements(standard: Standard) -> Mapping[str, int]:
    """The elements of each segment that states quantities."""
    return {tag: form.most for tag, form in standard.segments.items() if form.most}


def find_unread(segments: Sequence[Segment], first: int, last: int, setting: Setting) -> list[Finding]:
    """Data in the segments of quantities that no record can hold."""
    findings: list[Finding] = []
    standard = setting.standard
    known = _most_elements(standard)
    for index in range(first, last):
        segment = segments[index]
        tag = segment.tag
        most = known.get(tag)
        if most is None:
            continue
        # with a price it may stand behind another one, and in an 867 behind the LIN of its quantity
        beside = (*MEASURED, "UIT") if segment.value(1) else MEASURED
        is_free = bool(segment.value(1)) and setting.message_type == "867"
        is_head = tag == "UIT" and not any(segments[i].tag in MEASURED for i in range(first, index))
        if tag == "UIT" and not is_free and not is_head and segments[index - 1].tag not in beside:
            findings.append(Finding("unread-data", "UIT states the unit of no quantity.", index))
        if standard.has_components and not segment.value(0, 1) and segment.value(1):
            most = _SPREAD
        if any(value for element in segment.elements[most:] for value in element):
            findings.append(Finding("unread-data", f"{tag} has more than {most} elements: {_LOST}.", index))
        if not standard.has_components:
            slots = [e for s, e, _ in quantity_positions(segments, index, index + 1, standard)]
            if any(any(segment.elements[e][1:]) for e in slots if e < len(segment.elements)):
                findings.append(Finding("number-ambiguous", f"A quantity in {tag} has more than one component.", index))
    return findings + (_find_half_parts(segments, first, last, standard) if standard.splits else [])


def _find_half_parts(segments: Sequence[Segment], first: int, last: int, standard: Standard) -> list[Finding]:
    """Parts of a split (SDQ, REF) with a place and no quantity or the other way round, or outside of their loop."""
    findings: list[Finding] = []
    stated = quantity_positions(segments, first, last, standard)
    parts = [(s, e) for s, e, _ in stated if segments[s].tag in ("SDQ", "REF")]
    for s, e in parts:
        place, quantity = segments[s].value(e - 1), segments[s].value(e)
        if not names_part_place(segments[s]):
            continue
        if bool(place) != bool(quantity):
            what = f"place «{place}» has no quantity" if place else f"quantity {quantity} has no place"
            findings.append(Finding("part-incomplete", f"In {segments[s].tag} the {what}.", s))
    loop = [segments[i].tag for i in range(first, last) if segments[i].tag in LOOP]
    if loop != [*LOOP] * (len(loop) // 2):
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
