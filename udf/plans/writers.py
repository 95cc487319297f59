"""The lines of a plan as JSON text: what a match of its shape brings is put into the holes of its templates.

Here are the checks that hold for a single line: numbers and dates that can be read, no text that may hide a lost
terminator. Whatever is not plain raises `NotPlainError`, and the model reads the message as if there were no plans.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from re import Match
from typing import Any

from udf.edi.delimiters import mask_released
from udf.edi.repair import glued_tags
from udf.outcome import json_number
from udf.plans.plan import Plan
from udf.plans.shapes import may_hide_tag, read_text
from udf.plans.templates import Hole, LineFacts, Template, UntraceableError, join_pieces
from udf.reading import Position
from udf.standards.items import has_check_digit
from udf.standards.message_types import STANDARDS
from udf.standards.quantities import SPLITS, activity_of, quantity_positions
from udf.standards.values import UnreadableValueError, read_number, read_period

_REMEMBERED = 50_000
"""Entries of a table of values that were worked out; what goes beyond would only take memory."""


class NotPlainError(Exception):
    """This message is not for plans; the reason is for tests and curious people."""


class UnknownShapeError(NotPlainError):
    """Some part of the text has no shape that a plan knows."""


class UnusualError(NotPlainError):
    """A value is written in another way than the partner's values are."""


class Numbers(dict[str, str]):
    """Numbers as sent to numbers as JSON writes them, each worked out once."""

    def __init__(self, mark: str | None) -> None:
        self._mark = mark

    def __missing__(self, text: str) -> str:
        try:
            # Nearly all are plain; a number slot holds fourteen ASCII digits at most.
            found = repr(int(text) if text.isdecimal() else json_number(read_number(text, self._mark)))
        except UnreadableValueError as problem:
            raise NotPlainError(problem.code) from None
        if len(self) > _REMEMBERED:
            self.clear()
        self[text] = found
        return found


class _Days(dict[tuple[str, str], tuple[str, str]]):
    """Dates as sent, with their form, to first and last day in ISO 8601."""

    def __missing__(self, key: tuple[str, str]) -> tuple[str, str]:
        try:
            first, last = read_period(*key)
        except UnreadableValueError as problem:
            raise NotPlainError(problem.code) from None
        if not (1970 < first.year < 2070 and 1970 < last.year < 2070):
            raise NotPlainError("date-invalid")
        if len(self) > _REMEMBERED:
            self.clear()
        self[key] = found = first.isoformat(), last.isoformat()
        return found


DAYS = _Days()
NUMBERS = {mark: Numbers(mark) for mark in (None, ".", ",")}


def as_text(raw: str, release: str | None) -> str:
    """A text slot's value, escaped for JSON. Raises NotPlainError."""
    value = read_text(raw, release)
    if value is None:
        raise NotPlainError("blanks at the end of a value")
    return value


def resolve(hole: Hole, match: Match[str], numbers: Numbers, release: str | None) -> str:
    """What a hole of a header or a group becomes."""
    what, _, slot, form = hole
    if what == "text":
        return as_text(match[slot + 1], release)
    if what == "number":
        return numbers[match[slot + 1]]
    if what in ("first", "last"):
        return DAYS[match[slot + 1], form][what == "last"]
    if what == "at":
        return str((match.start() if form < 0 else match.end(form + 1)) + slot)
    return str(match.span(slot + 1)[what == "to"])


def check_values(plan: Plan, match: Match[str]) -> None:
    """No text of a piece hides a lost terminator, and its periods are in order. Raises NotPlainError."""
    dialect = plan.dialect
    if any(may_hide_tag(match[i + 1], dialect.standard) for i in plan.texts) and glued_tags(dialect.delimiters).search(
        mask_released(match[0], dialect.delimiters)
    ):
        raise NotPlainError("a lost terminator")
    for (start, start_form), (end, end_form) in plan.periods:
        if DAYS[match[start + 1], start_form][0] > DAYS[match[end + 1], end_form][1]:
            raise NotPlainError("period-reversed")


Row = list[Any]
_Reader = Callable[[Row], tuple[Any, ...]]


class Layout:
    """What a match of a shape brings as one flat row, of which holes are places.

    Texts as JSON writes them, numbers, first and last days, spans, offsets; `is_whole` reads the texts and numbers of
    all slots, so that each is checked, otherwise only those of the holes.
    """

    def __init__(self, plan: Plan, holes: Iterable[Hole], is_whole: bool) -> None:
        holes = list(holes)
        slots = len(plan.shape.slots)
        wanted = {what: sorted({hole.slot for hole in holes if hole.what == what}) for what in ("text", "number")}
        numbers = [i for i, slot in enumerate(plan.shape.slots) if slot.kind == "number"]
        self.numbers = numbers if is_whole else wanted["number"]
        self._texts = plan.texts if is_whole else [i for i in plan.texts if i in wanted["text"]]
        self._days = sorted({(hole.slot, hole.form) for hole in holes if hole.what in ("first", "last")})
        self._offsets = sorted({(hole.form, hole.slot) for hole in holes if hole.what == "at"})
        self._release = plan.dialect.delimiters.release
        self._at_number = slots
        self._at_day = slots + len(self.numbers)
        self._at_span = self._at_day + 2 * len(self._days)
        self._at_offset = self._at_span + 2 * (slots + 1)
        self.width = self._at_offset + len(self._offsets)

    def place(self, hole: Hole) -> int:
        """Where in the row a hole's value stands."""
        if hole.what == "text":
            return hole.slot
        if hole.what == "number":
            return self._at_number + self.numbers.index(hole.slot)
        if hole.what in ("first", "last"):
            return self._at_day + 2 * self._days.index((hole.slot, hole.form)) + (hole.what == "last")
        if hole.what == "at":
            return self._at_offset + self._offsets.index((hole.form, hole.slot))
        return self._at_span + 2 * (hole.slot + 1) + (hole.what == "to")

    def read(self, match: Match[str], numbers: Numbers) -> Row:
        """The row of a match. Raises NotPlainError."""
        groups = match.groups()
        regs = match.regs
        row: Row = [*groups]
        for i in self._texts:
            row[i] = as_text(groups[i], self._release)
        row += [numbers[groups[i]] for i in self.numbers]
        for slot, form in self._days:
            row += DAYS[groups[slot], form]
        row += chain.from_iterable(regs)
        if self._offsets:
            row += [(regs[after + 1][1] if after >= 0 else regs[0][0]) + step for after, step in self._offsets]
        return row


class Writer:
    """Writes the lines of one line plan under one header plan and one group plan.

    A line's row is that of its match, followed by that of its group's and by what its keys need of the header.
    """

    def __init__(self, plan: Plan, group: Plan | None, templates: Sequence[Template]) -> None:
        self.facts = [template.facts for template in templates if template.facts]
        self._plan = plan
        pieces: list[str | Hole] = []
        for number, template in enumerate(templates):
            pieces += ([","] if number else []) + list(template.pieces)
        inner = [piece for piece in pieces if isinstance(piece, Hole) and piece.scope]
        # Few long texts: they are put together for each message, and most have few lines.
        self._outer = list(join_pieces(
            "%s" if isinstance(piece, Hole) and piece.scope else
            piece.replace("%", "%%") if isinstance(piece, str) else piece for piece in pieces
        ))  # fmt: skip
        keys = [fact.stock_key for fact in self.facts if fact.stock_key is not None]
        dates = Counter(fact.dates for fact in self.facts if fact.dates)
        asked = [value for known in (*keys, *dates) for value in known]
        holes = [*inner, *(value for value in asked if isinstance(value, Hole) and value.scope),
                 *(fact.item for fact in self.facts), *(fact.quantity for fact in self.facts)]  # fmt: skip
        self.line = Layout(plan, (hole for hole in holes if hole.scope == 2), is_whole=True)
        above = (hole for hole in holes if hole.scope == 1)
        self.group = Layout(group, above, is_whole=False) if group else None
        self._constants = list(dict.fromkeys(v for v in asked if not (isinstance(v, Hole) and v.scope)))
        self._is_checked = bool(plan.texts or plan.periods)
        self.pick = self._picker(inner)
        self.quantities = self._picker(fact.quantity for fact in self.facts)
        self.written = _picker(self.line.numbers)
        """Its numbers as they were sent."""
        self.stock = [self._picker(key) for key in keys]
        self.dates = [(self._picker(pair), count) for pair, count in dates.items()]
        """With the number of lines that have them."""
        self.pieces = [(fact.quantity.slot, fact.pieces) for fact in self.facts if fact.pieces]
        self.checked = [self._place(f.item) for f in self.facts if has_check_digit(f.item_type) and f.item.scope == 2]
        self.needs_no_period = any(fact.needs_no_period for fact in self.facts)
        self.totals = _find_totals(plan)
        self.apart = _find_apart(plan, self.facts)
        # Of three parts and more at one place one may be the others' sum (`udf.gatekeeper.repetition`).
        parts: dict[tuple[str | None, Position | None], list[int]] = {}
        for fact, record in zip(self.facts, plan.records, strict=True):
            parts.setdefault((fact.qualifier, record.get("location")), []).append(fact.quantity.slot)
        self.parts = [slots for slots in parts.values() if len(slots) > 2]
        self.has_more_to_check = bool(self.totals or self.apart or self.pieces or self.parts)
        lin = plan.tags.index("LIN") if "LIN" in plan.tags else None
        self.line_number = "" if lin is None else plan.component(lin, 0)

    def _place(self, value: Any) -> int:
        if not isinstance(value, Hole) or not value.scope:
            above = self.line.width + (self.group.width if self.group else 0)
            return above + self._constants.index(value)
        if value.scope == 2:
            return self.line.place(value)
        assert self.group is not None
        return self.line.width + self.group.place(value)

    def _picker(self, values: Iterable[Any]) -> _Reader:
        return _picker([self._place(value) for value in values])

    def begin(self, header: Match[str], numbers: Numbers) -> tuple[str, Row]:
        """The text of a line under a header, with `%s` for each value below it; and the end of its row."""
        release = self._plan.dialect.delimiters.release

        def settle(value: Any) -> Any:
            return resolve(value, header, numbers, release) if isinstance(value, Hole) else value

        text = "".join(settle(p).replace("%", "%%") if isinstance(p, Hole) else p for p in self._outer)
        return text, [settle(value) for value in self._constants]

    def read(self, match: Match[str], numbers: Numbers) -> Row:
        """The row of a line, but for what stands above it. Raises NotPlainError."""
        if self._is_checked:
            check_values(self._plan, match)
        return self.line.read(match, numbers)


def _picker(places: Sequence[int]) -> _Reader:
    """A function that gives the values at some places of a row as a tuple."""
    if not places:
        return lambda row: ()
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)


def _find_totals(plan: Plan) -> list[tuple[int, list[int]]]:
    """Slots of totals, each with the slots of its parts (SDQ, SCH, REF under a QTY or ZA). Raises UntraceableError."""
    segments = plan.read()
    spans = {span: number for number, span in enumerate((a, b) for a, b, _ in plan.shape.fill(0)[1])}
    slot_at = {}
    for s, e, c in quantity_positions(segments, 0, len(segments), STANDARDS[plan.dialect.standard]):
        if segments[s].value(e, c):
            slot_at[s, e, c] = spans.get(segments[s].component_span(e, c), -1)
    if -1 in slot_at.values():
        raise UntraceableError("a quantity with more digits than a slot has")
    parts: dict[int, list[int]] = {}
    for (s, _, _), slot in slot_at.items():
        activity = activity_of(segments, s, STANDARDS[plan.dialect.standard])
        if activity != s and segments[s].tag in SPLITS:
            parts.setdefault(activity, []).append(slot)
    return [(slot, parts[s]) for (s, _, _), slot in slot_at.items() if s in parts and segments[s].tag not in SPLITS]


def _find_apart(plan: Plan, facts: Sequence[LineFacts]) -> list[list[int]]:
    """Slots that must all differ, for each code that has several quantities which only places or dates tell apart.

    What is split under another code has no part in it: the stores that sold are those that hold stock.
    """
    codes = Counter(fact.qualifier for fact in facts)
    several = [code for code, count in codes.items() if count > 1]
    if not several:
        return []
    segments, standard = plan.read(), STANDARDS[plan.dialect.standard]
    owners: list[str | None] = []
    for start, _, _ in plan.shape.fill(0)[1]:
        s = max(i for i, segment in enumerate(segments) if segment.start <= start)
        code = segments[activity_of(segments, s, standard)].value(0) if segments[s].tag in SPLITS else None
        owners.append(code if code in codes else None)
    telling = [i for i, slot in enumerate(plan.shape.slots) if slot.kind in ("digits", "text", "date", "as")]
    return [[i for i in telling if owners[i] in (None, code)] for code in several]
