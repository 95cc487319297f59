"""Train the tiny compiler from nothing: ``python -m udf.train.fit runs/tiny --minutes 45``.

Prints loss, exactness on partners it never saw and the time left; a killed run goes on from its last checkpoint.
"""

import dataclasses
import json
import math
import multiprocessing
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import typer

from udf import codec
from udf.train.corpus import draw_examples
from udf.train.network import IGNORED, Network, Shape

BATCH_TOKENS = 4096
LONGEST = 320
"""Longer examples are one in a thousand."""
_POOL = 1500
HELD_OUT_SEED = 1_000_003


def draw_batches(seed: int, held_out: bool = False) -> Iterator[tuple[list[list[int]], list[list[int]]]]:
    """Batches of (inputs, labels) of about `BATCH_TOKENS`, endlessly; rows of like length share a batch."""
    r = random.Random(seed)
    examples = draw_examples(seed, held_out=held_out)
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


def _feed(seed: int, queue: Any) -> None:
    for batch in draw_batches(seed):
        queue.put(batch)


def exactness(model: Network, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> float:
    """Share of held-out chunks whose whole answer is the most likely one, token by token."""
    right = total = 0
    with torch.no_grad():
        for inputs, labels in batches:
            best = model(inputs)[:, :-1].argmax(-1)
            wanted = labels[:, 1:]
            right += int(((best == wanted) | (wanted == IGNORED)).all(1).sum())
            total += len(inputs)
    return right / total


def fit(
    out: Path,
    minutes: float = 45,
    hidden: int = 192,
    layers: int = 4,
    heads: int = 6,
    rate: float = 2e-3,
    seed: int = 7,
    threads: int = 2,
    start: Path | None = None,
) -> None:
    """Train for so many minutes and save to `out`; `start` continues from another run's weights with a new schedule."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    shape = Shape(codec.VOCABULARY_SIZE, hidden, layers, heads, hidden * 3)
    model = Network(shape)
    if start:
        model.load_state_dict(torch.load(start / "weights.pt"))
    decay = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    step, spent, tokens, smooth = 0, 0.0, 0, 0.0
    log: list[dict[str, float]] = []
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent, tokens, smooth, log = (state[k] for k in ("step", "spent", "tokens", "smooth", "log"))
        print(f"going on from step {step} after {spent / 60:.1f} minutes")
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{parameters / 1e6:.2f} M parameters, vocabulary {codec.VOCABULARY_SIZE}", flush=True)
    held_out = draw_batches(HELD_OUT_SEED, held_out=True)
    exam = [tuple(torch.tensor(part) for part in next(held_out)) for _ in range(24)]
    queue: Any = multiprocessing.Queue(8)
    feeder = multiprocessing.Process(
        target=_feed, args=(random.Random(f"{seed}:{step}").getrandbits(48), queue), daemon=True
    )
    feeder.start()
    limit, began, saved = minutes * 60, time.time() - spent, time.time()
    while (spent := time.time() - began) < limit:
        now = rate * min(1.0, (step + 1) / 150) * (0.49 * (1 + math.cos(math.pi * spent / limit)) + 0.02)
        for group in optimiser.param_groups:
            group["lr"] = now
        inputs, labels = (torch.tensor(part) for part in queue.get())
        loss = model(inputs, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step, tokens = step + 1, tokens + inputs.numel()
        smooth = loss.item() if not smooth else 0.97 * smooth + 0.03 * loss.item()
        if step % 200 == 0:
            entry = {"step": step, "minutes": spent / 60, "loss": smooth, "exact": exactness(model, exam)}
            log.append(entry)
            progress = f"{tokens / spent:,.0f} tokens/s  {(limit - spent) / 60:.1f} minutes left"
            print(f"step {step}  loss {smooth:.4f}  exact {entry['exact']:.2%}  {progress}", flush=True)
        if time.time() - saved > 180:
            state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}
            torch.save(state | {"tokens": tokens, "smooth": smooth, "log": log}, out / "checkpoint.tmp")
            (out / "checkpoint.tmp").replace(checkpoint)
            saved = time.time()
    feeder.terminate()
    torch.save(model.state_dict(), out / "weights.pt")
    facts = {
        "seed": seed, "minutes": minutes, "steps": step, "tokens": tokens, "rate": rate, "parameters": parameters,
        "shape": dataclasses.asdict(shape), "loss": smooth, "exact": exactness(model, exam), "log": log,
        "started_from": start.name if start else None,
    }  # fmt: skip
    (out / "run.json").write_text(json.dumps(facts, indent=1))
    checkpoint.unlink(missing_ok=True)
    print(f"saved {out}: exact {facts['exact']:.2%}", flush=True)


if __name__ == "__main__":
    typer.run(fit)
