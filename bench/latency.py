"""Milliseconds a message: one line and 2 kB, by the model alone and with plans."""

import random
import statistics
from functools import partial
from typing import Any

from bench.clock import ROUNDS, Timing, milliseconds, percentile, time_once
from bench.partners import HABITS, Message, Partner, draw_partner, wrap, write_messages
from bench.run import SEED, Run, find_envelope, make_compiler, teach_plans
from udf.outcome import CompiledRow

GROUPS = 25
"""Line groups of a message of about 2 kB."""


def measure(run: Run) -> dict[str, Any]:
    """Each message on its own. By the model alone: nothing is remembered, so every shape is new to the process."""
    r = random.Random(SEED)
    count = run.choose(20, 4)
    partners = [draw_partner(r, n, habit) for n, habit in enumerate(list(HABITS) * count)]
    run.tell(f"{len(partners)} messages of one line, by the model alone")
    found = _measure_one_line(run, partners)
    run.tell(f"{len(partners) // 2} messages of {GROUPS} line groups, by the model alone and with plans")
    return found | _measure_two_kilobytes(run, partners[: len(partners) // 2])


def _measure_one_line(run: Run, partners: list[Partner]) -> dict[str, Any]:
    compiler, engine = make_compiler(run.model, has_plans=False)
    messages = [message for partner in partners for message in write_messages(SEED, partner, 1, 1)]
    texts = [wrap(partner, [message]).decode() for partner, message in zip(partners, messages, strict=True)]
    rounds = []
    rows: list[CompiledRow] = []
    for _ in range(ROUNDS):
        timing = Timing()
        rows = []
        for text in texts:
            engine.forget()
            rows += time_once(partial(compiler.compile_rows, [text]), timing)
        rounds.append(timing)
        run.exactness.mark(rows, messages)
    before = engine.decoded
    for text in texts:
        engine.forget()
        compiler.compile_rows([text])
    return {
        "ms_per_message_model_p50": milliseconds(statistics.median(statistics.median(t.wall) for t in rounds)),
        "ms_per_message_model_p95": milliseconds(statistics.median(percentile(t.wall, 0.95) for t in rounds)),
        "cpu_ms_per_message_model_p50": milliseconds(statistics.median(statistics.median(t.cpu) for t in rounds)),
        "one_line_bytes": round(statistics.mean(map(len, texts))),
        "one_line_prompts": round((engine.decoded - before) / len(texts), 2),
        "one_line_messages": len(texts),
    }


def _measure_two_kilobytes(run: Run, partners: list[Partner]) -> dict[str, Any]:
    bare, engine = make_compiler(run.model, has_plans=False)
    planned, _ = make_compiler(run.model)
    samples: list[tuple[Message, Any]] = []
    for partner in partners:
        messages = list(write_messages(SEED, partner, GROUPS, 1))
        envelope = find_envelope(wrap(partner, messages))
        teach_plans(planned, partner, envelope, (GROUPS,), run.exactness)
        samples += [(message, envelope) for message in messages]
    model, plans = [], []
    planned_rows = 0
    for _ in range(ROUNDS):
        alone, quick = Timing(), Timing()
        for message, envelope in samples:
            engine.forget()
            rows = time_once(partial(bare.compile_rows, [message.text], [envelope]), alone)
            rows += time_once(partial(planned.compile_rows, [message.text], [envelope]), quick)
            planned_rows += rows[1].route == "plan"
            run.exactness.mark(rows, [message, message])
        model.append(alone)
        plans.append(quick)
    before = engine.decoded
    for message, envelope in samples:
        engine.forget()
        bare.compile_rows([message.text], [envelope])
    per_message = statistics.median(statistics.median(t.wall) for t in model)
    lines = sum(message.groups for message, _ in samples)
    return {
        "ms_per_message_2kb_model_p50": milliseconds(per_message),
        "ms_per_message_2kb_p50": milliseconds(statistics.median(statistics.median(t.wall) for t in plans)),
        "ms_per_line_model": milliseconds(statistics.median(sum(t.wall) for t in model) / lines),
        "cpu_ms_per_message_2kb_model_p50": milliseconds(statistics.median(statistics.median(t.cpu) for t in model)),
        "cpu_ms_per_message_2kb_p50": milliseconds(statistics.median(statistics.median(t.cpu) for t in plans)),
        "two_kb_bytes": round(statistics.mean(len(message.text) for message, _ in samples)),
        "two_kb_prompts": round((engine.decoded - before) / len(samples), 2),
        "two_kb_plan_share": round(planned_rows / (ROUNDS * len(samples)), 4),
    }
