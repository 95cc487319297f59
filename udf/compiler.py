"""The loop: read, split, ask the model, let the gatekeeper judge, try again, and say what came of it.

Whatever the input, the answer is an Outcome. Nothing is raised for bad input.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from udf import codec
from udf.chunks import Chunk, read_type, split_message
from udf.engine import Answer, Engine, LlamaEngine, Prompt, next_best_prefixes
from udf.excerpts import LONG, make_excerpts
from udf.gatekeeper import gather_line, judge_line, judge_statements
from udf.outcome import Attempt, CompiledRow, Envelope, Outcome, Problem, dump_problems, make_row
from udf.planbook import PlanBook
from udf.plans import PROOFS
from udf.reference import Reference, load_reference, reference_digest
from udf.replay import Replayed
from udf.segments import announce, find_delimiters, read_segments
from udf.statements import Finding, Setting, prefer_items
from udf.verdict import READING, Message, Unit, Verdict, describe_answer, hash_document

if TYPE_CHECKING:
    from udf import contract

MODEL = Path(__file__).with_name("model") / "tillroll.gguf"
ATTEMPTS = 4
"""Tries at one chunk: the greedy answer, then the next-best ones."""
DOUBTFUL = 200
"""Chunks of a message that are tried again; one with more of them is not understood, and would only take minutes."""
FIRST_SHARE = 4
"""Messages of one partner that the model reads before the others of a batch are tried by what was learnt from them;
then twice as many, and so on: a partner of whom nothing can be learnt must not make a batch a row of small ones."""
MAX_CHARACTERS = 50_000_000
MAX_ANSWER = 140_000_000
"""Characters of an outcome as JSON, some 200,000 lines. PostgreSQL's jsonb, longer by half, ends at 256 MB.
A larger outcome could neither be stored nor be returned, and would take the others of its batch with it."""
MAX_CHUNKS = 120_000
"""Parts of a message that the model reads: each takes some kilobytes, and half a millisecond. Plans read any number."""
_SUPPORTED = frozenset(codec.TYPES)
# What the source itself gets wrong: another answer of the model cannot mend it.
_SOURCE_FAULTS = frozenset((
    "quantity-not-a-number", "number-ambiguous", "price-not-a-number", "date-invalid", "period-reversed",
    "split-total-mismatch", "line-without-quantity", "line-without-item", "repeated-quantity", "place-ambiguous",
    "date-ambiguous", "period-half-stated", "price-ambiguous", "segment-malformed",
))  # fmt: skip


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
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if source.name != "install.py":  # which has no say in what an outcome is
            digest.update(source.read_bytes())
    digest.update(reference_digest().encode())
    return digest.hexdigest()[:12]


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

    def compile_rows(
        self, texts: Sequence[str], envelopes: Sequence[Envelope | None] | None = None
    ) -> list[CompiledRow]:
        """As `compile_batch`, as rows to store."""
        rows = [made if isinstance(made, CompiledRow) else make_row(*made) for made in self._route(texts, envelopes)]
        return [self._bound(row, text) for row, text in zip(rows, texts, strict=True)]

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
        self._answer([(message, unit) for message in messages for unit in message.units])
        found: list[tuple[Outcome, str | None, list[Unit]]] = []
        for message in prepared:
            if isinstance(message, Outcome):
                found.append((message, None, []))
                continue
            outcome, document = self._finish(message)
            if self.plans is not None:
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

    # --- plans ---------------------------------------------------------------------------------------------------

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
                replayed = self._replay(text, envelope)
                is_sampled = replayed is not None and self.plans is not None and self.plans.is_sampled(text)
                if len(text) > LONG and (replayed is None or is_sampled) and share == FIRST_SHARE:
                    self._read_excerpts(text, envelope)
                    replayed, is_sampled = self._replay(text, envelope), False
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

    # --- before the model ------------------------------------------------------------------------------------

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
        segments = read_segments(text, delimiters)
        openers = [i for i, segment in enumerate(segments) if segment.tag in ("UNH", "ST")]
        if not openers or delimiters is None:
            return self._refuse(None, "no-message-found", "The text holds no UNH and no ST segment.", text)
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
                f"The message type is {named}; supported are {', '.join(codec.TYPES)}.",
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
        chunks = split_message(segments, message_type)
        if len(chunks.lines) > MAX_CHUNKS:
            detail = (
                f"No plan reads this message, and it has {len(chunks.lines)} lines: the model reads {MAX_CHUNKS}."
                " Ask the partner for several messages; a shorter one may teach plans."
            )
            return self._refuse(message_type, "message-too-large", detail, text)
        message = Message(text, envelope, segments, first, setting, chunks, delimiters)
        message.units = _make_units(message)
        return message

    def _bound(self, row: CompiledRow, text: str) -> CompiledRow:
        size = len(row.document or "") + len(row.rejected_lines) + len(row.problems)
        if size <= MAX_ANSWER:
            return row
        detail = (
            f"What was read takes {size} characters, more than {MAX_ANSWER}: no database would hold it as one value. "
            "Ask the partner to send it as several messages."
        )
        return make_row(self._refuse(row.message_type, "message-too-large", detail, text), None)

    def _refuse(self, message_type: str | None, code: str, detail: str, text: str) -> Outcome:
        problem = Problem(code=code, severity="error", span=(0, len(text)) if text else None, detail=detail)
        return Outcome(
            message_type=message_type, is_valid=False, is_complete=False, problems=[problem],
            model_version=self.model_version, compiler_version=self.version,
            verification_hash=hash_document(text, None),
        )  # fmt: skip

    # --- the model and the gatekeeper --------------------------------------------------------------------------

    def _answer(self, work: list[tuple[Message, Unit]]) -> None:
        """Answer and judge every unit; try the doubtful ones again with the next-best answers."""
        began = time.perf_counter()
        answers = iter(self.engine.answer([prompt for _, unit in work for prompt in unit.prompts]))
        for _, unit in work:
            unit.answers = [next(answers) for _ in unit.prompts]
        spent = (time.perf_counter() - began) / max(1, len(work))
        for message, unit in work:
            began = time.perf_counter()
            _judge(message, unit)
            message.seconds += spent + time.perf_counter() - began
        doubted = Counter(id(m) for m, u in work if u.findings)
        for attempt in range(1, self.attempts):
            doubtful = [
                (m, u)
                for m, u in work
                if u.findings
                and len(u.prompts) == 1
                and doubted[id(m)] <= DOUBTFUL
                and not {f.code for f in u.findings} <= _SOURCE_FAULTS
            ]
            retries = []
            for message, unit in doubtful:
                prefixes = next_best_prefixes(unit.answers[0], self.attempts - 1)
                if len(prefixes) >= attempt:
                    retries.append((message, unit, prefixes[attempt - 1]))
            if not retries:
                break
            began = time.perf_counter()
            found = self.engine.answer(
                [unit.prompts[0] for _, unit, _ in retries], [prefix for _, _, prefix in retries]
            )
            spent = (time.perf_counter() - began) / len(retries)
            for (message, unit, _), answer in zip(retries, found, strict=True):
                first = (unit.answers, unit.records, unit.line, unit.findings)
                unit.answers = [answer]
                _judge(message, unit)
                if unit.findings:
                    unit.answers, unit.records, unit.line, unit.findings = first
                message.seconds += spent

    # --- after the model ---------------------------------------------------------------------------------------

    def _finish(self, message: Message) -> tuple[Outcome, str]:
        began = time.perf_counter()
        verdict = Verdict(message, self.model_version, self.version)
        verdict.check_controls()
        verdict.assemble()
        outcome, document = verdict.outcome()
        message.seconds += time.perf_counter() - began
        return outcome._replace(compile_ms=round(1000 * message.seconds, 3)), document


def _make_units(message: Message) -> list[Unit]:
    units: list[Unit] = []
    for chunk in message.chunks:
        tokens, positions = codec.encode_chunk(chunk.kind, message.setting.message_type, chunk.segments)
        prompt = Prompt(tokens, len(positions), chunk, message.setting.message_type)
        if chunk.kind == "line" and units and units[-1].chunks[0].line == chunk.line:
            units[-1].chunks.append(chunk)
            units[-1].prompts.append(prompt)
            units[-1].positions.append(positions)
        else:
            units.append(Unit([chunk], [prompt], [positions]))
    return units


def _judge(message: Message, unit: Unit) -> None:
    """Decode the unit's answers and let the gatekeeper judge them."""
    unit.tries += 1
    unit.line = None
    try:
        unit.records = [
            _decode(answer, message.setting.message_type, chunk, positions)
            for chunk, answer, positions in zip(unit.chunks, unit.answers, unit.positions, strict=True)
        ]
    except ValueError as error:
        unit.records = [[] for _ in unit.chunks]
        unit.findings = [
            Finding(
                "output-format",
                f"The model's answer cannot be read: {error}.",
                min(unit.chunks[0].first, len(message.segments) - 1),
            )
        ]
    else:
        if unit.chunks[0].kind == "line":
            line = unit.line = gather_line(list(zip(unit.chunks, unit.records, strict=True)))
            x12 = message.setting.x12
            line.records = prefer_items(message.segments, line.first, line.last, line.records, x12)
            unit.findings = judge_line(message.segments, unit.line, message.setting)
        else:
            unit.findings = judge_statements(message.segments, unit.chunks[0], unit.records[0], message.setting)
    if unit.findings or unit.tries > 1:
        unit.log.append((unit.tries, describe_answer(unit), unit.findings))


def _decode(answer: Answer, message_type: str, chunk: Chunk, positions: list[codec.Position]) -> list[codec.Record]:
    if answer.fault:
        raise ValueError(answer.fault)
    return codec.decode_answer(answer.tokens, message_type, chunk.segments, positions)


def _find_envelope(text: str) -> Envelope:
    """The envelope of a text that brings its own interchange."""
    head = text.lstrip("\ufeff \r\n\t")[:3].upper()
    if head not in ("UNA", "UNB", "ISA"):
        return Envelope()
    # To import it takes 20 ms of a session's first call, and nearly all messages come without their interchange.
    from udf.interchange import split_interchange

    messages = split_interchange(text.encode("utf-8", "surrogatepass")).messages
    return messages[0].envelope if len(messages) == 1 else Envelope()


@cache
def load_compiler() -> Compiler:
    """The compiler with the shipped model, loaded once in a process."""
    return Compiler(LlamaEngine(MODEL), model=model_version(), plans=PlanBook(load_reference()))
