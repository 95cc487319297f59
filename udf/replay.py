"""A message by plans alone: its text is matched against shapes, checked, and written as the document's JSON.

What a plan may rely on was proved when it was learnt. What is left to prove is what the values of this message can
break, and each such check of the gatekeeper is made here: numbers and dates that can be read, periods in order, totals
and counts, the trailer, stock that stands twice, line numbers, check digits. Whatever is not plain ends the replay, and
the model reads the message as if there were no plans.
"""

import datetime
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from re import Match
from typing import Any

from udf.contract import Envelope, Problem
from udf.controls import read_count
from udf.document import Doubts
from udf.layout import judge_line_numbers
from udf.plans import Plan
from udf.segments import read_segments
from udf.shelves import Shelf
from udf.statements import Finding
from udf.swaps import PRINCIPAL
from udf.values import read_number
from udf.verdict import LineCounts, summarise_lines
from udf.writers import KEYS, NUMBERS, Bound, NotPlainError, Numbers, Writer, check_values, resolve

Piece = tuple[Plan, Match[str]]


@dataclass(slots=True)
class Replayed:
    """A valid, complete message as plans read it."""

    message_type: str
    document: str
    problems: list[Problem]
    plans: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    """What is gathered line by line for the checks of the whole message."""

    lines: list[str] = field(default_factory=list)
    quantities: list[str] = field(default_factory=list)
    dates: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    fractions: list[str] = field(default_factory=list)
    """Quantities of pieces that are no whole number, with their unit."""
    stock: set[Any] = field(default_factory=set)
    wrong_items: list[str] = field(default_factory=list)
    runs: list[list[tuple[int, int]]] = field(default_factory=list)
    """Line numbers with the number of their piece, a run for each place."""
    uses: Counter[Writer] = field(default_factory=Counter)
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
            self._open = []


_BLOCK = 500


def find_pieces(shelf: Shelf, text: str, may_run: bool = True) -> list[Piece] | None:
    """The plans whose shapes the text has from its first to its last character, None where some part has none.

    `may_run` leaves out plans that do not run alone.
    """
    for longest_first in (False, True):
        pieces = _find_pieces(shelf, text, may_run, longest_first)
        if pieces is not None:
            return pieces
    return None


def _find_pieces(shelf: Shelf, text: str, may_run: bool, longest_first: bool) -> list[Piece] | None:
    """As `find_pieces`; first by habit (what followed this plan before), then the longest shape that fits."""
    header = _match(shelf.headers, text, 0, may_run)
    if header is None:
        return None
    pieces = [header]
    position = header[1].end()
    plan = header[0]
    shapes = shelf.bodies.get(plan.dialect, [])
    habits = shelf.habits
    while True:
        usual = None if longest_first else habits.get(plan)
        match = usual.pattern.match(text, position) if usual is not None and (usual.runs or not may_run) else None
        if match is None:
            found = _match(shapes, text, position, may_run)
            if found is None:
                break
            habits[plan] = found[0]
            plan, match = found
        else:
            plan = usual  # type: ignore[assignment]
        pieces.append((plan, match))
        position = match.end()
    trailer = _match(shelf.trailers.get(plan.dialect, []), text, position, may_run)
    if trailer is None or trailer[1].end() != len(text):
        return None
    pieces.append(trailer)
    return pieces


def _match(plans: Sequence[Plan], text: str, position: int, may_run: bool) -> Piece | None:
    for plan in plans:
        if plan.runs or not may_run:
            match = plan.pattern.match(text, position)
            if match is not None:
                return plan, match
    return None


def replay(shelf: Shelf, pieces: Sequence[Piece], envelope: Envelope) -> Replayed:
    """Write the document of a message whose pieces are known. Raises NotPlainError where a check of values fails."""
    header, match = pieces[0]
    dialect = header.dialect
    numbers = NUMBERS[None if dialect.standard == "X12" else dialect.decimal_mark]
    head = shelf.head(header)
    tally = _tally(shelf, pieces, numbers)
    _check_trailer(pieces, tally, numbers)
    odd = _doubt_dates(tally, {name: _date(resolve(hole, match, numbers, None)) for name, hole in head.dates})
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
    problems = _doubt(shelf, pieces, tally, odd)
    used = tuple(dict.fromkeys(plan.plan_id for plan, _ in pieces))
    return Replayed(dialect.message_type, "".join(parts), problems, used)


def _tally(shelf: Shelf, pieces: Sequence[Piece], numbers: Numbers) -> _Tally:
    """Write the lines and check each."""
    header, header_match = pieces[0]
    check_values(header, header_match)
    check_values(*pieces[-1])
    mark = None if header.dialect.standard == "X12" else header.dialect.decimal_mark
    tally = _Tally(runs=[[]])
    group: Piece | None = None
    bounds: dict[Plan, Bound] = {}
    watched = _watch_codes(pieces)
    has_period = any(plan.has_period for plan, _ in pieces)
    is_summed = any(tag in ("CNT", "CTT") for tag in pieces[-1][0].tags)
    for number, (plan, match) in enumerate(pieces[1:-1], 1):
        if plan.kind == "group":
            group, bounds = (plan, match), {}
            check_values(plan, match)
            tally.runs.append([])
            continue
        bound = bounds.get(plan)
        if bound is None:
            writer = shelf.writer(header, group[0] if group else None, plan)
            bound = bounds[plan] = writer.bind(header_match, group[1] if group else None, numbers)
        writer = bound.writer
        tally.uses[writer] += 1
        if writer.needs_no_period and has_period:
            raise NotPlainError("a stock date beside periods")
        row = writer.row(match, numbers)
        if watched and any(match[i + 1] in watched - plan.codes for i in writer.numbers):
            raise NotPlainError("quantity-swapped")
        tally.write(bound.text % writer.pick(row))
        if writer.totals or writer.apart or writer.pieces or writer.parts:
            _check_values(writer, row, tally, mark)
        tally.wrong_items += [json.loads(f'"{row[place]}"') for place in writer.checked if not KEYS[row[place]]]
        for read, count in bound.dates:
            tally.dates[read(row)] += count
        if bound.stock:
            _check_stock(tally, {read(row) for read in bound.stock})
        if writer.line_number != "":
            text = match[writer.line_number + 1] if isinstance(writer.line_number, int) else writer.line_number
            line_number = read_count(text)
            if line_number is not None:
                tally.runs[-1].append((line_number, number))
        if is_summed:
            tally.quantities += writer.quantities(row)
    return tally


def _watch_codes(pieces: Sequence[Piece]) -> frozenset[str]:
    """Codes that make a quantity suspicious which is written like one of them (`udf.swaps`)."""
    used: frozenset[str] = frozenset().union(*(plan.codes for plan in {plan for plan, _ in pieces}))
    principal = frozenset(PRINCIPAL.get(pieces[0][0].dialect.message_type, ()))
    several = len({plan.codes for plan, _ in pieces if plan.kind == "line"}) > 1
    return (used if several else frozenset()) | (frozenset() if used & principal else principal)


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
        if (quantity := read_number(row[slot], mark)) % 1:
            tally.fractions.append(f"{quantity} {unit}")


def _check_stock(tally: _Tally, keys: set[Any]) -> None:
    if not tally.stock.isdisjoint(keys):
        raise NotPlainError("repeated-stock")
    tally.stock |= keys


def _check_trailer(pieces: Sequence[Piece], tally: _Tally, numbers: Numbers) -> None:
    """UNT or SE, CNT and CTT hold to the letter; what is nearly right is for the model's route to judge."""
    trailer, match = pieces[-1]
    before = sum(len(plan.tags) for plan, _ in pieces[:-1])
    lins = sum(plan.lins for plan, _ in pieces)
    header, header_match = pieces[0]
    x12 = header.dialect.standard == "X12"

    def stated(segment: int, element: int, component: int = 0) -> str:
        found = trailer.component(segment, element, component)
        return match[found + 1] if isinstance(found, int) else found

    for segment, tag in enumerate(trailer.tags):
        if tag in ("UNT", "SE"):
            own = header.component(0, 1 if x12 else 0)
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


def _doubt_dates(tally: _Tally, header: dict[str, datetime.date]) -> list[Finding]:
    """What is odd about the lines. Raises NotPlainError where a period ends before it starts."""
    doubts = Doubts(header)
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


def _doubt(shelf: Shelf, pieces: Sequence[Piece], tally: _Tally, odd: list[Finding]) -> list[Problem]:
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
    partner, severity = pieces[0][0].dialect.partner, shelf.reference.severity
    problems = [_point_out(pieces, finding, severity(finding.code, partner))
                for finding in judge_line_numbers(tally.runs)]  # fmt: skip
    problems += [
        Problem.unchecked(code=finding.code, severity=severity(finding.code, partner), detail=finding.detail)
        for finding in (*odd, *summarise_lines(counts))
    ]
    if any(problem.severity == "error" for problem in problems):
        raise NotPlainError("a problem of the whole message")
    return problems


def _point_out(pieces: Sequence[Piece], finding: Finding, severity: Any) -> Problem:
    """A finding against the LIN of a piece, whose number stands for its segment."""
    plan, match = pieces[finding.segment or 0]
    before = sum(len(earlier.tags) for earlier, _ in pieces[: finding.segment])
    index = plan.tags.index("LIN")
    lin = read_segments(match[0], plan.dialect.delimiters)[index]
    span = (match.start() + lin.start, match.start() + lin.end)
    return Problem.unchecked(
        code=finding.code, severity=severity, segment=before + index + 1, span=span, detail=finding.detail
    )
