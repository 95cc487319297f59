"""The examples that teach: of partners that may be learnt, and of no others."""

import random
from itertools import islice
from typing import Any

import pytest

from udf.train.corpus import examples as corpus
from udf.train.corpus.examples import draw_examples
from udf.train.corpus.partners import is_held_out


def test_no_example_of_the_corpus_comes_from_a_layout_that_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bool] = []

    def watch(draft: Any, r: Any = None) -> list[Any]:
        drawn.append(True)
        return [([], [])]

    kept: list[bool] = []
    real = corpus.draw_written

    def draw(r: random.Random, held_out: bool = False) -> Any:
        dialect, writing = real(r, held_out)
        kept.append(is_held_out(dialect))
        return dialect, writing

    monkeypatch.setattr(corpus, "draft_examples", watch)
    monkeypatch.setattr(corpus, "draw_written", draw)
    list(islice(draw_examples(1), 200))
    assert len(drawn) >= 200
    assert len(kept) >= 200
    assert not any(kept)


def test_the_same_seed_draws_the_same_examples() -> None:
    first, second = (list(islice(draw_examples(5), 50)) for _ in range(2))
    assert first == second
    assert list(islice(draw_examples(6), 50)) != first
