"""A standard as data: its segments and their elements, where it puts what a record holds, its codes.

`udf.standards.edifact` and `udf.standards.x12` are the two tables. Elements are counted from 0 behind the tag, and
components from 0 within their element, as `Segment.value` counts them: QTY 0.1 is 6060 in C186, SDQ 3 is SDQ04.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal, NamedTuple

Kind = Literal["code", "number", "date", "id", "text"]
DateForm = Literal[
    "day", "daymonth", "monthday", "time", "week", "month", "quarter", "year", "days", "times", "weeks", "months"
]
"""How a date is written: one day, from its year on or its day or month, alone or with its time; a week, a month, a
quarter, a year; two of them."""
Slots = tuple[tuple[int, int], ...]
"""(element, component) of some places in a segment."""


class At(NamedTuple):
    """A place in a segment: an element and its component, or a row of them.

    `every` is the distance to the next element of the same sort (2 in the pairs of an SDQ), 0 where there is one;
    `onwards` says that the components behind it count as well.
    """

    tag: str
    element: int
    component: int = 0
    every: int = 0
    onwards: bool = False

    def holds(self, element: int, component: int) -> bool:
        """Whether a component stands there."""
        apart = element - self.element
        if apart and (apart < 0 or not self.every or apart % self.every):
            return False
        return component >= self.component if self.onwards else component == self.component


class Element(NamedTuple):
    """A data element where a segment has it, by the number that the directory gives it."""

    number: str
    element: int
    component: int = 0
    kind: Kind = "code"
    is_required: bool = False
    """The segment says nothing without it."""
    longest: int | None = None
    """Characters after which it is no code of the list any more, None where nobody looks."""
    needs: Slots = ()
    """What has to stand where it does."""
    every: int = 0
    onwards: bool = False
    """As of `At`."""


class Form(NamedTuple):
    """What a segment is made of, as far as it is read."""

    source: str
    """The directory and the segment's own row of elements there."""
    elements: tuple[Element, ...]
    most: int | None = None
    """Elements that the segment has, None where nobody looks."""
    components: Mapping[int, int] | None = None
    """Components that an element has, by the element."""


@dataclass(frozen=True, eq=False)
class Standard:
    """EDIFACT or X12."""

    name: Literal["EDIFACT", "X12"]
    opener: str
    """The segment that opens a message, and where it states type and reference."""
    type_at: tuple[int, int]
    reference_at: int
    trailer: str
    """The segment that ends a message, with the count of its segments and its reference."""
    envelope: tuple[str, ...]
    """What may stand before the opener, and behind the trailer."""
    envelope_trailers: tuple[str, ...]
    summary: tuple[str, ...]
    """What stands between the last line and the trailer."""
    totals: str
    """The segment of the summary that counts and sums."""
    tags: frozenset[str]
    """Every tag that is known of the directories, as far as it is one letter away from a tag of `data`."""
    tag_lengths: tuple[int, ...]
    data: tuple[str, ...]
    """Tags that beginnings, lines and totals are made of, in the order in which a damaged one is taken for them."""
    segments: Mapping[str, Form]
    fields: Mapping[str, tuple[At, ...]]
    """Where the standard has the fields of a record (`udf.reading.FIELDS`), most likely first."""
    habits: Mapping[str, tuple[At, ...]]
    """Where partners put them beside that, or where they stand in some messages only."""
    places: tuple[str, ...]
    """Segments that name a place or a party."""
    splits: frozenset[str]
    """Segments of the parts that a total is split into."""
    document_date: str | None
    """The qualifier of a DTM that is the date of the document."""
    date_forms: Mapping[str, tuple[DateForm, int]]
    """By code: how a date is written, and in how many characters; of a range those of each of its halves."""
    functions: Mapping[str, str]
    """What a document does to an earlier one, by code."""
    has_components: bool
    """Whether elements are made of components: what stands in one of X12's is of the whole element."""
    announces_decimal_mark: bool
    """Whether an interchange says which mark its numbers have; where it does not, they have the point."""
    has_numeric_qualifiers: bool
    """Whether the qualifier of a quantity may look like a quantity."""
    shares_last_price: bool
    """Whether one price behind several quantities is for all of them."""

    def __repr__(self) -> str:
        return self.name

    @cached_property
    def trailers(self) -> tuple[str, ...]:
        """What stands behind the lines of a message."""
        return (*self.summary, self.trailer, *self.envelope_trailers)

    @cached_property
    def first(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """(element, component) by field and tag: of several the likeliest."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for field, places in self.fields.items():
            for at in places:
                found.setdefault((field, at.tag), (at.element, at.component))
        return found

    def stated_in(self, field: str) -> Mapping[str, tuple[int, int]]:
        """(element, component) of a field by the tag of its segment."""
        return _stated_in(self, field)

    def may_stand(self, field: str, tag: str, element: int, component: int) -> bool:
        """Whether a field may stand in a component, by the standard or by a partner's habit."""
        component = component if self.has_components else 0
        places = (*self.fields.get(field, ()), *self.habits.get(field, ()))
        return any(at.tag == tag and at.holds(element, component) for at in places)

    def kind_of(self, tag: str, element: int, component: int) -> Kind | None:
        """What sort of data stands in a component, None where the table does not say."""
        return _kind_of(self, tag, element, component if self.has_components else 0)


@cache
def _stated_in(standard: Standard, field: str) -> Mapping[str, tuple[int, int]]:
    return {tag: at for (name, tag), at in standard.first.items() if name == field}


@lru_cache(maxsize=20_000)
def _kind_of(standard: Standard, tag: str, element: int, component: int) -> Kind | None:
    form = standard.segments.get(tag)
    for row in form.elements if form else ():
        if At(tag, row.element, row.component, row.every, row.onwards).holds(element, component):
            return row.kind
    return None
