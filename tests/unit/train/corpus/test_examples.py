"""The examples that teach: of partners that may be learnt, and of no others."""

import random
from itertools import islice
from typing import Any

import pytest

from udf.language.vocabulary import OPEN
from udf.train.corpus import examples as corpus
from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.examples import draft_examples, draw_examples, open_examples
from udf.train.corpus.inventions import HELD_OUT
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
    monkeypatch.setattr(corpus, "open_examples", watch)
    monkeypatch.setattr(corpus, "draw_written", draw)
    list(islice(draw_examples(1), 200))
    assert len(drawn) >= 60
    assert len(kept) >= 40
    assert not any(kept)


def test_the_same_seed_draws_the_same_examples() -> None:
    first, second = (list(islice(draw_examples(5), 50)) for _ in range(2))
    assert first == second
    assert list(islice(draw_examples(6), 50)) != first


def test_most_examples_are_of_what_the_standards_decide() -> None:
    drawn = list(islice(draw_examples(8), 5_000))
    share = sum(prompt[0][3] == OPEN for prompt, _ in drawn) / len(drawn)
    assert 0.15 < share < 0.3


def test_no_open_example_is_of_a_kind_of_invention_that_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: set[str] = set()
    real = corpus.draw_stranger

    def draw(r: random.Random, held_out: bool = False) -> Any:
        stranger = real(r, held_out)
        kinds.update(stranger.kinds)
        return stranger

    monkeypatch.setattr(corpus, "draw_stranger", draw)
    list(islice(draw_examples(2), 3_000))
    assert len(kinds) > 8
    assert kinds.isdisjoint(HELD_OUT)


def test_an_open_example_of_an_ordinary_message_states_what_the_closed_one_does() -> None:
    r = random.Random(3)
    answers = [[len(answer) for _, answer in draw] for draw in _both(r)]
    assert answers[0] == answers[1]


def _both(r: random.Random) -> tuple[list[Any], list[Any]]:
    draft = EdifactPartner(r, "INVRPT").draft(r)
    return list(draft_examples(draft)), list(open_examples(draft))
