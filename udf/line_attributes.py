"""What a line states beside its fields: descriptions, amounts, references, dates, what its measure follows from."""

from bisect import bisect_right
from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.message import LineRecords
from udf.reading import Record
from udf.standards.quantities import SUB_LOCATION, names_part_place
from udf.standards.setting import Setting
from udf.standards.x12 import X12

_NAMED = {
    "MOA": "amount",
    "RFF": "reference",
    "REF": "reference",
    "GIN": "identity",
    "MKS": "market",
    "DTM": "date",
    "N9": "reference",
    "AMT": "amount",
    "STS": "status",
    "LQ": "status",
}


def find_openings(line: LineRecords) -> list[int]:
    """The segments of a line with which another quantity begins: its own, its ZA, or its place before it."""
    own = {record[name][0] for record in line.records for name in ("quantity", "qualifier")}
    places = (record["location"][0] for record in line.records if "location" in record)
    return sorted(own.union(place for place in places if line.first <= place < max(own, default=line.first)))


def read_attributes(
    segments: Sequence[Segment], line: LineRecords, record: Record, setting: Setting, opening: Sequence[int]
) -> dict[str, str]:
    """What else the line states, before the quantities or after this one: descriptions, amounts, references, dates.

    `opening` is as of `find_openings`.
    """
    used = {position[0] for position in record.values()}
    own, activity = record["quantity"][0], record["qualifier"][0]
    at = bisect_right(opening, own)
    stop = opening[at] if at < len(opening) else line.last
    above = opening[bisect_right(opening, activity)] if activity < own else activity
    place = record["location"][0] if "location" in record else line.last
    below = opening[bisect_right(opening, place)] if line.first <= place < own else place
    found: dict[str, str] = {}
    repaired = False
    # what stands with a quantity, with the activity that it is a part of, with its place, with the line: of two the
    # nearer holds
    spans = range(own, stop), range(activity + 1, above), range(place + 1, below), range(line.first, opening[0])
    for index in (index for span in spans for index in span):
        segment = segments[index]
        repaired = repaired or segment.repaired
        tag = segment.tag
        if tag == "IMD":
            text = " ".join(value for element in segment.elements[2:] for value in element[3:] if value)
            if text:
                found.setdefault("description", text)
        elif tag == "PID" and segment.value(4):
            found.setdefault("description", segment.value(4))
        elif tag in _NAMED and index not in used:
            first, second = (
                (segment.value(0, 0), segment.value(0, 1))
                if setting.standard.has_components and tag not in ("GIN", "STS", "MKS")
                else (segment.value(0), segment.value(1))
            )
            if first and second:
                found.setdefault(f"{_NAMED[tag]}_{first}", second)
        elif tag == "ZA" and segment.value(4) and record.get("start", (-1,))[0] != index:
            found.setdefault(f"date_{segment.value(3)}", segment.value(4))
        elif tag == "SCH":
            _note_schedule(segment, index == own, found)
        elif tag == "REF" and index == own and not names_part_place(segment):
            found.setdefault(f"reference_{segment.value(0)}", segment.value(1))
        elif tag == "SDQ" and index == own and segment.value(SUB_LOCATION):
            found.setdefault("sub_location", segment.value(SUB_LOCATION))
        elif tag == "LOC" and segment.value(2):  # D.96A C519, a related location
            found.setdefault("sub_location", segment.value(2))
        elif tag == "QTY" and setting.standard is X12 and index not in used and segment.value(1):
            found.setdefault(f"count_{segment.value(0)}", segment.value(1))
    if repaired:
        found["repaired"] = "true"
    return found


def _note_schedule(segment: Segment, is_own: bool, found: dict[str, str]) -> None:
    """Of a part its date and who is no place in it; any other SCH is a quantity of another day, beside this one."""
    date, party = segment.value(5), segment.value(3)
    if is_own:
        for code, day in ((segment.value(4), date), (segment.value(7), segment.value(8))):
            if day:
                found.setdefault(f"date_{code}", day)
        if party and not names_part_place(segment):
            found.setdefault(f"party_{segment.value(2)}", party)
    elif not names_part_place(segment) and segment.value(0):
        found.setdefault(f"scheduled_{segment.value(4)}_{date}".rstrip("_"), segment.value(0))


def inventory_status(segments: Sequence[Segment], inv: int | None) -> dict[str, str]:
    """INV of a quantity: 4501 direction, 7491 status."""
    if inv is None:
        return {}
    named = {"inventory_direction": segments[inv].value(0), "inventory_status": segments[inv].value(1)}
    return {name: value for name, value in named.items() if value}
