"""Prompts become answers: greedy decoding of many prompts at once through llama.cpp's low-level calls.

A position goes in as a vector, the sum of its tokens' embeddings, and a step of an answer is chosen whole from the
logits of one position: the field, and where it points. Both are constrained by the answer's grammar, so an answer
always has the right format unless it outgrows its place. Equal prompts have equal answers, so each prompt is decoded
once in a process: since a prompt masks its values, the lines of one dialect share a few prompts.
"""

import ctypes
import math
import os
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from udf.engines.bindings import llama_cpp
from udf.engines.embeddings import Embeddings
from udf.engines.engine import Answer, Prompt
from udf.language.answers import pair_tokens
from udf.language.bounded import grammar_of
from udf.language.grammar import BEGINNING
from udf.language.vocabulary import EOS, FIELD_OF, PAD, VOCABULARY_SIZE, Bundle, Bundles

SLOTS = 16
"""Sequences decoded side by side; 64 gained nothing more than 16, the work is bound by arithmetic."""
SLOT_POSITIONS = 256
"""Room of one sequence: a prompt of the corpus has 15 positions on average and its answer 4."""
BATCH_POSITIONS = 2048
"""Room of one call of llama.cpp."""
LONGEST_ANSWER = 160
"""Tokens after which an answer is given up: the longest of the corpus has 107."""
REMEMBERED = 20_000
"""Answers kept in memory, about 1.5 kB each."""

Logits = tuple["ctypes._Pointer[ctypes.c_float]", int]
"""The numbers of several positions, and where those of one (vocabulary) begin."""


_Key = tuple[bytes, tuple[int, ...]]
"""By which an answer is remembered: the bundles of its prompt, packed, and its forced beginning."""


def _pack(tokens: Bundles) -> bytes:
    """Bundles in a twentieth of the memory that their tuples take."""
    return array("H", chain.from_iterable(tokens)).tobytes()


class _Sequence:
    """An answer under way; `steps` are those that the network has not been shown yet, `guess` what may follow them."""

    __slots__ = (
        "control", "grammar", "guess", "margins", "place", "prefix", "prompt", "seconds", "standing", "steps", "tokens",
    )  # fmt: skip

    def __init__(self, prompt: Prompt, prefix: tuple[int, ...], is_bounded: bool) -> None:
        self.prompt, self.prefix = prompt, prefix
        self.tokens: list[int] = []
        self.margins: list[float] = []
        self.seconds: list[int] = []
        self.steps: list[tuple[int, int]] = []
        self.place = 0
        self.guess: list[tuple[int, int]] = []
        self.control = PAD  # a field that was forced and has no pointer yet
        self.grammar = grammar_of(prompt.tokens, is_bounded)
        self.standing = BEGINNING
        whole = len(prefix) - (bool(prefix) and prefix[-1] in FIELD_OF)
        for control, pointer in pair_tokens(prefix[:whole]):
            self._force(control, pointer)
        if whole < len(prefix):
            self.control = prefix[-1]
            self._note(self.control)
        else:
            self._force_all()
        if not prefix and not self.is_finished:
            guess, known = _read_guess(prompt), len(self.steps)
            self.guess = guess[known:] if guess[:known] == self.steps else []

    @property
    def is_finished(self) -> bool:
        """Whether the answer has ended, or has outgrown its place."""
        tokens = self.tokens
        if tokens and tokens[-1] == EOS:
            return True
        return len(tokens) >= LONGEST_ANSWER or self.place + len(self.steps) >= SLOT_POSITIONS

    def take(self, logits: "Logits") -> None:
        """Choose the next step among those the grammar allows, from the logits of the last position."""
        control = self.control
        if control == PAD:
            control = self._choose(logits, self.grammar.controls(self.standing))
        pointer = PAD
        if control in FIELD_OF:
            pointer = self._choose(logits, self.grammar.pointers(control, self.standing))
        self.control = PAD
        self.steps = [(control, pointer)]
        self.standing = self.grammar.advance(self.standing, control, pointer)
        self._force_all()

    def check(self, logits: "Logits") -> int:
        """Choose steps as long as they are the ones guessed, whose logits follow each other; how many were.

        The last step that is chosen has not been shown, whether it was guessed otherwise or not at all.
        """
        numbers, start = logits
        guess, self.guess = self.guess, []
        right = 0
        while True:
            self.take((numbers, start + right * VOCABULARY_SIZE))
            ahead = right + len(self.steps)
            if self.is_finished or self.control != PAD or guess[right:ahead] != self.steps:
                return right
            right = ahead

    def _choose(self, logits: "Logits", allowed: Sequence[int]) -> int:
        if len(allowed) == 1:
            self._note(allowed[0])
            return allowed[0]
        numbers, start = logits
        if isinstance(allowed, range):
            values = numbers[start + allowed.start : start + allowed.stop]
        else:
            values = [numbers[start + token] for token in allowed]
        best = max(range(len(values)), key=values.__getitem__)
        top = values[best]
        values[best] = -math.inf
        second = max(range(len(values)), key=values.__getitem__)
        chances = [math.exp(value - top) for value in values]
        self._note(allowed[best], (1.0 - chances[second]) / (1.0 + sum(chances)), allowed[second])
        return allowed[best]

    def _note(self, token: int, margin: float = 1.0, second: int = -1) -> None:
        self.tokens.append(token)
        self.margins.append(margin)
        self.seconds.append(second)

    def _force(self, control: int, pointer: int) -> None:
        self._note(control)
        if pointer != PAD:
            self._note(pointer)
        self.steps.append((control, pointer))
        self.standing = self.grammar.advance(self.standing, control, pointer)

    def _force_all(self) -> None:
        """Take the steps that leave no choice: they are shown to the network together with the one before."""
        while not self.is_finished:
            controls = self.grammar.controls(self.standing)
            if len(controls) != 1:
                return
            pointers = self.grammar.pointers(controls[0], self.standing) or [PAD]
            if len(pointers) != 1:
                return
            self._force(controls[0], pointers[0])


def _read_guess(prompt: Prompt) -> list[tuple[int, int]]:
    """The steps that the answer to a prompt may have, without its end."""
    if prompt.guess is None:
        return []
    tokens = prompt.guess()
    try:
        steps = pair_tokens(tokens[:-1] if tokens and tokens[-1] == EOS else tokens)
    except ValueError:  # it ends in a field without a pointer
        return []
    return steps if len(prompt.tokens) + len(steps) < SLOT_POSITIONS else []


class LlamaEngine:
    """The shipped model, or any GGUF with the vocabulary of `udf.language`, in this process.

    One thread by default: a matrix of this model is too small to be worth waiting for a second one, which on a busy
    machine made a message take seconds; several processes are the way to several cores. For one thread at a time, as
    `udf.compile_edi` sees to. Raises FileNotFoundError or ValueError where the file is no such model.
    """

    def __init__(self, path: Path, threads: int | None = None, is_bounded: bool = True) -> None:
        """`is_bounded` holds answers about what the standards decide to where they let a field stand."""
        self.is_bounded = is_bounded
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
        if vocabulary != VOCABULARY_SIZE:
            raise ValueError(
                f"{path.name} has a vocabulary of {vocabulary}, prompts and answers one of {VOCABULARY_SIZE}."
            )
        self._embeddings = Embeddings(path, vocabulary, llama_cpp.llama_model_n_embd(self._model))
        threads = threads or int(os.environ.get("TILLROLL_THREADS", "1"))
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = SLOTS * SLOT_POSITIONS
        parameters.n_seq_max = SLOTS
        parameters.n_batch = BATCH_POSITIONS
        parameters.n_ubatch = 512
        parameters.n_threads = parameters.n_threads_batch = threads
        # One pool of cells takes a batch whole, where slots of their own split it by length: three prompts 2.1 ms
        # against 2.5, sixteen 12.6 against 15.5. (With prompts of 180 tokens it was 2 to 3 times slower instead.)
        parameters.kv_unified = True
        parameters.flash_attn_type = 1
        self._context = llama_cpp.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ValueError(f"llama.cpp could not make a context for {path.name}.")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = _Batch(self._embeddings)
        self._remembered: OrderedDict[_Key, Answer] = OrderedDict()
        self.decoded = 0
        """Prompts decoded so far; the others were remembered."""

    def close(self) -> None:
        """Give the model's memory back."""
        if self._context:
            llama_cpp.llama_free(self._context)
            llama_cpp.llama_model_free(self._model)
            self._embeddings.close()
            self._context = None

    def forget(self) -> None:
        """Drop remembered answers, so that a measurement decodes again."""
        self._remembered.clear()

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        """The most likely answer to each prompt, in order; a prefix is kept as the answer's beginning."""
        starts = prefixes or [()] * len(prompts)
        found: dict[_Key, Answer | None] = {}
        missing: list[tuple[_Key, _Sequence]] = []
        keys = [(_pack(prompt.tokens), start) for prompt, start in zip(prompts, starts, strict=True)]
        for key, prompt in zip(keys, prompts, strict=True):
            if key in found:
                continue
            known = found[key] = self._remembered.get(key)
            if len(prompt.tokens) + len(key[1]) >= SLOT_POSITIONS:
                found[key] = Answer((), (), ())  # no answer fits behind it, which is read as no answer
            elif known is None:
                missing.append((key, _Sequence(prompt, key[1], self.is_bounded)))
            else:
                self._remembered.move_to_end(key)
        self.decoded += len(missing)
        self._decode([sequence for _, sequence in missing if not sequence.is_finished])
        for key, sequence in missing:
            answer = Answer(tuple(sequence.tokens), tuple(sequence.margins), tuple(sequence.seconds))
            found[key] = self._remembered[key] = answer
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return [found[key] for key in keys]  # type: ignore[misc]

    def _decode(self, sequences: list[_Sequence]) -> None:
        """Continuous batching: a finished sequence's slot is taken at once by the next prompt."""
        waiting = sequences[::-1]
        active: dict[int, _Sequence] = {}
        free = list(range(SLOTS))
        batch = self._batch
        try:
            while waiting or active:
                batch.clear()
                for slot, sequence in active.items():
                    sequence.place = batch.add(slot, sequence.place, sequence.steps)
                while waiting and free and batch.size + SLOT_POSITIONS <= BATCH_POSITIONS:
                    sequence, slot = waiting.pop(), free.pop()
                    sequence.place = batch.add(slot, 0, sequence.steps, sequence.prompt.tokens, sequence.guess)
                    active[slot] = sequence
                logits = self._run(batch)
                number = 0
                for slot, wanted in batch.slots:
                    sequence = active[slot]
                    right = sequence.check((logits, number * VOCABULARY_SIZE))
                    number += wanted
                    if right < wanted - 1:
                        llama_cpp.llama_memory_seq_rm(self._memory, slot, sequence.place + right, -1)
                    sequence.place += right
                    if sequence.is_finished:
                        llama_cpp.llama_memory_seq_rm(self._memory, slot, -1, -1)
                        del active[slot]
                        free.append(slot)
        except BaseException:
            llama_cpp.llama_memory_clear(self._memory, True)
            raise

    def _run(self, batch: "_Batch") -> "ctypes._Pointer[ctypes.c_float]":
        """The logits of the last position of each slot in a batch, one vocabulary after another."""
        if llama_cpp.llama_decode(self._context, batch.fill()) != 0:
            raise RuntimeError("llama.cpp could not decode a batch")
        return llama_cpp.llama_get_logits(self._context)  # type: ignore[no-any-return]


class _Batch:
    """What one call of llama.cpp is given: positions as vectors, with their places and slots; its memory is kept."""

    def __init__(self, embeddings: Embeddings) -> None:
        self.size = 0
        self.slots: list[tuple[int, int]] = []
        """Each slot with how many of its positions have logits."""
        self._embeddings = embeddings
        self._bundles: list[Bundle] = []
        self._vectors = (ctypes.c_float * (BATCH_POSITIONS * embeddings.size))()
        numbers = ctypes.c_int32 * BATCH_POSITIONS
        self._places, self._owners, self._wanted = numbers(), numbers(), (ctypes.c_int8 * BATCH_POSITIONS)()
        counts = numbers(*[1] * BATCH_POSITIONS)
        first = ctypes.addressof(self._owners)
        places = range(first, first + ctypes.sizeof(self._owners), ctypes.sizeof(ctypes.c_int32))
        addresses = (ctypes.c_size_t * BATCH_POSITIONS)(*places)
        self._memory = counts, addresses  # kept: the structure holds bare addresses
        self._batch: ctypes.Structure = llama_cpp.llama_batch(0, None, *(
            ctypes.cast(array, ctypes.POINTER(kind)) for array, kind in (
                (self._vectors, ctypes.c_float), (self._places, ctypes.c_int32), (counts, ctypes.c_int32),
                (addresses, ctypes.POINTER(ctypes.c_int32)), (self._wanted, ctypes.c_int8),
            )
        ))  # fmt: skip

    def clear(self) -> None:
        """Begin anew."""
        ctypes.memset(self._wanted, 0, self.size)
        self.size = 0
        self.slots, self._bundles = [], []

    def add(
        self, slot: int, place: int, steps: list[tuple[int, int]], prompt: Bundles = (),
        guess: Sequence[tuple[int, int]] = (),
    ) -> int:  # fmt: skip
        """Show a slot its prompt and steps, the first at `place`, and what may follow; the place behind the steps."""
        start, count = self.size, len(prompt) + len(steps) + len(guess)
        stop, wanted = start + count, 1 + len(guess)
        self._bundles += prompt
        self._bundles += [(control, pointer, *_PADDING) for control, pointer in (*steps, *guess)]
        self._places[start:stop] = list(range(place, place + count))
        self._owners[start:stop] = [slot] * count
        self._wanted[stop - wanted : stop] = [1] * wanted
        self.slots.append((slot, wanted))
        self.size = stop
        return place + count - len(guess)

    def fill(self) -> ctypes.Structure:
        """The structure for llama.cpp, each position the sum of its tokens' embeddings."""
        vectors = self._embeddings.add_up(self._bundles)
        ctypes.memmove(self._vectors, vectors, len(vectors))
        self._batch.n_tokens = self.size
        return self._batch


_PADDING = (PAD,) * 5


def _ignore(_level: int, _text: bytes, _data: object) -> None:
    """llama.cpp logs every load to standard error; its errors come back as return codes."""


_log_callback = llama_cpp.llama_log_callback(_ignore)  # kept: ctypes does not hold on to it


def silence_llama() -> None:
    """Keep llama.cpp from writing to standard error."""
    llama_cpp.llama_log_set(_log_callback, ctypes.c_void_p(0))
