"""Drawn EDIFACT partners with a habit."""

import random
from collections.abc import Callable, Iterator

import pytest

from udf.train.corpus.drafts import Draft
from udf.train.corpus.edifact import EdifactPartner


@pytest.fixture
def draw_with() -> Callable[..., Iterator[tuple[EdifactPartner, Draft]]]:
    """So many partners that have a habit, each with a message."""

    def draw(
        has: Callable[[EdifactPartner], object], count: int, seed: int = 1
    ) -> Iterator[tuple[EdifactPartner, Draft]]:
        r = random.Random(seed)
        while count:
            partner = EdifactPartner(r)
            if has(partner):
                count -= 1
                yield partner, partner.draft(r)

    return draw
