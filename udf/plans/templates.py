"""What a plan writes: the JSON of a header or of a line, with a placeholder for each value that its text brings.

A template is not written by hand and not derived a second time. The very functions that build every document
(`udf.document`) build that of an example message, and each value in it is traced back to the slot it came from: what
the compiler does with a value is observed, not repeated. A value that cannot be traced makes no template.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from udf.document import build_lines, inherit, read_header, read_parties, transfer_of
from udf.gatekeeper.values import stock_key
from udf.gatekeeper.warnings import days_of, find_odd_attributes
from udf.line_periods import StatedPeriods
from udf.message import LineRecords
from udf.outcome import Document, Line
from udf.plans.example import Example, Placeholder, UntraceableError, make_example
from udf.plans.shapes import Shape
from udf.reading import Position, Record
from udf.standards.chunks import Chunk
from udf.standards.places import names_sure_place
from udf.standards.setting import Setting
from udf.standards.values import UnreadableValueError

_DATES = ("document_date", "period_start", "period_end", "as_of_date")


class LineFacts(NamedTuple):
    """What the checks of whole messages ask of each line that a template writes."""

    line: Line
    """Of made-up values."""
    item: Placeholder
    quantity: Placeholder
    dates: tuple[Placeholder, Placeholder] | None
    """First and last day, where it has any."""
    stock_key: tuple[str | Placeholder | None, ...] | None
    """What tells one stock from another; None for what is no stock."""
    ids: tuple[str | Placeholder | None, ...]
    """All identifiers of the item."""
    place: str | Placeholder | None
    needs_no_period: bool
    """True only in messages in which no piece states a period."""


class Template(NamedTuple):
    """Pieces of JSON in turn: text, and placeholders. `facts` of a line; of a header `dates` by their name."""

    pieces: tuple[str | Placeholder, ...]
    facts: LineFacts | None = None
    dates: tuple[tuple[str, Placeholder], ...] = ()


class _WatchedPeriods(StatedPeriods):
    """As a line is built, notices whether it depends on periods that may be stated anywhere above it."""

    is_asked = False

    def above(self, before: int) -> tuple[Position, Position] | None:
        self.is_asked = True
        return super().above(before)


def make_line_templates(
    shapes: Sequence[Shape | None], stated: Sequence[Record], records: Sequence[Record], setting: Setting
) -> list[Template]:
    """A template for each line that `records` make under a header and a group.

    `stated` are the records of header and group, `records` those of the line, as positions from the first segment of
    their own text. Raises UntraceableError.
    """
    example = make_example(shapes)
    above = inherit(*(_lift(record, example.bounds[scope][0]) for scope, record in enumerate(stated)))
    first, last = example.bounds[2]
    line = LineRecords(first, last, [_lift(record, first) for record in records])
    setting = replace(setting, is_placed=names_sure_place(example.segments, setting))
    header = _read_header(example, stated[0], setting)
    periods = _WatchedPeriods(example.segments, setting)
    transfer = transfer_of(example.segments, *example.bounds[1])
    try:
        built = build_lines(example.segments, line, above, setting, header.get("currency"), periods, transfer)
    except (UnreadableValueError, LookupError) as problem:
        raise UntraceableError(str(problem)) from problem
    return [
        Template(
            tuple(join_pieces(_trace(example, one.as_json(), "line"))), _state_facts(example, one, periods.is_asked)
        )
        for one in built
    ]


def _lift(record: Record, first: int) -> Record:
    return {name: (first + s, e, c) for name, (s, e, c) in record.items()}


def _state_facts(example: Example, line: Line, needs_no_period: bool) -> LineFacts:
    for code, what in find_odd_attributes(line):
        raise UntraceableError(f"{code}: {what}")
    first, last = days_of(line)
    key = stock_key(line)
    return LineFacts(
        line, example.slot_of(line.item_id), example.slot_of(str(line.quantity), "number"),
        (example.day(first.isoformat()), example.day(last.isoformat())) if first and last else None,
        tuple(map(example.trace_whole, key)) if key else None,
        tuple(map(example.trace_whole, line.item_ids.values() or [line.item_id])),
        example.trace_whole(line.location_id), needs_no_period,
    )  # fmt: skip


def make_header_template(shape: Shape, stated: Record, setting: Setting, standard: str) -> Template:
    """The template of a document, with placeholders for its lines and for what the envelope says. UntraceableError."""
    example = make_example([shape])
    opener = example.segments[0]
    first, last = 1, len(example.segments)
    chunk = Chunk("header", example.segments, range(first, last), first, last)
    document = Document(
        standard=standard,  # type: ignore[arg-type]
        message_type=setting.message_type, version=setting.version or None,
        message_reference=opener.value(setting.standard.reference_at) or None,
        parties=read_parties(example.segments, chunk, setting.standard), **_read_header(example, stated, setting),
    )  # fmt: skip
    dumped = document.as_json() | {"lines": Placeholder("lines", 0, 0), "is_test": Placeholder("is_test", 0, 0)}
    dates = tuple((name, example.day(dumped[name])) for name in _DATES[:3] if dumped[name])
    return Template(tuple(join_pieces(_trace(example, dumped, "header"))), None, dates)


def _read_header(example: Example, stated: Record, setting: Setting) -> dict[str, Any]:
    try:
        return read_header(example.segments, stated, setting)
    except (UnreadableValueError, LookupError) as problem:
        raise UntraceableError(str(problem)) from problem


def _trace(example: Example, value: Any, name: str) -> Iterator[str | Placeholder]:
    """Canonical JSON of a value, in pieces: sorted keys, no blanks, as `outcome.dump_document` writes it."""
    if isinstance(value, Placeholder):
        yield value
    elif isinstance(value, dict):
        yield "{"
        for number, key in enumerate(sorted(value)):
            yield ("," if number else "") + json.dumps(key, ensure_ascii=False) + ":"
            if name == "source":
                yield from _trace_span(example, tuple(value[key]))
            else:
                yield from _trace(example, value[key], key)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, entry in enumerate(value):
            if number:
                yield ","
            yield from _trace(example, entry, name)
        yield "]"
    elif isinstance(value, str):
        yield '"'
        yield from [example.day(value)] if name in _DATES else example.trace(value)
        yield '"'
    elif isinstance(value, int | float) and not isinstance(value, bool) and name in ("quantity", "price"):
        yield example.slot_of(str(value), "number")
    elif name == "price_quantity" and str(value) in example.values:
        raise UntraceableError("a price for a number of units that a message states")
    else:
        yield json.dumps(value)


def _trace_span(example: Example, span: tuple[int, ...]) -> Iterator[str | Placeholder]:
    if span not in example.spans:
        raise UntraceableError(f"{span} is of no component")
    start, end = example.spans[span]  # type: ignore[index]
    yield from ("[", start, ",", end, "]")


def join_pieces(pieces: Iterable[str | Placeholder]) -> Iterator[str | Placeholder]:
    """Neighbouring texts as one."""
    text = ""
    for piece in pieces:
        if isinstance(piece, Placeholder):
            if text:
                yield text
            yield piece
            text = ""
        else:
            text += piece
    if text:
        yield text
