"""Segments a second of the plan route beside two parsers on the same bytes.

pydifact and pyx12 split a file into segments, elements and components and know no more; the plan route goes from the
same bytes to proved documents, gatekeeper included.
"""

import io
import random
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydifact.parser import Parser
from pyx12.x12file import X12Reader  # type: ignore[import-untyped]

from bench.clock import ROUNDS, race
from bench.exactness import InexactError
from bench.partners import HABITS, Message, draw_partner, wrap, write_messages
from bench.run import LEARNT, SEED, Run, find_envelope, make_compiler, teach_plans
from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.outcome import CompiledRow


@dataclass(frozen=True, slots=True)
class File:
    """An interchange and the messages in it."""

    data: bytes
    messages: list[Message]


def measure(run: Run) -> dict[str, Any]:
    """One process each; the file is bytes before, and rows to store or a list of segments after."""
    compiler, _ = make_compiler(run.model)
    r = random.Random(SEED)
    files: dict[str, list[File]] = {"EDIFACT": [], "X12": []}
    for number, habit in enumerate(list(HABITS) * 2):
        partner = draw_partner(r, number, habit)
        messages = list(write_messages(SEED, partner, LEARNT, run.choose(100, 20)))
        data = wrap(partner, messages)
        teach_plans(compiler, partner, find_envelope(data), exactness=run.exactness)
        files["X12" if partner.is_x12 else "EDIFACT"].append(File(data, messages))
    found: dict[str, Any] = {}
    for standard, parser, parse in (("EDIFACT", "pydifact", parse_edifact), ("X12", "pyx12", parse_x12)):
        found |= _race(run, compiler, files[standard], standard.lower(), parser, parse)
    return found


def _race(
    run: Run, compiler: Compiler, files: Sequence[File], standard: str, name: str, parse: Callable[[bytes], int]
) -> dict[str, Any]:  # fmt: skip
    run.tell(f"{sum(len(file.data) for file in files) / 1e6:.1f} MB of {standard} by plans and by {name}")
    rows: list[CompiledRow] = []
    counts: list[int] = []

    def compile_files() -> None:
        rows.clear()
        for file in files:
            messages = split_interchange(file.data).messages
            rows.extend(compiler.compile_rows([m.text for m in messages], [m.envelope for m in messages]))

    def parse_files() -> None:
        counts[:] = [parse(file.data) for file in files]

    timings = race({"plan": compile_files, name: parse_files}, ROUNDS)
    run.exactness.mark(rows, [message for file in files for message in file.messages])
    segments = sum(counts)
    if segments != sum(file.data.count(b"'" if standard == "edifact" else b"~") for file in files):
        raise InexactError(f"{name} did not find every segment")
    return {
        f"segments_per_s_plan_{standard}": round(segments / timings["plan"].seconds),
        f"segments_per_s_{name}": round(segments / timings[name].seconds),
        f"plan_vs_{name}": round(timings[name].seconds / timings["plan"].seconds, 2),
        f"plan_vs_{name}_cpu": round(timings[name].cpu_seconds / timings["plan"].cpu_seconds, 2),
        f"plan_vs_{name}_plan_share": round(sum(row.route == "plan" for row in rows) / len(rows), 4),
    }


def parse_edifact(data: bytes) -> int:
    """Segments that pydifact finds. It warns of directories that it does not know, which costs it nothing here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(list(Parser().parse(data.decode())))


def parse_x12(data: bytes) -> int:
    """Segments that pyx12's reader finds."""
    return len(list(X12Reader(io.StringIO(data.decode()))))
