"""An engine that tells the gatekeeper what it wants to hear: a message that it cannot get past has no right answer."""

from collections.abc import Sequence

from udf.compiler import Compiler
from udf.contract import Outcome
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.engines.engine import Answer, Prompt
from udf.language.answers import encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, Bundles
from udf.outcome import Envelope
from udf.reading import TYPES, Position, Record
from udf.standards.structure import Chunk, split_message
from udf.standards.dates import bind_periods, find_period
from udf.standards.header import header_fields
from udf.standards.items import best_identifier, line_identifiers
from udf.standards.places import bind_places, line_places, place_slots, place_type_slot, statement_places
from udf.standards.prices import bind_prices, price_type_slot
from udf.standards.quantities import SPLITS, activity_of, part_place, quantity_positions, unit_slot
from udf.standards.reference import load_reference
from udf.standards.setting import Setting


class Clerk:
    """Reads messages by the layout alone and answers their prompts as the gatekeeper would have it."""

    def __init__(self) -> None:
        self.known: dict[Bundles, list[int]] = {}

    def study(self, text: str, envelope: Envelope | None = None) -> None:
        segments = read_segments(text, find_delimiters(text))
        opener = next((s for s in segments if s.tag in ("UNH", "ST")), None)
        if opener is None:
            return
        x12 = opener.tag == "ST"
        message_type = opener.value(0) if x12 else opener.value(1)
        if message_type not in TYPES:
            return
        mark = envelope.decimal_mark if envelope else None
        standard = "X12" if x12 else "EDIFACT"
        setting = Setting(standard, message_type, ":".join(opener.elements[1][1:]), "", mark, load_reference())
        whole: dict[int, list[Record]] = {}
        for chunk in split_message(segments, message_type):
            if chunk.kind != "line":
                records = [r for r in [_statement(segments, chunk, setting)] if r]
            else:
                lined = whole.setdefault(chunk.line, _line(segments, chunk, setting))
                own = set(chunk.indices[chunk.carried :])
                records = [r for r in lined if r["quantity"][0] in own]
            self._note(chunk, records, message_type)

    def _note(self, chunk: Chunk, records: list[Record], message_type: str) -> None:
        prompt, positions = encode_chunk(chunk.kind, message_type, chunk.segments)
        place = {index: number for number, index in enumerate(chunk.indices)}
        found = [
            {name: (place[s], e, c) for name, (s, e, c) in record.items() if s in place} for record in records
        ]  # fmt: skip
        if all(position in positions for record in found for position in record.values()):
            self.known[prompt] = encode_answer(found, message_type, chunk.segments, positions)

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        found = [self.known.get(prompt.tokens, [EOS]) for prompt in prompts]
        return [Answer(tuple(tokens), (1.0,) * len(tokens), (-1,) * len(tokens)) for tokens in found]


def _statement(segments: list[Segment], chunk: Chunk, setting: Setting) -> Record:
    record = header_fields(segments, chunk, setting) if chunk.kind == "header" else {}
    start, end, _ = find_period(segments, chunk.indices, setting)
    record |= _stated(start=start, end=end)
    places, _ = statement_places(segments, chunk, setting)
    if places:
        record |= _place(segments, places[0])
    return record


def _stated(**fields: Position | None) -> Record:
    return {name: position for name, position in fields.items() if position}


def _place(segments: list[Segment], index: int) -> Record:
    location = (index, *min(place_slots(segments[index])))
    return _stated(location=location, location_type=place_type_slot(segments, location))


def _line(segments: list[Segment], chunk: Chunk, setting: Setting) -> list[Record]:
    x12, first, last = setting.x12, chunk.first, chunk.last
    stated = [p for p in quantity_positions(segments, first, last, x12) if segments[p[0]].value(p[1], p[2])]
    split = {activity_of(segments, p[0], x12) for p in stated if segments[p[0]].tag in SPLITS}
    stated = [
        p for p in stated
        if p[0] not in split and setting.measure(segments[p[0]].tag, segments[p[0]].value(0)) != "ignored"
    ]  # fmt: skip
    if not stated:
        return []
    activities = sorted({activity_of(segments, p[0], x12) for p in stated})
    identifiers = line_identifiers(segments, first, last, x12)
    item: Record = {}
    if identifiers:
        _, at, kind = best_identifier(identifiers)
        item = _stated(item=at, item_type=kind)
    ways = bind_places(line_places(segments, first, last, setting)[0], [p[0] for p in stated], last) or [{}]
    prices, _ = bind_prices(segments, first, last, activities, setting)
    periods, _ = bind_periods(segments, first, last, activities, setting)
    records = []
    for position in stated:
        activity = activity_of(segments, position[0], x12)
        record = item | _stated(quantity=position, unit=unit_slot(segments, position, x12))
        if segments[activity].value(0):
            record["qualifier"] = (activity, 0, 0)
        place = ways[0].get(position[0])
        if x12 and segments[position[0]].tag in SPLITS:
            at = part_place(segments, position)
            if segments[at[0]].value(at[1]):
                record |= _stated(location=at, location_type=place_type_slot(segments, at))
        elif place is not None:
            record |= _place(segments, place)
        if price := prices.get(activity):
            record |= _stated(price=price, price_type=price_type_slot(segments, price))
        start, end = periods.get(activity, (None, None))
        records.append(record | _stated(start=start, end=end))
    return records


def compile_as_wanted(text: str, envelope: Envelope | None = None) -> Outcome:
    """The outcome that the most obliging engine gets for a message."""
    clerk = Clerk()
    clerk.study(text, envelope)
    return Compiler(clerk).compile_batch([text], [envelope] if envelope else None)[0]
