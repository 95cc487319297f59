"""Engines that talk: a model answers in JSON, and its values are grounded in the chunk before they count.

They stand behind the same protocol as the tiny compiler's engine: what they give back are answer tokens too, so the
gatekeeper judges them alike. An answer that cannot be read or grounded is an `Answer` with a fault, which the
gatekeeper calls an output-format problem; it is never raised. They answer once: a second-best answer would have to be
sampled, and the same question asked again gives the same answer.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from llama_cpp.llama_grammar import LlamaGrammar

from udf.engines.engine import Answer, Prompt
from udf.engines.llama import REMEMBERED, silence_llama
from udf.language.answers import encode_answer
from udf.language.chat import UnreadableAnswerError, answer_grammar, converse, read_answer, render_chunk
from udf.language.grounding import InventedValueError, ground
from udf.language.prompts import encode_chunk
from udf.reading import MAX_COMPONENTS

CONTEXT = 4096
"""Tokens of a prompt and its answer; with examples, a chunk of 120 components takes some 2,000."""


@dataclass(slots=True)
class Usage:
    """What an engine was asked and what came of it."""

    asked: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    unreadable: int = 0
    """Answers outside the format: cut off, not JSON, not the contract."""
    invented: int = 0
    """Answers with a value that is not in the chunk."""
    failed: int = 0
    """Questions without any answer."""


class NoAnswerError(RuntimeError):
    """The model gave no answer to one question; others may be answered."""


class TalkingEngine:
    """What all engines that talk have in common; `ask` is their own. Equal questions are asked once."""

    def __init__(self) -> None:
        self.usage = Usage()
        self._remembered: OrderedDict[tuple[str, str], str] = OrderedDict()

    def ask(self, kind: str, prompt: str) -> str:
        """The model's answer to a prompt of `udf.language.chat`. Raises NoAnswerError."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop remembered answers, so that a measurement asks again."""
        self._remembered.clear()

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        """The answer to each prompt, in order; beginnings are not forced, since these engines never offer any."""
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: Prompt) -> Answer:
        chunk = prompt.chunk
        if chunk is None:
            raise ValueError("An engine that talks needs the chunk beside its tokens.")
        question = (chunk.kind, render_chunk(chunk.kind, prompt.message_type, chunk.segments))
        try:
            text = self._remembered.get(question)
            if text is None:
                self.usage.asked += 1
                text = self._remembered[question] = self.ask(*question)
                if len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
            return _point(text, prompt)
        except NoAnswerError as error:
            self.usage.failed += 1
            return _fault(f"there is none ({error})")
        except UnreadableAnswerError as error:
            self.usage.unreadable += 1
            return _fault(f"it is not of the contract ({error})")
        except InventedValueError as error:
            self.usage.invented += 1
            return _fault(str(error))


def _fault(why: str) -> Answer:
    return Answer((), (), (), why)


def _point(text: str, prompt: Prompt) -> Answer:
    """What was said, as answer tokens. How sure the model was is not known: a confidence of 0."""
    chunk = prompt.chunk
    assert chunk is not None
    spoken = read_answer(text, chunk.kind)
    records = ground(spoken, prompt.message_type, chunk.segments, chunk.carried)
    _, positions = encode_chunk(chunk.kind, prompt.message_type, chunk.segments)
    shown = set(positions)
    if any(position not in shown for record in records for position in record.values()):
        raise UnreadableAnswerError(f"it names a component behind the first {MAX_COMPONENTS}")
    tokens = encode_answer(records, prompt.message_type, chunk.segments, positions)
    return Answer(tuple(tokens), (0.0,) * len(tokens), (-1,) * len(tokens))


class ChatEngine(TalkingEngine):
    """A GGUF of any Llama-like model with its own vocabulary, in this process, greedy and held by the grammar.

    A specialist was trained on the bare prompt and needs no examples; a generalist is asked in its own chat template
    with `shots` examples. One thread by default, as the tiny compiler. Raises FileNotFoundError or ValueError where
    the file is no model.
    """

    def __init__(self, path: Path, shots: int = 0, threads: int | None = None) -> None:
        super().__init__()
        if not path.is_file():
            raise FileNotFoundError(f"There is no model at {path}.")
        silence_llama()
        threads = threads or int(os.environ.get("TILLROLL_THREADS", "1"))
        self._model = llama_cpp.Llama(
            str(path), n_ctx=CONTEXT, n_batch=256, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self._shots = shots
        self._template = _chat_template(self._model) if shots else None

    def close(self) -> None:
        """Give the model's memory back."""
        self._model.close()

    def prompt_tokens(self, prompt: str) -> list[int]:
        """The tokens that are fed for a prompt: its own, or those of a whole chat that ends with it."""
        if self._template is None:
            return prompt_tokens(self._model, prompt)
        messages: Any = converse(prompt, self._shots)
        chat = self._template(messages=messages).prompt
        return list(self._model.tokenize(chat.encode("utf-8", "replace"), add_bos=True, special=True))

    def ask(self, kind: str, prompt: str) -> str:
        tokens = self.prompt_tokens(prompt)
        # An answer copies values and names fields: with twenty stores in a chunk, 2.1 tokens for each of the prompt's.
        room = min(CONTEXT - len(tokens), 64 + 3 * len(prompt_tokens(self._model, prompt)))
        if room < 8:
            raise NoAnswerError("the chunk is too long for the model's context")
        found: list[int] = []
        for token in self._model.generate(tokens, temp=0.0, grammar=_grammar(kind)):
            if token == self._model.token_eos() or len(found) >= room:
                break
            found.append(token)
        self.usage.tokens_in += len(tokens)
        self.usage.tokens_out += len(found)
        return self._model.detokenize(found).decode("utf-8", "replace")


def prompt_tokens(model: llama_cpp.Llama, text: str) -> list[int]:
    """A bare prompt in a model's tokens, behind a BOS where the model asks for one; nothing in the text is special."""
    return list(model.tokenize(text.encode("utf-8", "replace"), add_bos=True, special=False))


@cache
def _grammar(kind: str) -> LlamaGrammar:
    return LlamaGrammar.from_json_schema(answer_grammar(kind), verbose=False)


def _chat_template(model: llama_cpp.Llama) -> Jinja2ChatFormatter:
    template = model.metadata.get("tokenizer.chat_template")
    if template is None:
        raise ValueError("The model has no chat template: it can be asked without examples only.")
    bos, eos = (model.detokenize([token], special=True).decode() for token in (model.token_bos(), model.token_eos()))
    return Jinja2ChatFormatter(template, eos_token=eos, bos_token=bos)
