"""How the values of each place are spread over a message: what tells a role where no code does, without a value.

A place is a component of a segment with a tag and a qualifier. What stands in each line and is always different is
likely an item, what stands in a few places and changes there a store, what never changes a contract.
"""

from collections import Counter
from collections.abc import Sequence

from udf.language.vocabulary import CODE_ID, PAD, SPREAD_ID, TAG_ID
from udf.reading import SegmentLike

_LONGEST_CODE = 3
_Key = tuple[str, str, int, int]
_COUNTED = frozenset(("LIN", "SLN", "MSG"))
"""Segments that begin with the number of a line or with a text, which is no qualifier."""


def key_of(segment: SegmentLike) -> tuple[str, str]:
    """Tag and qualifier of a segment, where its first component may be one: in a segment of nobody's, letters alone."""
    first = segment.elements[0][0] if segment.elements and segment.elements[0] else ""
    is_code = len(first) <= _LONGEST_CODE and segment.tag not in _COUNTED
    if is_code and segment.tag not in TAG_ID:
        is_code = first.isalpha() and len(segment.elements) > 1
    return segment.tag, first if is_code else ""


class Spread:
    """The values of a message's segments by their places; `lines` are how many lines it has."""

    def __init__(self, segments: Sequence[SegmentLike], lines: int) -> None:
        values: dict[_Key, Counter[str]] = {}
        for segment in segments:
            key = key_of(segment)
            for e, element in enumerate(segment.elements):
                for c, value in enumerate(element):
                    if value:
                        values.setdefault((*key, e, c), Counter())[value] += 1
        self._tokens = {place: SPREAD_ID[_name(found, max(1, lines))] for place, found in values.items()}

    def token(self, segment: SegmentLike, element: int, component: int) -> int:
        """The token for a component of one of the segments; none for a code, which says itself what it is."""
        if element == component == 0 and segment.elements[0][0] in CODE_ID:
            return PAD
        return self._tokens.get((*key_of(segment), element, component), PAD)


def _name(values: Counter[str], lines: int) -> str:
    count = values.total()
    if count == 1:
        return "once"
    how = "same" if len(values) == 1 else "different" if len(values) == count else "some"
    return f"{how} {'few' if count < lines else 'each' if count == lines else 'many'}"
