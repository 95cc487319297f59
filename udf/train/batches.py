"""Training rows: examples of the corpus packed into batches, drawn by a process of their own."""

import multiprocessing
import os
import queue
import random
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch

from udf import codec
from udf.train.corpus import draw_examples
from udf.train.network import IGNORED

BATCH_TOKENS = 4096
LONGEST = 320
"""Longer examples are one in a thousand."""
_POOL = 1500
HELD_OUT_SEED = 1_000_003
Rows = tuple[list[list[int]], list[list[int]]]
"""Inputs and labels, each (rows, length)."""
Batch = tuple[torch.Tensor, torch.Tensor]


def draw_batches(seed: int, held_out: bool = False, taught: Path | None = None) -> Iterator[Rows]:
    """Batches of (inputs, labels) of about `BATCH_TOKENS`, endlessly; rows of like length share a batch."""
    r = random.Random(seed)
    examples = draw_examples(seed, held_out=held_out, taught=taught)
    while True:
        pool = [pair for pair in islice(examples, _POOL) if len(pair[0]) + len(pair[1]) <= LONGEST]
        pool.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
        batches: list[list[tuple[list[int], list[int]]]] = [[]]
        for pair in pool:
            if batches[-1] and (len(batches[-1]) + 1) * (len(pair[0]) + len(pair[1])) > BATCH_TOKENS:
                batches.append([])
            batches[-1].append(pair)
        r.shuffle(batches)
        for batch in batches:
            length = max(len(prompt) + len(answer) for prompt, answer in batch)
            rows = [_fill_row(prompt, answer, length) for prompt, answer in batch]
            yield [row[0] for row in rows], [row[1] for row in rows]


def _fill_row(prompt: list[int], answer: list[int], length: int) -> tuple[list[int], list[int]]:
    pad = length - len(prompt) - len(answer)
    return prompt + answer + [codec.PAD] * pad, [IGNORED] * len(prompt) + answer + [IGNORED] * pad


def draw_held_out(batches: int) -> list[Batch]:
    """Batches of partners that training never draws, the same at each call."""
    return [_as_tensors(rows) for rows in islice(draw_batches(HELD_OUT_SEED, held_out=True), batches)]


def _as_tensors(rows: Rows) -> Batch:
    return torch.tensor(rows[0]), torch.tensor(rows[1])


class Feeder:
    """Draws batches in another process while the network learns; a context, and an endless iterator of batches."""

    def __init__(self, seed: int, taught: Path | None = None) -> None:
        self._queue: Any = multiprocessing.Queue(8)
        self._process = multiprocessing.Process(target=_feed, args=(seed, taught, self._queue), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            try:
                yield _as_tensors(self._queue.get(timeout=10))
            except queue.Empty:
                if not self._process.is_alive():
                    raise RuntimeError("the process that draws the corpus has died; its error stands above") from None


def _feed(seed: int, taught: Path | None, batches: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent saves first, then ends this one
    batches.cancel_join_thread()  # what nobody reads any more is not to be waited for
    parent = os.getppid()
    for rows in draw_batches(seed, taught=taught):
        while True:
            try:
                batches.put(rows, timeout=2)
                break
            except queue.Full:
                # Killed: nobody would ever end this one. (A forked child's multiprocessing.parent_process() always
                # seems alive, since the child holds both ends of the pipe that would tell.)
                if os.getppid() != parent:
                    return
