"""Values become positions: what a model that talks has said is found in the chunk, or is called invented.

A value counts only where it equals a component character for character. Where several do, the standard decides: the
segments and elements where a field stands, then what stands beside it (of two equal quantities the one whose qualifier
was named), then the order of the stream. A wrong choice is no silent error: the gatekeeper judges the position as it
judges the tiny compiler's.
"""

from collections.abc import Sequence
from functools import cache

from udf.language.answers import beside, format_of
from udf.language.chat import Values
from udf.reading import FIELDS, Position, Record, SegmentLike
from udf.standards.message_types import standard_of
from udf.standards.reference import load_reference
from udf.standards.standard import At, Standard

_NOWHERE = 99
"""The rank of a place that no slot of a field names."""
_ROLES = {"start": ("period", "as_of", "period_start"), "end": ("period_end",), "document_date": ("document",)}
"""What the qualifier of a DTM may say (`seeds/reference/date_roles.csv`) for its date to be this field."""
_FOUND_BESIDE = ("qualifier", "location_type", "item_type", "price_type")
"""Fields that stand beside another one or nowhere that could be told."""
_BESIDE = {
    "quantity": ("qualifier", "unit", "location"), "location": ("location_type",), "item": ("item_type",),
    "price": ("price_type",),
}  # fmt: skip


class InventedValueError(ValueError):
    """A value stands nowhere in the chunk, or a quantity not as often as it was said."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"the {field} «{value}» is not in the text")
        self.field, self.value = field, value


def ground(
    spoken: Sequence[Values], message_type: str, segments: Sequence[SegmentLike], carried: int = 0
) -> list[Record]:
    """The records that the values of an answer stand for; no quantity is taken from the first `carried` segments.

    Raises InventedValueError.
    """
    chunk = _Chunk(message_type, segments)
    used: set[Position] = {place for place in chunk.everywhere if place[0] < carried}
    records: list[Record] = []
    for values in spoken:
        record: Record = {}
        for field in FIELDS:
            if value := values.get(field):
                if field == "quantity":
                    record[field] = chunk.choose(field, value, record, values, used)
                    used.add(record[field])
                else:
                    record[field] = chunk.find(field, value, record, values)
        records.append(record)
    return records


@cache
def _slots(standard: Standard, field: str) -> tuple[At, ...]:
    """Where a field stands, most likely first; of units those that do not stand beside their quantity."""
    if field in _FOUND_BESIDE:
        return ()
    slots = (*standard.fields[field], *standard.habits.get(field, ()))
    return tuple(at for at in slots if field != "unit" or at.tag not in standard.stated_in("quantity"))


class _Chunk:
    """The components of a chunk by value, and where its standard puts each field."""

    def __init__(self, message_type: str, segments: Sequence[SegmentLike]) -> None:
        self.standard, self.segments = standard_of(message_type), segments
        self.form = format_of(message_type)
        self.everywhere: list[Position] = []
        self.places: dict[str, list[Position]] = {}
        for s, segment in enumerate(segments):
            for e, element in enumerate(segment.elements):
                for c, value in enumerate(element):
                    if value:
                        self.everywhere.append((s, e, c))
                        self.places.setdefault(value, []).append((s, e, c))
        self.has_parts = any(segment.tag in self.standard.splits for segment in segments)
        self.first_quantity = min((p[0] for p in self.everywhere if self._slot("quantity", p) < _NOWHERE), default=0)

    def find(self, field: str, value: str, record: Record, values: Values) -> Position:
        """Beside its anchor where the value stands there, otherwise where it is most likely."""
        if field == "end" and values.get("start") == value and not self._begins(record["start"]):
            return record["start"]
        anchored = field in ("qualifier", "unit", "location") and "quantity" in record
        anchored |= field.endswith("_type") and field.removesuffix("_type") in record
        if anchored and (place := beside(field, record, self.form, self.segments)) in self.places.get(value, ()):
            assert place is not None
            return place
        return self.choose(field, value, record, values, set())

    def choose(self, field: str, value: str, record: Record, values: Values, used: set[Position]) -> Position:
        """The best of the places where a value stands and that are not used."""
        free = [place for place in self.places.get(value, ()) if place not in used]
        if not free:
            raise InventedValueError(field, value)
        return min(free, key=lambda place: self._order(field, place, record, values))

    def _order(self, field: str, place: Position, record: Record, values: Values) -> tuple[bool, int, int, bool, int]:
        """What makes a place less likely: no slot, other values beside it, a later slot, the wrong side, distance."""
        near = {field: place}
        strange = 0
        for name in _BESIDE.get(field, ()):
            found = self._value(beside(name, near, self.form, self.segments))
            if name != "location":
                strange += found != values.get(name, "")
            elif self.has_parts:  # a place tells a part from its total, whose qualifier and unit are the same
                strange += 3 * (found != values.get(name, ""))
        slot = self._slot(field, place)
        if field == "quantity" or "quantity" not in record:
            return slot == _NOWHERE, strange, slot, False, 0  # min takes the first of equals: the order of the stream
        distance = place[0] - record["quantity"][0]
        stated = (p[0] for p in self.everywhere if self._slot(field, p) == slot)
        follows = min(stated, default=0) > self.first_quantity
        return slot == _NOWHERE, strange, slot, (distance > 0) != follows, abs(distance)

    def _slot(self, field: str, place: Position) -> int:
        s, e, c = place
        tag = self.segments[s].tag
        if field in _ROLES and tag == "DTM" and self._date_role(s) not in _ROLES[field]:
            return _NOWHERE
        numbered = enumerate(_slots(self.standard, field))
        return next((n for n, at in numbered if at.tag == tag and at.holds(e, c)), _NOWHERE)

    def _begins(self, place: Position) -> bool:
        """Whether a date is the first of two, so that an equal last day stands elsewhere."""
        s, e, _ = place
        tag = self.segments[s].tag
        if tag == "XQ":
            return bool(self._value((s, e + 1, 0)))
        return tag == "DTM" and self._date_role(s) == "period_start"

    def _date_role(self, s: int) -> str | None:
        return load_reference().date_role(self.standard.name, "DTM", self._value((s, 0, 0)))

    def _value(self, place: Position | None) -> str:
        if place is None:
            return ""
        s, e, c = place
        elements = self.segments[s].elements
        return elements[e][c] if e < len(elements) and c < len(elements[e]) else ""
