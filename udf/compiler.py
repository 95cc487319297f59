"""The loop: each message by its plans, or read, judged and put together; whatever the input, the answer is an outcome.

Nothing is raised for bad input.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from udf.engines.engine import Engine
from udf.engines.llama import LlamaEngine
from udf.findings import Finding
from udf.gatekeeper.judge import judge_unit
from udf.gatekeeper.verdict import READING, Verdict
from udf.message import Message, Unit, read_message
from udf.open_questions import OpenQuestions
from udf.outcome import (
    MAX_ANSWER,
    AnswerTooLargeError,
    Attempt,
    CompiledRow,
    Envelope,
    Outcome,
    dump_problems,
    make_row,
)
from udf.plans.book import PlanBook
from udf.plans.replay import Replayed
from udf.plans.routing import Routed, Router
from udf.readers.approved import ApprovedReader
from udf.readers.meaning import MeaningReader
from udf.readers.model import ATTEMPTS, ModelReader
from udf.readers.proposer import Proposer
from udf.readers.rules import RulesReader, read_unit, read_whole, settle
from udf.reading import LineReading, PartReading, Record
from udf.refusals import RefusedError, hash_document, refuse
from udf.standards.reference import Reference, load_reference
from udf.version import MODEL, model_version, version_with

if TYPE_CHECKING:
    from udf import contract


@contextmanager
def _resting_collector() -> Iterator[None]:
    """Nothing here refers to itself in a circle, and to look for such among a million objects that live takes time.

    A quarter of that of a long message, and the more a line the longer it is (November 2026).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Compiler:
    """Compiles messages with one engine and one set of reference tables."""

    def __init__(
        self, engine: Engine | None, reference: Reference | None = None, model: str = "unnamed",
        attempts: int = ATTEMPTS, plans: PlanBook | None = None,
    ) -> None:  # fmt: skip
        """Without an `engine` the rules read alone. `plans` are tried before, and learn from what is read."""
        self.engine = engine
        self.plans = plans
        self.reference = reference or load_reference()
        self.model_version = model
        self.version = version_with(model)
        self._approved = ApprovedReader()
        self._reader = RulesReader() if engine is None else ModelReader(engine, attempts, self._guess)
        is_tiny = isinstance(engine, LlamaEngine)  # what answers in words is asked for a reading and for no more
        self._open_questions = OpenQuestions(Proposer(engine) if is_tiny and engine else None)
        self._dispute = MeaningReader(engine).dispute if is_tiny and engine else None

    def compile_batch(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> "list[contract.Outcome]":
        """One outcome for each text, in order; the prompts of all of them are decoded together."""
        from udf.contract import read_outcome  # pydantic: who only stores rows does without

        return [read_outcome(row) for row in self.compile_rows(texts, envelopes)]

    @_resting_collector()
    def compile_rows(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> list[CompiledRow]:
        """As `compile_batch`, as rows to store."""
        known = envelopes or [None] * len(texts)
        found: Sequence[Routed] = (
            self._read(texts, known) if self.plans is None else Router(self.plans, self._read).route(texts, known)
        )
        return [self._write(text, routed) for text, routed in zip(texts, found, strict=True)]

    def compile_units(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> list[tuple[Outcome, list[Unit]]]:
        """As `compile_batch`, without plans, with what was read for each chunk and what was found against it."""
        return [(outcome, units) for outcome, _, units in self._compile(texts, envelopes or [None] * len(texts))]

    def _read(self, texts: Sequence[str], envelopes: Sequence[Envelope | None]) -> list[tuple[Outcome, str | None]]:
        return [(outcome, document) for outcome, document, _ in self._compile(texts, envelopes)]

    def _compile(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None]
    ) -> list[tuple[Outcome, str | None, list[Unit]]]:
        """Outcome, canonical document and units of each text, all of them read."""
        opened = [self._open(text, envelope) for text, envelope in zip(texts, envelopes, strict=True)]
        found: dict[int, tuple[Outcome, str | None, list[Unit]]] = {}
        against: dict[int, Sequence[Finding]] = {}
        for number, message in enumerate(opened):
            if isinstance(message, Outcome):
                found[number] = message, None, []
            elif message.setting.reference.layouts:
                laid_out, review, against[number] = self._approved.read(message)
                if laid_out is not None:
                    found[number] = *self._finish_approved(laid_out, review), laid_out.units
        left = {n: message for n, message in enumerate(opened) if isinstance(message, Message) and n not in found}
        self._reader.read([(message, unit) for message in left.values() for unit in message.units], self._judge)
        for number, message in left.items():
            found[number] = *self._finish(message, against.get(number, ())), message.units
        return [found[number] for number in range(len(opened))]

    def _open(self, text: str, envelope: Envelope | None) -> Message | Outcome:
        began = time.perf_counter()
        try:
            message = read_message(text, envelope, self.reference)
        except RefusedError as refusal:
            outcome = self._refuse(text, refusal)
            return outcome._replace(compile_ms=round(1000 * (time.perf_counter() - began), 3))
        message.seconds = time.perf_counter() - began
        return message

    def _judge(self, message: Message, unit: Unit) -> Sequence[Finding]:
        """Hold what was read of a unit against what the rules read of it."""
        reading = self._read_by_rules(message, unit)
        if isinstance(reading, PartReading):
            settle(unit, reading, message.segments, message.setting)
        return judge_unit(message, unit, reading)

    def _guess(self, message: Message, unit: Unit) -> Sequence[list[Record]]:
        """What the rules read of a unit: the model's answer is most often the same, and is found sooner then."""
        return read_unit(message, unit, self._read_by_rules(message, unit))

    def _read_by_rules(self, message: Message, unit: Unit) -> PartReading | LineReading:
        reading = unit.reading or read_whole(message, unit)
        if not message.is_long:
            unit.reading = reading
        return reading

    def _finish_approved(self, message: Message, review: int) -> tuple[Outcome, str | None]:
        """The outcome of a message that is read as a review has approved, and its document as JSON."""
        began = time.perf_counter()
        verdict = Verdict(message, self.model_version, self.version)
        try:
            verdict.check_controls(is_approved=True)
            verdict.assemble()
            outcome, document = verdict.outcome()
        except AnswerTooLargeError as error:
            return self._refuse(message.text, error), None
        compile_ms = round(1000 * (message.seconds + time.perf_counter() - began), 3)
        errors = [problem for problem in outcome.problems if problem.severity == "error"][:20]
        attempt = Attempt(0, None, "review", f"review {review}", problems=errors, compile_ms=compile_ms)
        return outcome._replace(route="review", attempts=0, compile_ms=compile_ms, attempt_log=[attempt]), document

    def _finish(self, message: Message, against: Sequence[Finding] = ()) -> tuple[Outcome, str | None]:
        """The outcome of a message whose units are read and judged, and its document as JSON; plans learn from it.

        `against` is what stands against the message as a whole before.
        """
        began = time.perf_counter()
        verdict = Verdict(message, self.model_version, self.version, self._dispute)
        try:
            verdict.check_controls()
            verdict.assemble()
            for finding in against:
                verdict.note(finding)
            proposals = self._open_questions.consider(message, verdict)
            outcome, document = verdict.outcome()
        except AnswerTooLargeError as error:
            return self._refuse(message.text, error), None
        message.seconds += time.perf_counter() - began
        outcome = outcome._replace(proposals=proposals, compile_ms=round(1000 * message.seconds, 3))
        if self.plans is not None:
            self.plans.learn(message, outcome, document)
        return outcome, document

    def _write(self, text: str, routed: Routed) -> CompiledRow:
        try:
            if isinstance(routed, AnswerTooLargeError):
                raise routed
            row = self._write_replayed(text, *routed) if isinstance(routed[0], Replayed) else make_row(*routed)
            if len(row.document or "") + len(row.rejected_lines) + len(row.problems) > MAX_ANSWER:
                raise AnswerTooLargeError(row.message_type)
        except AnswerTooLargeError as error:
            return make_row(self._refuse(text, error), None)
        return row

    def _write_replayed(self, text: str, replayed: Replayed, seconds: float) -> CompiledRow:
        compile_ms = round(1000 * seconds, 3)
        attempt = Attempt(0, None, "plan", READING, compile_ms=compile_ms)
        return CompiledRow(
            replayed.message_type, True, True, replayed.document, "[]", dump_problems(replayed.problems), "plan", 0,
            self.model_version, self.version, hash_document(text, replayed.document), compile_ms, (attempt,),
            replayed.plans,
        )  # fmt: skip

    def _refuse(self, text: str, refusal: RefusedError | AnswerTooLargeError) -> Outcome:
        return refuse(text, refusal, self.model_version, self.version)


@cache
def load_compiler() -> Compiler:
    """The compiler with the shipped model, loaded once in a process."""
    return Compiler(LlamaEngine(MODEL), model=model_version(), plans=PlanBook(load_reference()))
