"""A text is cut into pieces by the shapes of its partner's plans."""

from collections.abc import Iterator, Sequence
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


def find_pieces(
    partner: PartnerPlans, text: str, longest_first: bool = False, is_wide: bool = False
) -> Iterator[Piece]:
    """The plans whose shapes the text has, from its first to its last character.

    First by habit (what followed this plan before), then, or at once where `longest_first`, the longest shape that
    fits. Raises UnknownShapeError and, unless `is_wide`, UnusualError where a value is not written as usual.
    """
    position = 0
    found = _match(partner.headers, text, position, is_wide)
    if found is None:
        raise UnknownShapeError("no header")
    plan = found[0]
    shapes, trailers = partner.bodies.get(plan.dialect, []), partner.trailers.get(plan.dialect, [])
    habits = partner.habits
    while found is not None:
        yield found
        position = found[1].end()
        usual = None if longest_first else habits.get(plan)
        match = None
        if usual is not None and usual.runs:
            match = (usual.pattern if is_wide else usual.narrow).match(text, position)
        if usual is not None and match is not None:
            plan, found = usual, (usual, match)
            continue
        found = _match(shapes, text, position, is_wide)
        if found is not None:
            habits[plan] = found[0]
            plan = found[0]
    trailer = _match(trailers, text, position, is_wide)
    if trailer is None or trailer[1].end() != len(text):
        raise UnknownShapeError("no line and no trailer")
    yield trailer


def find_known_pieces(partner: PartnerPlans, text: str, longest_first: bool) -> Iterator[Piece]:
    """The pieces of a text as far as plans know them: after another reading, other habits may end at another piece."""
    with suppress(UnknownShapeError):
        yield from find_pieces(partner, text, longest_first, is_wide=True)


def _match(plans: Sequence[Plan], text: str, position: int, is_wide: bool) -> Piece | None:
    for plan in plans:
        if plan.runs:
            match = plan.pattern.match(text, position)
            if match is None:
                continue
            if not is_wide and plan.narrow is not plan.pattern and plan.narrow.match(text, position) is None:
                raise UnusualError(plan.plan_id)
            return plan, match
    return None
