"""Draw the curves of a training run, finished or not: ``python -m udf.train.fit.picture runs/tiny``."""

import json
from pathlib import Path

import typer


def draw_curves(run: Path, target: Path | None = None) -> Path:
    """Loss (logarithmic) and exactness on held-out partners over minutes, as PNG; `curves.png` in the run's folder."""
    # Imported here: whoever reads figures alone needs no matplotlib. The class itself, since pyplot keeps a state.
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogFormatter, PercentFormatter

    facts = json.loads((run / "run.json").read_text())
    log = facts["log"]
    minutes = [report["minutes"] for report in log]
    figure = Figure(figsize=(9, 3.4), dpi=90, layout="constrained")
    loss, exact = figure.subplots(1, 2)
    loss.plot(minutes, [report["loss"] for report in log], color="tab:red", marker="." if len(log) < 40 else None)
    loss.set(title="loss on the answer's tokens", xlabel="minutes", yscale="log")
    loss.yaxis.set_major_formatter(LogFormatter())
    loss.yaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False, minor_thresholds=(2, 0.5)))
    exact.plot(minutes, [report["exact"] for report in log], color="tab:blue", marker="." if len(log) < 40 else None)
    exact.set(title="exact answers, held-out partners", xlabel="minutes", ylim=(0, 1.02))
    exact.yaxis.set_major_formatter(PercentFormatter(1))
    for axes in (loss, exact):
        axes.grid(alpha=0.3, which="both")
    shape = facts["shape"]
    figure.suptitle(
        f"{facts['parameters'] / 1e6:.2f} M parameters ({shape['hidden']} wide, {shape['layers']} layers), "
        f"{facts['tokens'] / 1e6:.1f} M tokens, seed {facts['seed']}",
        fontsize=10,
    )
    target = target or run / "curves.png"
    figure.savefig(target)
    return target


if __name__ == "__main__":
    typer.run(draw_curves)
