"""What a plan writes: the JSON of a header or of a line, with a hole for each value that its text brings.

A template is not written by hand and not derived a second time. The shapes of a header, a group and a line are filled
with made-up values that are all different, the very functions that build every document (`udf.document`) build that
one, and each value in it is traced back to the slot it came from: what the compiler does with a value is observed, not
repeated. A value that cannot be traced makes no template.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from udf.document import FLOWS, StatedPeriods, build_lines, inherit, read_header, read_parties
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.message import LineRecords
from udf.outcome import Document, Line
from udf.plans.shapes import Shape, locate
from udf.reading import Record
from udf.standards.dates import date_form, read_date
from udf.standards.quantities import PIECES
from udf.standards.setting import Setting
from udf.standards.structure import Chunk
from udf.standards.values import UnreadableValueError

Scope = Literal[0, 1, 2]
"""Header, group, line: what stands above a line and the line itself."""


class Hole(NamedTuple):
    """A value of the JSON: what becomes of slot `slot` of a scope's text.

    `what` is text, number, first, last (the days of a date, `form` its 2379), or at: the offset `slot` characters
    behind the end of slot `form`, where -1 is the beginning of the scope's text.
    """

    what: Literal["text", "number", "first", "last", "at", "from", "to", "lines", "is_test"]
    scope: Scope
    slot: int
    form: Any = ""


class UntraceableError(ValueError):
    """A value of the document of which it is not known which slot it came from."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the checks of whole messages ask of each line that a template writes."""

    item_type: str | None
    item: Hole
    location_stated: bool
    period_stated: bool
    measure: str
    qualifier: str | None
    pieces: str | None
    """The unit, where it is of whole pieces."""
    quantity: Hole
    dates: tuple[Hole, Hole] | None
    """First and last day, where it has any."""
    stock_key: tuple[Any, ...] | None
    """What tells one stock from another, with holes for values; None for what is no stock."""
    needs_no_period: bool
    """True only in messages in which no piece states a period."""


@dataclass(frozen=True, slots=True)
class Template:
    """Pieces of JSON in turn: text, and holes. `facts` of a line, `dates` of a header by their name."""

    pieces: tuple[str | Hole, ...]
    facts: LineFacts | None = None
    dates: tuple[tuple[str, Hole], ...] = ()


@dataclass(slots=True)
class Scene:
    """Shapes filled with made-up values: one small message that holds a header, a group and a line."""

    segments: Sequence[Segment] = ()
    bounds: list[tuple[int, int]] = field(default_factory=list)
    """First segment of each scope, and the one after its last."""
    values: dict[str, tuple[Scope, int]] = field(default_factory=dict)
    days: dict[str, tuple[str, Hole]] = field(default_factory=dict)
    """ISO date to the value that states it."""
    spans: dict[tuple[int, int], tuple[Hole, Hole]] = field(default_factory=dict)


def set_scene(shapes: Sequence[Shape | None], setting: Setting) -> Scene:
    """Fill the shapes of a header, a group (None where there is none) and a line, and read them. UntraceableError."""
    texts: list[str] = []
    starts: list[int] = []
    places: list[list[tuple[int, int, str]]] = []
    for shape in shapes:
        starts.append(sum(map(len, texts)))
        text, found = shape.fill(sum(map(len, places))) if shape else ("", [])
        texts.append(text)
        places.append(found)
    delimiters = next(shape.delimiters for shape in shapes if shape)
    scene = Scene(read_segments("".join(texts), delimiters))
    stops = [*starts[1:], sum(map(len, texts))]
    slots_of = [shape.slots if shape else () for shape in shapes]
    made_up = {(start + a, start + b) for start, found in zip(starts, places, strict=True) for a, b, _ in found}
    literals = {
        scene.segments[s].elements[e][c] for span, (s, e, c) in locate(scene.segments) if span not in made_up
    }  # fmt: skip
    for scope, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        inside = [i for i, segment in enumerate(scene.segments) if start <= segment.start < stop]
        scene.bounds.append((inside[0], inside[-1] + 1) if inside else (0, 0))
        slots = [(start + a, start + b) for a, b, _ in places[scope]]
        for number, (_, _, value) in enumerate(places[scope]):
            if not slots_of[scope][number].kind == "as" and value in (*scene.values, *literals):
                raise UntraceableError(f"«{value}» is made up twice")
            scene.values.setdefault(value, (scope, number))  # type: ignore[arg-type]
        _trace_spans(scene, scope, inside, start, slots, setting)  # type: ignore[arg-type]
    if any(segment.repaired for segment in scene.segments):
        raise UntraceableError("the shape reads as other segments")
    return scene


def _trace_spans(
    scene: Scene, scope: Scope, inside: list[int], start: int, slots: list[tuple[int, int]], setting: Setting
) -> None:
    """Where each component of a scope begins and ends, told by the slots; and which days its dates are."""
    numbers = {span: number for number, span in enumerate(slots)}
    for span, (index, e, c) in locate([scene.segments[i] for i in inside]):
        if span in numbers:
            number = numbers[span]
            scene.spans[span] = (Hole("from", scope, number), Hole("to", scope, number))
            _trace_days(scene, scope, number, scene.segments[inside[index]], (index, e, c), setting)
            continue
        before = max((n for n, (_, end) in enumerate(slots) if end <= span[0]), default=-1)
        base = slots[before][1] if before >= 0 else start
        scene.spans.setdefault(
            span, (Hole("at", scope, span[0] - base, before), Hole("at", scope, span[1] - base, before))
        )


def _trace_days(
    scene: Scene, scope: Scope, number: int, segment: Segment, position: tuple[int, int, int], setting: Setting
) -> None:
    form = date_form(segment, position)
    try:
        first, last = read_date(segment, position)
    except UnreadableValueError:
        return
    text = segment.value(*position[1:])
    for day, what in ((first, "first"), (last, "last")):
        hole = Hole(what, scope, number, form)  # type: ignore[arg-type]
        if scene.days.setdefault(day.isoformat(), (text, hole))[0] != text:
            raise UntraceableError(f"{day} is made up twice")


def make_line_templates(
    shapes: Sequence[Shape | None], stated: Sequence[Record], records: Sequence[Record], setting: Setting
) -> list[Template]:  # fmt: skip
    """A template for each line that `records` make under a header and a group.

    `stated` are the records of header and group, `records` those of the line, as positions from the first segment of
    their own text. Raises UntraceableError.
    """
    scene = set_scene(shapes, setting)
    above = inherit(*(_lift(record, scene.bounds[scope][0]) for scope, record in enumerate(stated)))
    first, last = scene.bounds[2]
    line = LineRecords(first, last, [_lift(record, first) for record in records])
    header = _read_header(scene, stated[0], setting)
    far = _looks_far(scene, above, line, setting)
    try:
        periods = StatedPeriods(scene.segments, setting)
        built = build_lines(scene.segments, line, above, setting, header.get("currency"), periods)
    except (UnreadableValueError, LookupError) as problem:
        raise UntraceableError(str(problem)) from problem
    return [
        Template(tuple(join_pieces(_trace(scene, _dump(one), "line"))), _state_facts(scene, one, far)) for one in built
    ]


def _dump(model: Line | Document) -> dict[str, Any]:
    return model.as_json()


def _lift(record: Record, first: int) -> Record:
    return {name: (first + s, e, c) for name, (s, e, c) in record.items()}


def _looks_far(scene: Scene, above: Record, line: LineRecords, setting: Setting) -> bool:
    """Whether a stock date stands for what was sold, which `build_lines` holds against all periods before the line.

    A template sees its own header, group and line alone: it is true where no piece of the message has a period.
    """
    for record in line.records:
        start = record.get("start", above.get("start"))
        if start is None or scene.segments[start[0]].tag != "DTM":
            continue
        if setting.date_role("DTM", scene.segments[start[0]].value(0)) == "as_of":
            at = record["qualifier"]
            measure = setting.measure(scene.segments[at[0]].tag, scene.segments[at[0]].value(at[1], at[2]))
            if measure is None or measure in FLOWS:
                return True
    return False


def _state_facts(scene: Scene, line: Line, far: bool) -> LineFacts:
    if "price_basis" in line.attributes or line.attributes.get("inventory_status") in ("2", "3", "4"):
        raise UntraceableError("a price that is not for one unit, or stock that is damaged or reserved")
    dumped = _dump(line)
    first, last = line.period_start or line.as_of_date, line.period_end or line.as_of_date
    dates = (_day(scene, str(first)), _day(scene, str(last))) if first and last else None
    key = None
    if line.measure not in FLOWS and line.measure != "unmapped":
        apart = tuple((k, v) for k, v in line.attributes.items() if not k.startswith(("amount", "description")))
        key = tuple(
            _only(scene, value)
            for pair in (
                *line.item_ids.items(), ("", line.location_id), ("", line.location_id_type), ("", line.qualifier),
                ("", line.unit), ("", dumped["as_of_date"]), *apart,
            )
            for value in pair
        )  # fmt: skip
    return LineFacts(
        line.item_id_type, _slot_of(scene, line.item_id), line.location_id is not None,
        line.period_end is not None or line.as_of_date is not None, line.measure, line.qualifier,
        line.unit if line.unit in PIECES else None, _slot_of(scene, str(line.quantity), "number"), dates, key, far,
    )  # fmt: skip


def _only(scene: Scene, value: str | None) -> str | Hole | None:
    """A value as JSON writes it, or the one hole that it is."""
    if value is None:
        return None
    pieces = list(_trace_text(scene, value))
    if len(pieces) != 1:
        raise UntraceableError(f"«{value}» is made of several values")
    piece = pieces[0]
    return piece if isinstance(piece, Hole) else json.dumps(piece, ensure_ascii=False)[1:-1]


def _slot_of(scene: Scene, value: str | None, what: Literal["text", "number"] = "text") -> Hole:
    if value is None or value not in scene.values:
        raise UntraceableError(f"«{value}» is of no slot")
    return Hole(what, *scene.values[value])


def make_header_template(shape: Shape, stated: Record, setting: Setting, standard: str) -> Template:
    """The template of a document, with holes for its lines and for what the envelope says. Raises UntraceableError."""
    scene = set_scene([shape], setting)
    opener = scene.segments[0]
    first, last = 1, len(scene.segments)
    chunk = Chunk("header", scene.segments, range(first, last), first, last)
    document = Document(
        standard=standard,  # type: ignore[arg-type]
        message_type=setting.message_type, version=setting.version or None,
        message_reference=opener.value(setting.standard.reference_at) or None,
        parties=read_parties(scene.segments, chunk, setting.standard), **_read_header(scene, stated, setting),
    )  # fmt: skip
    dumped = _dump(document) | {"lines": Hole("lines", 0, 0), "is_test": Hole("is_test", 0, 0)}
    dates = tuple((name, _day(scene, dumped[name])) for name in _DATES[:3] if dumped[name])
    return Template(tuple(join_pieces(_trace(scene, dumped, "header"))), None, dates)


def _read_header(scene: Scene, stated: Record, setting: Setting) -> dict[str, Any]:
    try:
        return read_header(scene.segments, stated, setting)
    except (UnreadableValueError, LookupError) as problem:
        raise UntraceableError(str(problem)) from problem


def _trace(scene: Scene, value: Any, name: str) -> Iterator[str | Hole]:
    """Canonical JSON of a value, in pieces: sorted keys, no blanks, as `outcome.dump_document` writes it."""
    if isinstance(value, Hole):
        yield value
    elif isinstance(value, dict):
        yield "{"
        for number, key in enumerate(sorted(value)):
            yield ("," if number else "") + json.dumps(key, ensure_ascii=False) + ":"
            if name == "source":
                yield from _trace_span(scene, tuple(value[key]))
            else:
                yield from _trace(scene, value[key], key)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, entry in enumerate(value):
            if number:
                yield ","
            yield from _trace(scene, entry, name)
        yield "]"
    elif isinstance(value, str):
        yield '"'
        if name in _DATES:
            yield _day(scene, value)
        else:
            for piece in _trace_text(scene, value):
                yield piece if isinstance(piece, Hole) else json.dumps(piece, ensure_ascii=False)[1:-1]
        yield '"'
    elif isinstance(value, int | float) and not isinstance(value, bool) and name in ("quantity", "price"):
        yield _slot_of(scene, str(value), "number")
    else:
        yield json.dumps(value)


def _trace_span(scene: Scene, span: tuple[int, ...]) -> Iterator[str | Hole]:
    if span not in scene.spans:
        raise UntraceableError(f"{span} is of no component")
    start, end = scene.spans[span]  # type: ignore[index]
    yield "["
    yield start
    yield ","
    yield end
    yield "]"


def _day(scene: Scene, iso: str) -> Hole:
    if iso not in scene.days:
        raise UntraceableError(f"{iso} is of no date")
    return scene.days[iso][1]


def _trace_text(scene: Scene, value: str) -> Iterator[str | Hole]:
    """The made-up values in a text and what stands between them."""
    if value in scene.values:
        yield Hole("text", *scene.values[value])
        return
    if value in scene.days:
        yield _day(scene, value)
        return
    position = 0
    for match in _MADE_UP.finditer(value):
        if match[0] in scene.values:
            if match.start() > position:
                yield value[position : match.start()]
            yield Hole("text", *scene.values[match[0]])
            position = match.end()
    if position < len(value) or not value:
        yield value[position:]


_DATES = ("document_date", "period_start", "period_end", "as_of_date")
_MADE_UP = re.compile("zq[0-9]+qz|[0-9]{5,}")


def join_pieces(pieces: Iterator[str | Hole]) -> Iterator[str | Hole]:
    """Neighbouring texts as one."""
    text = ""
    for piece in pieces:
        if isinstance(piece, Hole):
            if text:
                yield text
            yield piece
            text = ""
        else:
            text += piece
    if text:
        yield text
