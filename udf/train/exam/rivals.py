"""Who else could read these messages: two larger models beside the tiny compiler and the rules, on a few of them.

The generalist is a pretrained chat model asked with examples; the specialist is the same base after LoRA (`make lora`),
merged, the changed matrices packed in 8 bits and the rest in 4. Both answer in JSON under the contract's grammar. They
have a thread on each core up to two, the others have one.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from udf.compiler import Compiler
from udf.engines.chat import ChatEngine
from udf.train.exam.bases import base_model
from udf.train.exam.candidates import Candidate, megabytes, rules_candidate
from udf.train.exam.marking import Marks
from udf.train.exam.messages import ExamMessage
from udf.train.exam.reading import read_file
from udf.train.exam.specialist import build_specialist

THREADS = min(2, len(os.sched_getaffinity(0)))
SHOTS = 2
"""Examples in the generalist's prompt; each costs some 300 tokens a chunk."""
_FIGURES = (
    "messages", "lines", "messages_exact", "records_exact", "field_f1", "records_omitted", "records_invented",
    "silent_errors", "ms_per_message_p50",
)  # fmt: skip


def examine_rivals(messages: Sequence[ExamMessage], tiny: Candidate) -> dict[str, dict[str, Any]]:
    """Figures of each reader on the same few messages, the tiny compiler first."""
    found = {candidate.name: _examine(candidate, messages) for candidate in (tiny, rules_candidate())}
    for name, path, shots in _larger_models():
        engine = ChatEngine(path, shots, THREADS)
        compiler = Compiler(engine)
        facts = {"file_mb": megabytes(path), "threads": THREADS}
        counts = engine.usage
        found[name] = _examine(Candidate(name, compiler, compiler, engine.forget, facts), messages) | {
            "tokens_in": counts.tokens_in, "tokens_out": counts.tokens_out, "answers": counts.asked,
            "answers_unreadable": counts.unreadable + counts.failed, "answers_with_invented_values": counts.invented,
        }  # fmt: skip
        engine.close()
    return found


def _larger_models() -> Iterator[tuple[str, Path, int]]:
    """(name, file, examples in the prompt)."""
    yield "specialist (LoRA)", build_specialist(), 0
    yield "generalist", base_model(), SHOTS


def _examine(candidate: Candidate, messages: Sequence[ExamMessage]) -> dict[str, Any]:
    marks = Marks()
    for message in messages:
        candidate.forget()
        result = read_file(candidate.compiler, message.data)
        marks.mark(message.data.decode(), message.lines, message.gaps, result, message.header)
    facts = marks.facts()
    return {name: facts[name] for name in _FIGURES} | candidate.facts
