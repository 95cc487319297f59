"""What is known of the message around a chunk: standard, type, version, partner, tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.reference import Reference


@dataclass(slots=True)
class Setting:
    """What is known of the message around a chunk."""

    standard: str
    message_type: str
    version: str
    partner: str
    decimal_mark: str | None
    reference: Reference

    @property
    def x12(self) -> bool:
        return self.standard == "X12"

    def measure(self, tag: str, code: str) -> str | None:
        """What the qualifier of a quantity means, None where no row of the tables says."""
        return self.reference.measure(self.standard, self.message_type, tag, self.version, self.partner, code)


def value_at(segments: Sequence[Segment], position: Position) -> str:
    """The component as sent."""
    s, e, c = position
    return segments[s].elements[e][c]
