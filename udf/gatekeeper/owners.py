"""What a segment says by where its directory puts it: a date below a reference is the reference's, and no period."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.standards.dates import date_statements
from udf.standards.owners import OF_THE_MESSAGE, has_tag, walker_of
from udf.standards.places import PLACES, place_role
from udf.standards.setting import Setting

_PACKAGES = ("PAC", "PCI")
"""Triggers of EDIFACT below which a quantity is a number in packages (D.94A INVRPT, groups 16 and 17)."""
_DATED = ("LIN", "QTY", "INV", "ZA", "PTD", "GIS", "GEI")
"""Triggers whose goods a date below them is of; of a place it is, too."""


def check_owners(segments: Sequence[Segment], first: int, setting: Setting) -> list[Finding]:
    """A period that the structure of the message gives to something else, and parts of items that it has no place for.

    What the structure has no place for at all is a habit of the partner's, and read as such.
    """
    walker = walker_of(setting.message_type, setting.version)
    found: dict[str, Finding] = {}
    for index, owner in walker.walk(segments, first, len(segments)):
        segment = segments[index]
        is_part = segment.tag == "HL" or (
            segment.tag == "SLN"
            and bool(segment.value(9))
            and not has_tag(setting.message_type, setting.version, "SLN")
        )
        if owner is None and is_part and setting.standard.splits:
            detail = f"{segment.raw[:60]} says what is a part of what, and no {setting.message_type} has {segment.tag}."
            found.setdefault("unread-data", Finding("unread-data", detail, index))
        if segment.tag in _ADDRESSES and "place-lost" not in found and not _has_party(segments, index, first):
            detail = (
                f"{segment.raw[:60]} is an address without a party: its N1 is lost, and what stands below it with it."
            )
            found["place-lost"] = Finding("place-lost", detail, index)
        if segment.tag == "QTY" and owner is not None and owner >= 0 and segments[owner].tag in _PACKAGES:
            detail = f"{segment.raw[:60]} stands below {segments[owner].tag}: it counts what is in packages."
            found.setdefault("quantity-outside-line", Finding("quantity-outside-line", detail, index))
        if segment.tag != "DTM" or owner is None or owner == OF_THE_MESSAGE or "date-ambiguous" in found:
            continue
        above = segments[owner]
        is_of_goods = above.tag in _DATED or (above.tag in PLACES and place_role(above, setting) != "no")
        is_of_goods = is_of_goods or above.tag == "LOC"  # a country beside the place of a group, each in its own
        if not is_of_goods and date_statements(segments, (index,), setting):
            detail = f"{segment.raw[:60]} stands below {above.raw[:60]}: by the directory it is a date of that alone."
            found["date-ambiguous"] = Finding("date-ambiguous", detail, index)
    return list(found.values())


def _has_party(segments: Sequence[Segment], index: int, first: int) -> bool:
    """Whether an N1 stands above an address of X12, with nothing between the two but what its loop holds."""
    while index > first and segments[index].tag in (*_ADDRESSES, *_WITH_ADDRESSES):
        index -= 1
    return segments[index].tag == "N1"


_ADDRESSES = ("N2", "N3", "N4")
_WITH_ADDRESSES = ("PER", "REF", "N9", "FOB", "TD5", "DTM")
"""004010: what the loop of N1 has beside names and addresses."""
