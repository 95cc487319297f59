"""A message cut as an approved layout cuts it: by the segments that open its lines and groups, wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from udf.edi.segments import Segment
from udf.layouts.layout import Layout, key_of
from udf.reading import Position, Record
from udf.standards.setting import Setting
from udf.standards.structure import body_range


class UnlikeError(Exception):
    """Why a message is not laid out like an approved one, in a sentence, and at which segment it shows."""

    def __init__(self, detail: str, segment: int) -> None:
        super().__init__(detail)
        self.segment = segment


@dataclass(slots=True)
class Part:
    """A header, a group or a line: its segments, and what they state, as places in the message."""

    kind: str
    first: int
    last: int
    record: Record = field(default_factory=dict)
    """Of a header or group."""
    records: list[Record] = field(default_factory=list)
    """Of a line, for each of its quantities, without what stands above it."""
    group: "Part | None" = None

    def above(self, header: "Part") -> Record:
        """What stands above a line: the nearer statement wins, a place brings its code list, a start its end."""
        whole = dict(header.record)
        nearer = self.group.record if self.group else {}
        for name, farther in (("location", "location_type"), ("start", "end")):
            if name in nearer:
                whole.pop(farther, None)
        return whole | nearer


@dataclass(slots=True)
class LaidOut:
    """A message as a layout reads it."""

    header: Part
    groups: list[Part]
    lines: list[Part]


def cut_by(layout: Layout, segments: Sequence[Segment], setting: Setting) -> LaidOut:
    """Header, groups and lines of a message by what opens them. Raises UnlikeError."""
    start, end = body_range(segments)
    parts = [Part("header", start, end)]
    counted = {(place.segment, place.qualifier) for place in layout.fields_in("line") if place.field == "quantity"}
    has_quantity = False
    seen: set[tuple[str, str]] = set()
    for i in range(start, end):
        key = key_of(segments[i], setting.standard, layout.bare)
        open_one = parts[-1]
        kind = ""
        if key in layout.lines:
            kind = "line"
        elif key in layout.groups and _opens_group(layout, open_one.kind, key in seen, has_quantity):
            kind = "group"
        if kind:
            open_one.last = i
            parts.append(Part(kind, i, end))
            has_quantity, seen = False, set()
        seen.add(key)
        has_quantity = has_quantity or key in counted
    header, *others = parts
    group: Part | None = None
    for part in others:
        if part.kind == "group":
            group = part
        part.group = group
    lines = [part for part in others if part.kind == "line"]
    if not lines:
        raise UnlikeError(f"No segment opens a line: {_tell(layout.lines)} would.", start)
    return LaidOut(header, [part for part in others if part.kind == "group"], lines)


def _opens_group(layout: Layout, within: str, is_seen: bool, has_quantity: bool) -> bool:
    """Whether what opens groups opens one here: not before the quantity of a line, nor twice in one group."""
    if within == "header":
        return layout.has_groups
    return is_seen if within == "group" else has_quantity


def _tell(keys: frozenset[tuple[str, str]]) -> str:
    return " or ".join(" ".join(key).strip() for key in sorted(keys))


def tell_second(segments: Sequence[Segment], name: str, at: Position) -> UnlikeError:
    detail = f"{segments[at[0]].raw[:60]} is a second {TOLD.get(name, name)} where the approved message had one."
    return UnlikeError(detail, at[0])


TOLD = {"location": "place", "location_type": "code list of a place", "item_type": "type of an item",
         "price_type": "type of a price", "start": "date", "end": "date", "qualifier": "code"}  # fmt: skip
