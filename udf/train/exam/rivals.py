"""Who else could read these messages: plain rules, a generalist and a specialist, on the same papers as the tiny model.

The generalist is a pretrained chat model asked with examples; the specialist is the same base after LoRA (`make lora`),
merged, the changed matrices packed in 8 bits and the rest in 4. Both answer in JSON under the contract's grammar,
through the same compiler. They have a thread on each core up to two, the tiny compiler has one.
"""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.engines.chat import ChatEngine
from udf.engines.llama import LlamaEngine
from udf.standards.reference import load_reference
from udf.train.exam.marking import Marks, Result
from udf.train.exam.messages import Paper
from udf.train.exam.reading import read_file
from udf.train.exam.rules import compile_by_rules
from udf.train.fit.bases import base_model
from udf.train.fit.merge import build_specialist

THREADS = min(2, len(os.sched_getaffinity(0)))
SHOTS = 2
"""Examples in the generalist's prompt; each costs some 300 tokens a chunk."""
_FIGURES = (
    "messages", "lines", "messages_exact", "records_exact", "field_f1", "records_omitted", "records_invented",
    "silent_errors", "ms_per_message_p50",
)  # fmt: skip


def examine_rivals(papers: list[Paper], model: Path) -> dict[str, dict[str, Any]]:
    """Figures of each reader over the same papers, the tiny compiler first."""
    found = {"tiny compiler": _examine(LlamaEngine(model), papers) | {"file_mb": _megabytes(model), "threads": 1}}
    found["rules only"] = _examine_rules(papers)
    specialist, base = build_specialist(), base_model()
    for name, path, shots in (("specialist (LoRA)", specialist, 0), ("generalist", base, SHOTS)):
        engine = ChatEngine(path, shots, THREADS)
        tally = engine.tally
        found[name] = _examine(engine, papers) | {
            "file_mb": _megabytes(path), "tokens_in": tally.tokens_in, "tokens_out": tally.tokens_out,
            "answers": tally.asked, "answers_unreadable": tally.unreadable + tally.failed,
            "answers_with_invented_values": tally.invented, "threads": THREADS,
        }  # fmt: skip
        engine.close()
    return found


def compare_with_rules(papers: list[Paper], tiny: dict[str, Any], model: Path) -> dict[str, dict[str, Any]]:
    """Figures of those that are quick enough to read a whole split: the tiny compiler, examined before, and rules."""
    found = {name: tiny[name] for name in _FIGURES} | {"file_mb": _megabytes(model), "threads": 1}
    return {"tiny compiler": found, "rules only": _examine_rules(papers)}


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 2)


def _examine(engine: LlamaEngine | ChatEngine, papers: list[Paper]) -> dict[str, Any]:
    compiler, marks = Compiler(engine), Marks()
    for paper in papers:
        engine.forget()
        marks.mark(paper.data.decode(), paper.lines, paper.gaps, read_file(compiler, paper.data), paper.header)
    return _some(marks)


def _examine_rules(papers: list[Paper]) -> dict[str, Any]:
    """Rules prove nothing: whatever they say counts as valid."""
    marks, tables = Marks(), load_reference()
    for paper in papers:
        began = time.perf_counter()
        texts = [m.text for m in split_interchange(paper.data).messages]
        lines = Counter(line for text in texts for line in compile_by_rules(text, tables))
        milliseconds = 1000 * (time.perf_counter() - began)
        marks.mark(paper.data.decode(), paper.lines, 0, Result(lines, True, True, milliseconds=milliseconds))
    return _some(marks)


def _some(marks: Marks) -> dict[str, Any]:
    facts = marks.facts()
    return {name: facts[name] for name in _FIGURES}
