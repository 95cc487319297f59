"""Hold llama.cpp to torch: ``python -m udf.train.fit.parity runs/tiny tiny.gguf``.

A packed model that answers otherwise than the weights that were trained is another model than the one whose curve was
watched. Whole answers are compared, greedy, under the same grammar.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import typer

from udf.engines.engine import Answer, Prompt
from udf.engines.llama import LlamaEngine
from udf.language.answers import pair_tokens
from udf.language.bounded import grammar_of
from udf.language.vocabulary import EOS, FIELD_OF, Bundles, count_markers
from udf.train.corpus.examples import draw_examples
from udf.train.fit.batches import fill_rows
from udf.train.fit.gates import LEAST_PARITY, PROMPTS
from udf.train.fit.network import Dimensions, Network

SEED = 1_000_033
_BATCH = 64

Example = tuple[Prompt, tuple[int, ...]]
"""A prompt and its right answer."""


def draw_distinct(seed: int, count: int) -> list[Example]:
    """So many different prompts of partners that training never draws, as the compiler would put them."""
    found: dict[Bundles, Example] = {}
    for tokens, answer in draw_examples(seed, markers_turn=False, held_out=True):
        found.setdefault(tokens, (Prompt(tokens, count_markers(tokens)), tuple(answer)))
        if len(found) == count:
            break
    return list(found.values())


def load_network(run: Path) -> Network:
    """A finished run's network, in 32 bits. Raises FileNotFoundError where there is none."""
    facts = json.loads((run / "run.json").read_text())
    network = Network(Dimensions(**facts["shape"]))
    network.load_state_dict(torch.load(run / "weights.pt"))
    return network.eval()


def agree(network: Network, prompts: Sequence[Prompt], answers: Sequence[Answer]) -> list[bool]:
    """For each prompt, whether the network's own greedy answer is the given one.

    The answer is shown to the network whole: if at every place its most likely allowed token is the one that stands
    there, then by induction it would have written this answer, and otherwise another. One pass instead of a decode.
    """
    equal = [False] * len(prompts)
    readable = [i for i in range(len(prompts)) if answers[i].tokens[-1:] == (EOS,)]
    order = sorted(readable, key=lambda i: len(prompts[i].tokens) + len(answers[i].tokens))
    with torch.no_grad():
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            # Padding stands behind a row, where a causal network does not look.
            inputs, _ = fill_rows([(prompts[i].tokens, pair_tokens(answers[i].tokens)) for i in chosen])
            logits = network(torch.from_numpy(inputs).long()).numpy()
            for i, row in zip(chosen, logits, strict=True):
                equal[i] = _would_write(row[len(prompts[i].tokens) - 1 :], prompts[i], answers[i].tokens)
    return equal


def _would_write(logits: np.ndarray, prompt: Prompt, answer: Sequence[int]) -> bool:
    """Whether the logits (step, vocabulary) choose each of an answer's tokens."""
    grammar, step = grammar_of(prompt.tokens), 0
    for place, token in enumerate(answer):
        allowed = grammar.allowed(answer[:place])
        if allowed[int(logits[step][allowed].argmax())] != token:
            return False
        step += token not in FIELD_OF  # a field and its pointer are one step
    return True


def measure_parity(run: Path, model: Path, prompts: int = PROMPTS, seed: int = SEED) -> float:
    """Share of held-out prompts that a GGUF answers as the run's weights do."""
    asked = [prompt for prompt, _ in draw_distinct(seed, prompts)]
    engine = LlamaEngine(model)
    answers = engine.answer(asked)
    engine.close()
    return sum(agree(load_network(run), asked, answers)) / prompts


def compare(run: Path, model: Path, prompts: int = PROMPTS) -> None:
    """Print the share of prompts that a GGUF answers as the run's weights; fails below 99.9 %."""
    share = measure_parity(run, model, prompts)
    print(f"{model.name} answers {share:.2%} of {prompts} prompts as torch does (asked: {LEAST_PARITY:.1%})")
    if share < LEAST_PARITY:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(compare)
