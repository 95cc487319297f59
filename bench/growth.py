"""Time and memory as the work grows: from a thousand lines to a million, and from messages of one line to 100,000."""

import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.clock import ROUNDS
from bench.exactness import Exactness
from bench.machine import peak_megabytes
from bench.partners import Message, Partner, draw_partner, wrap, write_messages
from bench.processes import run_together
from bench.run import BATCH, SEED, Run, find_envelope, make_compiler, teach_plans
from udf.outcome import CompiledRow

HABIT = "SLSRPT by store"
"""A line group of this habit states one line."""
GROUPS = 25
_FEW = 1000
"""Lines of a round at least, where messages are small."""
_LONG = 100_000
"""Lines from which the work is cut into the rounds instead of being repeated in each."""
_BETWEEN = "\f"


def measure(run: Run) -> dict[str, Any]:
    """Each size in a process of its own; no message is like another one, and none is kept."""
    totals = _measure_lines(run, [10**n for n in range(3, run.choose(7, 5))])
    sizes = _measure_messages(run, [10**n for n in range(run.choose(6, 4))])
    unplanned = _measure_messages(run, [10**n for n in range(run.choose(4, 2), run.choose(6, 4))], by_plans=False)
    found = {
        "growth_lines": totals,
        "growth_message": sizes,
        "growth_message_model": unplanned,
        "peak_memory_mb": max(entry["peak_mb"] for entry in (*totals.values(), *sizes.values())),
        "peak_memory_model_mb": max(entry["peak_mb"] for entry in unplanned.values()),
    }
    if run.is_quick:
        return found  # too small to tell growth from the fixed cost of a message
    return found | {
        "growth_time_ratio": _grow(totals, "us_per_line"),
        "growth_time_ratio_cpu": _grow(totals, "cpu_us_per_line"),
        "growth_memory_ratio": _grow(totals, "peak_mb"),
        "growth_message_time_ratio": _grow(sizes, "us_per_line"),
        "growth_message_time_ratio_cpu": _grow(sizes, "cpu_us_per_line"),
        "growth_message_memory_ratio": _grow(sizes, "kb_per_line"),
        "growth_message_model_time_ratio": _grow(unplanned, "us_per_line"),
        "growth_message_model_time_ratio_cpu": _grow(unplanned, "cpu_us_per_line"),
    }


def _grow(sizes: dict[str, Any], name: str) -> float | None:
    """A figure of the largest size by that of a tenth of it; None where there was nothing to measure."""
    *_, before, last = sizes.values()
    return round(last[name] / before[name], 3) if before[name] > 0 else None


def _measure_lines(run: Run, sizes: Sequence[int]) -> dict[str, Any]:
    """By how many lines, a round of each size in turn: the machine is faster at some times than at others."""
    rounds = {lines: ROUNDS if lines >= _LONG else 1 for lines in sizes}
    run.tell(f"{min(sizes):,} to {max(sizes):,} lines in messages of {GROUPS} by plans")
    shares = [(run.model, lines // rounds[lines]) for lines in sizes]
    done = run_together(LinesWork, shares, ROUNDS, in_turn=True)
    run.exactness.add(done.exactness)
    return {
        str(lines): _describe(facts, lines, rounds[lines], GROUPS)
        for lines, facts in zip(sizes, done.facts, strict=True)
    }


def _measure_messages(run: Run, sizes: Sequence[int], by_plans: bool = True) -> dict[str, Any]:
    """By line groups of a message, in turn as well; those that no plan may read, once."""
    rounds = ROUNDS if by_plans else 1
    counts = {groups: max(1, _FEW // groups) for groups in sizes}
    partner = draw_growing_partner()
    with tempfile.TemporaryDirectory() as root:
        folders = {groups: Path(root, str(groups)) for groups in sizes}
        for groups, folder in folders.items():
            folder.mkdir()
            for number in range(rounds):
                texts = (message.text for message in write_messages(number, partner, groups, counts[groups]))
                (folder / f"{number}.txt").write_text(_BETWEEN.join(texts))
        run.tell(f"messages of {min(sizes):,} to {max(sizes):,} line groups by {'plans' if by_plans else 'the model'}")
        shares = [(run.model, str(folder), groups, by_plans) for groups, folder in folders.items()]
        done = run_together(MessageWork, shares, rounds, in_turn=True)
        run.exactness.add(done.exactness)
        for groups, folder in folders.items():
            for number in range(rounds):
                found = (folder / f"{number}.json").read_text().split(_BETWEEN)
                stated = write_messages(number, partner, groups, counts[groups])
                for document, message in zip(found, stated, strict=True):
                    run.exactness.mark_document(document or None, bool(document), message)
    return {
        str(groups): _describe(facts, groups * counts[groups], 1, groups)
        for groups, facts in zip(sizes, done.facts, strict=True)
    }


def _describe(facts: dict[str, Any], lines: int, rounds: int, groups: int) -> dict[str, Any]:
    """`kb_per_line` is what the largest message added to the process's memory."""
    seconds, cpu = (rounds * sorted(facts[name])[len(facts[name]) // 2] for name in ("seconds", "cpu"))
    return {
        "seconds": round(seconds, 4), "us_per_line": round(1e6 * seconds / lines, 2),
        "cpu_us_per_line": round(1e6 * cpu / lines, 2), "peak_mb": facts["peak_mb"],
        "kb_per_line": round(1024 * (facts["peak_mb"] - facts["peak_before_mb"]) / groups, 3),
        "routes": facts["routes"],
    }  # fmt: skip


def draw_growing_partner() -> Partner:
    """The one partner of all sizes."""
    return draw_partner(random.Random(SEED), 1, HABIT)


class _Work:
    """A compiler that knows the partner's plans, or is to do without, and what compiling took."""

    def __init__(self, model: Path, groups: int, by_plans: bool = True) -> None:
        # No samples: the model's route keeps more in memory and takes longer, and which message it reads is chance.
        self.compiler, _ = make_compiler(model, by_plans, shadow=0)
        self.exactness = Exactness()
        self.partner = draw_growing_partner()
        self.envelope = find_envelope(wrap(self.partner, list(write_messages(SEED, self.partner, 1, 1))))
        if by_plans:
            teach_plans(self.compiler, self.partner, self.envelope, (min(groups, 100),), self.exactness)
        self.before = self.peak = peak_megabytes()
        self.seconds: list[float] = []
        self.cpu: list[float] = []
        self.routes: set[str] = set()

    def compile(self, texts: Sequence[str]) -> list[CompiledRow]:
        """The rows of texts; only this is timed."""
        wall, cpu = time.perf_counter(), time.process_time()
        rows = self.compiler.compile_rows(texts, [self.envelope] * len(texts))
        self.seconds[-1] += time.perf_counter() - wall
        self.cpu[-1] += time.process_time() - cpu
        self.peak = peak_megabytes()
        self.routes.update(row.route or "none" for row in rows)
        return rows

    def finish(self) -> tuple[Exactness, dict[str, Any]]:
        return self.exactness, {
            "seconds": self.seconds, "cpu": self.cpu, "peak_mb": self.peak, "peak_before_mb": self.before,
            "routes": sorted(self.routes),
        }  # fmt: skip


class LinesWork(_Work):
    """So many lines in messages that are written, compiled, compared and forgotten batch by batch."""

    def __init__(self, model: Path, lines: int) -> None:
        super().__init__(model, GROUPS)
        self.count = lines // GROUPS

    def do(self, number: int) -> None:
        self.seconds.append(0.0)
        self.cpu.append(0.0)
        source = write_messages(f"{SEED}:{number}", self.partner, GROUPS)
        for start in range(0, self.count, BATCH):
            batch: list[Message] = [next(source) for _ in range(min(BATCH, self.count - start))]
            self.exactness.mark(self.compile([message.text for message in batch]), batch)


class MessageWork(_Work):
    """Messages from a file into a file: what they state is known elsewhere, or it would count as memory of the work."""

    def __init__(self, model: Path, folder: str, groups: int, by_plans: bool) -> None:
        super().__init__(model, groups, by_plans)
        self.folder = Path(folder)

    def do(self, number: int) -> None:
        self.seconds.append(0.0)
        self.cpu.append(0.0)
        rows = self.compile((self.folder / f"{number}.txt").read_text().split(_BETWEEN))
        with (self.folder / f"{number}.json").open("w") as file:
            for place, row in enumerate(rows):
                file.write(_BETWEEN * (place > 0) + (row.document or "" if row.is_complete else ""))
