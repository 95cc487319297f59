"""Where the standards put number, date, function and currency of a document."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.setting import Setting
from udf.standards.structure import Chunk

HEADER_FIELDS = {
    "BGM": {"document_number": (1, 0), "function": (2, 0)},
    "XQ": {"document_number": (3, 0), "function": (4, 0)},
    "BIA": {"function": (0, 0), "document_number": (2, 0), "document_date": (3, 0)},
    "BPT": {"function": (0, 0), "document_number": (1, 0), "document_date": (2, 0)},
    "CUR": {"currency": (1, 0)},
}


def header_fields(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> dict[str, Position]:
    """Where the header states document number, date, function and currency; of several, the first."""
    expected: dict[str, Position] = {}
    for index in chunk.indices:
        segment = segments[index]
        for name, (e, c) in HEADER_FIELDS.get(segment.tag, {}).items():
            if segment.value(e, c):
                expected.setdefault(name, (index, e, c))
        if segment.tag == "CUX" and segment.value(0, 1):
            expected.setdefault("currency", (index, 0, 1))
        if segment.tag == "DTM" and not setting.x12 and segment.value(0) == "137" and segment.value(0, 1):
            expected.setdefault("document_date", (index, 0, 1))
    return expected


def currencies(segments: Sequence[Segment], indices: Sequence[int]) -> list[str]:
    """The different reference currencies (CUX 6345, CUR02) that some segments state."""
    slots = {"CUX": (0, 1), "CUR": (1, 0)}
    found = (segments[i].value(*slots[segments[i].tag]) for i in indices if segments[i].tag in slots)
    return list(dict.fromkeys(value for value in found if value))
