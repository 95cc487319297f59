"""An example of a message: the shapes of a header, a group and a line, filled with made-up values all of which differ.

What the compiler makes of it can be traced: each value in a document is that of one slot, and becomes a *placeholder*.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.plans.shapes import Shape, locate
from udf.standards.dates import date_form, read_date
from udf.standards.values import UnreadableValueError

Scope = Literal[0, 1, 2]
"""Header, group, line: what stands above a line and the line itself."""
_MADE_UP = re.compile("zq[0-9]+qz|[0-9]{5,}")


class Placeholder(NamedTuple):
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


@dataclass(slots=True)
class Example:
    """One small message of made-up values, and the slots that they came from."""

    segments: Sequence[Segment]
    bounds: list[tuple[int, int]] = field(default_factory=list)
    """First segment of each scope, and the one after its last."""
    values: dict[str, tuple[Scope, int]] = field(default_factory=dict)
    days: dict[str, tuple[str, Placeholder]] = field(default_factory=dict)
    """ISO date to the value that states it."""
    spans: dict[tuple[int, int], tuple[Placeholder, Placeholder]] = field(default_factory=dict)

    def day(self, iso: str) -> Placeholder:
        """The placeholder of a day. Raises UntraceableError."""
        if iso not in self.days:
            raise UntraceableError(f"{iso} is of no date")
        return self.days[iso][1]

    def slot_of(self, value: str | None, what: Literal["text", "number"] = "text") -> Placeholder:
        """The placeholder of a value that is one slot's. Raises UntraceableError."""
        if value is None or value not in self.values:
            raise UntraceableError(f"«{value}» is of no slot")
        return Placeholder(what, *self.values[value])

    def trace(self, value: str) -> Iterator[str | Placeholder]:
        """The made-up values in a text, and as JSON escapes it what stands between them."""
        if value in self.values:
            yield Placeholder("text", *self.values[value])
            return
        if value in self.days:
            yield self.day(value)
            return
        position = 0
        for match in _MADE_UP.finditer(value):
            if match[0] in self.values:
                if match.start() > position:
                    yield _escape(value[position : match.start()])
                yield Placeholder("text", *self.values[match[0]])
                position = match.end()
        if position < len(value) or not value:
            yield _escape(value[position:])

    def trace_whole(self, value: str | None) -> str | Placeholder | None:
        """A value as JSON writes it, or the one placeholder that it is. Raises UntraceableError."""
        if value is None:
            return None
        first, *more = self.trace(value)
        if more:
            raise UntraceableError(f"«{value}» is made of several values")
        return first


def _escape(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def make_example(shapes: Sequence[Shape | None]) -> Example:
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
    example = Example(read_segments("".join(texts), delimiters))
    stops = [*starts[1:], sum(map(len, texts))]
    slots_of = [shape.slots if shape else () for shape in shapes]
    made_up = {(start + a, start + b) for start, found in zip(starts, places, strict=True) for a, b, _ in found}
    literals = {
        example.segments[s].elements[e][c] for span, (s, e, c) in locate(example.segments) if span not in made_up
    }  # fmt: skip
    for scope, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        inside = [i for i, segment in enumerate(example.segments) if start <= segment.start < stop]
        example.bounds.append((inside[0], inside[-1] + 1) if inside else (0, 0))
        slots = [(start + a, start + b) for a, b, _ in places[scope]]
        for number, (_, _, value) in enumerate(places[scope]):
            if slots_of[scope][number].kind != "as" and value in (*example.values, *literals):
                raise UntraceableError(f"«{value}» is made up twice")
            example.values.setdefault(value, (scope, number))  # type: ignore[arg-type]
        _trace_spans(example, scope, inside, start, slots)  # type: ignore[arg-type]
    if any(segment.repaired for segment in example.segments):
        raise UntraceableError("the shape reads as other segments")
    return example


def _trace_spans(example: Example, scope: Scope, inside: list[int], start: int, slots: list[tuple[int, int]]) -> None:
    """Where each component of a scope begins and ends, told by the slots; and which days its dates are."""
    numbers = {span: number for number, span in enumerate(slots)}
    for span, (index, e, c) in locate([example.segments[i] for i in inside]):
        if span in numbers:
            number = numbers[span]
            example.spans[span] = (Placeholder("from", scope, number), Placeholder("to", scope, number))
            _trace_days(example, scope, number, example.segments[inside[index]], (index, e, c))
            continue
        before = max((n for n, (_, end) in enumerate(slots) if end <= span[0]), default=-1)
        base = slots[before][1] if before >= 0 else start
        example.spans.setdefault(
            span, (Placeholder("at", scope, span[0] - base, before), Placeholder("at", scope, span[1] - base, before))
        )


def _trace_days(example: Example, scope: Scope, number: int, segment: Segment, position: tuple[int, int, int]) -> None:
    form = date_form(segment, position)
    try:
        first, last = read_date(segment, position)
    except UnreadableValueError:
        return
    text = segment.value(*position[1:])
    for day, what in ((first, "first"), (last, "last")):
        placeholder = Placeholder(what, scope, number, form)  # type: ignore[arg-type]
        if example.days.setdefault(day.isoformat(), (text, placeholder))[0] != text:
            raise UntraceableError(f"{day} is made up twice")
