"""The corpus for a chat model: chunks as text, the right answers as JSON, and both as tokens."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from udf.language.chat import render_answer, render_chunk
from udf.train.corpus.drafts import chunk_draft
from udf.train.corpus.partners import draw_written


@dataclass(frozen=True, slots=True)
class ChatExample:
    """One chunk: what the model reads and what it should say."""

    prompt: str
    answer: str


class Tokeniser(Protocol):
    """Turns text into a base's tokens; a prompt begins as the base wants it, and nothing in a text is special."""

    eos: int

    def prompt(self, text: str) -> list[int]: ...
    def answer(self, text: str) -> list[int]: ...


def draw_chat_examples(seed: int, held_out: bool = False) -> Iterator[ChatExample]:
    """Examples, endlessly, of partners that may be learnt or are held out; prompts alike but for digits come once."""
    r = random.Random(seed)
    while True:
        dialect, _ = draw_written(r, held_out)
        draft = dialect.draft(r)
        seen: set[str] = set()
        for chunk, records in chunk_draft(draft):
            prompt = render_chunk(chunk.kind, draft.message_type, chunk.segments)
            shape = prompt.translate(_MASK)
            if shape not in seen:
                seen.add(shape)
                yield ChatExample(prompt, render_answer(records, chunk.segments))


_MASK = str.maketrans("123456789", "0" * 9)


def tokenise(example: ChatExample, tokeniser: Tokeniser) -> tuple[list[int], list[int]]:
    """Prompt and answer as tokens, each by itself: at inference the answer begins behind a finished prompt."""
    return tokeniser.prompt(example.prompt), [*tokeniser.answer(example.answer), tokeniser.eos]
