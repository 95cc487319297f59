"""Prompts become answers: greedy decoding of many prompts at once through llama.cpp's low-level calls.

Every token is constrained by the answer's grammar, so an answer always has the right format unless it outgrows its
place. Equal prompts have equal answers, so each prompt is decoded once in a process: since a prompt masks its values,
the lines of one dialect share a few prompts.
"""

import ctypes
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from udf import codec
from udf.chunks import Chunk
from udf.grammar import AnswerGrammar
from udf.llama import llama_cpp

SLOTS = 16
"""Sequences decoded side by side; 64 gained nothing more than 16, the work is bound by arithmetic."""
SLOT_TOKENS = 512
"""Room of one sequence: the longest prompt of the corpus is 293 tokens and its longest answer 107."""
LONGEST_ANSWER = 160
"""Tokens after which an answer is given up: the longest of the corpus has 107."""
REMEMBERED = 50_000
"""Answers kept in memory, about 1 kB each."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A chunk as tokens, and how many markers it shows; beside them, for engines that talk, the chunk itself."""

    tokens: tuple[int, ...]
    markers: int
    chunk: Chunk | None = field(default=None, compare=False, repr=False)
    message_type: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
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
    """Whatever answers prompts; `prefixes` are forced beginnings of the answers."""

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]: ...


def next_best_prefixes(answer: Answer, count: int) -> list[tuple[int, ...]]:
    """Beginnings that lead to the next-best answers: the doubtful steps taken the other way, most doubtful first."""
    doubtful = sorted(range(len(answer.tokens)), key=lambda i: answer.margins[i])
    return [(*answer.tokens[:i], answer.seconds[i]) for i in doubtful[:count] if answer.seconds[i] >= 0]


class _Sequence:
    __slots__ = ("grammar", "index", "margins", "place", "prefix", "prompt", "seconds", "tokens")

    def __init__(self, index: int, prompt: Prompt, prefix: tuple[int, ...]) -> None:
        self.index, self.prompt, self.prefix = index, prompt, prefix
        self.tokens: list[int] = []
        self.margins: list[float] = []
        self.seconds: list[int] = []
        self.place = len(prompt.tokens)
        self.grammar = AnswerGrammar(prompt.tokens)


class LlamaEngine:
    """The shipped model, or any GGUF with the codec's vocabulary, in this process.

    One thread by default: a matrix of this model is too small to be worth waiting for a second one, which on a busy
    machine made a message take seconds; several processes are the way to several cores. Not safe to share between
    threads. Raises FileNotFoundError or ValueError where the file is no such model.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        if not path.is_file():
            raise FileNotFoundError(
                f"There is no model at {path}: train one with make train, or reinstall the package."
            )
        silence_llama()
        llama_cpp.llama_backend_init()
        model_parameters = llama_cpp.llama_model_default_params()
        model_parameters.use_extra_bufts = True  # repacked weights: 6.4 ms a line instead of 7.3
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), model_parameters)
        if not self._model:
            raise ValueError(f"{path.name} is no model that llama.cpp can load.")
        vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self._model))
        if vocabulary != codec.VOCABULARY_SIZE:
            raise ValueError(f"{path.name} has a vocabulary of {vocabulary}, the codec one of {codec.VOCABULARY_SIZE}.")
        threads = threads or int(os.environ.get("TILLROLL_THREADS", "1"))
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = SLOTS * SLOT_TOKENS
        parameters.n_seq_max = SLOTS
        parameters.n_batch = 4096
        parameters.n_ubatch = 512
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.kv_unified = False  # unified, each token attends over every sequence's cells: 2 to 3 times slower
        parameters.flash_attn_type = 1
        self._context = llama_cpp.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ValueError(f"llama.cpp could not make a context for {path.name}.")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(4096, 0, 1)
        self._remembered: OrderedDict[tuple[tuple[int, ...], tuple[int, ...]], Answer] = OrderedDict()
        self.decoded = 0
        """Prompts decoded so far; the others were remembered."""

    def close(self) -> None:
        """Give the model's memory back."""
        if self._context:
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self._context)
            llama_cpp.llama_model_free(self._model)
            self._context = None

    def forget(self) -> None:
        """Drop remembered answers, so that a measurement decodes again."""
        self._remembered.clear()

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        """The most likely answer to each prompt, in order; a prefix is kept as the answer's beginning."""
        starts = prefixes or [()] * len(prompts)
        found: dict[tuple[tuple[int, ...], tuple[int, ...]], Answer | None] = {}
        missing: list[_Sequence] = []
        keys = [(prompt.tokens, start) for prompt, start in zip(prompts, starts, strict=True)]
        for key, prompt in zip(keys, prompts, strict=True):
            if key in found:
                continue
            known = found[key] = self._remembered.get(key)
            if len(prompt.tokens) + len(key[1]) >= SLOT_TOKENS:
                found[key] = Answer((), (), ())  # no answer fits behind it, which the codec calls no answer
            elif known is None:
                missing.append(_Sequence(len(missing), prompt, key[1]))
            else:
                self._remembered.move_to_end(key)
        self.decoded += len(missing)
        for sequence in self._decode(missing):
            answer = Answer(tuple(sequence.tokens), tuple(sequence.margins), tuple(sequence.seconds))
            key = (sequence.prompt.tokens, sequence.prefix)
            found[key] = self._remembered[key] = answer
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return [found[key] for key in keys]  # type: ignore[misc]

    def _decode(self, sequences: list[_Sequence]) -> list[_Sequence]:
        """Continuous batching: a finished sequence's slot is taken at once by the next prompt."""
        waiting = sequences[::-1]
        active: dict[int, _Sequence] = {}
        free = list(range(SLOTS))
        try:
            while waiting or active:
                size, wanted = 0, []
                for slot, sequence in active.items():
                    self._put(size, sequence.tokens[-1], sequence.place, slot, True)
                    sequence.place += 1
                    wanted.append((slot, size))
                    size += 1
                while waiting and free and size + len(waiting[-1].prompt.tokens) + len(waiting[-1].prefix) < 4096:
                    sequence, slot = waiting.pop(), free.pop()
                    forced = sequence.prefix
                    whole = (*sequence.prompt.tokens, *forced)
                    for place, token in enumerate(whole):
                        self._put(size + place, token, place, slot, False)
                    size += len(whole)
                    self._batch.logits[size - 1] = 1
                    sequence.tokens, sequence.place = list(forced), len(whole)
                    sequence.margins, sequence.seconds = [1.0] * len(forced), [-1] * len(forced)
                    active[slot] = sequence
                    wanted.append((slot, size - 1))
                self._batch.n_tokens = size
                if llama_cpp.llama_decode(self._context, self._batch) != 0:
                    raise RuntimeError("llama.cpp could not decode a batch")
                for slot, row in wanted:
                    if self._take(active[slot], row):
                        llama_cpp.llama_memory_seq_rm(self._memory, slot, -1, -1)
                        del active[slot]
                        free.append(slot)
        except BaseException:
            llama_cpp.llama_memory_clear(self._memory, True)
            raise
        return sequences

    def _put(self, row: int, token: int, place: int, slot: int, wants_logits: bool) -> None:
        batch = self._batch
        batch.token[row], batch.pos[row], batch.logits[row] = token, place, wants_logits
        batch.n_seq_id[row] = 1
        batch.seq_id[row][0] = slot

    def _take(self, sequence: _Sequence, row: int) -> bool:
        """Choose the next token among those the grammar allows; True when the sequence is finished."""
        tokens = sequence.tokens
        if tokens and tokens[-1] == codec.EOS:
            return True
        allowed = sequence.grammar.allowed(tokens)
        logits = np.ctypeslib.as_array(
            llama_cpp.llama_get_logits_ith(self._context, row), shape=(codec.VOCABULARY_SIZE,)
        )[allowed]
        best = int(logits.argmax())
        chances = np.exp(logits - logits[best])
        total = float(chances.sum())
        chances[best] = -1.0
        second = int(chances.argmax())
        alone = len(allowed) == 1
        sequence.margins.append(1.0 if alone else (1.0 - float(chances[second])) / total)
        sequence.seconds.append(-1 if alone else allowed[second])
        tokens.append(allowed[best])
        return tokens[-1] == codec.EOS or len(tokens) >= LONGEST_ANSWER or sequence.place + 1 >= SLOT_TOKENS


def _ignore(_level: int, _text: bytes, _data: object) -> None:
    """llama.cpp logs every load to standard error; its errors come back as return codes."""


_log_callback = llama_cpp.llama_log_callback(_ignore)  # kept: ctypes does not hold on to it


def silence_llama() -> None:
    """Keep llama.cpp from writing to standard error."""
    llama_cpp.llama_log_set(_log_callback, ctypes.c_void_p(0))
