"""What a second witness is worth: ``python -m udf.train.exam.mutants`` (make mutants).

Faults are planted in the first witness (`udf.train.attack.faults`), and each faulty compiler reads drawn messages in a
process of its own: by the rules alone, and where that changed anything by both. A fault counts where the rules alone
call valid what a message does not state, a line or a field of the header. It is *caught* where with both witnesses
nothing wrong is valid in any of these messages.
"""

import json
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from udf.train.attack.faults import Fault, draw_faults, plant
from udf.train.exam.messages import HELD_OUT, KNOWN, draw_messages
from udf.version import MODEL

SEED = 17_001
FAULTS, MESSAGES = 600, 150
_SECONDS = 90
"""What a fault may take: one of them may never end."""
Verdict = Literal["right", "refused", "wrong"]
"""Every line and no other; too few, but nothing wrong; something called valid that is not stated."""


class Stated(NamedTuple):
    """A file and what it states, in values that outlive the modules they were made by."""

    data: bytes
    lines: Counter[Any]
    gaps: int
    header: tuple[Any, ...]


@dataclass(slots=True)
class Result:
    """What a fault did: `alone` and `both` by message, of the latter those that the fault changed anything in."""

    fault: Fault | None
    alone: list[Verdict] = field(default_factory=list)
    both: dict[int, Verdict] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    """What was said against the messages that both refused and the rules alone read wrongly."""
    failure: str = ""

    @property
    def wrong(self) -> list[int]:
        """Messages that the rules alone read wrongly."""
        return [n for n, verdict in enumerate(self.alone) if verdict == "wrong"]

    @property
    def silent(self) -> list[int]:
        """Messages that both read wrongly."""
        return [n for n, verdict in self.both.items() if verdict == "wrong"]

    @property
    def is_caught(self) -> bool:
        return bool(self.wrong) and not self.silent


def draw_stated(count: int, seed: int) -> list[Stated]:
    """Messages of known and held-out partners, half of them each."""
    drawn = chain.from_iterable(
        islice(draw_messages(split, seed), count // 2 + (count % 2 and split == KNOWN)) for split in (KNOWN, HELD_OUT)
    )
    return [Stated(m.data, Counter(map(tuple, m.lines.elements())), m.gaps, m.header) for m in drawn]


def examine_faults(faults: Iterable[Fault], messages: Sequence[Stated], model: Path | None = MODEL) -> list[Result]:
    """What each fault did; faults that change no outcome of the rules alone are among them."""
    sound = _examine(None, messages, model, None)
    if sound.failure:
        raise RuntimeError(sound.failure)
    return [_examine(fault, messages, model, sound.alone) for fault in faults]


def _examine(fault: Fault | None, messages: Sequence[Stated], model: Path | None, sound: Any) -> Result:
    """Run one fault in a process of its own, which is ended where it does not end."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(fault, messages, model, sound, theirs))
    process.start()
    theirs.close()
    try:
        found = ours.recv() if ours.poll(_SECONDS) else None
    except EOFError:
        found = None
    process.kill()
    process.join()
    ours.close()
    if found is None:
        return Result(fault, failure="the process ended, or did not end")
    alone, both, codes, failure = found
    return Result(fault, alone, both, codes, failure)


def _run(fault: Fault | None, messages: Sequence[Stated], model: Path | None, sound: Any, answer: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    alone: list[Verdict] = []
    both: dict[int, Verdict] = {}
    codes: Counter[str] = Counter()
    try:
        plant(fault)
        from udf.compiler import Compiler  # imported anew, with the fault
        from udf.engines.llama import LlamaEngine
        from udf.train.exam.reading import read_file

        def judge(compiler: Any, stated: Stated) -> tuple[Verdict, tuple[str, ...]]:
            try:
                result = read_file(compiler, stated.data)
            except Exception as error:
                return "refused", (type(error).__name__,)
            got = result.lines if result.is_valid else Counter()
            if got - stated.lines or (result.is_valid and result.header != stated.header):
                return "wrong", result.codes
            is_right = got == stated.lines and result.rejected == stated.gaps
            return "right" if is_right else "refused", result.codes

        rules = Compiler(None)
        alone = [judge(rules, stated)[0] for stated in messages]
        changed = [n for n, verdict in enumerate(alone) if sound is not None and verdict != sound[n]]
        if model and changed:
            compiler = Compiler(LlamaEngine(model), rules.reference)
            for n in changed:
                both[n], said = judge(compiler, messages[n])
                if alone[n] == "wrong" and both[n] != "wrong":
                    codes.update(said or ("right",))
        answer.send((alone, both, codes, ""))
    except BaseException as error:
        answer.send((alone, both, codes, f"{type(error).__name__}: {error}"[:200]))


def summarise(results: Sequence[Result]) -> dict[str, Any]:
    """Figures of some faults, over all and by kind and module."""
    counted = [result for result in results if result.wrong]

    def count(some: Sequence[Result]) -> dict[str, Any]:
        wrong, silent = (sum(map(len, lists)) for lists in ([r.wrong for r in some], [r.silent for r in some]))
        caught = sum(result.is_caught for result in some)
        return {
            "faults": len(some), "caught": caught, "share": round(caught / len(some), 4) if some else None,
            "messages_wrong_alone": wrong, "messages_wrong_with_both": silent,
        }  # fmt: skip

    def by(name: str) -> dict[str, Any]:
        values = sorted({getattr(result.fault, name) for result in counted})
        return {value: count([r for r in counted if getattr(r.fault, name) == value]) for value in values}

    return {
        "planted": len(results),
        "broken": sum(bool(result.failure) for result in results),
        "refused_alone": sum(not r.wrong and not r.failure and bool(r.both) for r in results),
        "changing_a_line": count(counted),
        "by_kind": by("kind"),
        "by_module": by("module"),
        "silent": [
            {**result.fault._asdict(), "messages": len(result.silent), "of": len(result.wrong)}
            for result in counted if result.fault is not None and result.silent
        ],
        "said_against": dict(sum((result.codes for result in counted), Counter[str]()).most_common(12)),
    }  # fmt: skip


def show(facts: dict[str, Any], console: Console) -> None:
    """A table of what was caught, by kind and by module."""
    table = Table(title="Faults planted in the rules that change a line of the exam")
    for heading in ("where", "faults", "caught", "share", "messages wrong alone", "wrong with both"):
        table.add_column(heading, justify="left" if heading == "where" else "right")
    rows = [("all", facts["changing_a_line"]), *facts["by_kind"].items(), *facts["by_module"].items()]
    for name, figures in rows:
        share = "–" if figures["share"] is None else f"{figures['share']:.1%}"
        numbers = (figures[n] for n in ("faults", "caught", "messages_wrong_alone", "messages_wrong_with_both"))
        faults, caught, wrong, silent = map(str, numbers)
        table.add_row(name, faults, caught, share, wrong, silent)
    console.print(table)


def main(
    faults: int = FAULTS,
    messages: int = MESSAGES,
    seed: int = SEED,
    model: Path = MODEL,
    report: Annotated[Path | None, typer.Option(help="JSON with every fault that was silent")] = None,
) -> None:
    """Plant faults in the rules and count those that the other witness notices."""
    began = time.monotonic()
    console = Console(stderr=True)
    planted: Iterable[Fault] = draw_faults(faults, seed)
    if sys.stderr.isatty():
        planted = track(planted, "faults", faults, console=console)
    facts = summarise(examine_faults(planted, draw_stated(messages, seed), model))
    facts |= {"seed": seed, "messages": messages, "minutes": round((time.monotonic() - began) / 60, 1)}
    show(facts, Console())
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    typer.run(main)
