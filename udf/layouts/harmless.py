"""What a message may have besides an approved layout: segments that by the standard say nothing of any line."""

from collections.abc import Collection
from functools import cache

from udf.edi.segments import Segment
from udf.standards.header import CURRENCIES
from udf.standards.items import is_alternative
from udf.standards.open_values import refers_to_documents
from udf.standards.places import PLACES
from udf.standards.quantities import QUANTITIES
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.structure import SILENT

BEGINNINGS = ("BGM", "XQ", "BIA", "BPT")


def says_nothing(segment: Segment, place: tuple[int, int], kind: str, setting: Setting, is_whole: bool) -> bool:
    """Whether what stands at a place (element, component) says by the standard nothing of item, place, days, quantity.

    `is_whole` where each line has its place and its days from elsewhere: a date or a reference under an unknown
    qualifier is then another one.
    """
    tag, code = segment.tag, segment.value(0)
    standard = setting.standard
    if tag in SILENT:
        return True
    if standard.kind_of(tag, *place) == "text":
        return True
    if tag in PLACES:
        return setting.place_role(tag, code) in ("no", "weak")
    if tag == "DTM":
        role = setting.date_role(tag, code)
        return role in ("document", "ignored") or (role is None and is_whole)
    if tag in ("RFF", "REF", "N9"):
        is_other = refers_to_documents(segment) or (is_whole and setting.place_role(tag, code) is None)
        return is_other and not setting.is_settled(tag, code)
    if tag in QUANTITIES and setting.measure(tag, code) == "ignored":
        return True
    if tag == "PTD":
        return place != (0, 0)
    if tag == "LIN":  # its number, what is done with it, and a type without a number
        return _is_plain(segment, place) if standard.has_components else place[0] == 0 or place[0] % 2 == 1
    if tag == "PIA":
        return is_alternative(segment)
    if tag not in holders(standard):
        return tag in standard.tags
    if kind != "header":
        return False
    return tag in CURRENCIES or (
        tag in BEGINNINGS
        and standard.kind_of(tag, *place) is not None
        and not any(at.tag == tag and at.holds(*place) for name in _DATES for at in standard.fields[name])
    )


def _is_plain(segment: Segment, place: tuple[int, int]) -> bool:
    """The number of a line in EDIFACT, or the code of what is done with it (1229)."""
    return place[0] == 0 or (place == (1, 0) and len(segment.value(1)) <= _LONGEST_ACTION)


_LONGEST_ACTION = 3


def is_nobodys(tag: str, known: Collection[str], standard: Standard) -> bool:
    """Whether a tag is neither known nor one letter away from one that lines are made of, or that is `known`."""
    if tag in standard.tags or len(tag) > _LONGEST_TAG or any(tag.startswith(other) for other in known):
        return False
    return not any(
        len(other) == len(tag) and sum(a != b for a, b in zip(tag, other, strict=True)) == 1
        for other in (*known, *standard.data)
    )


@cache
def holders(standard: Standard) -> frozenset[str]:
    """Tags of segments that hold a field of a record by the standard or by a habit, or say what its quantity is."""
    fields = (*standard.fields.values(), *standard.habits.values())
    return frozenset(at.tag for places in fields for at in places) | {"INV", "GIS", "GEI", "PTD", "SLN", "HL", "RFF"}


_LONGEST_TAG = 3
_DATES = ("start", "end")
