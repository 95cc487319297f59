"""A message by plans alone: its text is matched against shapes, checked, and written as the document's JSON.

What a plan may rely on was proved when it was learnt. What is left to prove is what the values of this message can
break, and each such check of the gatekeeper is made here: numbers and dates that can be read, periods in order, totals
and counts, the trailer, stock that stands twice, line numbers, check digits. Whatever is not plain ends the replay, and
the model reads the message as if there were no plans.
"""

import datetime
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from re import Match
from typing import Any

from udf.edi.reader import read_segments
from udf.findings import Finding
from udf.gatekeeper.controls import read_count
from udf.gatekeeper.numbering import judge_line_numbers
from udf.gatekeeper.warnings import Doubts, LineCounts, summarise_lines
from udf.outcome import MAX_ANSWER, AnswerTooLargeError, Envelope, Problem
from udf.plans.partner import Shelf
from udf.plans.plan import Plan
from udf.plans.writers import (
    NUMBERS,
    NotPlainError,
    Numbers,
    Row,
    UnknownShapeError,
    UnusualError,
    Writer,
    check_values,
    resolve,
)
from udf.standards.items import is_gs1_key
from udf.standards.message_types import STANDARDS, principal_of
from udf.standards.values import read_number

Piece = tuple[Plan, Match[str]]


@dataclass(slots=True)
class Replayed:
    """A valid, complete message as plans read it."""

    message_type: str
    document: str
    problems: list[Problem]
    plans: tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Bound:
    """A writer under one header and one group."""

    writer: Writer
    text: str
    above: Row
    """What every row ends with."""


@dataclass(slots=True)
class _Tally:
    """What is gathered piece by piece for the checks of the whole message. No match is kept: they take much memory."""

    plans: list[Plan] = field(default_factory=list)
    """Of each piece."""
    lines: list[str] = field(default_factory=list)
    quantities: list[str] = field(default_factory=list)
    # No Counter, which takes a microsecond to be made.
    dates: defaultdict[tuple[Any, ...], int] = field(default_factory=lambda: defaultdict(int))
    fractions: list[str] = field(default_factory=list)
    """Quantities of pieces that are no whole number, with their unit."""
    stock: set[int] = field(default_factory=set)
    """Hashes of what tells one stock from another: two that are equal by chance cost a reading by the model."""
    wrong_items: list[str] = field(default_factory=list)
    runs: list[list[tuple[int, int]]] = field(default_factory=lambda: [[]])
    """Line numbers with the number of their piece, a run for each place."""
    uses: defaultdict[Writer, int] = field(default_factory=lambda: defaultdict(int))
    codes: dict[Plan, set[str]] = field(default_factory=dict)
    """Quantities that are written like a code, by the plan of their line."""
    size: int = 0
    """Characters of the lines that are shut."""
    _open: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Add the JSON of a piece; many short texts become few long ones, which take less memory."""
        self._open.append(text)
        if len(self._open) == _BLOCK:
            self._shut()

    def close(self) -> list[str]:
        """The lines as the elements of a JSON array, in pieces."""
        self._shut()
        return self.lines

    def _shut(self) -> None:
        if self._open:
            self.lines.append(("," if self.lines else "") + ",".join(self._open))
            self.size += len(self.lines[-1])
            self._open = []
            if self.size > MAX_ANSWER:
                raise AnswerTooLargeError(self.plans[0].dialect.message_type)


_BLOCK = 500


def find_pieces(shelf: Shelf, text: str, longest_first: bool = False, is_wide: bool = False) -> Iterator[Piece]:
    """The plans whose shapes the text has, from its first to its last character.

    First by habit (what followed this plan before), then, or at once where `longest_first`, the longest shape that
    fits. Raises UnknownShapeError and, unless `is_wide`, UnusualError where a value is not written as usual.
    """
    position = 0
    found = _match(shelf.headers, text, position, is_wide)
    if found is None:
        raise UnknownShapeError("no header")
    plan = found[0]
    shapes, trailers = shelf.bodies.get(plan.dialect, []), shelf.trailers.get(plan.dialect, [])
    habits = shelf.habits
    while found is not None:
        yield found
        position = found[1].end()
        usual = None if longest_first else habits.get(plan)
        match = None
        if usual is not None and usual.runs:
            match = (usual.pattern if is_wide else usual.narrow).match(text, position)
        if usual is not None and match is not None:
            plan, found = usual, (usual, match)
            continue
        found = _match(shapes, text, position, is_wide)
        if found is not None:
            habits[plan] = found[0]
            plan = found[0]
    trailer = _match(trailers, text, position, is_wide)
    if trailer is None or trailer[1].end() != len(text):
        raise UnknownShapeError("no line and no trailer")
    yield trailer


def _match(plans: Sequence[Plan], text: str, position: int, is_wide: bool) -> Piece | None:
    for plan in plans:
        if plan.runs:
            match = plan.pattern.match(text, position)
            if match is None:
                continue
            if not is_wide and plan.narrow is not plan.pattern and plan.narrow.match(text, position) is None:
                raise UnusualError(plan.plan_id)
            return plan, match
    return None


def replay(shelf: Shelf, text: str, pieces: Iterable[Piece], envelope: Envelope) -> tuple[Replayed, list[Plan]]:
    """Write the document of a message of these pieces; and the plan of each.

    Raises NotPlainError where a check of values fails, UntraceableError, and AnswerTooLargeError.
    """
    following = iter(pieces)
    header, match = next(following)
    dialect = header.dialect
    numbers = NUMBERS[None if dialect.standard == "X12" else dialect.decimal_mark]
    head = shelf.head(header)
    tally, trailer = _tally(shelf, header, match, following, numbers)
    _check_codes(tally)
    _check_trailer(tally, match, trailer, numbers)
    dates = {name: _date(resolve(hole, match, numbers, None)) for name, hole in head.dates}
    odd = _doubt_dates(tally, dates, envelope)
    is_test = "null" if envelope.is_test is None else str(envelope.is_test).lower()
    parts: list[str] = []
    for piece in head.pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif piece.what == "lines":
            parts += ["[", *tally.close(), "]"]
        else:
            parts.append(
                is_test if piece.what == "is_test" else resolve(piece, match, numbers, dialect.delimiters.release)
            )
    problems = _doubt(shelf, text, tally, odd)
    used = tuple(dict.fromkeys(plan.plan_id for plan in tally.plans))
    return Replayed(dialect.message_type, "".join(parts), problems, used), tally.plans


def _tally(
    shelf: Shelf, header: Plan, header_match: Match[str], pieces: Iterator[Piece], numbers: Numbers
) -> tuple[_Tally, Match[str]]:
    """Write the lines and check each; and the trailer's match."""
    check_values(header, header_match)
    mark = None if header.dialect.standard == "X12" else header.dialect.decimal_mark
    tally = _Tally([header])
    plans = tally.plans
    group: Piece | None = None
    begun: dict[Writer, tuple[str, Row]] = {}
    bounds: dict[Plan, _Bound] = {}
    codes = shelf.codes[header.dialect].union(principal_of(header.dialect.message_type))
    for plan, match in pieces:
        plans.append(plan)
        if plan.kind != "line":
            check_values(plan, match)
            if plan.kind == "trailer":
                return tally, match
            group, bounds = (plan, match), {}
            tally.runs.append([])
            continue
        bound = bounds.get(plan)
        if bound is None:
            writer = shelf.writer(header, group[0] if group else None, plan)
            if writer not in begun:
                begun[writer] = writer.begin(header_match, numbers)
            text, above = begun[writer]
            if group and writer.group:
                above = writer.group.read(group[1], numbers) + above
            bound = bounds[plan] = _Bound(writer, text, above)
        writer = bound.writer
        tally.uses[writer] += 1
        row = writer.read(match, numbers)
        row += bound.above
        tally.write(bound.text % writer.pick(row))
        written = writer.written(row)
        if not codes.isdisjoint(written):
            tally.codes.setdefault(plan, set()).update(codes.intersection(written))
        if writer.has_more_to_check:
            _check_values(writer, row, tally, mark)
        for place in writer.checked:
            if not is_gs1_key(row[place]):
                tally.wrong_items.append(json.loads(f'"{row[place]}"'))
        for read, count in writer.dates:
            tally.dates[read(row)] += count
        if writer.stock:
            _check_stock(tally, {hash(read(row)) for read in writer.stock})
        if writer.line_number != "":
            number = match[writer.line_number + 1] if isinstance(writer.line_number, int) else writer.line_number
            line_number = read_count(number)
            if line_number is not None:
                tally.runs[-1].append((line_number, len(plans) - 1))
        if shelf.is_summed:
            tally.quantities += writer.quantities(row)
    raise NotPlainError("no trailer")


def _check_codes(tally: _Tally) -> None:
    """No quantity looks like a suspicious code (`udf.gatekeeper.exchanged`), no stock date stands beside periods."""
    plans = set(tally.plans)
    used: frozenset[str] = frozenset().union(*(plan.codes for plan in plans))
    principal = frozenset(principal_of(tally.plans[0].dialect.message_type))
    several = len({plan.codes for plan in plans if plan.kind == "line"}) > 1
    watched = (used if several else frozenset()) | (frozenset() if used & principal else principal)
    if any(watched & found - plan.codes for plan, found in tally.codes.items()):
        raise NotPlainError("quantity-swapped")
    if any(writer.needs_no_period for writer in tally.uses) and any(plan.has_period for plan in plans):
        raise NotPlainError("a stock date beside periods")


def _check_values(writer: Writer, row: list[Any], tally: _Tally, mark: str | None) -> None:
    """Totals equal their parts, what only places and dates tell apart is apart, pieces are whole or counted."""
    for total, parts in writer.totals:
        if read_number(row[total], mark) != sum(read_number(row[part], mark) for part in parts):
            raise NotPlainError("split-total-mismatch")
    if any(len({row[slot] for slot in slots}) < len(slots) for slots in writer.apart):
        raise NotPlainError("quantities of one code are not told apart")
    for parts in writer.parts:
        quantities = [read_number(row[part], mark) for part in parts]
        if any(quantity and 2 * quantity == sum(quantities) for quantity in quantities):
            raise NotPlainError("a sum beside its parts")
    for slot, unit in writer.pieces:
        if not row[slot].isdecimal() and (quantity := read_number(row[slot], mark)) % 1:
            tally.fractions.append(f"{quantity} {unit}")


def _check_stock(tally: _Tally, keys: set[int]) -> None:
    if not tally.stock.isdisjoint(keys):
        raise NotPlainError("repeated-stock")
    tally.stock |= keys


def _check_trailer(tally: _Tally, header_match: Match[str], match: Match[str], numbers: Numbers) -> None:
    """UNT or SE, CNT and CTT hold to the letter; what is nearly right is for the model's route to judge."""
    header, *between, trailer = tally.plans
    counts = Counter(between)
    before = len(header.tags) + sum(len(plan.tags) * count for plan, count in counts.items())
    lins = header.lins + sum(plan.lins * count for plan, count in counts.items())
    reference_at = STANDARDS[header.dialect.standard].reference_at

    def stated(segment: int, element: int, component: int = 0) -> str:
        found = trailer.component(segment, element, component)
        return match[found + 1] if isinstance(found, int) else found

    for segment, tag in enumerate(trailer.tags):
        if tag in ("UNT", "SE"):
            own = header.component(0, reference_at)
            reference = header_match[own + 1] if isinstance(own, int) else own
            if read_count(stated(segment, 0)) != before + segment + 1 or stated(segment, 1) != reference:
                raise NotPlainError("trailer")
            continue
        code = stated(segment, 0)
        count = code if tag == "CTT" else stated(segment, 0, 1) if (tag, code) == ("CNT", "2") else ""
        total = stated(segment, 1) if tag == "CTT" else stated(segment, 0, 1) if (tag, code) == ("CNT", "1") else ""
        if count and read_count(count) != lins:
            raise NotPlainError("line count")
        if total and Decimal(numbers[total]) != sum(map(Decimal, tally.quantities)):
            raise NotPlainError("sum of quantities")


@lru_cache(maxsize=20_000)
def _date(iso: str) -> datetime.date:
    return datetime.date.fromisoformat(iso)


def _doubt_dates(tally: _Tally, header: dict[str, datetime.date], envelope: Envelope) -> list[Finding]:
    """What is odd about the lines. Raises NotPlainError where a period ends before it starts."""
    doubts = Doubts(header, envelope)
    start, end = header.get("period_start"), header.get("period_end")
    if start and end and start > end:
        raise NotPlainError("period-reversed")
    for (first, last), count in tally.dates.items():
        if first > last:
            raise NotPlainError("period-reversed")
        doubts.note_period(_date(first), _date(last), count)
    for what in tally.fractions:
        doubts.note("fraction-of-pieces", what)
    return doubts.findings()


def _doubt(shelf: Shelf, text: str, tally: _Tally, odd: list[Finding]) -> list[Problem]:
    """The warnings that the lines give together, and those of the header that its arrangement always has."""
    counts = LineCounts(wrong_items=tally.wrong_items)
    for writer, uses in tally.uses.items():
        for fact in writer.facts:
            if fact.measure == "unmapped":
                counts.unmapped[fact.qualifier] += uses
            if fact.location_stated:
                counts.placed.add(fact.qualifier)
            else:
                counts.unplaced[fact.qualifier] += uses
            counts.typeless += uses * (fact.item_type is None)
            counts.undated += uses * (not fact.period_stated)
    partner, severity = tally.plans[0].dialect.partner, shelf.reference.severity
    problems = [_point_out(text, tally.plans, finding, severity(finding.code, partner))
                for finding in judge_line_numbers(tally.runs)]  # fmt: skip
    problems += [
        Problem(code=finding.code, severity=severity(finding.code, partner), detail=finding.detail)
        for finding in (*odd, *summarise_lines(counts))
    ]
    if any(problem.severity == "error" for problem in problems):
        raise NotPlainError("a problem of the whole message")
    return problems


def _point_out(text: str, plans: Sequence[Plan], finding: Finding, severity: Any) -> Problem:
    """A finding against the LIN of a piece, whose number stands for its segment."""
    number = finding.segment or 0
    position = 0
    for earlier in plans[:number]:
        match = earlier.pattern.match(text, position)
        assert match is not None
        position = match.end()
    plan = plans[number]
    index = plan.tags.index("LIN")
    match = plan.pattern.match(text, position)
    assert match is not None
    lin = read_segments(match[0], plan.dialect.delimiters)[index]
    before = sum(len(earlier.tags) for earlier in plans[:number])
    span = (position + lin.start, position + lin.end)
    return Problem(code=finding.code, severity=severity, segment=before + index + 1, span=span, detail=finding.detail)
