"""Drawn X12 partners with a habit."""

import random
from collections.abc import Callable, Iterator

import pytest

from udf.train.corpus.drafts import Draft
from udf.train.corpus.x12 import X12Partner


@pytest.fixture
def draw_with() -> Callable[..., Iterator[tuple[X12Partner, Draft]]]:
    """So many partners that have a habit, each with a set."""

    def draw(has: Callable[[X12Partner], object], count: int, seed: int = 1) -> Iterator[tuple[X12Partner, Draft]]:
        r = random.Random(seed)
        while count:
            partner = X12Partner(r)
            if has(partner):
                count -= 1
                yield partner, partner.draft(r)

    return draw
