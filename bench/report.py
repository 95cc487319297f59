"""The figures for a person: tables on the console, and the table of this room's README.

``python -m bench.report`` writes its README's table anew from bench/results/latest.json.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import FIGURES

RESULTS = Path(__file__).with_name("results")
LATEST = RESULTS / "latest.json"
README = Path(__file__).with_name("README.md")
_TABLE = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def print_report(console: Console, facts: Mapping[str, Any]) -> None:
    """The machine, the figures with their bars, levers, growth, stages, and what of it was exact."""
    console.print(describe(facts), highlight=False)
    table = _table("Figures", "figure", "what", "measured", "bar", "")
    for figure in FIGURES:
        if figure.name in facts:
            value = facts[figure.name]
            verdict = (
                "" if figure.bar is None or value is None else "met" if figure.meets(value) else "[red]missed[/red]"
            )
            table.add_row(figure.name, figure.what, figure.show(value), figure.show_bar(), verdict)
    if table.row_count:
        console.print(table)
    for name, title in (
        ("levers", "Levers, ms a message of 2 kB"), ("growth_lines", "Lines in messages of 25"),
        ("growth_message", "Line groups of a message"),
        ("growth_message_model", "The same, by the model"),
    ):  # fmt: skip
        if name in facts:
            console.print(_tabulate(title, facts[name]))
    if "end_to_end_steps" in facts:
        console.print(_tabulate("Landing to Gold", {k: {"seconds": v} for k, v in facts["end_to_end_steps"].items()}))
    exact = facts["exactness"]
    console.print(
        f"{exact['exact']:,} of {exact['messages']:,} measured messages exact ({exact['lines']:,} lines), "
        f"{exact['refused']} refused, {exact['wrong']} wrong and called valid; {facts['minutes']} minutes"
    )
    for part, why in facts["failures"].items():
        console.print(f"{part} has no figures: {why}", style="red", markup=False)


def describe(facts: Mapping[str, Any]) -> str:
    """Machine, programs and model in one line."""
    machine, model = facts["machine"], facts["model"]
    load = "/".join(str(number) for number in machine["load_average"])
    return (
        f"{machine['processor']}, {machine['cores']} cores, load {load} at the start; Python {machine['python']}, "
        f"llama-cpp-python {machine['llama_cpp_python']}, {machine['threads']} thread; "
        f"model {model['version']} ({model['mb']} MB)"
    )


def write_table(facts: Mapping[str, Any]) -> str:
    """The README's table."""
    rows = ["| figure | what | measured | bar |", "|---|---|---|---|"]
    rows += [
        f"| `{figure.name}` | {figure.what} | {figure.show(facts[figure.name])} | {figure.show_bar()} |"
        for figure in FIGURES if facts.get(figure.name) is not None
    ]  # fmt: skip
    return "\n".join([*rows, "", f"{describe(facts)}.", ""])


def read_latest() -> dict[str, Any]:
    """The last run's figures."""
    facts: dict[str, Any] = json.loads(LATEST.read_text())
    return facts


def write_readme(facts: Mapping[str, Any]) -> None:
    """Put the table between the README's two marks."""
    README.write_text(_TABLE.sub(lambda match: match[1] + write_table(facts) + match[2], README.read_text()))


def _tabulate(title: str, rows: Mapping[str, Mapping[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    table = _table(title, "", *(name.replace("_", " ") for name in names))
    for key, row in rows.items():
        table.add_row(key, *(_show(row.get(name)) for name in names))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 1 or column == "what" else "right")
    return table


def _show(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:,}"
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    write_readme(read_latest())
