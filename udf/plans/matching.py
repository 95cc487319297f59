"""A text is cut into pieces by the shapes of its partner's plans."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from re import Match

from udf.plans.conversions import NotPlainError
from udf.plans.partner import PartnerPlans
from udf.plans.plan import Plan

Piece = tuple[Plan, Match[str]]


class UnknownShapeError(NotPlainError):
    """Some part of the text has no shape that a plan knows."""


class UnusualError(NotPlainError):
    """A value is written in another way than the partner's values are."""


def find_pieces(partner: PartnerPlans, text: str, is_wide: bool = False) -> Iterator[Piece]:
    """The plans whose shapes the text has, from its first to its last character, the longest one that fits first.

    Raises UnknownShapeError and, unless `is_wide`, UnusualError where a value is not written as usual.
    """
    header = _match(_patterns(partner.headers, is_wide), text, 0)
    if header is None:
        raise UnknownShapeError("no header")
    yield header
    dialect, position = header[0].dialect, header[1].end()
    shapes = _patterns(partner.bodies.get(dialect, []), is_wide)
    while (piece := _match(shapes, text, position)) is not None:
        yield piece
        position = piece[1].end()
    trailer = _match(_patterns(partner.trailers.get(dialect, []), is_wide), text, position)
    if trailer is None or trailer[1].end() != len(text):
        raise UnknownShapeError("no line and no trailer")
    yield trailer


def find_known_pieces(partner: PartnerPlans, text: str) -> Iterator[Piece]:
    """The pieces of a text as far as plans know them."""
    with suppress(UnknownShapeError):
        yield from find_pieces(partner, text, is_wide=True)


_Match = Callable[[str, int], Match[str] | None]


def _patterns(plans: Sequence[Plan], is_wide: bool) -> list[tuple[Plan, _Match, _Match | None]]:
    """Of the plans that run, what a text is matched against, and what it must not match where that fails."""
    return [
        (plan, plan.pattern.match, None) if is_wide or plan.narrow is plan.pattern else
        (plan, plan.narrow.match, plan.pattern.match)
        for plan in plans if plan.runs
    ]  # fmt: skip


def _match(patterns: Sequence[tuple[Plan, _Match, _Match | None]], text: str, position: int) -> Piece | None:
    for plan, match, match_wide in patterns:
        found = match(text, position)
        if found is not None:
            return plan, found
        if match_wide is not None and match_wide(text, position) is not None:
            raise UnusualError(plan.plan_id)
    return None
