"""One run of the benchmark: which model, how much, whom to tell, and what of it was exact."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.exactness import Exactness, InexactError
from bench.machine import describe_model
from bench.partners import Message, Partner, write_messages
from udf.compiler import Compiler
from udf.edi.split import split_interchange
from udf.engines.llama import LlamaEngine
from udf.outcome import CompiledRow, Envelope
from udf.plans.book import SHADOW, PlanBook
from udf.standards.reference import load_reference

CLONE = Path(__file__).resolve().parent.parent
SEED = 20_260_105
LEARNT, LONG = 25, 97
"""Line groups of messages that plans are learnt from, and of long ones that end alike: whether plans know a message's
layout depends on the kind of line it ends with, which in some habits goes by its number."""
BATCH = 200
"""Messages compiled together, as many as the schedule takes."""
_PATIENCE = 24
"""Messages of each size from which a partner's plans must have been learnt."""
_STREAK = 4
"""Messages in a row that plans have compiled, and are then taken to know the partner."""


@dataclass(slots=True)
class Run:
    """What every part of the benchmark is given."""

    model: Path
    is_quick: bool = False
    tell: Callable[[str], None] = print
    exactness: Exactness = field(default_factory=Exactness)

    def choose(self, full: int, quick: int) -> int:
        """How many, in a full run or in a quick one."""
        return quick if self.is_quick else full


def make_compiler(
    model: Path, has_plans: bool = True, shadow: int = SHADOW, threads: int | None = None
) -> tuple[Compiler, LlamaEngine]:
    """A compiler as `udf.compile_edi` uses it, or without plans, and its engine."""
    engine = LlamaEngine(model, threads)
    plans = PlanBook(load_reference(), shadow) if has_plans else None
    return Compiler(engine, model=describe_model(model)["version"], plans=plans), engine


def find_envelope(data: bytes) -> Envelope:
    """What the envelope of a file says to each of its messages."""
    return split_interchange(data).messages[0].envelope


def compile_messages(
    compiler: Compiler, messages: Sequence[Message], envelopes: Sequence[Envelope]
) -> list[CompiledRow]:
    """The rows of messages, batch by batch as the schedule does it."""
    rows: list[CompiledRow] = []
    for start in range(0, len(messages), BATCH):
        batch = slice(start, start + BATCH)
        rows += compiler.compile_rows([message.text for message in messages[batch]], envelopes[batch])
    return rows


def teach_plans(
    compiler: Compiler, partner: Partner, envelope: Envelope, sizes: Sequence[int] = (LEARNT,),
    exactness: Exactness | None = None,
) -> None:  # fmt: skip
    """Send earlier messages of a partner, of these many line groups in turn, until its plans run alone.

    Raises InexactError where they never do.
    """
    streak = 0
    for attempt, groups in itertools.product(range(_PATIENCE), sizes):
        message = next(write_messages(f"earlier:{attempt}", partner, groups))
        row = compiler.compile_rows([message.text], [envelope])[0]
        if exactness:
            exactness.mark([row], [message])
        streak = streak + 1 if row.route == "plan" else 0
        if streak == _STREAK:
            return
    raise InexactError(f"no plan for {partner.habit} after {_PATIENCE * len(sizes)} messages: {partner}")
