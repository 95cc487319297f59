"""What the values of a message must hold for plans to read it, by the very functions that judge a reading.

Where the functions of `udf.gatekeeper.values` are asked about is worked out from a plan's shape, once. Whatever does
not hold raises NotPlainError, and the model reads the message as if there were no plans.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from re import Match
from typing import Any

from udf.edi.delimiters import mask_released
from udf.edi.reader import read_segments
from udf.edi.repair import glued_tags
from udf.gatekeeper.blocks import BLOCK, PlaceSums
from udf.gatekeeper.exchanged import may_be_exchanged
from udf.gatekeeper.values import (
    adds_up,
    are_told_apart,
    countable_lines,
    exchangeable_codes,
    find_sum,
    is_count,
    is_reversed,
    is_same_reference,
)
from udf.gatekeeper.warnings import LineWarnings
from udf.plans.conversions import DAYS, NotPlainError, Numbers
from udf.plans.doubts import is_in_doubt
from udf.plans.example import UntraceableError
from udf.plans.plan import Plan
from udf.plans.shapes import may_hide_tag
from udf.plans.templates import LineFacts
from udf.reading import Position
from udf.standards.message_types import STANDARDS
from udf.standards.places import PLACES
from udf.standards.quantities import SPLITS, activity_of, quantity_positions
from udf.standards.values import read_number


def check_piece(plan: Plan, match: Match[str]) -> None:
    """No text of a piece hides a lost terminator, its periods are in order and one. Raises NotPlainError."""
    dialect = plan.dialect
    if any(may_hide_tag(match[i + 1], dialect.standard) for i in plan.texts) and glued_tags(dialect.delimiters).search(
        mask_released(match[0], dialect.delimiters)
    ):
        raise NotPlainError("a lost terminator")
    for (start, start_form), (end, end_form) in plan.periods:
        if is_reversed(DAYS[match[start + 1], start_form][0], DAYS[match[end + 1], end_form][1]):
            raise NotPlainError("period-reversed")
    if plan.is_doubtful:
        segments = read_segments(match[0], dialect.delimiters)
        if is_in_doubt(segments, plan.restated, plan.setting):
            raise NotPlainError("segment-malformed or date-ambiguous")


class LineChecks:
    """The checks of one line group's quantities; raises UntraceableError where a quantity is in no slot."""

    def __init__(self, plan: Plan, facts: Sequence[LineFacts]) -> None:
        self.totals = _find_totals(plan)
        """Slots of totals, each with the slots of its parts."""
        self.apart = _find_apart(plan, facts)
        # Of three parts and more at one place one may be the others' sum.
        parts: dict[tuple[str | None, Position | None], list[int]] = {}
        for fact, record in zip(facts, plan.records, strict=True):
            parts.setdefault((fact.line.qualifier, record.get("location")), []).append(fact.quantity.slot)
        self.parts = [slots for slots in parts.values() if len(slots) > 2]
        self.units = [(fact.quantity.slot, fact.line.unit) for fact in facts if fact.line.unit]
        self.splits = [
            [[plan.component(s, e) for e in range(start, len(segment.elements), 2)] for start in (2, 3)]
            for s, segment in enumerate(plan.segments) if segment.tag == "SDQ"
        ]  # fmt: skip
        """Slots, or texts, of the places and of the quantities of each SDQ."""

    def __bool__(self) -> bool:
        return bool(self.totals or self.apart or self.parts or self.units or self.splits)

    def run(self, row: Sequence[Any], mark: str | None, warnings: LineWarnings) -> None:
        """Totals equal their parts, and what only places and dates tell apart is apart. Raises NotPlainError."""
        for total, slots in self.totals:
            if not adds_up(read_number(row[total], mark), (_add(row, slots, mark),)):
                raise NotPlainError("split-total-mismatch")
        for slots in self.apart:
            if not are_told_apart([row[slot] for slot in slots]):
                raise NotPlainError("quantities of one code are not told apart")
        for slots in self.parts:
            if find_sum([read_number(row[slot], mark) for slot in slots]) is not None:
                raise NotPlainError("a sum beside its parts")
        for places, numbers in self.splits:
            if may_be_exchanged(*([_stated(row, at) for at in found] for found in (places, numbers))):
                raise NotPlainError("a place and its quantity may have changed places")
        for slot, unit in self.units:
            if not row[slot].isdecimal():
                warnings.note_quantity(read_number(row[slot], mark), unit)


def _stated(row: Sequence[Any], at: int | str) -> str:
    return str(row[at]) if isinstance(at, int) else at


def _add(row: Sequence[Any], slots: Sequence[int], mark: str | None) -> Decimal:
    return sum((read_number(row[slot], mark) for slot in slots), Decimal(0))


def _find_totals(plan: Plan) -> list[tuple[int, list[int]]]:
    """SDQ, SCH and REF are parts of the quantity in their QTY or ZA."""
    segments, standard = plan.segments, STANDARDS[plan.dialect.standard]
    stated = {at: plan.component(*at) for at in quantity_positions(segments, 0, len(segments), standard)}
    slots = {at: slot for at, slot in stated.items() if isinstance(slot, int)}
    if any(segments[s].tag == "SCH" and (segments[s].value(5) or segments[s].value(8)) for s, _, _ in stated):
        raise UntraceableError("parts of a day that has to be compared with the stock's")
    if any(text for text in stated.values() if not isinstance(text, int)):
        raise UntraceableError("a quantity with more digits than a slot has")
    parts: dict[int, list[int]] = {}
    for (s, _, _), slot in slots.items():
        activity = activity_of(segments, s, standard)
        if activity != s and segments[s].tag in SPLITS:
            parts.setdefault(activity, []).append(slot)
    used = {record["quantity"] for record in plan.records if "quantity" in record}
    for s, e, c in slots:
        is_total = s in parts or (s, e, c) in used
        if not is_total and plan.setting.measure(segments[s].tag, segments[s].value(0)) != "ignored":
            raise UntraceableError("a total of other quantities than its parts")
    return [(slot, parts[s]) for (s, _, _), slot in slots.items() if s in parts and segments[s].tag not in SPLITS]


def _find_apart(plan: Plan, facts: Sequence[LineFacts]) -> list[list[int]]:
    """Slots that must all differ, for each code that has several quantities which only places or dates tell apart.

    What is split under another code has no part in it: the stores that sold are those that hold stock.
    """
    codes = Counter(fact.line.qualifier for fact in facts)
    several = [code for code, count in codes.items() if count > 1]
    if not several:
        return []
    priced = Counter(
        (fact.line.qualifier, record.get("location"), record.get("start"), record.get("end"))
        for fact, record in zip(facts, plan.records, strict=True) if "price" in record
    )  # fmt: skip
    prices = {(fact.line.qualifier, record.get("price")) for fact, record in zip(facts, plan.records, strict=True)}
    if any(count > 1 and sum(code == own for code, _ in prices) > 1 for (own, *_), count in priced.items()):
        raise UntraceableError("two prices may be all that tells two quantities apart")
    segments, standard = plan.segments, STANDARDS[plan.dialect.standard]
    owners: list[str | None] = []
    for start, _, _ in plan.shape.fill(0)[1]:
        s = max(i for i, segment in enumerate(segments) if segment.start <= start)
        code = segments[activity_of(segments, s, standard)].value(0) if segments[s].tag in SPLITS else None
        owners.append(code if code in codes else None)
    telling = [i for i, slot in enumerate(plan.shape.slots) if slot.kind in ("digits", "text", "date", "as")]
    return [[i for i in telling if owners[i] in (None, code)] for code in several]


def check_codes(plans: Iterable[Plan], written: Mapping[Plan, set[str]]) -> None:
    """No quantity looks like a code that it may have changed places with. Raises NotPlainError.

    `written` are quantities that look like any code of the partner's, by the plan of their line.
    """
    if not written:
        return
    lines = {plan for plan in plans if plan.kind == "line"}
    message_type = next(iter(lines)).dialect.message_type
    suspicious = exchangeable_codes(message_type, {plan.codes for plan in lines if plan.codes})
    if any(not found.isdisjoint(suspicious - plan.codes) for plan, found in written.items()):
        raise NotPlainError("quantity-swapped")


def check_trailer(
    plans: Sequence[Plan], header: Match[str], trailer: Match[str], numbers: Numbers, quantities: Iterable[str]
) -> None:
    """UNT or SE, CNT and CTT state what the pieces of the message hold. Raises NotPlainError.

    `plans` are those of all pieces, and `quantities` those of all lines as JSON writes them.
    """
    *before, last = plans
    dialect = last.dialect
    segments, tags = 0, {"LIN": 0, "PTD": 0}
    for plan, count in Counter(before).items():
        segments += len(plan.tags) * count
        for tag in tags:
            tags[tag] += plan.tags.count(tag) * count
    lines = countable_lines(dialect.message_type, tags)

    def read(plan: Plan, match: Match[str], *at: int) -> str:
        found = plan.component(*at)
        return match[found + 1] if isinstance(found, int) else found

    reference = read(plans[0], header, 0, STANDARDS[dialect.standard].reference_at)
    for number, tag in enumerate(last.tags):
        first, second = read(last, trailer, number, 0), read(last, trailer, number, *((0, 1) if tag == "CNT" else (1,)))
        total = ""
        if tag in ("UNT", "SE"):
            holds = is_count(first, (segments + number + 1,)) and is_same_reference(reference, second)
        elif tag == "CTT":
            holds, total = not first or is_count(first, lines), second
        else:
            holds, total = first != "2" or is_count(second, lines), second if first == "1" else ""
        if not holds or (total and not adds_up(Decimal(numbers[total]), (sum(map(Decimal, quantities), Decimal(0)),))):
            raise NotPlainError("trailer")


Stated = tuple[str | None, str | None, str | None]
"""Qualifier and unit of a quantity, and the unit again where things are counted in it (`packed_unit`)."""


def check_sums(stated: Mapping[Stated, Sequence[tuple[Any, ...]]], header: Plan, match: Match[str]) -> None:
    """No place has the sums of all others, or another's items twice, and no item two units. Raises NotPlainError.

    Asked in full only where a look at each place's first item and its number of lines leaves that open.
    """
    if sum(map(len, stated.values())) < 2:
        return
    packed = {(qualifier, packed) for qualifier, _, packed in stated if packed}
    are_mixed = len(dict(packed)) < len(packed)
    alike: defaultdict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
    units = Counter(qualifier for qualifier, _ in {(qualifier, unit) for qualifier, unit, _ in stated})
    for (qualifier, unit, _), rows in stated.items():
        is_only = units[qualifier] == 1
        alike[qualifier] += rows if is_only else [(q, place, (unit, day), item) for q, place, day, item, *_ in rows]
    if not (are_mixed or any(_may_be_lost(rows) or _may_be_total(rows) for rows in alike.values())):
        return
    named = (value for s in header.segments if s.tag in PLACES for element in s.elements for value in element)
    sums = PlaceSums([text for text in (*match.groups(), *named) if text])
    for (qualifier, unit, packed_unit), rows in stated.items():
        for quantity, place, day, item, *ids in rows:
            sums.add((item, qualifier, day), min(ids), place, Decimal(quantity), unit, packed_unit)
    if sums.find_total() or sums.find_units() or sums.find_lost():
        raise NotPlainError("a total beside its parts, one sale in two units, or items that stand twice at one place")


# No generators, since each message of a plan is looked at.
_QUANTITY, _PLACE, _PLACE_AND_DAY = itemgetter(0), itemgetter(1), itemgetter(1, 2)
_DAY_AND_ITEM, _PLACE_DAY_AND_ITEM, _LAST_TWO = itemgetter(2, 3), itemgetter(1, 2, 3), itemgetter(1, 2)


def _may_be_lost(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether a place has twice the lines of another, of two items and more."""
    counts = set(Counter(map(_PLACE_AND_DAY, rows)).values())
    return len(counts) > 1 and any(2 * count in counts for count in counts if count >= BLOCK)


def _may_be_total(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether of three places one has half of what all have of the first item that it states."""
    if len(set(map(_PLACE, rows))) < 3:
        return False
    if min(map(_QUANTITY, rows)) < "1":
        rows = [row for row in rows if row[0][0] != "-" and row[0].strip("0.")]
    firsts = dict(zip(map(_PLACE, reversed(rows)), map(_DAY_AND_ITEM, reversed(rows)), strict=True))
    places = Counter(map(_LAST_TWO, set(map(_PLACE_DAY_AND_ITEM, rows))))
    wanted = {stated for stated in firsts.values() if places[stated] > 1}
    totals: defaultdict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    own: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for quantity, place, day, item, *_ in rows if wanted else ():
        if (key := (day, item)) in wanted:
            totals[key] += (number := Decimal(quantity))
            if firsts[place] == key:
                own[place] += number
    return any(2 * quantity == totals[firsts[place]] for place, quantity in own.items())
