"""Teach a pretrained base the answers of `udf.language.chat`: ``python -m udf.train.fit.lora runs/specialist``.

The recipe of the field, beside which the tiny compiler is examined: a frozen Llama-family base, adapters of low rank on
the query, key, value and output matrices, a loss on the answer alone. Prints loss, exactness on partners it never saw
and the time left; a killed run goes on from its last checkpoint. `udf.train.exam.specialist` merges the result into its
base.
"""

import json
import math
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import typer
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from udf.train.corpus.chat_examples import Tokeniser, draw_chat_examples, tokenise
from udf.train.exam.bases import SMOLLM2, GgufTokeniser, base_model
from udf.train.fit.batches import HELD_OUT_SEED
from udf.train.fit.network import IGNORED

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj")
_POOL = 96
_LOOKS = 6
"""Exactness is measured so often in a run: each look costs as much as some ten examples."""
_HELD_OUT = 32

Pair = tuple[list[int], list[int]]


class NamedTokeniser:
    """The tokeniser of a model on Hugging Face."""

    def __init__(self, name: str) -> None:
        self._tokeniser = AutoTokenizer.from_pretrained(name)
        self.eos = int(self._tokeniser.eos_token_id)

    def prompt(self, text: str) -> list[int]:
        return list(self._tokeniser(text, split_special_tokens=True).input_ids)

    def answer(self, text: str) -> list[int]:
        return list(self._tokeniser(text, add_special_tokens=False, split_special_tokens=True).input_ids)


def load_base(name: str) -> tuple[Any, Tokeniser]:
    """Network in 32 bits and tokeniser of «smollm2», of a GGUF file, or of a Llama-family model on Hugging Face."""
    path = base_model() if name == SMOLLM2 else Path(name)
    if path.suffix == ".gguf":
        network = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
        return network, GgufTokeniser(path)
    return AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32), NamedTokeniser(name)


def draw_pairs(seed: int, tokeniser: Tokeniser, longest: int, held_out: bool = False) -> Iterator[Pair]:
    """Prompt and answer tokens of examples that are not too long, endlessly."""
    for example in draw_chat_examples(seed, held_out):
        prompt, answer = tokenise(example, tokeniser)
        if len(prompt) + len(answer) <= longest:
            yield prompt, answer


def draw_batches(seed: int, tokeniser: Tokeniser, longest: int, size: int) -> Iterator[list[Pair]]:
    """Batches of `size` examples of like length, endlessly."""
    r = random.Random(seed)
    pairs = draw_pairs(seed, tokeniser, longest)
    while True:
        pool = sorted(islice(pairs, _POOL), key=lambda pair: len(pair[0]) + len(pair[1]))
        batches = [pool[i : i + size] for i in range(0, len(pool), size)]
        r.shuffle(batches)
        yield from batches


def answer_logits(model: Any, batch: list[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
    """(logits, labels) of the batch's answer tokens; the vocabulary is a quarter of the work, so only where it counts.

    Rows are padded at their ends, which a causal network never looks at from before.
    """
    length = max(len(prompt) + len(answer) for prompt, answer in batch)
    inputs = torch.zeros((len(batch), length), dtype=torch.long)
    labels = torch.full((len(batch), length), IGNORED)
    for row, (prompt, answer) in enumerate(batch):
        whole = torch.tensor(prompt + answer)
        inputs[row, : len(whole)] = whole
        labels[row, len(prompt) : len(whole)] = whole[len(prompt) :]
    base = model.get_base_model()
    hidden = base.model(input_ids=inputs, use_cache=False).last_hidden_state[:, :-1]
    wanted = labels[:, 1:]
    counted = wanted != IGNORED
    return base.lm_head(hidden[counted]), wanted[counted]


def exactness(model: Any, pairs: list[Pair]) -> float:
    """Share of held-out examples whose whole answer is the most likely one, token by token."""
    right = 0
    with torch.no_grad():
        for pair in pairs:
            logits, labels = answer_logits(model, [pair])
            right += bool((logits.argmax(-1) == labels).all())
    return right / len(pairs)


def adapt(
    out: Path,
    base: str = SMOLLM2,
    minutes: float = 60,
    rank: int = 16,
    rate: float = 1e-3,
    size: int = 4,
    longest: int = 192,
    seed: int = 11,
    threads: int = 2,
) -> None:
    """Train for so many minutes on batches of `size` examples up to `longest` tokens; save the adapter to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    network, tokeniser = load_base(base)
    alpha = 2 * rank
    model = get_peft_model(network, LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(TARGETS)))
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=rate, betas=(0.9, 0.99), weight_decay=0.0)
    step, spent, tokens, smooth = 0, 0.0, 0, 0.0
    log: list[dict[str, float]] = []
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        set_peft_model_state_dict(model, state["adapter"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent, tokens, smooth, log = (state[k] for k in ("step", "spent", "tokens", "smooth", "log"))
        print(f"going on from step {step} after {spent / 60:.1f} minutes")
    parameters = sum(p.numel() for p in weights)
    print(f"{parameters / 1e6:.2f} M parameters learn", flush=True)
    exam = list(islice(draw_pairs(HELD_OUT_SEED, tokeniser, longest, held_out=True), _HELD_OUT))
    batches = draw_batches(random.Random(f"{seed}:{step}").getrandbits(48), tokeniser, longest, size)
    limit, began, saved = minutes * 60, time.time() - spent, time.time()
    while (spent := time.time() - began) < limit:
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 20) * (0.49 * (1 + math.cos(math.pi * spent / limit)) + 0.02)
        batch = next(batches)
        loss = torch.nn.functional.cross_entropy(*answer_logits(model, batch))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step, tokens = step + 1, tokens + sum(len(prompt) + len(answer) for prompt, answer in batch)
        smooth = loss.item() if not smooth else 0.95 * smooth + 0.05 * loss.item()
        spent = time.time() - began
        if spent >= limit * (len(log) + 1) / _LOOKS:
            log.append({"step": step, "minutes": spent / 60, "loss": smooth, "exact": exactness(model, exam)})
        if step % 20 == 0:
            exact = f"exact {log[-1]['exact']:.0%}  " if log else ""
            progress = f"{tokens / spent:,.0f} tokens/s  {(limit - spent) / 60:.1f} minutes left"
            print(f"step {step}  loss {smooth:.4f}  {exact}{progress}", flush=True)
        if time.time() - saved > 180:
            state = {"adapter": get_peft_model_state_dict(model), "optimiser": optimiser.state_dict()}
            counts = {"step": step, "spent": spent, "tokens": tokens, "smooth": smooth, "log": log}
            torch.save(state | counts, out / "checkpoint.tmp")
            (out / "checkpoint.tmp").replace(checkpoint)
            saved = time.time()
    adapter = {name: part.half().contiguous() for name, part in get_peft_model_state_dict(model).items()}
    save_file(adapter, out / "adapter.safetensors", {"rank": str(rank), "alpha": str(alpha), "base": Path(base).name})
    facts = {
        "base": Path(base).name, "rank": rank, "alpha": alpha, "targets": TARGETS, "seed": seed, "minutes": minutes,
        "steps": step, "examples": step * size, "tokens": tokens, "rate": rate, "batch": size, "longest": longest,
        "parameters": parameters, "loss": smooth, "exact": exactness(model, exam), "held_out": _HELD_OUT, "log": log,
    }  # fmt: skip
    (out / "run.json").write_text(json.dumps(facts, indent=1) + "\n")
    checkpoint.unlink(missing_ok=True)
    print(f"exact {facts['exact']:.1%} of {_HELD_OUT} held-out examples after {step} steps, {tokens:,} tokens")


if __name__ == "__main__":
    typer.run(adapt)
