"""The loop: read, split, ask the model, let the gatekeeper judge, try again, and say what came of it.

Whatever the input, the answer is an Outcome. Nothing is raised for bad input.
"""

import gc
import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from udf.edi.delimiters import announce, find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import LONG
from udf.engines.engine import Engine
from udf.engines.llama import LlamaEngine
from udf.gatekeeper.verdict import READING, Verdict, hash_document
from udf.message import Message, Unit
from udf.outcome import (
    MAX_ANSWER,
    AnswerTooLargeError,
    Attempt,
    CompiledRow,
    Envelope,
    Outcome,
    Problem,
    dump_problems,
    make_row,
)
from udf.plans.book import PlanBook
from udf.plans.excerpts import make_excerpts
from udf.plans.plan import PROOFS
from udf.plans.replay import Replayed
from udf.readers.model import ATTEMPTS, answer_units
from udf.reading import TYPES
from udf.standards.structure import MAX_CHUNKS, Chunks, ExcessError, read_type, split_message
from udf.standards.limits import find_excess, find_excess_of_lines, find_excess_of_segments
from udf.standards.reference import Reference, load_reference, reference_digest
from udf.standards.setting import Setting

if TYPE_CHECKING:
    from udf import contract

MODEL = Path(__file__).with_name("model") / "tillroll.gguf"
FIRST_SHARE = 4
"""Messages of one partner that the model reads before the others of a batch are tried by what was learnt from them;
then twice as many, and so on: a partner of whom nothing can be learnt must not make a batch a row of small ones."""
MAX_CHARACTERS = 50_000_000
_LEARNT = 20_000
"""Units of the longest message that plans are learnt from; longer ones have taught by excerpts."""
_SEVERAL = "Ask the partner to send it as several messages."
_SUPPORTED = frozenset(TYPES)


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


@cache
def model_version() -> str:
    """The first twelve characters of the model file's SHA-256."""
    return hashlib.sha256(MODEL.read_bytes()).hexdigest()[:12]


@cache
def compiler_version() -> str:
    """A hash over weights, code and tables: what it was, tells whether an outcome is of today's compiler."""
    return _version(model_version())


def _version(model: str) -> str:
    digest = hashlib.sha256(model.encode())
    for source in list_sources():
        digest.update(source.read_bytes())
    digest.update(reference_digest().encode())
    return digest.hexdigest()[:12]


def list_sources() -> list[Path]:
    """The modules that have a say in what an outcome is."""
    package = Path(__file__).parent
    return sorted(
        path for path in package.rglob("*.py")
        if path.name != "install.py" and path.relative_to(package).parts[0] not in ("postgres", "train")
    )  # fmt: skip


class Compiler:
    """Compiles messages with one engine and one set of reference tables."""

    def __init__(
        self, engine: Engine, reference: Reference | None = None, model: str = "unnamed", attempts: int = ATTEMPTS,
        plans: PlanBook | None = None,
    ) -> None:  # fmt: skip
        """`plans` is tried before the model and learns from it; without one the model reads everything."""
        self.engine = engine
        self.plans = plans
        self.attempts = attempts
        self.reference = reference or load_reference()
        self.model_version = model
        self.version = _version(model)

    def compile_batch(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> "list[contract.Outcome]":
        """One outcome for each text, in order; the prompts of all of them are decoded together."""
        from udf.contract import read_row  # pydantic: who only stores rows does without

        return [read_row(row) for row in self.compile_rows(texts, envelopes)]

    @_resting_collector()
    def compile_rows(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> list[CompiledRow]:
        """As `compile_batch`, as rows to store."""
        found = self._route(texts, envelopes)
        return [self._write(made, text) for made, text in zip(found, texts, strict=True)]

    def compile_units(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> list[tuple[Outcome, list[Unit]]]:
        """As `compile_batch`, with what was answered for each chunk and what was found against it."""
        return [(outcome, units) for outcome, _, units in self._compile(texts, envelopes)]

    def _compile(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None
    ) -> list[tuple[Outcome, str | None, list[Unit]]]:
        """Outcome, canonical document and units of each text, all of them read by the model."""
        known = envelopes or [None] * len(texts)
        prepared = [self._time_preparing(text, envelope) for text, envelope in zip(texts, known, strict=True)]
        messages = [message for message in prepared if isinstance(message, Message)]
        answer_units(self.engine, [(message, unit) for message in messages for unit in message.units], self.attempts)
        found: list[tuple[Outcome, str | None, list[Unit]]] = []
        for message in prepared:
            if isinstance(message, Outcome):
                found.append((message, None, []))
                continue
            try:
                outcome, document = self._finish(message)
            except AnswerTooLargeError as error:
                detail = f"{error} {_SEVERAL}"
                refused = self._refuse(error.message_type, "message-too-large", detail, message.text)
                found.append((refused, None, message.units))
                continue
            if self.plans is not None and len(message.units) <= _LEARNT:
                self.plans.learn(message, outcome, document)
            found.append((outcome, document, message.units))
        return found

    def _time_preparing(self, text: str, envelope: Envelope | None) -> Message | Outcome:
        began = time.perf_counter()
        message = self._prepare(text, envelope)
        if isinstance(message, Message):
            message.seconds = time.perf_counter() - began
        else:
            message = message._replace(compile_ms=round(1000 * (time.perf_counter() - began), 3))
        return message

    def _route(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None
    ) -> list[CompiledRow | tuple[Outcome, str | None]]:
        """Each text by its plans, those without any by the model, and of the former a sample by both."""
        known = list(envelopes or [None] * len(texts))
        made: dict[int, CompiledRow | tuple[Outcome, str | None]] = {}
        waiting = list(range(len(texts)))
        share = FIRST_SHARE
        while waiting:
            sampled: dict[int, Replayed] = {}
            unread: list[int] = []
            for number in waiting:
                began = time.perf_counter()
                text, envelope = texts[number], known[number]
                try:
                    replayed, is_sampled = self._try_plans(text, envelope, share == FIRST_SHARE)
                except AnswerTooLargeError as error:
                    made[number] = (
                        self._refuse(error.message_type, "message-too-large", f"{error} {_SEVERAL}", text),
                        None,
                    )
                    continue
                if replayed is None:
                    unread.append(number)
                elif is_sampled:
                    sampled[number] = replayed
                else:
                    made[number] = self._write_replayed(text, replayed, began)
            chosen, waiting = self._choose(unread, known, share) if unread else ([], [])
            chosen = sorted([*chosen, *sampled])
            compiled = self._compile([texts[n] for n in chosen], [known[n] for n in chosen]) if chosen else []
            for number, (outcome, document, _) in zip(chosen, compiled, strict=True):
                if number in sampled and self.plans is not None:
                    self.plans.compare(texts[number], sampled[number], outcome, document)
                made[number] = outcome, document
            share *= 2
        return [made[number] for number in range(len(texts))]

    def _try_plans(self, text: str, envelope: Envelope | None, is_new: bool) -> tuple[Replayed | None, bool]:
        """A message as its plans read it, and whether the model is to read it as well. Raises AnswerTooLargeError."""
        replayed = self._replay(text, envelope)
        is_sampled = replayed is not None and self.plans is not None and self.plans.is_sampled(text)
        if len(text) > LONG and (replayed is None or is_sampled) and is_new:
            self._read_excerpts(text, envelope)
            replayed, is_sampled = self._replay(text, envelope), False
        return replayed, is_sampled

    def _replay(self, text: str, envelope: Envelope | None) -> Replayed | None:
        return self.plans.replay(text, envelope) if self.plans is not None and len(text) <= MAX_CHARACTERS else None

    def _read_excerpts(self, text: str, envelope: Envelope | None) -> None:
        """Let the model read short messages made of a long one, for plans to learn from and to be compared with."""
        delimiters = announce(find_delimiters(text), (envelope or Envelope()).una)
        if self.plans is None or delimiters is None:
            return
        for excerpt in make_excerpts(text, delimiters, PROOFS):
            replayed = self._replay(excerpt, envelope)
            ((outcome, document, _),) = self._compile([excerpt], [envelope])
            if replayed is not None:
                self.plans.compare(excerpt, replayed, outcome, document)

    def _choose(
        self, unread: list[int], envelopes: Sequence[Envelope | None], share: int
    ) -> tuple[list[int], list[int]]:
        """Of messages without plans those that the model reads now, and those that wait for what is learnt from them.

        The first ones of each partner go ahead: they may teach the plans of all the others.
        """
        if self.plans is None:
            return unread, []
        read: Counter[object] = Counter()
        parts: tuple[list[int], list[int]] = ([], [])
        for number in unread:
            partner = self.plans.shelf_of(envelopes[number])
            read[partner] += 1
            parts[read[partner] > share].append(number)
        return parts

    def _write_replayed(self, text: str, replayed: Replayed, began: float) -> CompiledRow:
        compile_ms = round(1000 * (time.perf_counter() - began), 3)
        attempt = Attempt(0, None, "plan", READING, compile_ms=compile_ms)
        return CompiledRow(
            replayed.message_type, True, True, replayed.document, "[]", dump_problems(replayed.problems), "plan", 0,
            self.model_version, self.version, hash_document(text, replayed.document), compile_ms, (attempt,),
            replayed.plans,
        )  # fmt: skip

    def _prepare(self, text: str, envelope: Envelope | None) -> Message | Outcome:
        if not text.strip():
            return self._refuse(None, "empty-message", "There is no text.", text)
        if len(text) > MAX_CHARACTERS:
            return self._refuse(
                None, "message-too-large", f"The message has {len(text)} characters, more than {MAX_CHARACTERS}.", text
            )
        delimiters = find_delimiters(text)
        if envelope is None:
            envelope = _find_envelope(text)
        delimiters = announce(delimiters, envelope.una)
        excess = delimiters and find_excess(text, delimiters)
        if excess:
            return self._refuse(None, "message-too-large", excess, text)
        segments = read_segments(text, delimiters)
        tags = [segment.tag for segment in segments]
        openers = [i for i, tag in enumerate(tags) if tag in ("UNH", "ST")]
        if not openers or delimiters is None:
            return self._refuse(None, "no-message-found", "The text holds no UNH and no ST segment.", text)
        excess = find_excess_of_segments(segments, delimiters)
        if excess:
            return self._refuse(None, "message-too-large", excess, text)
        first = openers[0]
        opener = segments[first]
        x12 = opener.tag == "ST"
        message_type = read_type(opener)
        if len(openers) > 1:
            return self._refuse(message_type, "several-messages", f"The text holds {len(openers)} messages.", text)
        if message_type not in _SUPPORTED:
            named = message_type or "none"
            return self._refuse(
                message_type or None,
                "unsupported-message-type",
                f"The message type is {named}; supported are {', '.join(TYPES)}.",
                text,
            )
        version = (
            (envelope.version or "")
            if x12
            else ":".join(v for v in opener.elements[1][1:] if v)
            if len(opener.elements) > 1
            else ""
        )
        setting = Setting(
            "X12" if x12 else "EDIFACT",
            message_type,
            version,
            envelope.sender or "",
            envelope.decimal_mark,
            self.reference,
        )
        # Each LIN opens a line or more: where there are too many, to split the message first would be for nothing.
        lines = tags.count("LIN")
        if lines > MAX_CHUNKS:
            detail = (
                f"No plan reads this message, and it has {lines} lines: the model reads {MAX_CHUNKS}. "
                f"{_SEVERAL} A shorter one may teach plans."
            )
            return self._refuse(message_type, "message-too-large", detail, text)
        del tags
        try:
            chunks = split_message(segments, message_type)
        except ExcessError as error:
            return self._refuse(message_type, "message-too-large", f"{error} {_SEVERAL}", text)
        excess = find_excess_of_lines(segments, chunks, x12)
        if excess:
            return self._refuse(message_type, "message-too-large", f"{excess} {_SEVERAL}", text)
        return Message(text, envelope, segments, first, setting, chunks, delimiters, _make_units(chunks))

    def _write(self, made: CompiledRow | tuple[Outcome, str | None], text: str) -> CompiledRow:
        try:
            row = made if isinstance(made, CompiledRow) else make_row(*made)
            if len(row.document or "") + len(row.rejected_lines) + len(row.problems) <= MAX_ANSWER:
                return row
            error = AnswerTooLargeError(row.message_type)
        except AnswerTooLargeError as raised:
            error = raised
        return make_row(self._refuse(error.message_type, "message-too-large", f"{error} {_SEVERAL}", text), None)

    def _refuse(self, message_type: str | None, code: str, detail: str, text: str) -> Outcome:
        problem = Problem(code=code, severity="error", span=(0, len(text)) if text else None, detail=detail)
        return Outcome(
            message_type=message_type, is_valid=False, is_complete=False, problems=[problem],
            model_version=self.model_version, compiler_version=self.version,
            verification_hash=hash_document(text, None),
        )  # fmt: skip

    # --- after the model ---------------------------------------------------------------------------------------

    def _finish(self, message: Message) -> tuple[Outcome, str]:
        began = time.perf_counter()
        verdict = Verdict(message, self.model_version, self.version)
        verdict.check_controls()
        verdict.assemble()
        outcome, document = verdict.outcome()
        message.seconds += time.perf_counter() - began
        return outcome._replace(compile_ms=round(1000 * message.seconds, 3)), document


def _make_units(chunks: Chunks) -> list[Unit]:
    """A unit for each header, group and line; windows of a line stand next to one another."""
    return [Unit(tuple(same)) for _, same in groupby(chunks, key=lambda chunk: chunk.line or id(chunk))]


def _find_envelope(text: str) -> Envelope:
    """The envelope of a text that brings its own interchange."""
    head = text.lstrip("\ufeff \r\n\t")[:3].upper()
    if head not in ("UNA", "UNB", "ISA"):
        return Envelope()
    # To import it takes 20 ms of a session's first call, and nearly all messages come without their interchange.
    from udf.edi.split import InterchangeStream, cut

    data = text.encode("utf-8", "surrogatepass")
    stream = InterchangeStream(lambda: cut(data), portion_size=0)
    # Two are as many as a thousand: not one message with its envelope.
    first = [message for portion in islice(stream.portions(), 2) for message in portion.messages]
    return first[0].envelope if len(first) == 1 else Envelope()


@cache
def load_compiler() -> Compiler:
    """The compiler with the shipped model, loaded once in a process."""
    return Compiler(LlamaEngine(MODEL), model=model_version(), plans=PlanBook(load_reference()))
