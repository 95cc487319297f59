"""What a person sees of a training run: a live line on a terminal, and everywhere a line for each report."""

import math
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

Report = dict[str, float]
"""`step`, `minutes`, `loss` (smoothed), `exact` (share of held-out chunks), `tokens_per_second`."""


class Display:
    """Shows a run of so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._console = Console(highlight=False, soft_wrap=True)
        columns = (TextColumn("step {task.fields[step]}"), BarColumn(), TextColumn("{task.fields[state]}"))
        self._bar = Progress(
            *columns, console=self._console, disable=not self._console.is_terminal, transient=True, refresh_per_second=2
        )
        self._task = self._bar.add_task("training", total=seconds, step=0, state="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        """Print a line."""
        self._console.print(text)
        self._console.file.flush()  # whoever reads this through a pipe wants it now

    def advance(self, step: int, loss: float, spent: float) -> None:
        """Move the live line; does nothing where there is no terminal."""
        state = f"loss {loss:.4f}  {describe_time(self._seconds - spent)} left"
        self._bar.update(self._task, completed=spent, step=step, state=state)

    def report(self, report: Report) -> None:
        """Print where the run stands."""
        self.say(f"{describe(report)}  {describe_time(self._seconds - 60 * report['minutes'])} left")


def describe(report: Report) -> str:
    """A report as one line."""
    return (
        f"step {report['step']:.0f}  loss {report['loss']:.4f}  exact on held-out partners {report['exact']:.2%}  "
        f"{report['tokens_per_second']:,.0f} tokens/s"
    )


def describe_time(seconds: float) -> str:
    """Seconds as minutes and seconds: 90 is 1:30."""
    whole = max(0, math.ceil(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
