"""Findings: what does not hold in a message, before it is a problem with a severity."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold; `segment` is an index into the message's segments, or None."""

    code: str
    detail: str
    segment: int | None = None

    def __post_init__(self) -> None:
        if len(self.detail) > _LONGEST_DETAIL:
            object.__setattr__(self, "detail", f"{self.detail[:_LONGEST_DETAIL]}…")


_LONGEST_DETAIL = 2_000
"""Characters of a sentence for a person: a damaged value that it quotes may have a hundred times as many."""


def name_some(values: Iterable[str]) -> str:
    """Some values in order for a person, and of many, how many there are."""
    known = sorted(set(values))
    more = len(known) - _NAMED
    return ", ".join(known[:_NAMED]) + (f" and {more} more" if more > 0 else "")


_NAMED = 50
