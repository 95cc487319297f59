"""What is known of the message around a chunk: standard, type, version, partner, tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.reference import Reference
from udf.standards.standard import Standard
from udf.standards.values import ONLY_POINT


@dataclass(slots=True)
class Setting:
    """What is known of the message around a chunk."""

    standard: Standard
    message_type: str
    version: str
    partner: str
    decimal_mark: str | None
    """What the interchange announces, None where it does not; see `mark`."""
    reference: Reference
    is_placed: bool = False
    """Whether the message names a place that is one for sure: a weak one is then none."""

    @property
    def mark(self) -> str | None:
        """The decimal mark of the message's numbers, None where none is announced; see `read_number`."""
        return self.decimal_mark if self.standard.announces_decimal_mark else ONLY_POINT

    def measure(self, tag: str, code: str) -> str | None:
        """What the qualifier of a quantity means, None where no row of the tables says."""
        return self.reference.measure(self.standard.name, self.message_type, tag, self.version, self.partner, code)

    def has_own_meaning(self, tag: str, code: str) -> bool:
        """Whether the partner's own rows say what a quantity means."""
        return self.reference.has_own_meaning(self.standard.name, tag, code, self.partner)

    def place_role(self, tag: str, code: str) -> str | None:
        """What a party or location says of the lines' place by its code alone; see `Reference.place_role`."""
        return self.reference.place_role(self.standard.name, tag, code, self.partner)

    def date_role(self, tag: str, code: str) -> str | None:
        """What the qualifier of a date says; see `Reference.date_role`."""
        return self.reference.date_role(self.standard.name, tag, code, self.partner)

    def is_settled(self, tag: str, code: str) -> bool:
        """Whether the partner's own rows say what a party, a reference or a date is."""
        return self.reference.is_settled(self.standard.name, tag, code, self.partner)


def value_at(segments: Sequence[Segment], position: Position) -> str:
    """The component as sent."""
    s, e, c = position
    return segments[s].elements[e][c]
