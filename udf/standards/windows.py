"""A long line becomes windows that are compiled one by one; each repeats its head and the activity that it is under."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from udf.reading import MAX_COMPONENTS, SegmentLike
from udf.standards.places import PLACES, signature
from udf.standards.prices import PRICES
from udf.standards.quantities import LOOP, MEASURED, QUANTITIES

_PARTS = 5
"""Quantities, or places with theirs, that one chunk of a line may hold: more were hardly ever learnt together."""
_LINE_COMPONENTS = 20
"""Lines with more of them after their head are cut into windows. With 40, of answers under 8 tokens one in 400 was
wrong, of 16 to 23 tokens one in 22, of 32 and more every second."""


class Window(NamedTuple):
    """The segments of a line that are shown together, as indices; `carried` of them stand in an earlier one too."""

    indices: list[int]
    carried: int


def _size(segment: SegmentLike) -> int:
    return sum(1 for element in segment.elements for value in element if value)


def _shared_prices(segments: Sequence[SegmentLike], shown: list[int]) -> list[int]:
    """The prices behind the last of several quantities, where none stands between them: they are for all."""
    last = next((n for n in range(len(shown) - 1, -1, -1) if segments[shown[n]].tag in QUANTITIES), len(shown))
    if any(segments[i].tag in PRICES for i in shown[:last]):
        return []
    return [i for i in shown[last:] if segments[i].tag in PRICES]


def cut_line(segments: Sequence[SegmentLike], shown: list[int]) -> list[Window] | None:
    """The windows of a long line, of whose segments `shown` are to be shown; None for one that is shown at once."""
    few = sum(segments[i].tag in MEASURED for i in shown) <= _PARTS
    if few and sum(_size(segments[i]) for i in shown) <= _LINE_COMPONENTS:  # most lines
        return None
    # A place opens a part of the line where it returns; one that stands once (LOC+27, the country of origin) does not.
    places = Counter(signature(segments[i]) for i in shown if segments[i].tag in PLACES)
    opening = QUANTITIES | {"INV"}
    head_end = next(
        (n for n, i in enumerate(shown) if segments[i].tag in opening or places[signature(segments[i])] > 1),
        len(shown),
    )
    head, rest, tail = shown[:head_end], shown[head_end:], _shared_prices(segments, shown)
    budget = min(_LINE_COMPONENTS, MAX_COMPONENTS - sum(_size(segments[i]) for i in (*head, *tail)))
    # Where the head leaves no room for a part, it cannot be shown with each, and none can be proved.
    if not rest or budget <= 0 or (few and sum(_size(segments[i]) for i in rest) <= budget):
        return None
    first = segments[rest[0]]
    openers = {i for i in rest if segments[i].tag == "ZA"} or {
        i for i in rest
        if (signature(segments[i]) == signature(first) if first.tag in PLACES else segments[i].tag == first.tag)
    }  # fmt: skip
    stops = openers | {i for i in rest if segments[i].tag in ("SDQ", "SCH")}
    windows: list[Window] = []
    current, carried, size, parts = list(head), 0, 0, 0
    activity: list[int] = []  # the ZA or QTY that a split stands under, with what follows it before the split
    under_activity = False

    def close() -> None:
        windows.append(Window(current + [i for i in tail if i not in current], carried))

    for position, i in enumerate(rest):
        tag = segments[i].tag
        split = tag in ("SDQ", "SCH") or (tag == "REF" and bool(activity))
        unit = _size(segments[i])
        if not split and i in openers:
            following = position + 1
            while following < len(rest) and rest[following] not in stops:
                unit += _size(segments[rest[following]])
                following += 1
        full = size + unit > budget or (i in openers and parts == _PARTS)
        if size and full and ((split and not under_activity) or i in openers):
            close()
            current = list(head)
            if split:
                current += activity
            carried = len(current)
            size = parts = 0
        if tag == "ZA" or (tag == "QTY" and not any(segments[a].tag == "ZA" for a in activity)):
            activity, under_activity = [i], True
        elif split:
            under_activity = False
        elif under_activity and tag not in LOOP:
            activity.append(i)
        current.append(i)
        size += _size(segments[i])
        parts += i in openers
    close()
    return windows
