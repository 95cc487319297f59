"""The figures as a picture: bars against their marks, parsers, levers and growth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from bench.report import describe


def draw_picture(facts: Mapping[str, Any], target: Path) -> None:
    """Write the picture of what was measured, as PNG; what was not is left out."""
    panels = [(has, draw) for has, draw in _PANELS if has in facts]
    if not panels:
        return
    columns = 3
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(5.2 * columns, 3.4 * rows), dpi=90, layout="constrained")
    places = figure.subplots(rows, columns, squeeze=False).flat
    for (_, draw), axes in zip(panels, places, strict=False):
        draw(axes, facts)
        axes.grid(alpha=0.3, axis="both")
        axes.set_axisbelow(True)
    for axes in list(places):
        axes.set_visible(False)
    figure.suptitle(describe(facts), fontsize=9)
    figure.savefig(target)


def _bars(axes: Axes, title: str, values: Mapping[str, float | None], unit: str, is_log: bool = False) -> None:
    known = {name: value for name, value in values.items() if value is not None}
    bars = axes.barh(range(len(known)), list(known.values()), color="tab:blue")
    axes.bar_label(bars, [f"{value:,.{0 if value >= 1000 else 2}f}" for value in known.values()], fontsize=8, padding=2)
    axes.set(title=f"{title} ({unit})", yticks=range(len(known)), yticklabels=list(known))
    if is_log:
        axes.set_xscale("log")
    else:
        axes.xaxis.set_major_formatter(EngFormatter())
    axes.margins(x=0.2)
    axes.invert_yaxis()


def _draw_latency(axes: Axes, facts: Mapping[str, Any]) -> None:
    names = {
        "one line, model, p50": "ms_per_message_model_p50", "one line, model, p95": "ms_per_message_model_p95",
        "2 kB, model, p50": "ms_per_message_2kb_model_p50", "2 kB, plans, p50": "ms_per_message_2kb_p50",
    }  # fmt: skip
    _bars(axes, "a message", {label: facts.get(name) for label, name in names.items()}, "ms", True)
    axes.axvline(92, color="tab:red", linestyle="--", label="published: 92 ms on a GPU")
    axes.legend(fontsize=8, loc="lower right")


def _draw_throughput(axes: Axes, facts: Mapping[str, Any]) -> None:
    names = {
        "model": "lines_per_s_model", "plans, 1 process": "lines_per_s_plan_one_process",
        "plans, 2 processes": "lines_per_s_plan", "mixed day, 2 processes": "lines_per_s_mixed",
    }  # fmt: skip
    _bars(axes, "throughput", {label: facts.get(name) for label, name in names.items()}, "lines/s", True)


def _draw_parsers(axes: Axes, facts: Mapping[str, Any]) -> None:
    names = {
        "plans, EDIFACT": "segments_per_s_plan_edifact", "pydifact, bare parse": "segments_per_s_pydifact",
        "plans, X12": "segments_per_s_plan_x12", "pyx12, reader": "segments_per_s_pyx12",
    }  # fmt: skip
    _bars(axes, "the same bytes", {label: facts.get(name) for label, name in names.items()}, "segments/s")


def _draw_levers(axes: Axes, facts: Mapping[str, Any]) -> None:
    _bars(axes, "levers: off by on", {name: lever["gain"] for name, lever in facts["levers"].items()}, "×", True)
    axes.axvline(1, color="black", linewidth=0.8)


def _draw_growth(axes: Axes, facts: Mapping[str, Any]) -> None:
    for name, label in (("growth_lines", "many messages"), ("growth_message", "one message")):
        sizes = facts[name]
        axes.plot(
            [int(size) for size in sizes], [row["us_per_line"] for row in sizes.values()], marker="o", label=label
        )
    axes.set(title="growth: µs a line over lines", xscale="log", yscale="log", xlabel="lines")
    axes.legend(fontsize=8)


def _draw_memory(axes: Axes, facts: Mapping[str, Any]) -> None:
    for name, label in (("growth_lines", "many messages"), ("growth_message", "one message")):
        sizes = facts[name]
        axes.plot([int(size) for size in sizes], [row["peak_mb"] for row in sizes.values()], marker="o", label=label)
    axes.axhline(300, color="tab:red", linestyle="--")
    axes.set(title="growth: peak memory (MB) over lines", xscale="log", ylim=(0, None), xlabel="lines")
    axes.legend(fontsize=8)


def _draw_steps(axes: Axes, facts: Mapping[str, Any]) -> None:
    _bars(axes, f"{facts['end_to_end_lines']:,} lines, landing to Gold", facts["end_to_end_steps"], "s")


_PANELS = (
    ("ms_per_message_model_p50", _draw_latency), ("lines_per_s_model", _draw_throughput),
    ("plan_vs_pydifact", _draw_parsers), ("levers", _draw_levers),
    ("growth_lines", _draw_growth), ("growth_lines", _draw_memory), ("end_to_end_steps", _draw_steps),
)  # fmt: skip
