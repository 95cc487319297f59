"""A reading of a chunk: which component of which segment is the item, the place, the quantity. Positions, no values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from udf.findings import Finding

Position = tuple[int, int, int]
"""(segment in the chunk, element after the tag, component), all from 0."""
Record = dict[str, Position]
"""Field name to the position of its component; a field that is not stated is absent."""


class SegmentLike(Protocol):
    """What is read of a segment: tag, and components by element."""

    @property
    def tag(self) -> str: ...
    @property
    def elements(self) -> Sequence[Sequence[str]]: ...


# Anchors come before the fields whose place follows from them.
FIELDS = (
    "quantity", "qualifier", "unit", "location", "location_type", "item", "item_type", "price", "price_type",
    "start", "end", "document_number", "document_date", "function", "currency",
)  # fmt: skip
KINDS = ("header", "group", "line")
TYPES = ("SLSRPT", "INVRPT", "852", "846", "867")
MAX_COMPONENTS = 120
"""Components that one prompt may show; a marker may not come twice."""


@dataclass(slots=True)
class PartReading:
    """What a header or a group states."""

    record: Record
    places: Sequence[int] = ()
    """Segments that name its place: more than one where they name the same."""
    faults: Sequence[Finding] = ()
    """What the source leaves open: nothing that an answer could mend."""


@dataclass(slots=True)
class LineReading:
    """What a line states, for each of its quantities. Segments are indices into the message."""

    item: Record = field(default_factory=dict)
    """`item` and `item_type` of its records, nothing where it names none."""
    case_item: Record = field(default_factory=dict)
    """The same of its records in cases, which may have a number of their own."""
    quantities: Sequence[Position] = ()
    totals: Sequence[Position] = ()
    """Those that the others of their code add up to, each of which names its place."""
    places: Sequence[int] = ()
    """Segments that name places, in stream order."""
    bindings: Sequence[Mapping[int, int | None]] = ()
    """Segment of a quantity to that of its place: each way to pair them that fits."""
    prices: Mapping[int, Position | None] = field(default_factory=dict)
    """By the segment that says what the quantity means: QTY or ZA."""
    periods: Mapping[int, tuple[Position | None, Position | None]] = field(default_factory=dict)
    place_faults: Sequence[Finding] = ()
    price_faults: Sequence[Finding] = ()
    period_faults: Sequence[Finding] = ()
