"""Codes that the reference tables do not know, and readings that a person should know of."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.findings import Finding, name_some
from udf.standards.dates import WEEKS
from udf.standards.places import PLACES, place_role, place_slots
from udf.standards.quantities import PLACE_REFERENCES
from udf.standards.setting import Setting
from udf.standards.x12 import X12


def find_unmapped(segments: Sequence[Segment], setting: Setting) -> list[Finding]:
    """Codes that the tables do not know, and weeks that are stated by their number."""
    findings: list[Finding] = []
    parties = [i for i, segment in enumerate(segments) if segment.tag in ("NAD", "N1")]
    unknown = {segments[i].value(0): i for i in parties if place_role(segments[i], setting) is None}
    if unknown:
        detail = f"The tables do not say whether the parties {name_some(unknown)} are places."
        findings.append(Finding("unmapped-party-role", detail, min(unknown.values())))
    dates = [i for i, segment in enumerate(segments) if segment.tag == "DTM" and segment.value(0)]
    strange = {
        segments[i].value(0): i for i in reversed(dates)
        if setting.date_role("DTM", segments[i].value(0)) is None
    }  # fmt: skip
    if strange:
        detail = f"The tables do not say what the dates {name_some(strange)} are; they are not used."
        findings.append(Finding("unmapped-date-role", detail, min(strange.values())))
    findings += find_named_places(segments, setting)
    week = next((i for i in dates if segments[i].value(0, 2) in WEEKS), None)
    if week is not None:
        detail = f"The week {segments[week].value(0, 1)} is read as a week of ISO 8601."
        findings.append(Finding("week-numbering", detail, week))
    return findings


def find_named_places(segments: Sequence[Segment], setting: Setting) -> list[Finding]:
    """A place that has a name and no code (N102, LOC 3224), and the code that something else may give it.

    A reference of its N1 (REF or N9: a store, a location), or another party that may be the place, has the number by
    which other messages call it: the name is then no place of its own.
    """
    places = [i for i, segment in enumerate(segments) if segment.tag in PLACES]
    roles = {i: role for i in places if (role := place_role(segments[i], setting)) in ("yes", "weak")}
    named = [i for i in roles if place_slots(segments[i]) and not segments[i].value(*_CODES[segments[i].tag])]
    if not named:
        return []
    findings = [
        Finding("place-by-name", f"{segments[i].raw[:60]} has no code: the place is called by its name.", i)
        for i in named[:1]
    ]
    first = next((i for i, segment in enumerate(segments) if segment.tag == "LIN"), len(segments))
    numbered = [i for i, role in roles.items() if i < first and role == "weak" and i not in named]
    if numbered:
        detail = f"{segments[named[0]].raw[:60]} has no code, and {segments[numbered[0]].raw[:60]} may name it."
        findings.append(Finding("place-ambiguous", detail, numbered[0]))
    referenced = (
        i for i in range(first)
        if setting.standard is X12 and segments[i].tag in ("REF", "N9") and segments[i].value(0) in PLACE_REFERENCES
        and segments[i].value(1)
    )  # fmt: skip
    if (reference := next(referenced, None)) is not None:
        detail = f"{segments[reference].raw[:60]} may be the number of {segments[named[0]].raw[:60]}, which has none."
        findings.append(Finding("place-in-reference", detail, reference))
    return findings


_CODES = {"N1": (3, 0), "LOC": (1, 0), "NAD": (1, 0)}
"""(element, component) of the code of a place."""
