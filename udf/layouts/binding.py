"""Which component of a field is whose: bound to the quantities of a line as the approved message had it."""

from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.layouts.layout import Layout, pair_of
from udf.layouts.parts import tell_second
from udf.reading import Position
from udf.standards.quantities import activity_of
from udf.standards.setting import Setting
from udf.standards.standard import Standard


def bind_types(
    segments: Sequence[Segment], name: str, candidates: Sequence[Position], stated: Sequence[Position | None]
) -> list[Position | None]:
    """For each of some components the type in its segment. Raises UnlikeError."""
    bound: list[Position | None] = []
    for at in stated:
        same = [c for c in candidates if at is not None and c[0] == at[0]]
        if len(same) > 1:
            raise tell_second(segments, name, same[-1])
        bound.append(same[0] if same else None)
    if lost := set(candidates) - set(bound):
        raise tell_second(segments, name, min(lost))
    return bound


def bind(
    layout: Layout, segments: Sequence[Segment], name: str, candidates: Sequence[Position],
    quantities: Sequence[Position], setting: Setting,
) -> list[Position | None]:  # fmt: skip
    """For each quantity the component of a field that is its own. Raises UnlikeError."""
    if not candidates:
        return [None] * len(quantities)
    own = {s for at in quantities for s in (at[0], activity_of(segments, at[0], setting.standard))}
    if all(at[0] in own for at in candidates):
        bound = bind_within(segments, candidates, quantities, setting.standard)
        if bound is None:
            raise tell_second(segments, name, candidates[-1])
        return bound
    ways = [found for way in layout.bound.get(name, ()) if (found := bind_by(way, candidates, quantities)) is not None]
    if not ways or any(way != ways[0] for way in ways):
        raise tell_second(segments, name, candidates[-1])
    return ways[0]


def bind_within(
    segments: Sequence[Segment], candidates: Sequence[Position], quantities: Sequence[Position], standard: Standard
) -> list[Position | None] | None:
    """Components in the segments of quantities: the only one of its segment, or in a row of pairs that of its pair.

    Where it has none, that of the segment that it is a part of.

    None where one of them would be of no quantity.
    """
    bound: list[Position | None] = []
    spared: set[Position] = set()
    """What a part has in its own segment, its whole needs not have."""
    for at in quantities:
        pair = pair_of(standard, segments[at[0]].tag, at[1])
        whole = [c for c in candidates if c[0] == activity_of(segments, at[0], standard)]
        same = [c for c in candidates if c[0] == at[0]]
        if same and whole != same:
            spared.update(whole)
        same = same or whole
        near = [c for c in same if pair_of(standard, segments[c[0]].tag, c[1]) in (pair, None)]
        if len(near) > 1:
            return None
        bound.append(near[0] if near else None)
    return bound if {at for at in bound if at} | spared == set(candidates) else None


def bind_by(way: str, candidates: Sequence[Position], quantities: Sequence[Position]) -> list[Position | None] | None:
    """Components that stand in other segments than the quantities of their line, bound one way; None where it fails."""
    bound: list[Position | None] = []
    first, last = quantities[0], quantities[-1]
    if way in ("before all", "behind all"):
        if len(candidates) != 1:
            return None
        fits = candidates[0] < first if way == "before all" else candidates[0] > last
        return [candidates[0]] * len(quantities) if fits else None
    for at, following in pairwise([*quantities, None]):
        assert at is not None
        if way == "before each":
            near = [c for c in candidates if c < at][-1:]
        elif way == "behind each":
            near = [c for c in candidates if c > at and (following is None or c < following)][:1]
        else:
            near = [c for c in candidates if c > at][:1]
        bound.append(near[0] if near else None)
    return bound if {at for at in bound if at} == set(candidates) else None
