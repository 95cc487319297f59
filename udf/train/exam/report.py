"""The exam for a person: tables on the console."""

from typing import Any

from rich.console import Console
from rich.table import Table

_ROWS = (
    ("messages", "{:,}"), ("lines", "{:,}"), ("messages_exact", "{:.2%}"), ("messages_exact_first_pass", "{:.2%}"),
    ("line_groups", "{:,}"), ("line_groups_exact_first_pass", "{:.2%}"), ("records_exact", "{:.2%}"),
    ("field_precision", "{:.3%}"),
    ("field_recall", "{:.3%}"), ("field_f1", "{:.3%}"), ("format_valid", "{:.2%}"), ("records_omitted", "{:,}"),
    ("records_invented", "{:,}"), ("silent_errors", "{:,}"), ("headers_wrong", "{:,}"), ("false_refusals", "{:,}"),
    ("ms_per_message_p50", "{:.1f}"), ("ms_per_message_p95", "{:.1f}"),
)  # fmt: skip
_RIVAL_ROWS = (
    ("messages", "{:,}"), ("lines", "{:,}"), ("messages_exact", "{:.1%}"), ("records_exact", "{:.1%}"),
    ("field_f1", "{:.2%}"), ("records_omitted", "{:,}"), ("records_invented", "{:,}"), ("silent_errors", "{:,}"),
    ("answers", "{:,}"), ("answers_unreadable", "{:,}"), ("answers_with_invented_values", "{:,}"),
    ("tokens_in", "{:,}"), ("tokens_out", "{:,}"), ("ms_per_message_p50", "{:,.1f}"), ("threads", "{}"),
    ("file_mb", "{:,.1f}"),
)  # fmt: skip


def print_exam(facts: dict[str, Any], console: Console) -> None:
    """Splits, damage, samples and causes of failure of the model and of the rules, then plans and rivals."""
    _print_reader("Exam", facts, console)
    if "rules" in facts:
        _print_reader("The same, read by rules (readers/rules)", facts["rules"], console)
    for split, alone in facts.get("alone", {}).items():
        console.print(
            f"the model alone, {split}: {alone['messages_exact']:.2%} of messages and {alone['chunks_exact']:.2%} of "
            f"chunks exact at the first answer; {alone['wrong_and_allowed']} wrong ones that the invariants allow"
        )
    if plans := facts.get("plans"):
        damaged, samples = plans["damaged messages"], plans["samples"]
        console.print(
            f"with plans on: {plans['silent_errors']} of {plans['lines']:,} lines wrong in a valid message, "
            f"{plans['messages_by_plans']:,} of {plans['messages']:,} messages read by plans; {damaged['accepted']} of "
            f"{damaged['messages']:,} damaged ones accepted with another meaning ({damaged['by_plans']} read by plans)"
            + (f"; samples {samples['records_right']:,} of {samples['records']:,}" if samples else "")
        )
    console.print(f"peak memory {facts['peak_memory_mb']} MB, {facts['minutes']} minutes, seed {facts['seed']}")
    if "rivals" in facts:
        console.print(_tabulate("Short messages of held-out partners, read by", facts["rivals"], _RIVAL_ROWS))


def _print_reader(title: str, facts: dict[str, Any], console: Console) -> None:
    console.print(_tabulate(title, facts["splits"], _ROWS))
    for split, marks in facts["splits"].items():
        for failure in marks["failures"][:6]:
            console.print(f"  {split}: {failure['messages']} × {failure['cause']}", highlight=False)
    if beyond := facts.get("beyond the standard"):
        console.print(
            f"beyond the standard: of {beyond['partners']:,} partners the first proposal is right for "
            f"{beyond['first_right']:.1%}, one of three for {beyond['among_three']:.1%}; without any "
            f"{beyond['without_proposal']}; {beyond['lines_valid_and_wrong']} lines valid and wrong"
        )
    damaged = facts["damaged messages"]
    console.print(
        f"damaged messages: {damaged['accepted']} of {damaged['messages']:,} accepted with another meaning, "
        f"{damaged['refused']:,} refused, {damaged['harmless']:,} read as before"
    )
    if samples := facts["samples"]:
        console.print(
            f"samples: {samples['records_right']:,} of {samples['records']:,} records right, "
            f"{samples['silent_errors']} wrong in a valid message; not all of: {samples['not_all_right'] or 'none'}"
        )
    if cases := facts["cases"]:
        console.print(
            f"cases: {cases['right']} of {cases['messages']} right, {cases['refused']} refused, "
            f"{cases['silent']} silent; not right: {cases['not_all_right'] or 'none'}"
        )


def _tabulate(title: str, columns: dict[str, dict[str, Any]], rows: tuple[tuple[str, str], ...]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for row, form in rows:
        cells = [form.format(facts[row]) if row in facts else "" for facts in columns.values()]
        table.add_row(row.replace("_", " "), *cells)
    return table
