"""The reading of what the standards leave open: the model's own, of a message cut by what repeats in it.

Nothing here is proved and nothing goes on: what comes out is shown to a person, the most likely reading first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from udf.engines.engine import Answer, Engine, Prompt, list_doubts
from udf.language.answers import decode_answer
from udf.language.outline import cut_by_outline, spread_of
from udf.language.prompts import encode_chunk
from udf.language.spread import key_of
from udf.message import Message
from udf.reading import Position, Record, SegmentLike
from udf.standards.chunks import Chunk, Chunks
from udf.standards.items import is_gs1_key
from udf.standards.open_values import find_open_values
from udf.standards.setting import value_at
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
    group: Chunk | None = None


@dataclass(slots=True)
class Reading:
    """One way to read a message. `margin` is that of its most doubtful answer, in 0…1."""

    header: Record
    lines: list[ProposedLine] = field(default_factory=list)
    margin: float = 1.0
    chunks: Chunks | None = None
    """How the message was cut."""


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
                reading.chunks = chunks
                _complete(message, chunks.header, reading)
                reading.margin = min(answer.confidence for answer in said)
                yield reading

    def _vary(self, prompts: Sequence[Prompt], answers: Sequence[Answer]) -> Iterator[Sequence[Answer]]:
        """The best answers, then with one of them the next-best, the most doubtful first; equal chunks have equals."""
        yield answers
        first = {prompt.tokens: answer for prompt, answer in zip(prompts, answers, strict=True)}
        doubts = sorted(
            (
                (margin, tokens, prefix)
                for tokens, answer in first.items()
                for margin, prefix in list_doubts(answer, READINGS - 1)
            ),
            key=lambda doubt: doubt[0],
        )
        for _, tokens, prefix in islice(doubts, READINGS - 1):
            asked = next(prompt for prompt in prompts if prompt.tokens == tokens)
            (other,) = self.engine.answer([asked], [prefix])
            yield [
                other if prompt.tokens == tokens else answer for prompt, answer in zip(prompts, answers, strict=True)
            ]


def _complete(message: Message, header: Chunk, reading: Reading) -> None:
    """Give a reading what all of its lines lack where one place of the message alone could be it.

    A period and a store may stand in a reference or in a segment of nobody's, an item wherever each line has another
    value in the same place.
    """
    records = [record for line in reading.lines for record in line.records]
    open_values = find_open_values(message.segments, header.indices, message.setting)
    if not any("start" in record or "end" in record for record in records) and 0 < len(open_values.dates) <= _ENDS:
        _state(reading, "header", start=open_values.dates[0], end=open_values.dates[-1])
    if not any("location" in record for record in records):
        _add_places(message, open_values.others, reading)
    if not any("item" in record for record in records):
        _add_items(message, reading)


_ENDS = 2


def _state(reading: Reading, kind: str, **fields: Position) -> None:
    for line in reading.lines:
        for record, sources in zip(line.records, line.sources, strict=True):
            record |= fields
            sources |= dict.fromkeys(fields, kind)


def _add_places(message: Message, above: Sequence[Position], reading: Reading) -> None:
    """The store of each group, or that of the header, as far as one value looks most like a store's number."""
    of_groups: list[Position | None] = []
    for line in reading.lines:
        group = line.group
        found = find_open_values(message.segments, group.indices, message.setting).others if group else []
        of_groups.append(found[0] if found else None)
    if reading.lines and None not in of_groups:
        for line, at in zip(reading.lines, of_groups, strict=True):
            for record, sources in zip(line.records, line.sources, strict=True):
                record["location"], sources["location"] = at, "group"  # type: ignore[assignment]
    elif above:
        likest = min(above, key=lambda at: _unlikeness(value_at(message.segments, at)))
        _state(reading, "header", location=likest)


def _unlikeness(text: str) -> tuple[bool, int]:
    """How little a value looks like the number of a store: a GLN does, and so does a short one."""
    return not is_gs1_key(text), len(text)


def _add_items(message: Message, reading: Reading) -> None:
    """The one value of each line that is different in each and stands in the same place of all."""
    segments = message.segments
    places: dict[_Place, list[Position]] = {}
    for line in reading.lines:
        used = {at for record in line.records for at in record.values()}
        for index in range(line.first, line.last):
            for e, element in enumerate(segments[index].elements):
                for c, value in enumerate(element):
                    if len(value) >= _SHORTEST_ITEM and (index, e, c) not in used:
                        places.setdefault((key_of(segments[index]), e, c), []).append((index, e, c))
    known = message.setting.standard.segments
    fitting = [
        (place[0][0] in known, found) for place, found in places.items()
        if len(found) == len(reading.lines) == len({value_at(segments, at) for at in found})
    ]  # fmt: skip
    if not fitting:
        return
    _, chosen = min(fitting, key=lambda entry: entry[0])
    for line, at in zip(reading.lines, chosen, strict=True):
        for record, sources in zip(line.records, line.sources, strict=True):
            record["item"], sources["item"] = at, "line"


_SHORTEST_ITEM = 3


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
        line = lines.setdefault(chunk.line, ProposedLine(chunk.first, chunk.last, [], [], chunk.group))
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
