"""What an approval says of a layout: what opens its lines and groups, what stands where, which field is whose.

It is made of one message that was read rightly (`description`) and says of each further one whether it is laid out
like that (`reading`). Places are named by tag, qualifier, element and component, so that it holds for any values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from udf.edi.segments import Segment
from udf.reading import Position
from udf.standards.items import line_identifiers
from udf.standards.standard import Standard

Key = tuple[str, str]
"""Tag and qualifier of a segment."""
LONGEST_CODE = 3
_NUMBERED = frozenset(("LIN", "SLN", "HL", "MSG"))
"""Segments that begin with the number of a line or with a text, which is no qualifier."""
IN_ORDER = "in order"
"""How two dates at one place are told apart: the first is the start, the second the end."""
BINDINGS = ("before all", "behind all", "before each", "behind each", "behind some")
"""How the components of a field stand to the quantities of their line.

One for all of them, before the first or behind the last; or several, of which each quantity has the nearest before it,
the one between it and the next, or the nearest behind it.
"""


class FieldPlace(NamedTuple):
    """Where a field stands; `kind` is that of the part of the message: header, group or line."""

    field: str
    kind: str
    segment: str
    qualifier: str
    element: int
    component: int
    type: str | None = None
    """What the number's type is, where a field is one of several numbers."""
    type_at: tuple[int, int] | None = None
    """How far behind its number the type stands: elements and components."""


@dataclass(slots=True)
class Layout:
    """A layout as JSON holds it, with what is looked up in it."""

    lines: frozenset[Key]
    """What opens a line."""
    groups: frozenset[Key]
    """What opens a group; of a message without groups what would open one between two lines."""
    has_groups: bool
    bare: frozenset[str]
    """Tags of which the first component is a value and no qualifier, or a code of a quantity."""
    fields: tuple[FieldPlace, ...]
    needed: frozenset[str]
    """Fields that each line has."""
    checked: frozenset[str]
    """Fields whose values all had a check digit."""
    bound: Mapping[str, frozenset[str]]
    """How fields of a line that stand in other segments than its quantities are bound to them (`BINDINGS`)."""
    places: Mapping[str, frozenset[str]]
    """By kind of part every place that holds something, as text."""
    by_standard: frozenset[str]
    """`item` and `price`, where the standard's own choice among several is what was read."""
    own: frozenset[Key]
    """Segments by which it differs from the standard: whatever has one is meant as this layout."""
    _by_kind: dict[str, list[FieldPlace]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for place in self.fields:
            self._by_kind.setdefault(place.kind, []).append(place)

    def fields_in(self, kind: str) -> Sequence[FieldPlace]:
        """The places of a kind of part; a group of a layout that had none has those of the header."""
        found = self._by_kind.get(kind, [])
        if kind == "group" and not self.has_groups:
            return [place for place in self._by_kind.get("header", []) if place.field in ABOVE]
        return found

    def places_in(self, kind: str) -> frozenset[str]:
        """What may hold something in a kind of part."""
        return self.places.get("header" if kind == "group" and not self.has_groups else kind, frozenset())

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold of it; the same for the same layout."""
        return {
            "lines": sorted(self.lines), "groups": sorted(self.groups), "has_groups": self.has_groups,
            "bare": sorted(self.bare),
            "fields": [{name: value for name, value in place._asdict().items() if value is not None}
                       for place in sorted(self.fields, key=repr)],
            "needed": sorted(self.needed), "checked": sorted(self.checked),
            "bound": {name: sorted(ways) for name, ways in sorted(self.bound.items())},
            "places": {kind: sorted(found) for kind, found in sorted(self.places.items())},
            "by_standard": sorted(self.by_standard), "own": sorted(self.own),
        }  # fmt: skip


ABOVE = ("location", "location_type", "start", "end")
"""Fields that a header or a group states for the lines below it."""


def read_layout(said: Mapping[str, Any]) -> Layout:
    """The layout of its JSON. Raises KeyError, TypeError or ValueError for what is none."""
    fields = []
    for row in said["fields"]:
        at = row.get("type_at")
        fields.append(FieldPlace(**{**row, "type_at": (int(at[0]), int(at[1])) if at else None}))
    return Layout(
        lines=_keys(said["lines"]), groups=_keys(said["groups"]), has_groups=bool(said["has_groups"]),
        bare=frozenset(said["bare"]), fields=tuple(fields), needed=frozenset(said["needed"]),
        checked=frozenset(said["checked"]), bound={name: frozenset(ways) for name, ways in said["bound"].items()},
        places={kind: frozenset(found) for kind, found in said["places"].items()},
        by_standard=frozenset(said["by_standard"]), own=_keys(said["own"]),
    )  # fmt: skip


def _keys(said: Sequence[Sequence[str]]) -> frozenset[Key]:
    return frozenset((tag, qualifier) for tag, qualifier in said)


def key_of(segment: Segment, standard: Standard, bare: frozenset[str]) -> Key:
    """Tag and qualifier: the first component, where it may be a code and something stands behind it."""
    tag, first = segment.tag, segment.value(0)
    if not first or len(first) > LONGEST_CODE or tag in bare or tag in _NUMBERED:
        return tag, ""
    kind = standard.kind_of(tag, 0, 0)
    is_alone = len(segment.elements) == 1 and len(segment.elements[0]) == 1
    return (tag, "") if kind not in (None, "code") or (kind is None and is_alone) else (tag, first)


def name_places(
    segments: Sequence[Segment], index: int, standard: Standard, bare: frozenset[str]
) -> Iterator[tuple[str, tuple[int, int], str | None]]:
    """The places of a segment that hold something, with (element, component).

    A number with its type is named by the type, wherever it stands among others; the type is told, too.
    """
    segment = segments[index]
    tag, qualifier = key_of(segment, standard, bare)
    typed: set[tuple[int, int]] = set()
    for kind, (_, e, c), slot in line_identifiers(segments, index, index + 1, standard):
        if is_single(standard, tag) and e != standard.first["item", tag][0]:
            continue  # an action code and an item that have run together
        typed |= {(e, c), slot[1:]} if slot else {(e, c)}
        yield f"{tag} {qualifier} number {kind}", (e, c), kind
    for e, element in enumerate(segment.elements):
        for c, value in enumerate(element):
            if value and (e, c) not in typed:
                yield f"{tag} {qualifier} {base_element(standard, tag, e, c)} {c}", (e, c), None


def base_element(standard: Standard, tag: str, element: int, component: int) -> int:
    """The element, or of a row of pairs the first one of its sort."""
    every, first = _repeated(standard, tag)
    return first + (element - first) % every if every and element >= first else element


def _repeated(standard: Standard, tag: str) -> tuple[int, int]:
    """How far the pairs of a split stand apart, and where they begin; 0 where there are none."""
    for at in standard.fields["quantity"]:
        if at.tag == tag and at.every:
            return at.every, at.element - at.every + 1
    return 0, 0


def pair_of(standard: Standard, tag: str, element: int) -> int | None:
    """Which pair of a row an element is of, None for what stands before them or in a segment without any."""
    every, first = _repeated(standard, tag)
    return (element - first) // every if every and element >= first else None


def find_in(segment: Segment, index: int, place: FieldPlace, standard: Standard) -> Iterator[Position]:
    """Where a field stands in a segment of its tag and qualifier, as far as something stands there."""
    every, _ = _repeated(standard, place.segment)
    is_row = every and base_element(standard, place.segment, place.element + every, place.component) == place.element
    if place.type_at is not None and place.type:
        elements: Sequence[int] = range(len(segment.elements))
        if not is_paired(standard, place.segment):
            elements = (place.element,)
    else:
        elements = range(place.element, len(segment.elements), every) if is_row else (place.element,)
    for e in elements:
        if not segment.value(e, place.component):
            continue
        if place.type_at is not None:
            type_e = e + place.type_at[0]
            if type_e < 0 or segment.value(type_e, place.component + place.type_at[1]) != place.type:
                continue
        yield index, e, place.component


def is_single(standard: Standard, tag: str) -> bool:
    """Whether a segment has one number, and it alone: the LIN of EDIFACT."""
    return tag == "LIN" and standard.has_components


def is_paired(standard: Standard, tag: str) -> bool:
    """Whether a segment has a row of numbers with their types."""
    places = (*standard.fields["item"], *standard.habits.get("item", ()))
    return not is_single(standard, tag) and any(at.tag == tag and at.every for at in places)
