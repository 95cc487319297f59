"""A message by plans alone: its pieces are checked, and written as the document's JSON.

What a plan may rely on was proved when it was learnt. What is left to prove is what the values of this message can
break, and the gatekeeper's functions (`udf.gatekeeper.values`) are asked for each of it. Whatever is not plain ends the
replay, and the model reads the message as if there were no plans.
"""

import datetime
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from re import Match
from typing import Any, NamedTuple

from udf.edi.delimiters import announce, find_delimiters
from udf.edi.reader import read_segments
from udf.findings import Finding
from udf.gatekeeper.blocks import BLOCK, comes_twice
from udf.gatekeeper.numbering import judge_line_numbers
from udf.gatekeeper.values import has_wrong_check_digit, is_reversed, is_stated_again, read_count
from udf.gatekeeper.warnings import LineWarnings
from udf.outcome import Envelope, JsonArray, Problem, Severity
from udf.plans.checks import Stated, check_codes, check_piece, check_sums, check_trailer
from udf.plans.conversions import NUMBERS, NotPlainError, Numbers, resolve
from udf.plans.example import UntraceableError
from udf.plans.matching import Piece, UnusualError, find_pieces
from udf.plans.partner import PartnerPlans
from udf.plans.plan import Dialect, Plan
from udf.plans.writers import Row, Writer
from udf.standards.message_types import principal_of


@dataclass(slots=True)
class Replayed:
    """A valid, complete message as plans read it."""

    message_type: str
    document: str
    problems: list[Problem]
    plans: tuple[str, ...]


class _Bound(NamedTuple):
    """A writer under one header and one group."""

    writer: Writer
    text: str
    above: Row
    """What every row ends with."""
    sums: Sequence[tuple[Callable[[tuple[Any, ...]], None], Callable[[Row], tuple[Any, ...]]]]
    """What notes the quantities of a line, and what finds them in its row."""


@dataclass(slots=True)
class _Gathered:
    """What is gathered piece by piece for the checks of the whole message. No match is kept: they take much memory."""

    lines: JsonArray
    warnings: LineWarnings
    plans: list[Plan]
    """Of each piece."""
    quantities: list[str] = field(default_factory=list)
    # No Counter, which takes a microsecond to be made.
    dates: defaultdict[tuple[Any, ...], int] = field(default_factory=lambda: defaultdict(int))
    sums: defaultdict[Stated, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    """Quantity, place, last day, the item and its numbers, of each line."""
    stock: set[int] = field(default_factory=set)
    """Hashes of what tells one stock from another: two that are equal by chance cost a reading by the model."""
    runs: list[list[tuple[int, int]]] = field(default_factory=lambda: [[]])
    """Line numbers with the number of their piece, a run for each place."""
    blocks: list[list[int]] = field(default_factory=lambda: [[0]])
    """Hashes of what each group states and of its lines without their numbers."""
    numbered: set[int] = field(default_factory=set)
    """Hashes of each group with one of its lines, of those that have a number."""
    is_copied: bool = False
    """Whether a line stands a second time with its number."""
    uses: defaultdict[Writer, int] = field(default_factory=lambda: defaultdict(int))
    codes: dict[Plan, set[str]] = field(default_factory=dict)
    """Quantities that are written like a code, by the plan of their line."""


def replay_text(
    partner: PartnerPlans, text: str, envelope: Envelope, is_wide: bool = False
) -> tuple[Replayed, Plan] | None:
    """A message as its plans read it, and its header's plan; None where it needs the model.

    Raises UnusualError, unless `is_wide`, and AnswerTooLargeError.
    """
    try:
        replayed, plans = replay(partner, text, find_pieces(partner, text, is_wide), envelope)
    except UnusualError:
        raise
    except (NotPlainError, UntraceableError):
        return None
    is_known = partner.is_proved(plans) and _is_sure(text, envelope, plans[0].dialect)
    return (replayed, plans[0]) if is_known else None


_UNH = re.compile("UNH", re.IGNORECASE)
_PIECES_OF_ONE_LINE = 3
"""Header, line and trailer: of these nothing can stand twice or be missing."""


def _is_sure(text: str, envelope: Envelope, dialect: Dialect) -> bool:
    """Whether the reader finds the dialect's delimiters and version in a text whose segments all have known shapes.

    It takes an UNH within an X12 message for the beginning; otherwise the head decides, and the votes of the tags, of
    which each segment has one and a value that looks like one adds one at most.
    """
    if dialect.standard == "EDIFACT":
        is_plain = text.startswith("UNH")
    elif dialect.version != (envelope.version or ""):
        return False
    else:
        is_plain = text.startswith("ST") and _UNH.search(text) is None
    return is_plain or announce(find_delimiters(text), envelope.una) == dialect.delimiters


def replay(
    partner: PartnerPlans, text: str, pieces: Iterable[Piece], envelope: Envelope
) -> tuple[Replayed, list[Plan]]:
    """Write the document of a message of these pieces; and the plan of each.

    Raises NotPlainError where a check of values fails, UntraceableError, and AnswerTooLargeError.
    """
    following = iter(pieces)
    header, match = next(following)
    check_piece(header, match)
    dialect = header.dialect
    numbers = NUMBERS.get(header.setting.mark)
    if numbers is None:
        raise NotPlainError("a decimal mark that is none")
    head = partner.head(header)
    dates = {name: _date(resolve(one, match, numbers, None)) for name, one in head.dates}
    if {"period_start", "period_end"} <= dates.keys() and is_reversed(dates["period_start"], dates["period_end"]):
        raise NotPlainError("period-reversed")
    gathered = _Gathered(JsonArray(dialect.message_type), LineWarnings(dates, envelope, dialect.message_type), [header])
    trailer = _write_lines(partner, match, following, numbers, gathered)
    check_codes(gathered.plans, gathered.codes)
    check_trailer(gathered.plans, match, trailer, numbers, gathered.quantities)
    if any(writer.needs_no_period for writer in gathered.uses) and any(plan.has_period for plan in gathered.plans):
        raise NotPlainError("a stock date beside periods")
    if len(gathered.plans) > _PIECES_OF_ONE_LINE:
        _check_parts(gathered)
    check_sums(gathered.sums, header, match)
    problems = _warn(text, gathered)
    parts: list[str] = []
    for piece in head.pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif piece.what == "lines":
            parts += gathered.lines.close()
        elif piece.what == "is_test":
            parts.append(json.dumps(envelope.is_test))
        else:
            parts.append(resolve(piece, match, numbers, dialect.delimiters.release))
    used = tuple(dict.fromkeys(plan.plan_id for plan in gathered.plans))
    return Replayed(dialect.message_type, "".join(parts), problems, used), gathered.plans


def _write_lines(
    partner: PartnerPlans, header_match: Match[str], pieces: Iterable[Piece], numbers: Numbers, gathered: _Gathered
) -> Match[str]:
    """Write the lines and check each; the trailer's match."""
    plans = gathered.plans
    header = plans[0]
    group: Piece | None = None
    block, run = gathered.blocks[-1], gathered.runs[-1]
    begun: dict[Writer, tuple[str, Row]] = {}
    bounds: dict[Plan, _Bound] = {}
    codes = partner.codes[header.dialect].union(principal_of(header.dialect.message_type))
    for plan, match in pieces:
        plans.append(plan)
        if plan.kind != "line":
            check_piece(plan, match)
            if plan.kind == "trailer":
                return match
            group, bounds = (plan, match), {}
            block, run = [hash(match[0])], []
            gathered.blocks.append(block)
            gathered.runs.append(run)
            continue
        bound = bounds.get(plan)
        if bound is None:
            writer = partner.writer(header, group[0] if group else None, plan)
            if writer not in begun:
                begun[writer] = writer.begin(header_match, numbers)
            text, above = begun[writer]
            if group and writer.group:
                above = writer.group.read(group[1], numbers) + above
            sums = [(gathered.sums[kind].append, read) for kind, read in writer.sums]
            bound = bounds[plan] = _Bound(writer, text, above, sums)
        writer = bound.writer
        gathered.uses[writer] += 1
        place, said = writer.line_number, match[0]
        block.append(hash(said) if isinstance(place, str) else _hash_around(said, match, place + 1))
        if place != "":
            copy = hash((block[0], said))
            gathered.is_copied = gathered.is_copied or copy in gathered.numbered
            gathered.numbered.add(copy)
            line_number = read_count(match[place + 1] if isinstance(place, int) else place)
            if line_number is not None:
                run.append((line_number, len(plans) - 1))
        row = writer.read(match, numbers)
        row += bound.above
        gathered.lines.add(bound.text % writer.pick(row))
        written = writer.written(row)
        if not codes.isdisjoint(written):
            gathered.codes.setdefault(plan, set()).update(codes.intersection(written))
        if writer.checks is not None:
            writer.checks.run(row, numbers.mark, gathered.warnings)
        for at, item_type, count in writer.items:
            if has_wrong_check_digit(row[at], item_type):
                gathered.warnings.note_item(json.loads(f'"{row[at]}"'), item_type, count)
        for note, read in bound.sums:
            note(read(row))
        for read, count in writer.dates:
            gathered.dates[read(row)] += count
        if writer.stock:
            keys = {hash(read(row)) for read in writer.stock}
            if is_stated_again(keys, gathered.stock):
                raise NotPlainError("repeated-stock")
            gathered.stock |= keys
        if partner.is_summed:
            gathered.quantities += writer.quantities(row)
    raise NotPlainError("no trailer")


def _hash_around(said: str, match: Match[str], number: int) -> int:
    """What a line says, without its number, which is a group of its match."""
    start = match.start()
    first, last = match.span(number)
    return hash((said[: first - start], said[last - start :]))


@lru_cache(maxsize=20_000)
def _date(iso: str) -> datetime.date:
    return datetime.date.fromisoformat(iso)


def _check_parts(gathered: _Gathered) -> None:
    """No block of lines comes twice, and all groups and lines have dates of their own or none. Raises NotPlainError."""
    numbers = {number for run in gathered.runs for number, _ in run}
    if gathered.is_copied and (len(numbers) != 1 or sum(map(len, gathered.runs)) <= BLOCK):
        raise NotPlainError("a line that stands twice with its number")
    blocks = [tuple(block) for block in gathered.blocks if len(block) > BLOCK]
    groups = [tuple(block) for block in gathered.blocks[1:]]
    if len(set(blocks)) < len(blocks) or comes_twice(groups) or any(comes_twice(block[1:]) for block in blocks):
        raise NotPlainError("lines that come again")
    for kind in ("group", "line"):
        if len({plan.is_dated for plan in set(gathered.plans) if plan.kind == kind}) > 1:
            raise NotPlainError("dates in some parts of the message only")


def _warn(text: str, gathered: _Gathered) -> list[Problem]:
    """The warnings that the lines give together, and those of their numbers. Raises NotPlainError for an error."""
    warnings, plans = gathered.warnings, gathered.plans
    for (first, last), count in gathered.dates.items():
        if is_reversed(first, last):
            raise NotPlainError("period-reversed")
        warnings.note_period(_date(first), _date(last), count)
    for writer, uses in gathered.uses.items():
        for fact in writer.facts:
            warnings.note_form(fact.line, uses)
    if warnings.leaves_open and any(plan.is_open for plan in plans):
        raise NotPlainError("a value that may be the day or the place of lines without one")

    def severity(finding: Finding) -> Severity:
        return plans[0].setting.reference.severity(finding.code, plans[0].dialect.partner)

    runs = gathered.runs if len(plans) > _PIECES_OF_ONE_LINE else ()
    problems = [_point_out(text, plans, found, severity(found)) for found in judge_line_numbers(runs)]
    problems += [
        Problem(code=finding.code, severity=severity(finding), detail=finding.detail) for finding in warnings.findings()
    ]
    if any(problem.severity == "error" for problem in problems):
        raise NotPlainError("a problem of the whole message")
    return problems


def _point_out(text: str, plans: list[Plan], finding: Finding, severity: Severity) -> Problem:
    """A finding against the LIN of a piece, whose number stands for its segment."""
    number = finding.segment or 0
    position = 0
    for plan in plans[: number + 1]:
        match = plan.pattern.match(text, position)
        assert match is not None
        start, position = position, match.end()
    index = plan.tags.index("LIN")
    lin = read_segments(text[start:position], plan.dialect.delimiters)[index]
    before = sum(len(earlier.tags) for earlier in plans[:number])
    span = (start + lin.start, start + lin.end)
    return Problem(code=finding.code, severity=severity, segment=before + index + 1, span=span, detail=finding.detail)
