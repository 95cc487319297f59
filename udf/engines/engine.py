"""Engines: whatever answers prompts, behind one protocol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from udf.language.vocabulary import Bundles
from udf.standards.chunks import Chunk


@dataclass(frozen=True, slots=True)
class Prompt:
    """A chunk as bundles of tokens, and how many markers it shows; beside them, for engines that talk, the chunk.

    `guess` gives what the answer may be. It is no part of what is asked: an engine that shows several steps of an
    answer at once finds out sooner whether they are its own, and answers what it would have answered without it.
    """

    tokens: Bundles
    markers: int
    chunk: Chunk | None = field(default=None, compare=False, repr=False)
    message_type: str = field(default="", compare=False)
    guess: Callable[[], Sequence[int]] | None = field(default=None, compare=False, repr=False)


class Answer(NamedTuple):
    """The tokens of an answer; for each, the margin of its probability over the next best token and that token.

    `confidence` is the least margin, in 0…1. `fault` says why there is no answer, where an engine knows.
    """

    tokens: tuple[int, ...]
    margins: tuple[float, ...]
    seconds: tuple[int, ...]
    fault: str = ""

    @property
    def confidence(self) -> float:
        return min(self.margins, default=0.0)


class Engine(Protocol):
    """Whatever answers prompts, in the tokens of `udf.language`: to an equal prompt it gives an equal answer."""

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        """The most likely answer to each prompt, in order; a prefix for each, empty or not, is how it has to begin.

        A prompt that cannot be answered has an answer without tokens: one of many is no reason to raise.
        """
        ...


CERTAIN = 0.8
"""The margin from which on a step is not doubted."""


def next_best_prefixes(answer: Answer, count: int) -> list[tuple[int, ...]]:
    """Beginnings that lead to the next-best answers: the doubtful steps taken the other way, most doubtful first.

    Of what was answered with certainty there is no other: asked until it agrees, a witness is worth nothing.
    """
    unsure = (i for i in range(len(answer.tokens)) if answer.margins[i] < CERTAIN)
    doubtful = sorted(unsure, key=lambda i: answer.margins[i])
    return [(*answer.tokens[:i], answer.seconds[i]) for i in doubtful[:count] if answer.seconds[i] >= 0]


def list_doubts(answer: Answer, count: int) -> list[tuple[float, tuple[int, ...]]]:
    """As `next_best_prefixes`, each with the margin by which it is less likely than the answer."""
    return [(answer.margins[len(prefix) - 1], prefix) for prefix in next_best_prefixes(answer, count)]
