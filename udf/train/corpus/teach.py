"""The teacher: ``python -m udf.train.corpus.teach landing labels.jsonl --url http://localhost:8080/v1 --model NAME``.

A larger model behind any OpenAI-compatible endpoint reads real, unlabelled messages. A chunk enters the file only when
its message is valid and nothing was found against the chunk's own line; what was refused is reported by problem code.
Of chunks that look alike to the tiny compiler one is kept, so a label always teaches something new. `draw_examples`
of the corpus takes the file.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from udf.compiler import Compiler
from udf.edi.interchange import InterchangeMessage
from udf.edi.split import split_interchange
from udf.engines.engine import Engine
from udf.engines.remote import EndpointError, RemoteEngine
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import Bundles
from udf.message import Unit
from udf.outcome import Outcome
from udf.train.corpus.labels import Label


@dataclass(slots=True)
class Report:
    """What was labelled, what was kept of it, and what was refused."""

    messages: int = 0
    valid: int = 0
    chunks: int = 0
    proved: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    """Kept chunks by message type and kind: the proved ones of a shape that was not kept yet."""
    refused: Counter[str] = field(default_factory=Counter)
    """Errors by problem code: those of messages, and those that stand against a line."""


def find_messages(landing: Path) -> Iterator[InterchangeMessage]:
    """The messages of every file below a folder, in the order of their names; hidden files are passed over."""
    for path in sorted(landing.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(landing).parts)
        if path.is_file() and not hidden:
            yield from split_interchange(path.read_bytes()).messages


class Teacher:
    """Labels messages with an engine and keeps what the gatekeeper proves."""

    def __init__(self, engine: Engine) -> None:
        self.report = Report()
        self._compiler = Compiler(engine, model="teacher")
        self._kept: set[Bundles] = set()

    def label(self, message: InterchangeMessage) -> list[Label]:
        """The new labels of one message; none of a message that is not valid."""
        ((outcome, units),) = self._compiler.compile_units([message.text], [message.envelope])
        report = self.report
        report.messages += 1
        report.valid += outcome.is_valid
        report.chunks += sum(len(unit.chunks) for unit in units)
        report.refused.update(problem.code for problem in outcome.problems if problem.severity == "error")
        if not outcome.is_valid:
            return []
        return [label for unit in units if not unit.findings for label in self._keep(unit, outcome)]

    def _keep(self, unit: Unit, outcome: Outcome) -> Iterator[Label]:
        for chunk, records in zip(unit.chunks, unit.records, strict=True):
            prompt, _ = encode_chunk(chunk.kind, str(outcome.message_type), chunk.segments)
            self.report.proved += 1
            if prompt not in self._kept:
                self._kept.add(prompt)
                self.report.labels[f"{outcome.message_type} {chunk.kind}"] += 1
                yield Label.of(chunk, str(outcome.message_type), records)


def print_report(report: Report, console: Console) -> None:
    """What was kept and what was refused, as two tables."""
    console.print(
        f"{report.messages} messages, {report.valid} valid; {report.chunks} chunks, {report.proved} proved in valid "
        f"messages, {report.labels.total()} of a shape of its own"
    )
    for title, counts in (("labels", report.labels), ("refused", report.refused)):
        table = Table(title, "number")
        for name, number in counts.most_common():
            table.add_row(name, str(number))
        console.print(table)


def teach(
    landing: Path,
    out: Path,
    url: Annotated[str, typer.Option(help="the endpoint, up to and including its /v1")],
    model: Annotated[str, typer.Option(help="the name that the endpoint knows its model by")],
    key: Annotated[str | None, typer.Option(envvar="TILLROLL_TEACHER_KEY", help="sent as a bearer token")] = None,
    seconds: Annotated[float, typer.Option(help="longest wait for one answer")] = 60.0,
) -> None:
    """Label the messages below `landing` with a larger model and write what is proved to `out`, message by message."""
    console = Console()
    engine = RemoteEngine(url, model, key, seconds)
    teacher = Teacher(engine)
    gave_up = ""
    with out.open("w", encoding="utf-8") as file:
        try:
            for message in find_messages(landing):
                for label in teacher.label(message):
                    file.write(label.row() + "\n")
                file.flush()
        except EndpointError as error:
            gave_up = str(error)
    engine.close()
    print_report(teacher.report, console)
    usage = engine.usage
    console.print(
        f"{usage.asked} questions: {usage.unreadable} answers outside the format, {usage.invented} with an invented "
        f"value, {usage.failed} without any; {usage.tokens_in} tokens in, {usage.tokens_out} out"
    )
    if gave_up:
        console.print(f"Given up: {gave_up}. The labels so far are in {out.name}.", style="red")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(teach)
