"""What each lever is worth: the same messages with it and without it, in turn."""

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.clock import ROUNDS, milliseconds, race
from bench.partners import HABITS, Message, draw_partner, wrap, write_messages
from bench.run import SEED, Run, find_envelope, make_compiler, teach_plans
from udf.outcome import CompiledRow, Envelope

GROUPS = 25


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of about 2 kB, one of each partner, with their envelopes."""

    messages: list[Message]
    envelopes: list[Envelope]


def measure(run: Run) -> dict[str, Any]:
    """Milliseconds a message, medians of the rounds: `levers` by name, each `on`, `off` and `gain` (off by on)."""
    r = random.Random(SEED)
    partners = [draw_partner(r, n, habit) for n, habit in enumerate(list(HABITS) * run.choose(4, 1))]
    batch = Batch([], [])
    planned, _ = make_compiler(run.model)
    unsampled, _ = make_compiler(run.model, shadow=0)
    for partner in partners:
        message = next(write_messages(SEED, partner, GROUPS))
        envelope = find_envelope(wrap(partner, [message]))
        for compiler in (planned, unsampled):
            teach_plans(compiler, partner, envelope, (GROUPS,), run.exactness)
        batch.messages.append(message)
        batch.envelopes.append(envelope)
    run.tell(f"{len(partners)} messages of {GROUPS} line groups with each lever and without it")
    bare, engine = make_compiler(run.model, has_plans=False)
    twofold, twofold_engine = make_compiler(run.model, has_plans=False, threads=2)
    texts = [message.text for message in batch.messages]
    rows: dict[str, Sequence[CompiledRow]] = {}

    def reading(name: str, read: Callable[[], Sequence[CompiledRow]]) -> Callable[[], None]:
        return lambda: rows.__setitem__(name, read())

    def decode_together() -> Sequence[CompiledRow]:
        engine.forget()
        return bare.compile_rows(texts, batch.envelopes)

    def decode_singly() -> Sequence[CompiledRow]:
        found = []
        for text, envelope in zip(texts, batch.envelopes, strict=True):
            engine.forget()
            found += bare.compile_rows([text], [envelope])
        return found

    def decode_in_two_threads() -> Sequence[CompiledRow]:
        twofold_engine.forget()
        return twofold.compile_rows(texts, batch.envelopes)

    runners = {
        "plans": lambda: planned.compile_rows(texts, batch.envelopes),
        "plans without samples": lambda: unsampled.compile_rows(texts, batch.envelopes),
        "all decoded, many at once": decode_together,
        "answers remembered": lambda: bare.compile_rows(texts, batch.envelopes),
        "all decoded, one at a time": decode_singly,
    }
    if not run.is_quick:  # on a busy machine, two threads that wait for one another take seconds for a message
        runners["all decoded, two threads"] = decode_in_two_threads
    timings = race({name: reading(name, read) for name, read in runners.items()}, ROUNDS)
    for found in rows.values():
        run.exactness.mark(found, batch.messages)
    each = {name: milliseconds(timing.seconds / len(texts)) for name, timing in timings.items()}
    cpu = {name: milliseconds(statistics.median(timing.cpu) / len(texts)) for name, timing in timings.items()}
    pairs = {
        "plans": ("plans", "answers remembered"),
        "remembered answers": ("answers remembered", "all decoded, many at once"),
        "batching": ("all decoded, many at once", "all decoded, one at a time"),
        "two threads": ("all decoded, two threads", "all decoded, many at once"),
        "no sampled messages": ("plans without samples", "plans"),
    }
    return {
        "levers": {
            lever: {"on": each[on], "off": each[off], "gain": round(each[off] / each[on], 2),
                    "gain_cpu": round(cpu[off] / cpu[on], 2)}
            for lever, (on, off) in pairs.items() if on in each
        }
    }  # fmt: skip
