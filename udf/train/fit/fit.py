"""Train the tiny compiler from nothing: ``python -m udf.train.fit.fit runs/tiny --minutes 45``.

Shows loss, exactness on partners it never saw and the time left. SIGTERM and Ctrl-C save a checkpoint before they end
the run, and after a kill at most the last minutes are lost: the same command goes on.
"""

import dataclasses
import json
import math
import random
import signal
import time
from pathlib import Path
from typing import Any

import torch
import typer

from udf.language.vocabulary import CONTROLS, POINTERS, VOCABULARY_SIZE
from udf.train.corpus.census import digest_generator
from udf.train.fit.batches import Batch, Feeder, draw_held_out
from udf.train.fit.export import read_weights, teach_new_tokens
from udf.train.fit.network import IGNORED, Dimensions, Network
from udf.train.fit.progress import Display, Report

HELD_OUT_BATCHES = 24
"""About 1,600 chunks."""
SMOOTHING = 0.03


@dataclasses.dataclass
class Course:
    """How far a run has come; `spent` in seconds, `loss` smoothed."""

    step: int = 0
    spent: float = 0.0
    tokens: int = 0
    loss: float = 0.0
    log: list[Report] = dataclasses.field(default_factory=list)


def exactness(model: Network, batches: list[Batch]) -> float:
    """Share of held-out chunks whose whole answer is the most likely one, step by step."""
    right = total = 0
    with torch.no_grad():
        for inputs, labels in batches:
            logits = model(inputs)
            best = torch.stack([
                logits[..., tokens.start : tokens.stop].argmax(-1) + tokens.start
                for tokens in (CONTROLS, POINTERS)
            ], -1)  # fmt: skip
            right += int(((best == labels) | (labels == IGNORED)).flatten(1).all(1).sum())
            total += len(inputs)
    return right / total


def make_optimiser(model: Network, rate: float) -> torch.optim.Optimizer:
    """AdamW, with decay for matrices alone."""
    decay = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)


def schedule(rate: float, step: int, done: float) -> float:
    """The rate of a step when a share `done` of the time is over: a short warm-up, then half a cosine down to 2 %."""
    return rate * min(1.0, (step + 1) / 150) * (0.49 * (1 + math.cos(math.pi * done)) + 0.02)


def save_checkpoint(path: Path, model: Network, optimiser: torch.optim.Optimizer, course: Course) -> None:
    """Write what the run needs to go on; a kill in the middle leaves the checkpoint before it."""
    unfinished = path.with_suffix(".tmp")
    state = {"shape": dataclasses.asdict(model.shape), "model": model.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save(state | dataclasses.asdict(course), unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path, model: Network, optimiser: torch.optim.Optimizer) -> Course:
    """Take a run up again. Raises ValueError where the checkpoint is of a network of another shape."""
    state = torch.load(path)
    if state["shape"] != dataclasses.asdict(model.shape):
        raise ValueError(
            f"{path} is a checkpoint of another network ({state['shape']}): go on with its sizes or remove it."
        )
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    return Course(**{field.name: state[field.name] for field in dataclasses.fields(Course)})


class Stop:
    """Whether SIGTERM or SIGINT has asked the run to end after its step; `code` is then the exit code.

    Both are heard even where whoever started the run ignores them, as `nohup` and `&` in a script do. Asked again, the
    run ends at once.
    """

    def __init__(self) -> None:
        self.code = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, _frame: Any) -> None:
        self.code = 128 + number
        signal.signal(number, signal.SIG_DFL)


def fit(
    out: Path,
    minutes: float = 45,
    hidden: int = 128,
    layers: int = 4,
    heads: int = 4,
    rate: float = 2e-3,
    seed: int = 7,
    threads: int = 2,
    start: Path | None = None,
    teacher_labels: Path | None = None,
    checkpoint_seconds: float = 180,
    report_steps: int = 200,
    restart: bool = False,
) -> None:
    """Train for so many minutes and save to `out`; `start` begins with the weights of another run's folder or GGUF.

    `teacher_labels` is a file of `udf.train.corpus.teach`, whose labels are mixed into the corpus.
    A finished run of the same settings on the same corpus is left as it is, unless `restart` discards it.
    """
    stop = Stop()
    out.mkdir(parents=True, exist_ok=True)
    if restart:
        for name in ("checkpoint.pt", "run.json", "weights.pt"):
            (out / name).unlink(missing_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    model = Network(Dimensions(VOCABULARY_SIZE, hidden, layers, heads, hidden * 3))
    if start:
        model.load_state_dict(teach_new_tokens(read_weights(start)))
    optimiser = make_optimiser(model, rate)
    checkpoint = out / "checkpoint.pt"
    course = load_checkpoint(checkpoint, model, optimiser) if checkpoint.exists() else Course()
    parameters = sum(p.numel() for p in model.parameters())
    facts = {
        "seed": seed, "minutes": minutes, "rate": rate, "parameters": parameters, "corpus": digest_generator(),
        "shape": dataclasses.asdict(model.shape), "started_from": start.name if start else None,
        "teacher_labels": teacher_labels.name if teacher_labels else None,
    }  # fmt: skip
    if is_trained(out, facts):
        print(f"{out} is trained already, with these settings and on this corpus: --restart trains again")
        return
    held_out = draw_held_out(HELD_OUT_BATCHES)
    limit = minutes * 60
    feed_seed = random.Random(f"{seed}:{course.step}").getrandbits(48)
    with Display(limit) as display, Feeder(feed_seed, teacher_labels) as feeder:
        display.say(f"{parameters / 1e6:.2f} M parameters, vocabulary {VOCABULARY_SIZE}")
        if course.step:
            display.say(f"going on from step {course.step} after {course.spent / 60:.1f} minutes")
        began, saved = time.time() - course.spent, time.time()
        batches = iter(feeder)
        while (spent := time.time() - began) < limit and not stop.code:
            course.spent = spent
            for group in optimiser.param_groups:
                group["lr"] = schedule(rate, course.step, spent / limit)
            inputs, labels = next(batches)
            loss = model(inputs, labels)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            course.step, course.tokens = course.step + 1, course.tokens + labels[..., 0].numel()
            course.loss += (SMOOTHING if course.loss else 1.0) * (loss.item() - course.loss)
            display.advance(course.step, course.loss, spent)
            if course.step % report_steps == 0:
                report = {
                    "step": course.step, "minutes": spent / 60, "loss": course.loss,
                    "exact": exactness(model, held_out), "tokens_per_second": course.tokens / spent,
                }  # fmt: skip
                course.log.append(report)
                display.report(report)
                write_run(out, facts, course, is_finished=False)
            if time.time() - saved > checkpoint_seconds:
                save_checkpoint(checkpoint, model, optimiser, course)
                saved = time.time()
        if stop.code:
            save_checkpoint(checkpoint, model, optimiser, course)
            display.say(f"stopped after step {course.step} and saved: the same command goes on")
            raise typer.Exit(stop.code)
        torch.save(model.state_dict(), out / "weights.pt")
        exact = exactness(model, held_out)
        write_run(out, facts | {"exact": exact}, course, is_finished=True)
        checkpoint.unlink(missing_ok=True)
        display.say(f"saved {out}: {course.step} steps, exact on held-out partners {exact:.2%}")


def is_trained(out: Path, facts: dict[str, Any]) -> bool:
    """Whether a finished run of these facts is there."""
    known = json.loads((out / "run.json").read_text()) if (out / "run.json").exists() else {}
    return bool(known.get("is_finished")) and {name: known.get(name) for name in facts} == facts


def write_run(out: Path, facts: dict[str, Any], course: Course, is_finished: bool) -> None:
    """What the run is and where it stands, for people and for the stages that follow."""
    stand = {"steps": course.step, "tokens": course.tokens, "loss": course.loss, "is_finished": is_finished}
    unfinished = out / "run.tmp"
    unfinished.write_text(json.dumps(facts | stand | {"log": course.log}, indent=1))
    unfinished.replace(out / "run.json")


if __name__ == "__main__":
    typer.run(fit)
