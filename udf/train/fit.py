"""Train the tiny compiler from nothing: ``python -m udf.train.fit runs/tiny --minutes 45``.

Prints loss, exactness on partners it never saw and the time left; a killed run goes on from its last checkpoint.
"""

import json
import math
import multiprocessing
import random
import time
from pathlib import Path
from typing import Any

import torch
import typer
from transformers import LlamaConfig, LlamaForCausalLM

from udf import codec
from udf.train.corpus import draw_examples

# Rows of fixed lengths: oneDNN and torch.compile build a kernel a shape, and free lengths made a step take minutes.
BUCKETS = {48: 170, 80: 102, 128: 64, 256: 32}
HELD_OUT_SEED = 1_000_003
IGNORED = -100


def _fill_row(prompt: list[int], answer: list[int], length: int) -> tuple[list[int], list[int]]:
    pad = length - len(prompt) - len(answer)
    return prompt + answer + [codec.PAD] * pad, [IGNORED] * len(prompt) + answer + [IGNORED] * pad


def draw_batches(seed: int) -> Any:
    """Batches of (inputs, labels) lists, one bucket a batch, endlessly."""
    pools: dict[int, list[tuple[list[int], list[int]]]] = {length: [] for length in BUCKETS}
    for prompt, answer in draw_examples(seed):
        length = next((b for b in BUCKETS if len(prompt) + len(answer) <= b), None)
        if length is None:
            continue
        pools[length].append(_fill_row(prompt, answer, length))
        if len(pools[length]) == BUCKETS[length]:
            rows, pools[length] = pools[length], []
            yield [row[0] for row in rows], [row[1] for row in rows]


def _feed(seed: int, queue: Any) -> None:
    for batch in draw_batches(seed):
        queue.put(batch)


def exactness(model: torch.nn.Module, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> float:
    """Share of held-out chunks whose whole answer is the most likely one, token by token."""
    right = total = 0
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for inputs, labels in batches:
            best = model(input_ids=inputs).logits[:, :-1].argmax(-1)
            wanted = labels[:, 1:]
            right += int(((best == wanted) | (wanted == IGNORED)).all(1).sum())
            total += len(inputs)
    return right / total


def make_config(hidden: int, layers: int, heads: int) -> LlamaConfig:
    """The network's shape: Llama with tied embeddings, so that llama.cpp runs it as it is."""
    return LlamaConfig(
        vocab_size=codec.VOCABULARY_SIZE, hidden_size=hidden, intermediate_size=hidden * 3, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=heads, max_position_embeddings=1024, tie_word_embeddings=True,
        pad_token_id=codec.PAD, bos_token_id=codec.BOS, eos_token_id=codec.EOS, attn_implementation="sdpa",
    )  # fmt: skip


def fit(
    out: Path, minutes: float = 45, hidden: int = 192, layers: int = 4, heads: int = 6, rate: float = 2e-3,
    seed: int = 7, start: Path | None = None,
) -> None:
    """Train for so many minutes and save to `out`; `start` continues from another run's weights with a new schedule."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    model = LlamaForCausalLM.from_pretrained(start, dtype=torch.float32) if start else LlamaForCausalLM(make_config(hidden, layers, heads))
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
    held_out = draw_batches(HELD_OUT_SEED)
    exam = [tuple(torch.tensor(part) for part in next(held_out)) for _ in range(8)]
    queue: Any = multiprocessing.Queue(8)
    feeder = multiprocessing.Process(target=_feed, args=(random.Random(f"{seed}:{step}").getrandbits(48), queue), daemon=True)
    feeder.start()
    network = torch.compile(model, dynamic=False)
    limit, began, saved = minutes * 60, time.time() - spent, time.time()
    while (spent := time.time() - began) < limit:
        now = rate * min(1.0, (step + 1) / 150) * (0.49 * (1 + math.cos(math.pi * spent / limit)) + 0.02)
        for group in optimiser.param_groups:
            group["lr"] = now
        inputs, labels = (torch.tensor(part) for part in queue.get())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = network(input_ids=inputs, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step, tokens = step + 1, tokens + inputs.numel()
        smooth = loss.item() if not smooth else 0.97 * smooth + 0.03 * loss.item()
        if step % 200 == 0:
            entry = {"step": step, "minutes": spent / 60, "loss": smooth, "exact": exactness(network, exam)}
            log.append(entry)
            pace = tokens / spent
            print(f"step {step}  loss {smooth:.4f}  exact {entry['exact']:.2%}  {pace:,.0f} tokens/s  {(limit - spent) / 60:.1f} minutes left", flush=True)
        if time.time() - saved > 180:
            state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}
            torch.save(state | {"tokens": tokens, "smooth": smooth, "log": log}, out / "checkpoint.tmp")
            (out / "checkpoint.tmp").replace(checkpoint)
            saved = time.time()
    feeder.terminate()
    model.save_pretrained(out)
    facts = {
        "seed": seed, "minutes": minutes, "steps": step, "tokens": tokens, "rate": rate, "parameters": parameters,
        "hidden": model.config.hidden_size, "layers": model.config.num_hidden_layers,
        "heads": model.config.num_attention_heads, "vocabulary": codec.VOCABULARY_SIZE, "loss": smooth,
        "exact": exactness(network, exam), "log": log, "started_from": str(start) if start else None,
    }  # fmt: skip
    (out / "run.json").write_text(json.dumps(facts, indent=1))
    checkpoint.unlink(missing_ok=True)
    print(f"saved {out}: exact {facts['exact']:.2%}", flush=True)


if __name__ == "__main__":
    typer.run(fit)
