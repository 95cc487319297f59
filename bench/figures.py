"""Every figure of the benchmark by its name: what it is, which part measures it, and where the bar lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of `latest.json`; `bar` is what the project holds itself to on two shared cores."""

    name: str
    what: str
    part: str
    unit: str
    bar: float | None = None
    better: Literal["less", "more"] = "less"
    is_quick: bool = True
    """Measured in a quick run too."""

    def meets(self, value: float) -> bool:
        """Whether a value is on the right side of the bar; always where there is none."""
        return self.bar is None or (value <= self.bar if self.better == "less" else value >= self.bar)

    def show(self, value: float | None) -> str:
        """The value for a person."""
        if value is None:
            return "–"
        digits = 0 if abs(value) >= 1000 or float(value).is_integer() else 1 if abs(value) >= 100 else 2
        return f"{value:,.{digits}f} {self.unit}".strip()

    def show_bar(self) -> str:
        """The bar for a person."""
        if self.bar is None:
            return ""
        return ("≤ " if self.better == "less" else "≥ ") + f"{self.bar:,g} {self.unit}".strip()


FIGURES = (
    Figure("ms_per_message_model_p50", "one line with its envelope, unseen, by the model alone", "latency", "ms", 5),
    Figure("ms_per_message_model_p95", "the same, 95th percentile", "latency", "ms", 10),
    Figure("ms_per_message_2kb_model_p50", "2 kB, 25 line groups, by the model alone", "latency", "ms", 60),
    Figure("ms_per_message_2kb_p50", "2 kB, 25 line groups, with plans", "latency", "ms", 3),
    Figure("ms_per_line_model", "a line group of these, by the model alone", "latency", "ms"),
    Figure("lines_per_s_model", "by the model alone, one process", "throughput", "lines/s", 400, "more"),
    Figure("lines_per_s_plan_one_process", "by plans, one process", "throughput", "lines/s", None, "more"),
    Figure("lines_per_s_plan", "by plans, two processes", "throughput", "lines/s", 40_000, "more"),
    Figure("lines_per_s_mixed", "a day of 40 partners, 1 % unseen, in two", "throughput", "lines/s", 20_000, "more"),
    Figure("segments_per_s_plan_edifact", "by plans, EDIFACT bytes to rows", "parsers", "segments/s", None, "more"),
    Figure("segments_per_s_pydifact", "pydifact's bare parse of them", "parsers", "segments/s", None, "more"),
    Figure("plan_vs_pydifact", "the former by the latter", "parsers", "×", 1.5, "more"),
    Figure("segments_per_s_plan_x12", "by plans, X12 bytes to rows", "parsers", "segments/s", None, "more"),
    Figure("segments_per_s_pyx12", "pyx12's reader on them", "parsers", "segments/s", None, "more"),
    Figure("plan_vs_pyx12", "the former by the latter", "parsers", "×", None, "more"),
    Figure("growth_time_ratio", "time a line: the most lines by a tenth of them", "growth", "×", 1.1, "less", False),
    Figure("growth_memory_ratio", "peak memory: the most lines by a tenth of them", "growth", "×", 1.1, "less", False),
    Figure("growth_message_time_ratio", "the same, of one message", "growth", "×", 1.1, "less", False),
    Figure("growth_message_memory_ratio", "memory a line, of one message", "growth", "×", 1.1, "less", False),
    Figure("peak_memory_mb", "peak memory of a process, whatever the size", "growth", "MB", 300),
    Figure("growth_message_model_time_ratio", "time a line by the model alone", "growth", "×", 1.1, "less", False),
    Figure("peak_memory_model_mb", "peak memory with a message that no plan reads", "growth", "MB", 300),
    Figure("ms_first_call", "process start to first outcome", "start", "ms"),
    Figure("seconds_end_to_end", "1 M lines, landing to Gold, through Dagster", "pipeline", "s", 300, "less", False),
    Figure("lines_per_s_end_to_end", "the same", "pipeline", "lines/s", None, "more", False),
)  # fmt: skip
DETAILS = {
    "levers": "levers", "growth_lines": "growth", "growth_message": "growth", "growth_message_model": "growth",
    "end_to_end_steps": "pipeline",
}  # fmt: skip
"""What else a full run holds, and which part measures it."""
ABOUT = ("machine", "model", "is_quick", "parts", "exactness", "failures", "minutes")
"""What a run says of itself."""


def find_misses(facts: Mapping[str, Any]) -> list[str]:
    """Names of figures that were measured and miss their bar."""
    return [f.name for f in FIGURES if facts.get(f.name) is not None and not f.meets(facts[f.name])]


def explain_misses(facts: Mapping[str, Any]) -> list[str]:
    """A sentence for each of these figures: its name, what was measured, where the bar lies."""
    missed = set(find_misses(facts))
    return [f"{f.name} is {f.show(facts[f.name])}, the bar is {f.show_bar()}" for f in FIGURES if f.name in missed]
