"""The reading by the model: ask it what each unit of a message states, and ask again where the judge refuses that."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from udf.engines.engine import Answer, Engine, Prompt, list_doubts
from udf.findings import Finding
from udf.language.answers import decode_answer, encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS
from udf.message import LOGGED, Guess, Judge, Message, Unit, describe_answer
from udf.reading import Position, Record
from udf.standards.chunks import Chunk

ATTEMPTS = 4
"""Tries at one chunk: the greedy answer, then the next-best ones."""
DOUBTFUL = 200
"""Units of a message that are tried again, and chunks that such a unit has at most; what has more of them is not
understood, and would only take minutes."""
_WINDOW = 1_000
"""Chunks that are asked together. Of the others only what was answered is kept."""
# What the source itself gets wrong: another answer of the model cannot mend it.
_SOURCE_FAULTS = frozenset((
    "quantity-not-a-number", "number-ambiguous", "price-not-a-number", "date-invalid", "period-reversed",
    "split-total-mismatch", "line-without-quantity", "line-without-item", "repeated-quantity", "place-ambiguous",
    "date-ambiguous", "period-half-stated", "price-ambiguous", "segment-malformed",
))  # fmt: skip


@dataclass(slots=True)
class _Question:
    """A unit as the model is asked: a prompt for each of its chunks, and the places that its markers stand for."""

    prompts: list[Prompt]
    positions: list[list[Position]]
    answers: list[Answer] = field(default_factory=list)


class ModelReader:
    """Reads units by asking an engine, several times where the judge finds something against an answer."""

    def __init__(self, engine: Engine, attempts: int = ATTEMPTS, guess: Guess | None = None) -> None:
        """`guess` says what an answer may be: the answers are the same without it (`Prompt.guess`)."""
        self.engine, self.attempts, self._guess = engine, attempts, guess

    def read(self, work: Sequence[tuple[Message, Unit]], judge: Judge) -> None:
        """Answer and judge every unit; try the doubtful ones again with the next-best answers, `attempts` in all."""
        doubted: Counter[int] = Counter()
        doubtful: list[tuple[Message, Unit, _Question]] = []
        for portion in _portions(work):
            for message, unit, question in self._ask(portion, judge):
                if unit.findings:
                    doubted[id(message)] += 1
                    if doubted[id(message)] <= DOUBTFUL and len(question.prompts) <= DOUBTFUL:
                        doubtful.append((message, unit, question))
        for attempt in range(1, self.attempts):
            retries = []
            for message, unit, question in doubtful:
                is_open = doubted[id(message)] <= DOUBTFUL and not {f.code for f in unit.findings} <= _SOURCE_FAULTS
                others = _list_others(question, self.attempts - 1) if is_open and unit.findings else []
                if len(others) >= attempt:
                    retries.append((message, unit, question, *others[attempt - 1]))
            if not retries:
                break
            began = time.perf_counter()
            found = self.engine.answer(
                [question.prompts[number] for _, _, question, number, _ in retries],
                [prefix for *_, prefix in retries],
            )
            spent = (time.perf_counter() - began) / len(retries)
            for (message, unit, question, number, _), answer in zip(retries, found, strict=True):
                first = unit.records, unit.confidence, unit.line, unit.findings, unit.left_out
                answers = [*question.answers[:number], answer, *question.answers[number + 1 :]]
                _judge(message, unit, replace(question, answers=answers), judge)
                if unit.findings:
                    unit.records, unit.confidence, unit.line, unit.findings, unit.left_out = first
                message.seconds += spent

    def _ask(self, work: Sequence[tuple[Message, Unit]], judge: Judge) -> Iterator[tuple[Message, Unit, _Question]]:
        """Answer and judge some units; what was asked for each, with its answers."""
        began = time.perf_counter()
        questions = [_put_question(message, unit, self._guess) for message, unit in work]
        answers = iter(self.engine.answer([prompt for question in questions for prompt in question.prompts]))
        for question in questions:
            question.answers = [next(answers) for _ in question.prompts]
        spent = (time.perf_counter() - began) / max(1, len(work))
        for (message, unit), question in zip(work, questions, strict=True):
            began = time.perf_counter()
            _judge(message, unit, question, judge)
            message.seconds += spent + time.perf_counter() - began
            yield message, unit, question


def _portions(work: Sequence[tuple[Message, Unit]]) -> Iterator[Sequence[tuple[Message, Unit]]]:
    """Units in their order, those together that are asked together."""
    start = chunks = 0
    for number, (_, unit) in enumerate(work):
        if chunks and chunks + len(unit.chunks) > _WINDOW:
            yield work[start:number]
            start, chunks = number, 0
        chunks += len(unit.chunks)
    if chunks:
        yield work[start:]


def _list_others(question: _Question, count: int) -> list[tuple[int, tuple[int, ...]]]:
    """Which chunk of a unit to ask again and how its answer has to begin, the most doubtful step of all first."""
    doubts = [
        (margin, number, prefix)
        for number, answer in enumerate(question.answers) for margin, prefix in list_doubts(answer, count)
    ]  # fmt: skip
    return [(number, prefix) for _, number, prefix in sorted(doubts)[:count]]


def _put_question(message: Message, unit: Unit, guess: Guess | None) -> _Question:
    message_type = message.setting.message_type
    question = _Question([], [])
    for number, chunk in enumerate(unit.chunks):
        tokens, positions = encode_chunk(chunk.kind, message_type, chunk.segments)
        guessed = None if guess is None else partial(_write_guess, guess, message, unit, number, positions)
        question.prompts.append(Prompt(tokens, len(positions), chunk, message_type, guessed))
        question.positions.append(positions)
    return question


def _write_guess(
    guess: Guess, message: Message, unit: Unit, number: int, positions: Sequence[Position]
) -> Sequence[int]:
    """The answer that would say of a chunk what is guessed; none where a place of it is not shown."""
    chunk = unit.chunks[number]
    try:
        return encode_answer(guess(message, unit)[number], message.setting.message_type, chunk.segments, positions)
    except KeyError:
        return (EOS,)


def _judge(message: Message, unit: Unit, question: _Question, judge: Judge) -> None:
    """Decode the answers to a unit's question and let the judge look at them."""
    unit.tries += 1
    unit.line = None
    unit.confidence = min((answer.confidence for answer in question.answers), default=0.0)
    try:
        unit.records = message.share([
            _decode(answer, message.setting.message_type, chunk, positions)
            for chunk, answer, positions in zip(unit.chunks, question.answers, question.positions, strict=True)
        ])  # fmt: skip
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
        unit.findings = judge(message, unit)
    message.curtail(unit)
    if (unit.findings or unit.tries > 1) and (unit.log or message.logged < LOGGED):
        message.logged += not unit.log
        unit.log = [*unit.log, (unit.tries, describe_answer(unit), unit.findings)]


def _decode(answer: Answer, message_type: str, chunk: Chunk, positions: list[Position]) -> list[Record]:
    if answer.fault:
        raise ValueError(answer.fault)
    return decode_answer(answer.tokens, message_type, chunk.segments, positions)
