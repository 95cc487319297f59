"""Whether a message has anything where an approved one had nothing: then it is laid out otherwise."""

from collections.abc import Sequence

from udf.edi.segments import Segment
from udf.layouts.harmless import BEGINNINGS, holders, is_nobodys, says_nothing
from udf.layouts.layout import LONGEST_CODE, Layout, key_of, name_places
from udf.layouts.parts import Part, UnlikeError
from udf.standards.dates import ENDS, SINGLE
from udf.standards.items import goes_before, is_known_type
from udf.standards.prices import PRICES
from udf.standards.quantities import quantity_positions
from udf.standards.setting import Setting


class Likeness:
    """What an approved layout allows to stand where."""

    def __init__(self, layout: Layout, setting: Setting) -> None:
        self._layout, self._setting = layout, setting
        standard = setting.standard
        fields = layout.fields
        self._held = layout.own | {(place.segment, place.qualifier) for place in fields}
        self._strange = {place.segment for place in fields} - holders(standard) - _REFERENCES
        self._tags = {key[0] for key in layout.lines | layout.groups} | {place.segment for place in fields}
        self._is_whole = "location" in layout.needed and not layout.needed.isdisjoint(("start", "end"))
        self._types = [place.type for place in fields if place.field == "item" and place.type]
        self._is_listed = "item" in layout.by_standard and all(is_known_type(each) for each in self._types)
        self._known = {place.partition(" ")[0] for found in layout.places.values() for place in found}

    def check(self, segments: Sequence[Segment], part: Part) -> None:
        """Raises UnlikeError for a value where the approved message had none, unless it says nothing of any line."""
        layout, standard = self._layout, self._setting.standard
        known = layout.places_in(part.kind)
        split = {s for s, _, _ in quantity_positions(segments, part.first, part.last, standard)}
        for index in range(part.first, part.last):
            segment = segments[index]
            self._check_tag(segment, index)
            if index > part.first and _are_same(segments[index - 1], segment):
                raise UnlikeError(f"{segment.raw[:60]} stands twice in a row.", index)
            for place, at, number in name_places(segments, index, standard, layout.bare):
                if place in known:
                    continue
                if number is not None:
                    where, is_free = "another number", self._may_be_beside(number)
                else:
                    where = f"a value in {at[0] + 1}.{at[1] + 1}"
                    is_free = self._is_free(segments, index, at, part.kind, index in split)
                if not is_free:
                    detail = f"{segment.raw[:40]} has {where} in a {part.kind}, where the approved message had none."
                    raise UnlikeError(detail, index)

    def _check_tag(self, segment: Segment, index: int) -> None:
        tag = segment.tag
        if not (tag in self._setting.standard.tags or tag in self._known or self._is_nobodys(tag)):
            raise UnlikeError(f"«{tag[:20]}» is no tag of the standard or of the approved message.", index)

    def _is_nobodys(self, tag: str) -> bool:
        return is_nobodys(tag, self._tags, self._setting.standard)

    def _may_be_beside(self, number: str) -> bool:
        """Whether a number of a type may stand beside the item: the standard takes the item's own."""
        standard = self._setting.standard
        is_after = self._is_listed or all(goes_before(each, number, standard) for each in self._types)
        return bool(self._types) and len(number) <= LONGEST_CODE and is_after

    def _is_free(
        self, segments: Sequence[Segment], index: int, at: tuple[int, int], kind: str, is_quantity: bool
    ) -> bool:  # fmt: skip
        """Whether a value says nothing of any line, or what the standard reads of it by itself."""
        segment, layout, setting = segments[index], self._layout, self._setting
        standard = setting.standard
        if "period" in layout.by_standard and kind != "line" and tells_days(segment, setting):
            return True
        is_strange = segment.tag in self._strange and not self._is_another(segment)
        is_held = segment.tag not in _FREE and key_of(segment, standard, layout.bare) in self._held
        if is_strange or is_held:
            return standard.kind_of(segment.tag, *at) == "text"
        if segment.tag in PRICES and "price" in layout.by_standard:
            return standard.kind_of(segment.tag, *at) is not None
        if self._is_nobodys(segment.tag):
            return True
        return not is_quantity and says_nothing(segment, at, kind, setting, self._is_whole)

    def _is_another(self, segment: Segment) -> bool:
        """Whether a segment of a directory is used for what it is for: its code is nothing like the partner's own."""
        own = [place.qualifier for place in self._layout.fields if place.segment == segment.tag]
        code = segment.value(0)
        is_apart = all(len(code) != len(each) or _distance(code, each) > 1 for each in own)
        return segment.tag in self._setting.standard.tags and all(own) and bool(code) and is_apart


_REFERENCES = frozenset(("REF", "N9"))
_FREE = (*BEGINNINGS, "LIN", "PIA", "PTD")
"""Segments with a field that may have further ones, which are told by their places."""
_DATED = ("DTM", "XQ", "BIA")


def _are_same(one: Segment, other: Segment) -> bool:
    return one.tag == other.tag and bool(one.elements) and one.elements == other.elements


def _distance(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def tells_days(segment: Segment, setting: Setting) -> bool:
    """Whether a segment states by the standard days of which `find_period` knows what they are."""
    if segment.tag == "DTM":
        return setting.date_role("DTM", segment.value(0)) in (*SINGLE, *ENDS)
    return segment.tag in _DATED
