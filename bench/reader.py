"""One model reads the messages of one line: ``python -m bench.reader NAME MODEL COUNT`` prints its figures as JSON.

A process of its own, so that its peak memory is its own too.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.clock import milliseconds
from bench.exactness import Tally
from bench.machine import peak_megabytes
from bench.partners import HABITS, draw_partner, wrap, write_messages
from bench.run import SEED
from udf.compiler import Compiler
from udf.engines.chat import ChatEngine
from udf.engines.engine import Answer, Prompt
from udf.engines.llama import LlamaEngine
from udf.train.exam.rivals import SHOTS, THREADS
from udf.train.fit.bases import base_model
from udf.train.fit.merge import build_specialist

READERS = ("tiny compiler", "specialist (LoRA)", "untuned base")


class CountingEngine:
    """The tiny compiler's engine, and how many positions went in and tokens came out."""

    def __init__(self, path: Path) -> None:
        self._engine = LlamaEngine(path)
        self.positions = self.tokens = 0

    def forget(self) -> None:
        self._engine.forget()

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        answers = self._engine.answer(prompts, prefixes)
        self.positions += sum(len(prompt.tokens) for prompt in prompts)
        self.tokens += sum(len(answer.tokens) for answer in answers)
        return answers


def read(name: str, model: Path, count: int) -> dict[str, Any]:
    """Milliseconds a message (median), tokens a message, peak memory, and how many messages were read exactly."""
    r = random.Random(SEED)
    partners = [draw_partner(r, number, habit) for number, habit in enumerate((list(HABITS) * count)[:count])]
    path, threads = model, 1
    engine: CountingEngine | ChatEngine
    if name == READERS[0]:
        engine = CountingEngine(path)
    else:
        path, threads = (build_specialist(), THREADS) if name == READERS[1] else (base_model(), THREADS)
        engine = ChatEngine(path, 0 if name == READERS[1] else SHOTS, threads)
    compiler, tally = Compiler(engine), Tally()
    seconds = []
    for partner in partners:
        messages = list(write_messages(SEED, partner, 1, 1))
        text = wrap(partner, messages).decode()
        engine.forget()
        began = time.perf_counter()
        rows = compiler.compile_rows([text])
        seconds.append(time.perf_counter() - began)
        tally.mark(rows, messages)
    tokens = (engine.positions, engine.tokens) if isinstance(engine, CountingEngine) else (
        engine.usage.tokens_in, engine.usage.tokens_out)  # fmt: skip
    return {
        "ms_per_message_p50": milliseconds(statistics.median(seconds)),
        "tokens_in": round(tokens[0] / count, 1), "tokens_out": round(tokens[1] / count, 1),
        "peak_mb": peak_megabytes(), "file_mb": round(path.stat().st_size / 1e6, 2), "threads": threads,
        **tally.facts(),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
