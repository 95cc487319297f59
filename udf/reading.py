"""A reading of a chunk: which component of which segment is the item, the place, the quantity. Positions, no values."""

from collections.abc import Sequence
from typing import Protocol

Position = tuple[int, int, int]
"""(segment in the chunk, element after the tag, component), all from 0."""
Record = dict[str, Position]
"""Field name to the position of its component; a field that is not stated is absent."""


class SegmentLike(Protocol):
    """What the codec reads of a segment."""

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
