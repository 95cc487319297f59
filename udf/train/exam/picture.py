"""The exam as a picture: exact messages, records and fields of each split and each reader."""

from pathlib import Path
from typing import Any


def draw_exam(facts: dict[str, Any], target: Path) -> Path:
    """Exact messages, records and fields of each split and each reader, as PNG."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    panels = {
        "tiny compiler": facts["splits"],
        "rules (readers/rules)": facts.get("rules", {}).get("splits", {}),
        "short messages, read by": facts.get("rivals", {}),
    }
    panels = {title: columns for title, columns in panels.items() if columns}
    figure = Figure(figsize=(5.6 * len(panels), 3.6), dpi=90, layout="constrained")
    for axes, (title, columns) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        for n, name in enumerate(("messages_exact", "records_exact", "field_f1")):
            values = [column[name] for column in columns.values()]
            bars = axes.barh(
                [i + 0.27 * (n - 1) for i in range(len(values))], values, 0.25, label=name.replace("_", " ")
            )
            axes.bar_label(bars, [f"{value:.1%}" for value in values], fontsize=7, padding=2)
        axes.set(title=title, yticks=range(len(columns)), yticklabels=list(columns), xlim=(0, 1.15))
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(PercentFormatter(1))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    figure.savefig(target)
    return target
