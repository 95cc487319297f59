"""Measure everything side by side in one run, and say what it was measured on.

A part whose outcomes are not what the messages state has no figures, and the run fails: a wrong value that is called
valid costs the part its speed, and so do more refused messages than one in a hundred. A figure that misses its bar
fails the run too, but for a quick one, which is too short to be held to bars. All times are medians of at least five,
on the wall; figures named `cpu` are of the process's own CPU time, which a busy machine changes less.
"""

import importlib
import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench.exactness import Exactness, InexactError
from bench.figures import explain_misses, find_misses
from bench.machine import describe_machine, describe_model
from bench.report import LATEST, print_report
from bench.run import Run
from udf.version import MODEL

PARTS = {
    "latency": "milliseconds a message, one line and 2 kB, by the model alone and with plans",
    "throughput": "lines a second, by the model, by plans, over a day of mixed partners",
    "parsers": "segments a second beside pydifact and pyx12",
    "levers": "plans, remembered answers, batching and threads, on and off",
    "growth": "time and memory from 1,000 to 1,000,000 lines, and messages of 1 to 100,000 line groups",
    "start": "process start to first outcome",
    "pipeline": "1,000,000 lines from landing files to Gold through Dagster (not in a quick run)",
}
SLOW = ("pipeline",)


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer and smaller of everything, in under a minute.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PART", help=f"Measure this part alone; may be repeated: {', '.join(PARTS)}."),
    ] = None,
    model: Annotated[Path, typer.Option(help="Another GGUF than the shipped one.")] = MODEL,
    output: Annotated[
        Path | None,
        typer.Option(
            help="JSON to write, the picture goes beside it; a run of some parts alone writes none by default."
        ),
    ] = None,
) -> None:
    """Measure Tillroll, and what it is compared with, side by side; write bench/results/latest.json and .png."""
    console = Console(width=None if Console().is_terminal else 140, highlight=False)
    unknown = set(only or ()) - PARTS.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there is {', '.join(PARTS)}")
    chosen = [part for part in PARTS if (part in only if only else not (quick and part in SLOW))]
    began = time.monotonic()
    facts: dict[str, Any] = {"is_quick": quick, "machine": describe_machine(), "model": describe_model(model)}
    exactness, failures = {}, {}
    for number, part in enumerate(chosen, 1):
        run = Run(model, quick, _teller(console, began, f"{number}/{len(chosen)} {part}"))
        try:
            found = importlib.import_module(f"bench.{part}").measure(run)
            run.exactness.check()
            facts |= found
        except InexactError as error:
            failures[part] = str(error)
            for example in run.exactness.examples:
                console.print(example, style="red", markup=False)
        exactness[part] = run.exactness
    total = Exactness()
    for of_part in exactness.values():
        total.add(of_part)
    facts |= {
        "parts": {part: of_part.facts() for part, of_part in exactness.items()}, "exactness": total.facts(),
        "failures": failures, "minutes": round((time.monotonic() - began) / 60, 1),
    }  # fmt: skip
    if total.wrong:
        failures["the whole run"] = f"{total.wrong} messages are wrong and called valid: no speed is printed"
        facts = {
            name: facts[name] for name in ("is_quick", "machine", "model", "parts", "exactness", "failures", "minutes")
        }
    facts["bars_missed"] = find_misses(facts)
    print_report(console, facts)
    target = output or (None if only else LATEST)
    if target:
        from bench.picture import draw_picture  # not above: the processes that it starts import this module too

        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        draw_picture(facts, target.with_suffix(".png"))
        console.print(f"written to {target} and {target.with_suffix('.png').name}")
    missed = [] if quick else explain_misses(facts)
    for sentence in missed:
        console.print(f"missed: {sentence}", style="red", markup=False)
    if failures or missed:
        raise typer.Exit(1)


def _teller(console: Console, began: float, part: str) -> Any:
    return lambda text: console.print(f"{time.monotonic() - began:7.1f} s  {part}: {text}", markup=False)


if __name__ == "__main__":
    typer.run(bench)
