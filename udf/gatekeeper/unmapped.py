"""Codes that the reference tables do not know, and readings that a person should know of."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.findings import Finding, name_some
from udf.standards.dates import WEEKS
from udf.standards.places import place_role, place_slots
from udf.standards.setting import Setting


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
    named = [i for i in parties if segments[i].tag == "N1" and place_slots(segments[i]) == {(1, 0)}]
    named = [i for i in named if place_role(segments[i], setting) in ("yes", "weak")]
    if named:
        detail = f"{segments[named[0]].raw[:60]} has no code: the place is called by its name."
        findings.append(Finding("place-by-name", detail, named[0]))
    week = next((i for i in dates if segments[i].value(0, 2) in WEEKS), None)
    if week is not None:
        detail = f"The week {segments[week].value(0, 1)} is read as a week of ISO 8601."
        findings.append(Finding("week-numbering", detail, week))
    return findings
