"""A file of the exam as a compiler reads it: what goes on, group by group, and what was said against it."""

import time
from collections import Counter

from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.message import Unit
from udf.outcome import Line, Outcome
from udf.train.corpus.truth import essence, header_of
from udf.train.exam.marking import Lines, Result


def compile_file(compiler: Compiler, data: bytes) -> list[Outcome]:
    """Outcomes of a file's messages, as the pipeline makes them."""
    return [outcome for outcome, _ in _compile_units(compiler, data)]


def read_file(compiler: Compiler, data: bytes) -> Result:
    """What comes of a file that holds one message, and how long it took; read as none or several it is invalid."""
    began = time.perf_counter()
    found = _compile_units(compiler, data)
    milliseconds = 1000 * (time.perf_counter() - began)
    if len(found) != 1:
        return Result(Counter(), False, False, milliseconds=milliseconds, codes=("message-not-found",))
    outcome, units = found[0]
    lines = outcome.document.lines if outcome.document else []
    problems = [*outcome.problems, *(p for line in outcome.rejected_lines for p in line.problems)]
    codes = tuple(sorted({p.code for p in problems if p.severity == "error"} - {"line-without-quantity"}))
    return Result(
        Counter(essence(line) for line in lines), outcome.is_valid, outcome.is_complete, len(outcome.rejected_lines),
        outcome.attempts, milliseconds, codes, header_of(outcome.document) if outcome.document else None,
        _by_group(lines, units),
    )  # fmt: skip


def _compile_units(compiler: Compiler, data: bytes) -> list[tuple[Outcome, list[Unit]]]:
    messages = split_interchange(data).messages
    return compiler.compile_units([m.text for m in messages], [m.envelope for m in messages])


def _by_group(lines: list[Line], units: list[Unit]) -> list[Lines]:
    """The lines of each line group in the order of the text, none for a group that was rejected."""
    groups: list[Lines] = []
    for unit in units:
        if unit.chunks[0].kind != "line":
            continue
        spans = [(s.start, s.end) for chunk in unit.chunks for s in chunk.segments]  # type: ignore[attr-defined]
        first, last = min(start for start, _ in spans), max(end for _, end in spans)
        groups.append(Counter(essence(line) for line in lines if first <= line.source["quantity"][0] < last))
    return groups
