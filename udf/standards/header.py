"""Where the standards put number, date, function and currency of a document."""

from collections.abc import Mapping, Sequence
from functools import cache

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.chunks import Chunk
from udf.standards.edifact import EDIFACT
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.x12 import X12

FIELDS = ("document_number", "document_date", "function", "currency")
"""What a document says of itself as a whole."""
CURRENCIES = {**EDIFACT.stated_in("currency"), **X12.stated_in("currency")}
"""(element, component) of a reference currency by tag: CUX 6345, CUR02."""


@cache
def header_slots(standard: Standard) -> Mapping[str, Mapping[str, tuple[int, int]]]:
    """(element, component) by field, by the tag of its segment."""
    slots: dict[str, dict[str, tuple[int, int]]] = {}
    for field in FIELDS:
        for tag, at in standard.stated_in(field).items():
            slots.setdefault(tag, {})[field] = at
    return {tag: dict(sorted(own.items(), key=lambda entry: entry[1])) for tag, own in slots.items()}


def header_fields(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> dict[str, Position]:
    """Where the header states document number, date, function and currency; of several, the first."""
    slots = header_slots(setting.standard)
    expected: dict[str, Position] = {}
    for index in chunk.indices:
        segment = segments[index]
        if segment.tag == "DTM" and segment.value(0) != setting.standard.document_date:
            continue
        for name, (e, c) in slots.get(segment.tag, {}).items():
            if name == "currency":
                e, c = currency_slot(segment)
            if segment.value(e, c):
                expected.setdefault(name, (index, e, c))
    return expected


def currency_slot(segment: Segment) -> tuple[int, int]:
    """(element, component) of the reference currency: CUX has two composites, and 6347 says which one it is (2)."""
    if segment.tag == "CUX":
        for e in range(len(segment.elements)):
            if segment.value(e) == REFERENCE_CURRENCY:
                return e, 1
    return CURRENCIES[segment.tag]


REFERENCE_CURRENCY = "2"


def currencies(segments: Sequence[Segment], indices: Sequence[int]) -> list[str]:
    """The different reference currencies (CUX 6345, CUR02) that some segments state."""
    found = (segments[i].value(*currency_slot(segments[i])) for i in indices if segments[i].tag in CURRENCIES)
    return list(dict.fromkeys(value for value in found if value))
