"""Training rows: examples of the corpus packed into batches, drawn by a process of their own."""

import multiprocessing
import os
import queue
import random
import signal
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch

from udf.language.answers import pair_tokens
from udf.language.vocabulary import PAD, Bundle, Bundles
from udf.train.corpus.examples import draw_examples
from udf.train.fit.network import IGNORED

BATCH_POSITIONS = 2048
LONGEST = 120
"""Longer examples are one in a thousand."""
_POOL = 1500
_GRACE_SECONDS = 5
"""What a process that draws has for its end, before it is killed."""
HELD_OUT_SEED = 1_000_003
_BUNDLE = len(Bundle.__args__)
Rows = tuple[np.ndarray, np.ndarray]
"""Bundles (rows, length, tokens of a bundle), and what the next step of the answer is: (rows, length, 2), its control
and its pointer, or `IGNORED`."""
Batch = tuple[torch.Tensor, torch.Tensor]


def draw_batches(seed: int, held_out: bool = False, teacher_labels: Path | None = None) -> Iterator[Rows]:
    """Batches of about `BATCH_POSITIONS`, endlessly; rows of like length share a batch."""
    r = random.Random(seed)
    examples = draw_examples(seed, held_out=held_out, teacher_labels=teacher_labels)
    while True:
        pool = [
            (prompt, pair_tokens(answer)) for prompt, answer in islice(examples, _POOL)
            if len(prompt) + len(answer) <= LONGEST
        ]  # fmt: skip
        pool.sort(key=_measure)
        batches: list[list[tuple[Bundles, list[tuple[int, int]]]]] = [[]]
        for pair in pool:
            if batches[-1] and (len(batches[-1]) + 1) * _measure(pair) > BATCH_POSITIONS:
                batches.append([])
            batches[-1].append(pair)
        r.shuffle(batches)
        yield from map(fill_rows, batches)


def _measure(pair: tuple[Bundles, list[tuple[int, int]]]) -> int:
    """Positions of an example: the last step of an answer is chosen and never shown."""
    return len(pair[0]) + len(pair[1]) - 1


def fill_rows(examples: Sequence[tuple[Bundles, list[tuple[int, int]]]]) -> Rows:
    """Prompts with the steps of their answers as arrays, padded at the end."""
    length = max(map(_measure, examples))
    inputs = np.full((len(examples), length, _BUNDLE), PAD, np.int16)
    labels = np.full((len(examples), length, 2), IGNORED, np.int16)
    for row, (prompt, steps) in enumerate(examples):
        begin, end = len(prompt), len(prompt) + len(steps) - 1
        inputs[row, :begin] = prompt
        if len(steps) > 1:
            inputs[row, begin:end, :2] = steps[:-1]
        labels[row, begin - 1 : end] = [(c, p if p != PAD else IGNORED) for c, p in steps]
    return inputs, labels


def draw_held_out(batches: int) -> list[Batch]:
    """Batches of partners that training never draws, the same at each call."""
    return [_as_tensors(rows) for rows in islice(draw_batches(HELD_OUT_SEED, held_out=True), batches)]


def _as_tensors(rows: Rows) -> Batch:
    return torch.from_numpy(rows[0]).long(), torch.from_numpy(rows[1]).long()


class Feeder:
    """Draws batches in another process while the network learns; a context, and an endless iterator of batches."""

    def __init__(self, seed: int, teacher_labels: Path | None = None) -> None:
        self._queue: Any = multiprocessing.Queue(8)
        self._process = multiprocessing.Process(target=_feed, args=(seed, teacher_labels, self._queue), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.join(_GRACE_SECONDS)
        self._process.kill()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            try:
                yield _as_tensors(self._queue.get(timeout=10))
            except queue.Empty:
                if not self._process.is_alive():
                    raise RuntimeError("the process that draws the corpus has died; its error stands above") from None


def _feed(seed: int, teacher_labels: Path | None, batches: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent saves first, then ends this one
    batches.cancel_join_thread()  # what nobody reads any more is not to be waited for
    parent = os.getppid()
    for rows in draw_batches(seed, teacher_labels=teacher_labels):
        while True:
            try:
                batches.put(rows, timeout=2)
                break
            except queue.Full:
                # Killed: nobody would ever end this one. (A forked child's multiprocessing.parent_process() always
                # seems alive, since the child holds both ends of the pipe that would tell.)
                if os.getppid() != parent:
                    return
