"""The reading of what the standards leave open: the model's own, of a message cut by what repeats in it.

Nothing here is proved and nothing goes on: what comes out is shown to a person, the most likely reading first.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from udf.engines.engine import Answer, Engine, Prompt, next_best_prefixes
from udf.language.answers import decode_answer
from udf.language.outline import cut_by_outline, spread_of
from udf.language.prompts import encode_chunk
from udf.language.spread import key_of
from udf.message import Message
from udf.reading import Position, Record, SegmentLike
from udf.standards.chunks import Chunk
from udf.standards.structure import ExcessError

MOST_CHUNKS = 400
"""Chunks of a message that is proposed: of a longer one a person would not look at each line."""
READINGS = 6
"""Readings that are tried: the most likely one, and those in which one doubtful answer is its next-best."""


@dataclass(slots=True)
class ProposedLine:
    """A line as it would be read: its segments, and each record with what stands above it, as places in the message."""

    first: int
    last: int
    records: list[Record]
    sources: list[dict[str, str]]
    """For each record and field the kind of chunk that states it."""


@dataclass(slots=True)
class Reading:
    """One way to read a message. `margin` is that of its most doubtful answer, in 0…1."""

    header: Record
    lines: list[ProposedLine] = field(default_factory=list)
    margin: float = 1.0


class Proposer:
    """Reads messages that the standards do not decide."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(self, message: Message) -> Iterator[Reading]:
        """The readings of a message, the most likely first; none of a message that is too long to be looked at."""
        message_type = message.setting.message_type
        try:
            chunks = cut_by_outline(message.segments, message_type)
        except ExcessError:
            return
        ordered = list(chunks)
        if len(ordered) > MOST_CHUNKS or not chunks.lines:
            return
        spread = spread_of(message.segments, chunks)
        prompts: list[Prompt] = []
        positions: list[list[Position]] = []
        for chunk in ordered:
            tokens, shown = encode_chunk(chunk.kind, message_type, chunk.segments, spread=spread)
            prompts.append(Prompt(tokens, len(shown), chunk, message_type))
            positions.append(shown)
        answers = self.engine.answer(prompts)
        for said in self._vary(prompts, answers):
            try:
                records = [
                    decode_answer(answer.tokens, message_type, chunk.segments, shown)
                    for chunk, answer, shown in zip(ordered, said, positions, strict=True)
                ]
            except ValueError:
                continue
            agreed = _agree(message, ordered, records, [answer.confidence for answer in said])
            for found in (agreed, records) if agreed != records else (records,):
                reading = _put_together(ordered, found)
                _add_period(message, chunks.header, reading)
                reading.margin = min(answer.confidence for answer in said)
                yield reading

    def _vary(self, prompts: Sequence[Prompt], answers: Sequence[Answer]) -> Iterator[Sequence[Answer]]:
        """The best answers, then with one of them the next-best, the most doubtful first; equal chunks have equals."""
        yield answers
        first = {prompt.tokens: answer for prompt, answer in zip(prompts, answers, strict=True)}
        doubts = sorted(
            ((margin, tokens, prefix) for tokens, answer in first.items() for margin, prefix in _doubts(answer)),
            key=lambda doubt: doubt[0],
        )
        for _, tokens, prefix in islice(doubts, READINGS - 1):
            asked = next(prompt for prompt in prompts if prompt.tokens == tokens)
            (other,) = self.engine.answer([asked], [prefix])
            yield [
                other if prompt.tokens == tokens else answer for prompt, answer in zip(prompts, answers, strict=True)
            ]


def _doubts(answer: Answer) -> Iterator[tuple[float, tuple[int, ...]]]:
    """The next-best beginnings of an answer with the margins by which they are less likely."""
    for prefix in next_best_prefixes(answer, READINGS - 1):
        yield answer.margins[len(prefix) - 1], prefix


def _add_period(message: Message, header: Chunk, reading: Reading) -> None:
    """Give a reading without any date the one, or the two, that stand in a reference or in a segment of nobody's.

    There is nothing else that it could be of.
    """
    records = [record for line in reading.lines for record in line.records]
    if any("start" in record or "end" in record for record in records):
        return
    known = message.setting.standard.segments.keys() - _REFERENCES
    found = [
        (index, e, c) for index in header.indices if message.segments[index].tag not in known
        for e, element in enumerate(message.segments[index].elements)
        for c, value in enumerate(element) if _DATE.fullmatch(value)
    ]  # fmt: skip
    if not 0 < len(found) <= _ENDS:
        return
    for line in reading.lines:
        for record, sources in zip(line.records, line.sources, strict=True):
            record |= {"start": found[0], "end": found[-1]}
            sources |= {"start": "header", "end": "header"}


_DAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(rf"{_DAY}(?:\d{{4}}|-?{_DAY})?")
_ENDS = 2
_REFERENCES = frozenset(("RFF", "REF", "N9"))


_SHARED = ("item", "location", "start", "end")
"""Fields that a partner states at one place in each of its lines."""


def _agree(
    message: Message, chunks: Sequence[Chunk], records: Sequence[list[Record]], weights: Sequence[float]
) -> list[list[Record]]:
    """The records with what most lines are read by, where a line has it too and was read otherwise.

    A layout is one for all lines: what one answer says with doubt, those beside it may be sure of.
    """
    segments = message.segments
    votes: dict[str, dict[_Place, float]] = {name: {} for name in _SHARED}
    for chunk, found, weight in zip(chunks, records, weights, strict=True):
        for record in found if chunk.kind == "line" else ():
            for name in _SHARED:
                if name in record:
                    place = _place_of(segments, chunk, record[name])
                    votes[name][place] = votes[name].get(place, 0.0) + _LEAST + weight
    best = {name: max(found, key=found.__getitem__) for name, found in votes.items() if len(found) > 1}
    if not best:
        return list(records)
    return [
        [_reread(segments, chunk, record, best) for record in found] if chunk.kind == "line" else found
        for chunk, found in zip(chunks, records, strict=True)
    ]


_LEAST = 0.01
_Place = tuple[tuple[str, str], int, int]
"""Tag and qualifier of a segment, element and component."""


def _place_of(segments: Sequence[SegmentLike], chunk: Chunk, at: Position) -> _Place:
    s, e, c = at
    return key_of(segments[chunk.indices[s]]), e, c


def _reread(segments: Sequence[SegmentLike], chunk: Chunk, record: Record, best: Mapping[str, _Place]) -> Record:
    """A record with its fields where those of the other lines stand, if just one such component stands in its chunk."""
    changed = dict(record)
    for name, place in best.items():
        if name not in record or _place_of(segments, chunk, record[name]) == place:
            continue
        key, e, c = place
        found = [
            (s, e, c) for s, index in enumerate(chunk.indices)
            if key_of(segments[index]) == key and _stands(segments[index], e, c)
        ]  # fmt: skip
        if len(found) == 1:
            changed[name] = found[0]
    return changed


def _stands(segment: SegmentLike, e: int, c: int) -> bool:
    return e < len(segment.elements) and c < len(segment.elements[e]) and bool(segment.elements[e][c])


def _put_together(chunks: Sequence[Chunk], records: Sequence[list[Record]]) -> Reading:
    """Lines with what header and group state for them: the nearest statement wins."""
    stated = {id(chunk): _lift(chunk, found[0]) for chunk, found in zip(chunks, records, strict=True)
              if chunk.kind != "line" and found}  # fmt: skip
    header = next(chunk for chunk in chunks if chunk.kind == "header")
    reading = Reading(stated.get(id(header), {}))
    lines: dict[int, ProposedLine] = {}
    for chunk, found in zip(chunks, records, strict=True):
        if chunk.kind != "line":
            continue
        above = _inherit((reading.header, "header"), (stated.get(id(chunk.group), {}), "group"))
        line = lines.setdefault(chunk.line, ProposedLine(chunk.first, chunk.last, [], []))
        for record in found:
            whole = _inherit(
                *((_pick(above, kind), kind) for kind in ("header", "group")), (_lift(chunk, record), "line")
            )
            line.records.append({name: at for name, (at, _) in whole.items()})
            line.sources.append({name: kind for name, (_, kind) in whole.items()})
    reading.lines = list(lines.values())
    return reading


_Stated = dict[str, tuple[Position, str]]
_INHERITED = ("location", "location_type", "start", "end", "currency")


def _pick(stated: _Stated, kind: str) -> Record:
    return {name: at for name, (at, of) in stated.items() if of == kind}


def _inherit(*levels: tuple[Record, str]) -> _Stated:
    """What the farther levels state and the nearer ones do not; a place brings its code list, a start its end."""
    whole: _Stated = {}
    for record, kind in levels:
        if "location" in record:
            whole.pop("location_type", None)
        if "start" in record:
            whole.pop("end", None)
        whole |= {
            name: (at, kind) for name, at in record.items() if kind == "line" or name in _INHERITED
        }  # fmt: skip
    return whole


def _lift(chunk: Chunk, record: Record) -> Record:
    return {name: (chunk.indices[s], e, c) for name, (s, e, c) in record.items()}
